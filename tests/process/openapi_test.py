"""The served OpenAPI document describes the whole server: schemathesis makes valid and invalid requests from it.

Each route is asked as its callers ask it: applications over the network with an access token, the operator over
the control socket, which a small relay offers to the checker as a port. All checks of schemathesis are made.

The run is short, with a fixed seed. The long form takes seeds and the number of examples from the environment:

    SCIMD_OPENAPI_SEEDS="1 2" SCIMD_OPENAPI_EXAMPLES=100 ctest --preset dev -R process.openapi --timeout 7200
"""

import contextlib
import os
import pathlib
import socket
import socketserver
import subprocess
import sys
import threading
import unittest

from scimd import Server, clean_environment

EXAMPLES = int(os.environ.get("SCIMD_OPENAPI_EXAMPLES", "3"))
SEEDS = os.environ.get("SCIMD_OPENAPI_SEEDS", "1").split()
RUN_SECONDS = 60 + 60 * EXAMPLES


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

    def check(self, base, *words):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                self.check_once(base, seed, *words)

    def check_once(self, base, seed, *words):
        done = subprocess.run(
            [
                pathlib.Path(sys.executable).parent / "schemathesis",
                "--config-file",
                pathlib.Path(__file__).with_name("schemathesis.toml"),
                "run",
                f"http://127.0.0.1:{self.server.port}/openapi.json",
                "--url",
                base,
                "--checks",
                "all",
                "--phases",
                "examples,coverage,fuzzing",
                "--max-examples",
                str(EXAMPLES),
                "--seed",
                seed,
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
        self.assertIn("Coverage", done.stdout)

    def test_applications_routes_are_as_described(self):
        token = self.server.access_token()
        self.check(
            f"http://127.0.0.1:{self.server.port}",
            "--header",
            f"Authorization: Bearer {token}",
            "--exclude-tag",
            "operator",
            # One has no end, the other may wait for a minute; events_test.py looks at both.
            "--exclude-path-regex",
            "^(/api/v1/events(/stream)?|/oauth/token)$",
        )

    def test_the_token_endpoint_is_as_described(self):
        self.check(f"http://127.0.0.1:{self.server.port}", "--include-path", "/oauth/token")

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

    def test_every_documented_path_was_requested(self):
        with contextlib.closing(self.server.client()) as public:
            described = public.get("/openapi.json").json
        self.assertEqual(described["openapi"], "3.1.0")
        self.assertGreater(len(described["paths"]), 20)


if __name__ == "__main__":
    unittest.main()
