"""The conformance cases (conformance/cases) against the binary over HTTP."""

import os
import pathlib
import subprocess
import unittest

from scimd import ANSWER_SECONDS, DEV_BUILD, Server, clean_environment

RUNNER = os.environ.get("SCIMD_CONFORMANCE", str(DEV_BUILD / "conformance" / "scimd-conformance"))


CONFORMANCE = pathlib.Path(__file__).resolve().parents[2] / "conformance"
OWN = ["--data", str(CONFORMANCE / "custom")]
OWN_SCHEMAS = ("--schema-dir", str(CONFORMANCE / "schemas"))


class ConformanceTest(unittest.TestCase):
    def test_every_suite_passes(self):
        self.play("compat", [])

    def test_every_suite_passes_to_the_letter_of_the_rfc(self):
        self.play("strict", ["--strict"])

    def test_every_suite_on_schemas_of_ones_own_passes(self):
        self.play("compat", OWN, serve=OWN_SCHEMAS)

    def test_every_suite_on_schemas_of_ones_own_passes_to_the_letter_of_the_rfc(self):
        self.play("strict", [*OWN, "--strict"], serve=OWN_SCHEMAS)

    def play(self, mode, options, serve=()):
        with Server(options=serve) as server:
            demo = server.command("demo")
            server.command("directory", "mode", demo["directory_id"], mode)
            path = demo["scim_base_url"].split("/", 3)[3]
            with server.client(demo["bearer_token"], f"/{path}") as client:
                me = client.create_user("me@example.com")["id"]
            mine = server.command("secret", "create", demo["directory_id"], "--user", me)["plain_secret"]
            done = subprocess.run(
                [RUNNER, "--base-url", f"http://127.0.0.1:{server.port}/{path}", *options],
                env={**clean_environment(), "SCIM_TOKEN": demo["bearer_token"], "SCIM_USER_TOKEN": mine},
                capture_output=True,
                text=True,
                timeout=4 * ANSWER_SECONDS,
            )
            self.assertEqual(done.returncode, 0, f"\n{done.stdout}\n{done.stderr}")
            self.assertIn(" 0 skipped;", done.stdout)
            self.assertEqual(server.events_logged("internal"), [])
            requests = server.events_logged("request")
            failed = [entry for entry in requests if entry["status"] >= 500 and entry["status"] != 501]
            self.assertEqual(failed, [])


if __name__ == "__main__":
    unittest.main()
