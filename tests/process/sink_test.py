"""Event sinks: JSON lines on stdout, a sink of an embedding application, and retention of the log."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import unittest

from receiver import wait_until
from scimd import DEV_BUILD, Server

EMBEDDED = os.environ.get("SCIMD_EMBEDDED", str(DEV_BUILD / "examples" / "embedded"))
PATIENCE_SECONDS = 60


class LineReader:
    """The reading end of a server's stdout; begins to read on request."""

    def __init__(self, server):
        self.reading, self.writing = os.pipe()
        server.stdout = self.writing
        self.lines = []
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        with os.fdopen(self.reading, "rb") as stream:
            for line in stream:
                self.lines.append(line)

    def start(self):
        self.thread.start()
        return self

    def events(self):
        return [json.loads(line) for line in list(self.lines)]

    def end(self):
        """To be called when the server has ended: what it wrote to the last byte."""
        os.close(self.writing)
        self.thread.join(PATIENCE_SECONDS)
        return self.events()


class StdoutTest(unittest.TestCase):
    def setUp(self):
        self.server = Server(options=["--event-sink", "stdout"])
        self.addCleanup(self.server.remove)
        self.reader = LineReader(self.server)

    def start(self):
        self.server.start()
        self.addCleanup(self.server.stop)
        return self.server.new_directory()

    def ids(self):
        """Of all events, in the order of commit."""
        return [event["id"] for event in self.feed()[1]]

    def feed(self):
        with self.server.operator() as control:
            answer = control.get("/api/v1/events?limit=1000")
        self.assertFalse(answer.json["has_more"])
        return answer.body, answer.json["events"]

    def wait_for(self, identifier):
        wait_until(lambda: any(identifier.encode() in line for line in list(self.reader.lines)), PATIENCE_SECONDS)

    def test_each_line_is_an_event_as_it_is_stored_and_nothing_else_is_written(self):
        directory = self.start()
        self.reader.start()
        with directory.client() as client:
            for number in range(50):
                client.create_user(f"user{number}@example.com", displayName="Ümläut \U0001f600")
        body, events = self.feed()
        wait_until(lambda: len(self.reader.lines) >= len(events), PATIENCE_SECONDS)
        self.assertEqual([event["id"] for event in self.reader.events()], [event["id"] for event in events])
        self.assertEqual(body, b'{"events":[' + b",".join(line.rstrip(b"\n") for line in self.reader.lines) + b"]"
                         + body[body.rindex(b',"next_cursor"'):])  # fmt: skip
        self.assertTrue(all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in self.reader.lines))

    def test_a_slow_reader_delays_no_request_and_gets_all_events_in_the_end(self):
        directory = self.start()
        with directory.client() as client:
            for number in range(200):
                client.create_user(f"user{number}@example.com", title="x" * 2_000)
        wanted = self.ids()
        self.reader.start()
        wait_until(lambda: len(self.reader.lines) >= len(wanted), PATIENCE_SECONDS)
        self.assertEqual([event["id"] for event in self.reader.events()], wanted)

    def test_a_server_ends_without_a_reader(self):
        directory = self.start()
        with directory.client() as client:
            for number in range(200):
                client.create_user(f"user{number}@example.com", title="x" * 2_000)
        self.assertEqual(self.server.stop(), 0)

    def test_after_an_end_it_goes_on_where_it_was(self):
        directory = self.start()
        self.reader.start()
        with directory.client() as client:
            client.create_user("first@example.com")
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        with directory.client() as client:
            client.create_user("second@example.com")
        wanted = self.ids()
        self.wait_for(wanted[-1])
        self.assertEqual(self.server.stop(), 0)
        self.assertEqual([event["id"] for event in self.reader.end()], wanted)

    def test_after_a_kill_nothing_is_missing_and_the_order_is_kept(self):
        directory = self.start()
        self.reader.start()
        for round_ in range(5):
            with directory.client() as client:
                for number in range(20):
                    client.create_user(f"user{round_}-{number}@example.com")
            self.server.kill()
            self.server.start()
        wanted = self.ids()
        self.wait_for(wanted[-1])
        self.assertEqual(self.server.stop(), 0)
        os.close(self.reader.writing)
        self.reader.thread.join(PATIENCE_SECONDS)
        first, torn = [], 0
        for line in self.reader.lines:
            try:
                identifier = json.loads(line)["id"]
            except ValueError:
                torn += 1  # by a kill; what came behind it stands in the same line
                continue
            if identifier not in first:
                first.append(identifier)
        self.assertEqual(sorted(first, key=wanted.index), first)
        self.assertLessEqual(torn, 5)
        self.assertLessEqual(len(set(wanted) - set(first)), torn)

class SinkFailureTest(unittest.TestCase):
    """Lines that cannot be written: what the server says of it, and how it goes on."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="scimd-sink-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def start(self, stdout, *options):
        self.server = Server(options=["--event-sink", "stdout", *options])
        self.addCleanup(self.server.remove)
        self.server.stdout = stdout
        self.server.start()
        self.addCleanup(self.server.stop)
        self.directory = self.server.new_directory()
        return self.server

    def create(self, name):
        with self.directory.client() as client:
            client.create_user(f"{name}@example.com")

    def readiness(self):
        with contextlib.closing(self.server.client()) as client:
            return client.get("/readyz")

    def metric(self, name):
        with contextlib.closing(self.server.client()) as client:
            text = client.get("/metrics").body.decode()
        return int(re.search(rf'^scimd_event_sink_{name}{{sink="stdout"}} (\d+)$', text, re.MULTILINE).group(1))

    def wait_for_failure(self, reason):
        answer = wait_until(lambda: (found := self.readiness()).status == 503 and found, PATIENCE_SECONDS)
        self.assertEqual(answer.json["reason"], f"the event sink stdout fails: {reason}")
        self.assertEqual(self.metric("up"), 0)
        self.assertEqual(self.metric("failures_total"), 1)

    def test_a_reader_that_goes_away_makes_the_server_not_ready(self):
        reading, writing = os.pipe()
        self.start(writing)
        self.assertEqual(self.readiness().status, 200)
        self.assertEqual(self.metric("up"), 1)
        os.close(writing)
        os.close(reading)
        self.wait_for_failure("its reader has gone")
        self.create("anna")
        wait_until(lambda: self.metric("lag_events") > 0, PATIENCE_SECONDS)
        self.assertEqual(len(self.server.events_logged("event_sink.failed")), 1)
        self.assertEqual(self.server.stop(), 0)

    def test_what_a_reader_that_went_away_has_not_read_comes_in_the_next_run(self):
        reading, writing = os.pipe()
        self.start(writing)
        os.close(writing)
        os.close(reading)
        self.create("anna")
        self.wait_for_failure("its reader has gone")
        self.assertEqual(self.server.stop(), 0)
        reader = LineReader(self.server)
        self.server.start()
        reader.start()
        with self.server.operator() as control:
            events = control.get("/api/v1/events?limit=1000").json["events"]
        last = events[-1]["id"].encode()
        wait_until(lambda: any(last in line for line in list(reader.lines)), PATIENCE_SECONDS)
        self.assertEqual(self.server.stop(), 0)
        ids = [event["id"] for event in reader.end()]
        self.assertEqual(ids, [event["id"] for event in events][-len(ids) :])
        self.assertEqual(events[-1]["data"]["preferred_username"], "anna@example.com")

    def test_a_named_pipe_that_gets_a_new_reader_goes_on(self):
        path = self.folder / "events"
        os.mkfifo(path)
        first = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        writing = os.open(path, os.O_WRONLY)
        self.start(writing)
        os.close(writing)
        os.close(first)
        self.create("anna")
        self.wait_for_failure("its reader has gone")
        lines = []

        def read():
            with open(path, "rb") as stream:
                lines.extend(stream)

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        wait_until(lambda: self.readiness().status == 200, PATIENCE_SECONDS)
        self.create("berta")
        wait_until(lambda: self.metric("lag_events") == 0, PATIENCE_SECONDS)
        self.assertEqual(self.metric("up"), 1)
        self.assertEqual(len(self.server.events_logged("event_sink.recovered")), 1)
        self.assertEqual(self.server.stop(), 0)
        reader.join(PATIENCE_SECONDS)
        names = [json.loads(line)["data"].get("preferred_username") for line in lines]
        self.assertEqual([name for name in names if name], ["anna@example.com", "berta@example.com"])

    def test_a_full_disk_makes_the_server_not_ready(self):
        with open("/dev/full", "wb") as full:
            self.start(full)
        self.wait_for_failure("No space left on device")
        self.assertEqual(self.server.stop(), 0)

    def test_with_exit_the_server_ends_when_the_reader_goes_away(self):
        reading, writing = os.pipe()
        server = self.start(writing, "--event-sink-failure", "exit")
        self.create("anna")
        os.close(writing)
        os.close(reading)
        self.assertEqual(server.process.wait(PATIENCE_SECONDS), 1)
        server.finish()
        self.assertEqual(len(server.events_logged("event_sink.failed")), 1)

    def test_a_reader_that_does_not_read_is_late_and_no_failure(self):
        reading, writing = os.pipe()
        self.start(writing)
        os.close(writing)
        with self.directory.client() as client:
            for number in range(200):
                client.create_user(f"user{number}@example.com", title="x" * 2_000)
        wait_until(lambda: self.metric("lag_events") > 0, PATIENCE_SECONDS)
        self.assertEqual(self.readiness().status, 200)
        self.assertEqual(self.metric("up"), 1)
        self.assertEqual(self.metric("failures_total"), 0)
        with os.fdopen(reading, "rb") as stream:
            reader = threading.Thread(target=stream.read, daemon=True)
            reader.start()
            wait_until(lambda: self.metric("lag_events") == 0, PATIENCE_SECONDS)
            self.assertEqual(self.server.stop(), 0)
            reader.join(PATIENCE_SECONDS)


class RetentionTest(unittest.TestCase):
    def test_the_oldest_of_too_many_events_go_and_their_cursors_are_gone(self):
        with Server(options=["--events-max", "5"]) as server:
            directory = server.new_directory()
            with directory.client() as client:
                for number in range(20):
                    client.create_user(f"user{number}@example.com")
            with server.operator() as control:
                first = "c_" + directory.id.removeprefix("dir_")
                query = f"/api/v1/events?after={first}"
                gone = wait_until(lambda: (found := control.get(query)).status == 410 and found, PATIENCE_SECONDS)
                self.assertIn("have been deleted", gone.json["message"])
                kept = control.get("/api/v1/events").json["events"]
            self.assertEqual(len(kept), 5)
            self.assertEqual(kept[-1]["data"]["preferred_username"], "user19@example.com")
            self.assertTrue(server.command("check")["is_sound"])


class EmbeddedTest(unittest.TestCase):
    def test_a_program_takes_the_events_of_the_server_inside_it_each_once(self):
        with tempfile.TemporaryDirectory() as folder:
            runs = [self.run_in(folder) for _ in range(2)]
            cursor = pathlib.Path(folder, "cursor").read_text()
        published = [
            "organization.created 0",
            "organization.directory.created 1",
            "organization.directory_enabled 2",
            "organization.directory.token_created 3",
            "organization.directory.user_created 4",
        ]
        for run in runs:
            self.assertRegex(run[0], r"^listening on 127\.0\.0\.1:\d+$")
            self.assertEqual(run[1:], published)
        self.assertRegex(cursor, r"^c_\d+$")

    def test_a_cursor_that_is_none_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "cursor").write_text("nonsense")
            done = subprocess.run([EMBEDDED, folder], capture_output=True, text=True, timeout=PATIENCE_SECONDS)
        self.assertEqual(done.returncode, 1)
        self.assertIn("must give the cursor of an event", done.stderr)

    def run_in(self, folder):
        done = subprocess.run([EMBEDDED, folder], capture_output=True, text=True, timeout=2 * PATIENCE_SECONDS)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()


if __name__ == "__main__":
    unittest.main()
