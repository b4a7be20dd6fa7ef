"""The log on stderr: a slow or absent reader delays neither requests nor the end of the process."""

import contextlib
import fcntl
import json
import os
import re
import select
import subprocess
import tempfile
import threading
import unittest

from receiver import wait_until
from scimd import BINARY, Server, clean_environment

PATIENCE_SECONDS = 60
REQUESTS = 12_000  # more lines than the pipe and the queue hold
PIPE_BYTES = 4_096


class UnreadServer(Server):
    """A server whose log is read only until it is ready."""

    def read_log(self, process):
        fcntl.fcntl(process.stderr, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        text = b""
        while b'"server.ready"' not in text:
            chunk = os.read(process.stderr.fileno(), 65_536)
            if not chunk:
                break
            text += chunk
        for line in text.decode().splitlines():
            self.note(line)
        self.ready.set()

    def read_rest(self):
        """What the pipe holds when the process has ended."""
        rest = b""
        while chunk := os.read(self.process.stderr.fileno(), 65_536):
            rest += chunk
        return rest.decode().splitlines()


class UnreadLogTest(unittest.TestCase):
    def start(self):
        server = UnreadServer()
        self.addCleanup(server.remove)
        server.start()
        self.addCleanup(server.process.stderr.close)
        self.addCleanup(server.stop)
        return server

    def fill(self, server):
        with contextlib.closing(server.client()) as client:
            for _ in range(REQUESTS):
                self.assertEqual(client.get("/healthz").status, 200)

    def dropped(self, server):
        with contextlib.closing(server.client()) as client:
            text = client.get("/metrics").body.decode()
        return int(re.search(r"^scimd_log_lines_dropped_total (\d+)$", text, re.MULTILINE).group(1))

    def test_an_unread_log_delays_neither_requests_nor_the_end(self):
        server = self.start()
        self.fill(server)
        directory = server.new_directory()
        with directory.client() as client:
            client.create_user("anna@example.com")
        self.assertGreater(self.dropped(server), 0)
        self.assertEqual(server.stop(), 0)

    def test_when_it_is_read_again_it_says_how_much_is_missing(self):
        server = self.start()
        self.fill(server)
        before = self.dropped(server)
        lines = []

        def read():
            with open(server.process.stderr.fileno(), "rb", closefd=False) as stream:
                for line in stream:
                    lines.append(json.loads(line))

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        wait_until(lambda: any(line["event"] == "log.lines_dropped" for line in lines), PATIENCE_SECONDS)
        report = next(line for line in lines if line["event"] == "log.lines_dropped")
        self.assertEqual(report["level"], "warning")
        self.assertGreaterEqual(report["lines"], before)
        self.assertEqual(report["lines"], self.dropped(server))
        self.assertEqual(server.stop(), 0)
        reader.join(PATIENCE_SECONDS)
        self.assertEqual(lines[-1]["event"], "server.stopped")

    def test_a_reader_that_closes_stderr_has_no_effect(self):
        server = self.start()
        server.process.stderr.close()
        with contextlib.closing(server.client()) as client:
            for _ in range(100):
                self.assertEqual(client.get("/healthz").status, 200)
        wait_until(lambda: self.dropped(server) >= 100, PATIENCE_SECONDS)
        self.assertEqual(server.stop(), 0)


class FullStderrTest(unittest.TestCase):
    """Commands, and a server that does not start: their end does not wait for the reader of stderr."""

    def setUp(self):
        reading, self.writing = os.pipe()
        self.addCleanup(os.close, reading)
        self.addCleanup(os.close, self.writing)
        fcntl.fcntl(self.writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        while select.select([], [self.writing], [], 0)[1]:
            os.write(self.writing, b"x" * PIPE_BYTES)

    def run_to_end(self, *words):
        with tempfile.TemporaryDirectory() as folder:
            return subprocess.run(
                [BINARY, *words, "--data", folder],
                stdout=subprocess.PIPE,
                stderr=self.writing,
                timeout=PATIENCE_SECONDS,
                env=clean_environment(),
            )

    def test_a_server_that_cannot_start_ends(self):
        self.assertEqual(self.run_to_end("serve", "--listen", "unix:/no/such/folder/socket").returncode, 1)

    def test_a_command_ends(self):
        self.assertEqual(self.run_to_end("organization", "list").returncode, 0)
        self.assertEqual(self.run_to_end("organization", "show", "org_1").returncode, 1)
        self.assertEqual(self.run_to_end("organization", "list", "--no-such-option").returncode, 2)


if __name__ == "__main__":
    unittest.main()
