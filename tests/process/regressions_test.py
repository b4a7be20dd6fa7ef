"""Each case of conformance/cases/regressions detects its defect, and passes against a correct server."""

import http.client
import http.server
import json
import os
import pathlib
import re
import socketserver
import subprocess
import tempfile
import threading
import unittest
import urllib.parse

from bugs import BUGS, Answer, Request, encoded
from scimd import ANSWER_SECONDS, DEV_BUILD, Server, clean_environment

RUNNER = os.environ.get("SCIMD_CONFORMANCE", str(DEV_BUILD / "conformance" / "scimd-conformance"))
CONFORMANCE = pathlib.Path(__file__).resolve().parents[2] / "conformance"
PASSED_ON = ("ETag", "Location", "Content-Type")


class Between(http.server.BaseHTTPRequestHandler):
    """Hands requests to the bug of the server, which may hand them on."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length", 0))
        text = self.rfile.read(length)
        target = urllib.parse.urlsplit(self.path)
        base, path = re.fullmatch(r"(/directory/[^/]+/scim/v2)(.*)", target.path).groups()
        query = dict(urllib.parse.parse_qsl(target.query, keep_blank_values=True))
        headers = {name: value for name, value in self.headers.items() if name != "Content-Length"}
        request = Request(self.command, path, query, headers, json.loads(text) if text else None)
        self.write(self.server.bug(request, lambda one: self.forward(base, one), self.server.seen))

    def forward(self, base, request):
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=ANSWER_SECONDS)
        try:
            target = base + request.path + ("?" + encoded(request.query) if request.query else "")
            body = None if request.body is None else json.dumps(request.body)
            headers = {"Authorization": self.headers["Authorization"], **request.headers}
            upstream.request(request.method, target, body=body, headers=headers)
            came = upstream.getresponse()
            text = came.read()
            kept = {name: came.headers[name] for name in PASSED_ON if name in came.headers}
            return Answer(came.status, kept, json.loads(text) if text else None)
        finally:
            upstream.close()

    def write(self, answer):
        text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        data = b"" if answer.body is None else text.encode()
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/scim+json", **answer.headers}.items():
            self.send_header(name, value)
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *_):
        pass


class Proxy(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64


def sound(request, forward, _seen):
    return forward(request)


def written_cases():
    for file in sorted((CONFORMANCE / "cases" / "regressions").glob("*.json")):
        yield from json.loads(file.read_text(encoding="utf-8"))


class RegressionsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.proxy = Proxy(("127.0.0.1", 0), Between)
        cls.addClassCleanup(cls.proxy.server_close)
        threading.Thread(target=cls.proxy.serve_forever, args=(0.05,), daemon=True).start()
        cls.addClassCleanup(cls.proxy.shutdown)
        public = f"http://127.0.0.1:{cls.proxy.server_port}"
        server = cls.enterClassContext(Server(options=("--public-url", public)))
        cls.proxy.upstream = server.port
        demo = server.command("demo")
        cls.base_url = demo["scim_base_url"]
        cls.token = demo["bearer_token"]

        cls.cases = {case["name"]: case for case in written_cases()}

    def play(self, cases, bug=sound):
        """The outcomes of cases: name to whether it passed."""
        self.proxy.bug, self.proxy.seen = bug, {}
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder)
            (data / "cases").mkdir()
            (data / "cases" / "regressions.json").write_text(json.dumps(cases), encoding="utf-8")
            (data / "preludes").symlink_to(CONFORMANCE / "preludes")
            return self.play_folder(data)

    def play_folder(self, data):
        done = subprocess.run(
            [RUNNER, "--base-url", self.base_url, "--json", "--data", str(data)],
            env={**clean_environment(), "SCIM_TOKEN": self.token},
            capture_output=True,
            text=True,
            timeout=4 * ANSWER_SECONDS,
        )
        self.assertIn(done.returncode, (0, 1), f"{done.stdout}\n{done.stderr}")
        return {one["case"]: one["passed"] for one in json.loads(done.stdout)["results"]}

    def test_every_case_has_its_bug(self):
        self.assertEqual(set(self.cases), set(BUGS))

    def test_a_sound_server_passes(self):
        outcomes = self.play(list(self.cases.values()))
        self.assertEqual(outcomes, dict.fromkeys(self.cases, True))

    def test_every_bug_is_noticed_by_its_case(self):
        for name, bug in BUGS.items():
            with self.subTest(name):
                self.assertEqual(self.play([self.cases[name]], bug), {name: False}, bug.__name__)


if __name__ == "__main__":
    unittest.main()
