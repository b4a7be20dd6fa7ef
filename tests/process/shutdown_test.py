"""Graceful shutdown: the process ends in time whatever is running. The time limits are the assertion."""

import contextlib
import json
import signal
import socket
import sqlite3
import threading
import time
import unittest

from receiver import wait_until
from scimd import Server, quoted, run, user

PATIENCE_SECONDS = 60
DRAIN_SECONDS = 2
SLACK_SECONDS = 3  # of a machine that is busy with something else
LATE = 3  # the exit code when the watchdog has ended the process


@contextlib.contextmanager
def busy_writer(server):
    """Holds the database's lock for writing, so that the writer waits in the middle of its work."""
    with contextlib.closing(sqlite3.connect(server.data / "scimd.db", isolation_level=None)) as database:
        database.execute("begin immediate")
        try:
            yield
        finally:
            database.execute("rollback")


class ShutdownTest(unittest.TestCase):
    def start(self, *options):
        self.server = Server(options=options)
        self.addCleanup(self.server.remove)
        self.server.start()
        self.addCleanup(self.kill)
        self.directory = self.server.new_directory()
        return self.server

    def kill(self):
        if self.server.process.poll() is None:
            self.server.kill()

    def send(self, sig=signal.SIGTERM):
        self.server.process.send_signal(sig)

    def in_background(self, function):
        """Runs it beside the test; how it ends does not matter."""

        def call():
            with contextlib.suppress(Exception):
                function()

        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        return thread

    def create_user(self):
        with self.directory.client() as client:
            client.create_user("late@example.com")

    def wait_for_request(self):
        """A request is in the middle of its work when the writer has taken it out of its queue."""
        time.sleep(0.5)

    def end_within(self, seconds):
        started = time.monotonic()
        code = self.server.process.wait(PATIENCE_SECONDS)
        self.server.finish()
        self.assertLess(time.monotonic() - started, seconds + SLACK_SECONDS)
        return code

    def check_data(self):
        """A start after it finds everything in order."""
        self.server.start()
        with self.directory.client() as client:
            client.create_user("afterwards@example.com")
        self.assertTrue(self.server.command("check")["is_sound"])
        self.assertEqual(self.server.stop(), 0)

    def test_a_writer_that_does_not_come_back_is_not_waited_for(self):
        server = self.start("--drain-deadline-ms", str(DRAIN_SECONDS * 1000))
        with busy_writer(server):
            self.in_background(self.create_user)
            self.wait_for_request()
            self.send()
            self.assertEqual(self.end_within(DRAIN_SECONDS + 1), LATE)
        self.assertEqual(len(server.events_logged("server.work_cancelled")), 1)
        self.assertEqual(server.events_logged("server.stopped_late")[0]["exit_code"], LATE)
        self.check_data()

    def test_a_second_signal_ends_at_once_while_the_writer_is_busy(self):
        server = self.start("--drain-deadline-ms", "600000")
        with busy_writer(server):
            self.in_background(self.create_user)
            self.wait_for_request()
            self.send()
            wait_until(lambda: server.events_logged("server.stopping"), PATIENCE_SECONDS)
            self.send(signal.SIGINT)
            self.assertEqual(self.end_within(0), 1)
        self.assertTrue(server.events_logged("server.stopped_by_second_signal"))
        self.check_data()

    def test_scans_that_take_long_are_not_waited_for(self):
        server = self.start("--drain-deadline-ms", str(DRAIN_SECONDS * 1000))
        with self.directory.client() as client:
            for number in range(50):
                client.create_user(f"user{number}@example.com", title="x" * 60_000)
        terms = " or ".join(f'title co "{"x" * 40}{number}"' for number in range(16))

        def list_users():
            with self.directory.client() as client:
                client.get(f"/Users?filter={quoted(terms)}")

        for _ in range(8):
            self.in_background(list_users)
        time.sleep(0.5)
        self.send()
        self.assertIn(self.end_within(DRAIN_SECONDS + 1), (0, LATE))
        self.check_data()

    def test_a_backup_that_waits_is_not_waited_for(self):
        server = self.start("--drain-deadline-ms", str(DRAIN_SECONDS * 1000))
        target = server.data / "backup.db"
        with busy_writer(server):
            self.in_background(self.create_user)
            self.wait_for_request()
            self.in_background(lambda: run("backup", str(target), data=server.data))
            wait_until(lambda: (server.data / "backup.db.tmp").exists(), PATIENCE_SECONDS)
            self.send()
            self.assertEqual(self.end_within(DRAIN_SECONDS + 1), LATE)
        self.assertFalse(target.exists(), "half a backup has no name")
        self.check_data()

    def test_a_backup_of_a_large_database_is_abandoned_at_the_deadline_or_whole(self):
        server = self.start("--drain-deadline-ms", "1")
        with self.directory.client() as client:
            for number in range(100):
                client.create_user(f"user{number}@example.com", title="x" * 60_000)
        target = server.data / "backup.db"
        self.in_background(lambda: run("backup", str(target), data=server.data))
        wait_until(lambda: (server.data / "backup.db.tmp").exists() or target.exists(), PATIENCE_SECONDS)
        self.send()
        self.assertIn(self.end_within(1), (0, LATE))
        if target.exists():
            with contextlib.closing(sqlite3.connect(target)) as copy:
                self.assertEqual(copy.execute("pragma integrity_check").fetchone()[0], "ok")
        self.check_data()

    def test_a_request_that_stalls_is_cut_off_at_the_deadline(self):
        server = self.start("--drain-deadline-ms", str(DRAIN_SECONDS * 1000))
        with socket.create_connection(("127.0.0.1", server.port), PATIENCE_SECONDS) as connection:
            body = json.dumps(user("slow@example.com")).encode()
            connection.sendall(
                f"POST {self.directory.base}/Users HTTP/1.1\r\nHost: x\r\n"
                f"Authorization: Bearer {self.directory.token}\r\nContent-Type: application/scim+json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body[:5]
            )
            time.sleep(0.5)
            self.send()
            self.assertEqual(self.end_within(DRAIN_SECONDS + 1), 0)
        self.assertEqual(server.events_logged("http.drain_cut_off")[0]["sessions"], 1)
        self.check_data()

    def test_the_grace_comes_before_the_deadline(self):
        server = self.start("--drain-deadline-ms", "500", "--drain-grace-ms", "1500")
        with busy_writer(server):
            self.in_background(self.create_user)
            self.wait_for_request()
            started = time.monotonic()
            self.send()
            self.assertEqual(self.end_within(3), LATE)
            self.assertGreaterEqual(time.monotonic() - started, 2)
        self.check_data()


if __name__ == "__main__":
    unittest.main()
