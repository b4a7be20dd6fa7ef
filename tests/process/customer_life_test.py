"""The life cycle of a customer over HTTP, from the organization to its deletion; and a proof that the walk detects wrong
responses.
"""

import http.client
import http.server
import os
import pathlib
import subprocess
import sys
import threading
import unittest

from scimd import ANSWER_SECONDS, Server, clean_environment

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "conformance" / "customer_life.py"
WALK_SECONDS = 4 * ANSWER_SECONDS
LAST_STEP = 22


class Liar(http.server.ThreadingHTTPServer):
    """A proxy that replaces one text in the responses of a server."""

    daemon_threads = True

    def __init__(self, port, truth, lie):
        self.port, self.truth, self.lie = port, truth.encode(), lie.encode()
        super().__init__(("127.0.0.1", 0), LiarHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class LiarHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def pass_on(self):
        length = int(self.headers.get("Content-Length", 0))
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=ANSWER_SECONDS)
        connection.request(self.command, self.path, self.rfile.read(length), dict(self.headers))
        answer = connection.getresponse()
        body = answer.read().replace(self.server.truth, self.server.lie)
        connection.close()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
        if answer.status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on

    def log_message(self, *_):
        pass


def walk(port, credentials):
    identifier, secret = credentials
    words = ["--base-url", f"http://127.0.0.1:{port}", "--client-id", identifier]
    return subprocess.run(
        [sys.executable, SCRIPT, *words],
        capture_output=True,
        text=True,
        timeout=WALK_SECONDS,
        env={**clean_environment(), "SCIMD_CLIENT_SECRET": secret, "PYTHONDONTWRITEBYTECODE": "1"},
    )


class CustomerLifeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.addClassCleanup(cls.server.remove)
        cls.addClassCleanup(cls.server.stop)

    def walk(self, port=None):
        """With a client of its own: wrong secrets of one client are counted."""
        return walk(port or self.server.port, self.server.new_client("Life"))

    def left(self):
        with self.server.operator() as control:
            return [
                control.get("/api/v1/organizations").json["total_size"],
                [
                    one["key"]
                    for one in control.get("/api/v1/directory-user-attributes").json["user_attributes"]
                    if one["category"] == "CUSTOM"
                ],
            ]

    def test_it_is_walked_to_its_end_twice_and_leaves_nothing(self):
        for _ in range(2):
            done = self.walk()
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(done.stdout.count(" ok "), LAST_STEP)
        self.assertEqual(self.left(), [0, []])
        self.assertEqual(self.server.events_logged("internal"), [])

    def test_it_ends_at_the_step_at_which_the_service_lies(self):
        rows = [
            (1, "UNAUTHENTICATED", "OK"),
            (2, '"Bearer"', '"Basic"'),
            (3, '"plan"', '"tier"'),
            (6, '"VERIFIED"', '"PENDING"'),
            (7, "/scim/v2", "/scim/v1"),
            (9, "Queen", "King"),
            (11, '"total_size":6', '"total_size":7'),
            (13, '"Cook"', '"Baker"'),
            (18, "RESOLVED", "OPEN"),
            (20, "directory is enabled", "directory is busy"),
        ]
        for step, truth, lie in rows:
            with self.subTest(truth=truth), Liar(self.server.port, truth, lie) as liar:
                done = self.walk(liar.server_address[1])
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                self.assertIn(f"\n{step:2} WRONG ", "\n" + done.stdout)
                self.assertEqual(done.stdout.count(" ok "), step - 1, done.stdout)
        self.assertEqual(self.left(), [0, []])

    def test_missing_and_wrong_credentials_are_reported(self):
        identifier, _ = self.server.new_client("Life")
        done = walk(self.server.port, (identifier, ""))
        self.assertEqual(done.returncode, 2)
        self.assertIn("--client-secret", done.stderr)
        done = walk(self.server.port, (identifier, "scimd_client_x"))
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(" 2 WRONG ", done.stdout)


if __name__ == "__main__":
    unittest.main()
