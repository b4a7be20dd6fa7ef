"""The served description is true: requests made from it by schemathesis, good ones and bad ones.

Each route is asked as its callers ask it: applications over the network with an access token, the operator over
the control socket, which a small relay offers to the checker as a port.
"""

import contextlib
import pathlib
import socket
import socketserver
import subprocess
import sys
import threading
import unittest

from scimd import Server, clean_environment

EXAMPLES = 15
SEED = 1
RUN_SECONDS = 400
# The checker sends a body with each, which those without one in HTTP's sense may not have here.
CONFIGURATION = """
[phases.coverage]
unexpected-methods = ["PATCH", "POST", "PUT"]
"""
# Valid requests with made-up ids find nothing, and that is no fault of the description.
NOT_CHECKED = "positive_data_acceptance"


class Relay(socketserver.ThreadingTCPServer):
    """A port that is the control socket."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, path):
        self.path = str(path)
        super().__init__(("127.0.0.1", 0), RelayHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # the checker hangs up as it likes


class RelayHandler(socketserver.BaseRequestHandler):
    def handle(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as inner:
            inner.connect(self.server.path)
            back = threading.Thread(target=self.copy, args=(inner, self.request), daemon=True)
            back.start()
            self.copy(self.request, inner)
            back.join()

    @staticmethod
    def copy(source, target):
        try:
            while chunk := source.recv(65536):
                target.sendall(chunk)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class OpenApiTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.remove)
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        cls.configuration = cls.server.data / "schemathesis.toml"
        cls.configuration.write_text(CONFIGURATION)

    def check(self, base, *words):
        done = subprocess.run(
            [
                pathlib.Path(sys.executable).parent / "schemathesis",
                "run",
                f"http://127.0.0.1:{self.server.port}/openapi.json",
                "--url",
                base,
                "--checks",
                "all",
                "--exclude-checks",
                NOT_CHECKED,
                "--phases",
                "examples,coverage,fuzzing",
                "--max-examples",
                str(EXAMPLES),
                "--seed",
                str(SEED),
                "--suppress-health-check",
                "all",
                "--generation-database",
                "none",
                "--no-color",
                "--warnings",
                "off",
                *words,
            ],
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            env={**clean_environment(), "PYTHONUNBUFFERED": "1"},
            cwd=self.server.data,
        )
        self.assertEqual(done.returncode, 0, done.stdout[-20000:] + done.stderr[-2000:])
        return done.stdout

    def test_applications_routes_are_as_described(self):
        token = self.server.access_token()
        out = self.check(
            f"http://127.0.0.1:{self.server.port}",
            "--header",
            f"Authorization: Bearer {token}",
            "--exclude-tag",
            "operator",
            # One has no end, the other may wait for a minute; events_test.py looks at both.
            "--exclude-path-regex",
            "^/api/v1/events(/stream)?$",
        )
        self.assertIn("Coverage", out)

    def test_the_operator_s_routes_are_as_described(self):
        relay = Relay(self.server.data / "control.sock")
        self.addCleanup(relay.server_close)
        self.addCleanup(relay.shutdown)
        # A backup is written wherever its request says.
        self.check(
            f"http://127.0.0.1:{relay.server_address[1]}",
            "--include-tag",
            "operator",
            "--exclude-path",
            "/api/v1/backup",
        )

    def test_every_path_that_is_described_is_told(self):
        with contextlib.closing(self.server.client()) as public:
            described = public.get("/openapi.json").json
        self.assertEqual(described["openapi"], "3.1.0")
        self.assertGreater(len(described["paths"]), 20)


if __name__ == "__main__":
    unittest.main()
