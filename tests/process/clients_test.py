"""API clients: access tokens that a published JWT library verifies, key rotation, encryption of secrets at rest."""

import contextlib
import http.client
import json
import pathlib
import shutil
import signal
import tempfile
import unittest

import jwt

from scimd import FORM, Server, run, together

HEX_KEY = "00112233445566778899aabbccddeeff" * 2
OTHER_KEY = "ff" * 32



def keys_in(text):
    """The keys of a master key file, without its comments."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


class ClientsTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="scimd-clients-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.server = Server()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.port}"

    def verified(self, token):
        """The claims of a token, as a published library reads them."""
        key = jwt.PyJWKClient(f"{self.url}/keys").get_signing_key_from_jwt(token).key
        return jwt.decode(token, key, algorithms=["RS256"], audience=self.url, issuer=self.url)

    def status_with(self, *tokens, method="GET", path="/api/v1/organizations"):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        with contextlib.closing(connection):
            connection.putrequest(method, path)
            for token in tokens:
                connection.putheader("Authorization", f"Bearer {token}")
            connection.endheaders()
            return connection.getresponse().status

    def test_a_token_verifies_with_the_keys_that_are_published(self):
        self.server.start()
        made = self.server.command("client", "create", "Billing")
        token = self.server.access_token((made["client_id"], made["client_secret"]))
        claims = self.verified(token)
        self.assertEqual(claims["sub"], made["client_id"])
        self.assertEqual(claims["client_id"], made["client_id"])
        self.assertTrue(claims["jti"].startswith("tkn_"))
        self.assertEqual(claims["exp"] - claims["iat"], 86399)
        self.assertEqual(self.status_with(token), 200)
        with contextlib.closing(self.server.client()) as public:
            answer = public.get("/.well-known/openid-configuration").json
        self.assertEqual(answer["issuer"], self.url)
        self.assertEqual(answer["jwks_uri"], f"{self.url}/keys")

    def test_the_demo_gives_a_client_too(self):
        self.server.start()
        demo = self.server.command("demo")
        self.assertEqual(demo["api_base_url"], f"{self.url}")
        token = self.server.access_token((demo["client_id"], demo["client_secret"]))
        self.assertEqual(self.status_with(token), 200)
        again = self.server.command("demo")
        self.assertEqual(again["client_id"], demo["client_id"])
        self.assertNotEqual(again["client_secret"], demo["client_secret"])

    def test_the_first_tokens_of_many_clients_share_one_key(self):
        self.server.start()
        clients = [self.server.new_client(f"Client {number}") for number in range(8)]
        tokens = together([lambda one=one: self.server.access_token(one) for one in clients])
        self.assertEqual({jwt.get_unverified_header(token)["kid"] for token in tokens}.__len__(), 1)
        self.assertEqual({self.status_with(token) for token in tokens}, {200})

    def test_tokens_outlive_a_restart_and_a_crash(self):
        self.server.options = ["--public-url", "https://scim.example"]
        self.server.start()
        token = self.server.access_token()
        for end in (self.server.stop, self.server.kill):
            end()
            self.server.start()
            self.assertEqual(self.status_with(token), 200)

    def test_two_authorization_fields_are_taken_when_one_is_good(self):
        self.server.start()
        token = self.server.access_token()
        self.assertEqual(self.status_with(token, "an.old.one"), 200)
        self.assertEqual(self.status_with("an.old.one", token), 200)
        self.assertEqual(self.status_with("an.old.one", "another.old.one"), 401)
        directory = self.server.new_directory()
        self.assertEqual(self.status_with(directory.token, path=f"{directory.base}/Users"), 200)
        self.assertEqual(self.status_with(directory.token, directory.token, path=f"{directory.base}/Users"), 401)

    def test_commands_manage_clients_their_secrets_and_keys(self):
        self.server.start()
        made = self.server.command("client", "create", "Billing", "--read-only")
        name = made["client_id"]
        self.assertEqual(made["client"]["access"], "READ")
        self.assertEqual([row["id"] for row in self.server.command("client", "list")["clients"]], [name])
        added = self.server.command("client", "add-secret", name, "--expires", "2099-01-01T00:00:00Z")
        shown = self.server.command("client", "show", name)["client"]
        self.assertEqual(len(shown["secrets"]), 2)
        self.server.command("client", "revoke-secret", name, shown["secrets"][0]["id"])
        token = self.server.access_token((name, added["client_secret"]))
        self.assertEqual(self.status_with(token), 200)
        self.assertEqual(self.status_with(token, method="DELETE", path="/api/v1/organizations/org_1/domains/dom_1"), 403)
        self.assertEqual(len(self.server.command("key", "list")["signing_keys"]), 1)
        self.assertEqual(len(self.server.command("key", "rotate-signing")["signing_keys"]), 2)
        self.assertEqual(self.status_with(token), 200)
        self.assertEqual(len(self.server.command("key", "rotate-signing", "--at-once")["signing_keys"]), 1)
        self.assertEqual(self.status_with(token), 401)
        self.server.command("client", "delete", name)
        self.assertEqual(self.server.command("client", "list")["clients"], [])
        entries = self.server.command("audit", "--limit", "3")["entries"]
        self.assertEqual([entry["route"] for entry in entries][0], "/api/v1/clients/{id}")
        self.assertEqual(len(entries), 3)
        self.assertEqual({entry["actor"] for entry in entries}, {"operator"})
        self.assertEqual(self.server.command("audit", "--actor", name)["entries"], [])

    def test_a_command_limits_a_client_to_scopes(self):
        self.server.start()
        made = self.server.command("client", "create", "DNS", "--scope", "domains:read", "--scope", "domains:write")
        self.assertEqual(made["client"]["scopes"], ["domains:read", "domains:write"])
        token = self.server.access_token((made["client_id"], made["client_secret"]))
        self.assertEqual(self.status_with(token, path="/api/v1/organizations/org_1/domains"), 404)
        self.assertEqual(self.status_with(token, path="/api/v1/organizations"), 403)

    def test_a_client_that_is_deleted_before_its_body_has_come_makes_nothing(self):
        self.server.start()
        made = self.server.command("client", "create", "Billing")
        token = self.server.access_token((made["client_id"], made["client_secret"]))

        def send_late(meanwhile):
            body = {"display_name": "Acme"}
            return self.server.late("POST", "/api/v1/organizations", token, body, meanwhile).status

        self.assertEqual(send_late(lambda: None), 201)
        self.assertEqual(send_late(lambda: self.server.command("client", "delete", made["client_id"])), 401)
        self.assertEqual(len(self.server.command("organization", "list")["organizations"]), 1)

    def test_no_secret_is_on_disk(self):
        self.server.start()
        made = self.server.command("client", "create", "Billing")
        token = self.server.access_token((made["client_id"], made["client_secret"]))
        backup = self.folder / "backup.db"
        self.server.command("backup", backup)
        self.server.stop()
        (key,) = keys_in((self.server.data / "master.key").read_text())
        self.assertEqual((self.server.data / "master.key").stat().st_mode & 0o777, 0o600)
        for file in (backup, *self.server.data.glob("scimd.db*")):
            content = file.read_bytes()
            for text in (made["client_secret"], token, key):
                self.assertNotIn(text.encode(), content, file)
            self.assertNotIn(b"PRIVATE KEY", content)

    def test_a_lost_master_key_is_reported_at_the_start(self):
        self.server.start()
        self.server.access_token()
        self.server.stop()
        key = self.server.data / "master.key"
        kept = key.read_bytes()
        key.unlink()
        done = run("check", data=self.server.data)
        self.assertEqual(done.returncode, 1)
        self.assertIn("master.key", done.stderr)
        self.assertIn("--master-key-file", done.stderr)
        self.assertFalse(key.exists(), "none is made in its stead")
        done = run("check", data=self.server.data, environment={"SCIMD_MASTER_KEY": OTHER_KEY})
        self.assertEqual(done.returncode, 1)
        self.assertIn("not among the keys given", done.stderr)
        elsewhere = self.folder / "key"
        elsewhere.write_bytes(kept)
        done = run("check", "--master-key-file", elsewhere, data=self.server.data)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_master_key_is_replaced_while_tokens_go_on(self):
        self.server.options = ["--public-url", "https://scim.example"]
        self.server.start()
        client = self.server.new_client()
        token = self.server.access_token(client)
        key = self.server.data / "master.key"
        before = key.read_text()
        key_id = self.server.command("key", "rotate")["key_id"]
        after = key.read_text()
        self.assertNotEqual(after, before)
        self.assertEqual(keys_in(after), [keys_in(after)[0], *keys_in(before)], "backups need the old one")
        self.assertTrue(after.startswith(f"# key {key_id}\n"), "a comment names each key")
        self.assertEqual(self.status_with(token), 200)
        self.server.access_token(client)
        self.server.stop()
        self.server.start()
        self.assertEqual(self.status_with(token), 200)
        self.server.access_token(client)
        self.assertNotEqual(self.server.command("key", "rotate")["key_id"], key_id)

    def test_configured_master_keys_are_replaced_by_the_first(self):
        file = self.folder / "keys"
        file.write_text(HEX_KEY + "\n")
        file.chmod(0o600)
        self.server.options = ["--master-key-file", str(file)]
        self.server.start()
        client = self.server.new_client()
        self.server.access_token(client)
        self.assertFalse((self.server.data / "master.key").exists())
        self.server.stop()
        file.write_text(f"{OTHER_KEY}\n{HEX_KEY}\n")
        self.server.start()
        self.server.access_token(client)
        self.server.command("key", "rotate")
        self.server.stop()
        file.write_text(OTHER_KEY)
        self.server.start()
        self.server.access_token(client)
        self.assertFalse((self.server.data / "master.key").exists())

    def test_the_audit_log_stays_whole_when_the_process_is_killed(self):
        self.server.start()
        token = self.server.access_token()
        for number in range(20):
            with contextlib.closing(self.server.client(token)) as client:
                answer = client.post("/api/v1/organizations", {"display_name": f"Organization {number}"})
                self.assertEqual(answer.status, 201)
        self.server.process.send_signal(signal.SIGKILL)
        self.server.process.wait()
        self.server.finish()
        self.server.start()
        created = [
            entry
            for entry in self.server.command("audit")["entries"]
            if entry["route"] == "/api/v1/organizations" and entry["method"] == "POST"
        ]
        self.assertEqual(len(created), 20)
        self.assertIs(self.server.command("check")["is_sound"], True)

    def test_a_guess_is_throttled_over_the_network(self):
        self.server.start()
        name, secret = self.server.new_client()
        with contextlib.closing(self.server.client()) as public:
            wrong = secret[:-1] + ("y" if secret.endswith("x") else "x")
            form = f"grant_type=client_credentials&client_id={name}&client_secret={wrong}"
            statuses = [public.send("POST", "/oauth/token", form, FORM).status for _ in range(12)]
            last = public.send("POST", "/oauth/token", form, FORM)
            right = public.send("POST", "/oauth/token", form.replace(wrong, secret), FORM)
            again = public.send("POST", "/oauth/token", form, FORM)
        self.assertEqual(statuses[:10], [401] * 10)
        self.assertEqual(statuses[-1], 429)
        self.assertTrue(last.headers["Retry-After"])
        self.assertEqual(json.loads(last.body)["error"], "temporarily_unavailable")
        self.assertEqual(right.status, 200, "the right secret always passes")
        self.assertEqual(again.status, 429)

    def test_all_who_ask_a_fresh_server_for_its_keys_get_the_one_that_is_made(self):
        self.server.start()

        def keys():
            with contextlib.closing(self.server.client()) as public:
                return public.get("/keys")

        answers = together([keys] * 50)
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assertEqual({answer.body for answer in answers}, {answers[0].body})
        self.assertEqual(len(answers[0].json["keys"]), 1)


if __name__ == "__main__":
    unittest.main()
