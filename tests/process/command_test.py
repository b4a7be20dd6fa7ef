"""The command line: every command with and without a running server, its exit codes and its JSON."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

from scimd import BINARY, CommandFailed, Server, clean_environment, run

COMMANDS = (
    "serve",
    "demo",
    "organization create",
    "organization list",
    "organization show",
    "organization search",
    "organization update",
    "organization limit",
    "organization delete",
    "domain add",
    "domain create",
    "domain verify",
    "domain list",
    "domain show",
    "domain delete",
    "directory create",
    "directory list",
    "directory show",
    "directory enable",
    "directory disable",
    "directory delete",
    "directory policy",
    "directory unknown-members",
    "directory patch-status",
    "directory scope",
    "directory usage",
    "directory quota",
    "directory held",
    "directory log",
    "directory refused",
    "directory refusals",
    "secret create",
    "secret list",
    "secret regenerate",
    "secret revoke",
    "secret show",
    "events",
    "check",
    "backup",
    "restore",
    "version",
)
COMMAND_WORDS = {word for command in COMMANDS for word in command.split()}
FOLLOW_SECONDS = 10


class CommandTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="scimd-command-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.server = Server()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)

    def run_json(self, *words, data=None):
        done = run(*words, "--json", data=data or self.server.data)
        self.assertEqual(done.returncode, 0, f"{words}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def assert_usage(self, done, *mentioned):
        self.assertEqual(done.returncode, 2, f"{done.stdout}{done.stderr}")
        for text in mentioned:
            self.assertIn(text, done.stderr)

    def test_help_is_given_for_everything(self):
        whole = run("--help")
        self.assertEqual(whole.returncode, 0)
        for command in COMMANDS:
            with self.subTest(command=command):
                self.assertIn(command.split()[0], whole.stdout)
                done = run(*command.split(), "--help")
                self.assertEqual(done.returncode, 0)
                self.assertGreater(len(done.stdout.splitlines()), 2)
        for option in ("--data", "--json", "--public-url", "--config", "--listen", "--tls-certificate"):
            self.assertIn(option, whole.stdout)

    def test_version_is_printed(self):
        done = run("version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"\d+\.\d+\.\d+")
        versions = json.loads(run("version", "--json").stdout)
        self.assertIn(versions["version"], done.stdout)

    def test_bad_usage_exits_with_2(self):
        for words in (
            (),
            ("fly",),
            ("serve", "--fly"),
            ("organization",),
            ("organization", "create"),
            ("domain", "create", "org_1"),
            ("events", "--limit", "many"),
            ("events", "--type", ""),
            ("events", "--organization", ""),
            ("events", "--directory", ""),
            ("directory", "policy", "dir_1", "perhaps"),
            ("directory", "scope", "dir_1", "some"),
            ("directory", "create", "org_1", "--domain-gate-scope", "some"),
            ("secret", "revoke", "dir_1"),
            ("secret", "create", "dir_1", "--user", ""),
        ):
            with self.subTest(words=words):
                self.assert_usage(run(*words, data=self.folder if words else None))

    def test_all_faults_of_a_configuration_are_listed_at_once(self):
        done = run(
            "serve", "--listen", "nonsense", "--threads", "none", "--log-level", "loud", data=self.folder
        )
        self.assert_usage(done, "--listen", "--threads", "--log-level")
        done = run(
            "serve",
            "--listen",
            "127.0.0.1:99999",
            "--public-url",
            "ftp://x",
            "--tls-certificate",
            "x.pem",
            data=self.folder,
        )
        self.assert_usage(done, "--listen", "--public-url", "--tls-key")

    def test_unknown_keys_of_a_configuration_file_are_refused(self):
        config = self.folder / "scimd.toml"
        config.write_text('listen = "127.0.0.1:0"\nlisten_to = "x"\nfly = true\n')
        done = run("serve", "--config", config, data=self.folder / "data")
        self.assert_usage(done, "listen_to", "fly")
        self.assert_usage(
            run("serve", "--config", self.folder / "absent.toml", data=self.folder), "absent.toml"
        )

    def test_a_device_is_no_configuration_file(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        for file in ("/dev/zero", fifo, self.folder):
            with self.subTest(file=file):
                done = run("serve", "--config", file, data=self.folder / "data", timeout=10)
                self.assert_usage(done, str(file))
                environment = {"SCIMD_CONFIG": str(file)}
                self.assert_usage(run("serve", data=self.folder / "data", environment=environment, timeout=10), str(file))
        large = self.folder / "large.toml"
        large.write_text("#" * (1024 * 1024 + 1))
        self.assert_usage(run("serve", "--config", large, data=self.folder), "has more than 1048576 bytes")

    def test_a_configuration_file_and_the_environment_are_read(self):
        config = self.folder / "scimd.toml"
        config.write_text('public-url = "https://file.example"\n')
        data = self.folder / "data"
        base = self.run_json("demo", "--config", config, data=data)["scim_base_url"]
        self.assertTrue(base.startswith("https://file.example/directory/"), base)
        done = run(
            "demo",
            "--json",
            "--config",
            config,
            data=data,
            environment={"SCIMD_PUBLIC_URL": "https://environment.example"},
        )
        self.assertTrue(json.loads(done.stdout)["scim_base_url"].startswith("https://environment.example/"))
        done = run(
            "demo",
            "--json",
            "--public-url",
            "https://flag.example",
            data=data,
            environment={"SCIMD_PUBLIC_URL": "https://environment.example"},
        )
        self.assertTrue(json.loads(done.stdout)["scim_base_url"].startswith("https://flag.example/"))
        done = run("demo", "--json", environment={"SCIMD_DATA": str(data)})
        self.assertEqual(done.returncode, 0, done.stderr)

    def walk(self):
        """Runs every command once; returns the members of their answers, for comparison."""
        shapes = {}

        def call(*words):
            answer = self.run_json(*words)
            shapes[" ".join(word for word in words if word in COMMAND_WORDS)] = sorted(answer)
            return answer

        call("version")
        call("demo")
        organization = call("organization", "create", "Acme", "--external-id", "acme")["organization"]
        self.assertEqual(organization["display_name"], "Acme")
        self.assertEqual(organization["external_id"], "acme")
        org = organization["id"]
        self.assertIn(org, [row["id"] for row in call("organization", "list")["organizations"]])
        self.assertEqual(call("organization", "show", org)["organization"]["id"], org)
        domain = call("domain", "create", org, "Acme.com", "--subdomains")["domain"]
        self.assertEqual(domain["domain"], "acme.com")
        self.assertEqual(domain["verification_status"], "VERIFIED")
        self.assertEqual([row["id"] for row in call("domain", "list", org)["domains"]], [domain["id"]])
        self.assertEqual(call("domain", "show", org, domain["id"])["domain"], domain)
        directory = call(
            "directory", "create", org, "--name", "Okta", "--provider", "OKTA", "--domain-policy", "off"
        )["directory"]
        self.assertEqual(directory["domain_policy"].lower(), "off")
        where = directory["id"]
        self.assertEqual([row["id"] for row in call("directory", "list", org)["directories"]], [where])
        self.assertIs(call("directory", "disable", where)["enabled"], False)
        self.assertIs(call("directory", "show", where)["directory"]["enabled"], False)
        self.assertIs(call("directory", "enable", where)["enabled"], True)
        self.assertEqual(directory["domain_gate_scope"], "primary")
        self.assertEqual(call("directory", "scope", where, "all")["directory"]["domain_gate_scope"], "all")
        strict = call("directory", "create", org, "--domain-gate-scope", "all")["directory"]
        self.assertEqual(strict["domain_gate_scope"], "all")
        call("directory", "policy", where, "reject")
        self.assertEqual(call("directory", "show", where)["directory"]["domain_policy"].lower(), "reject")
        self.assertEqual(call("directory", "refused", where, "--status", "open")["refusals"], [])
        self.assertEqual(call("directory", "refusals", where)["refusals"], [])
        self.assertEqual(call("directory", "log", where, "--status", "4xx")["entries"], [])
        minted = call("secret", "create", where, "--expires", "2099-01-01T00:00:00Z")
        self.assertRegex(minted["plain_secret"], r"^scimd_scim_[0-9A-Za-z]{49}$")
        secret = minted["secret"]["id"]
        rows = call("secret", "list", where)["secrets"]
        self.assertEqual([row["id"] for row in rows], [secret])
        self.assertNotIn(minted["plain_secret"], json.dumps(rows))
        shown = call("secret", "show", where, secret)["secret"]
        self.assertEqual(shown["id"], secret)
        self.assertEqual(shown["status"], "ACTIVE")
        renewed = call("secret", "regenerate", where, "--overlap-seconds", "60")
        self.assertNotEqual(renewed["plain_secret"], minted["plain_secret"])
        shown = call("secret", "show", where, secret)["secret"]
        self.assertLess(shown["expire_time"], minted["secret"]["expire_time"])
        call("secret", "revoke", where, secret)
        self.assertEqual(call("secret", "show", where, secret)["secret"]["status"], "INACTIVE")
        self.assertNotEqual(call("secret", "list", where)["secrets"][0]["status"], minted["secret"]["status"])
        call("domain", "delete", org, domain["id"])
        self.assertEqual(call("domain", "list", org)["domains"], [])
        self.assertIs(call("check")["is_sound"], True)
        call("backup", str(self.folder / f"backup-{time.monotonic_ns()}"))
        self.assertEqual(run("events", data=self.server.data).returncode, 0)
        return shapes

    def test_every_command_answers_alike_with_and_without_a_server(self):
        alone = self.walk()
        shutil.rmtree(self.server.data)
        self.server.start()
        self.assertEqual(self.walk(), alone)

    def test_a_secret_may_stand_for_a_user(self):
        self.server.start()
        directory = self.server.new_directory()
        with directory.client() as client:
            ann, bob = (client.create_user(name)["id"] for name in ("ann@example.com", "bob@example.com"))
        made = self.run_json("secret", "create", directory.id, "--user", ann)
        secret = made["secret"]["id"]
        rows = self.run_json("secret", "list", directory.id)["secrets"]
        owners = {row["id"]: row.get("directory_user_id") for row in rows}
        self.assertEqual(owners, {directory.secret: None, secret: ann})
        done = run("secret", "list", directory.id, data=self.server.data)
        self.assertIn(ann, done.stdout)
        shown = self.run_json("secret", "show", directory.id, secret)["secret"]
        self.assertEqual(shown["directory_user_id"], ann)
        with self.server.client(made["plain_secret"], directory.base) as mine:
            me = mine.expect(200, mine.get("/Me"))
            self.assertEqual(me.json["id"], ann)
            self.assertTrue(me.headers["Location"].endswith(f"{directory.base}/Users/{ann}"))
            self.assertEqual(mine.get(f"/Users/{bob}").status, 403)
        refused = run("secret", "create", directory.id, "--user", "diruser_1", data=self.server.data)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("directory_user_id: this directory has no such user.", refused.stderr)

    def test_a_failed_command_says_why(self):
        for start in (False, True):
            if start:
                self.server.start()
            for words in (
                ("organization", "show", "org_1"),
                ("directory", "show", "dir_1"),
                ("secret", "list", "dir_1"),
                ("domain", "create", "org_1", "a.example"),
                ("secret", "revoke", "dir_1", "sec_1"),
            ):
                with self.subTest(words=words, server=start):
                    done = run(*words, data=self.server.data)
                    self.assertEqual(done.returncode, 1, done.stderr)
                    self.assertTrue(done.stderr.strip())
                    with self.assertRaises(CommandFailed) as caught:
                        self.server.command(*words)
                    self.assertEqual(caught.exception.code, 1)
                    fault = json.loads(caught.exception.output)["error"]
                    self.assertTrue(fault["message"])
                    self.assertIn("code", fault)

    def test_demo_is_made_once_and_gives_a_fresh_token_each_time(self):
        first = self.run_json("demo")
        self.server.start()
        second = self.run_json("demo")
        self.assertEqual(first["organization_id"], second["organization_id"])
        self.assertEqual(first["directory_id"], second["directory_id"])
        self.assertNotEqual(first["bearer_token"], second["bearer_token"])
        self.assertEqual(len(self.run_json("organization", "list")["organizations"]), 1)
        for token in (first["bearer_token"], second["bearer_token"]):
            client = self.server.client(token, f"/directory/{first['directory_id']}/scim/v2")
            self.assertEqual(client.get("/Users").status, 200)
            client.close()
        client = self.server.client(first["bearer_token"], f"/directory/{first['directory_id']}/scim/v2")
        client.create_user("alice@example.com")
        client.close()

    def test_the_demo_takes_a_policy(self):
        made = self.run_json("demo", "--domain-policy", "off")
        shown = self.run_json("directory", "show", made["directory_id"])["directory"]
        self.assertEqual(shown["domain_policy"].lower(), "off")
        self.run_json("demo")
        shown = self.run_json("directory", "show", made["directory_id"])["directory"]
        self.assertEqual(shown["domain_policy"].lower(), "off", "left alone when not given")

    def events(self, *words):
        done = run("events", *words, data=self.server.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_events_are_listed_and_continued(self):
        self.server.start()
        directory, other = self.server.new_directory(), self.server.new_directory()
        for where in (directory, other):
            client = where.client()
            for number in range(5):
                client.create_user(f"u{number}@example.com")
            client.close()
        for running in (True, False):
            if not running:
                self.server.stop()
            every = self.events()
            organizations = 2  # which are events, too
            self.assertEqual(len(every), organizations + 10 + directory.start + other.start)
            self.assertEqual(self.events("--after", every[3]["cursor"]), every[4:])
            self.assertEqual(self.events("--limit", "3"), every[:3])
            mine = self.events("--directory", directory.id)
            self.assertEqual([event["sequence"] for event in mine], list(range(1, directory.start + 6)))
            self.assertEqual(self.events("--directory", directory.id, "--after", "3"), mine[3:])
            self.assertEqual(self.events("--directory", directory.id, "--after", mine[2]["cursor"]), mine[3:])
            self.assertEqual(self.events("--directory", directory.id, "--after", mine[2]["id"]), mine[3:])
            self.assertEqual(self.events("--organization", directory.organization)[1:], mine)
            created = ["--type", "organization.directory.user_created"]
            users = [event for event in every if event["type"] == created[1]]
            self.assertEqual(self.events(*created), users)
            tokens = ["--type", "organization.directory.token_*"]
            self.assertEqual(self.events(*created, *tokens, "--directory", directory.id), mine[directory.start - 1 :])
            self.assertEqual(self.events(*created, "--after", users[-1]["cursor"]), [])
            self.assertEqual(self.events(*created, "--limit", "7"), users[:7])

    def test_following_picks_up_new_events(self):
        self.server.start()
        directory = self.server.new_directory()
        client = directory.client()
        client.create_user("before@example.com")
        follower = subprocess.Popen(
            [BINARY, "events", "--follow", "--data", str(self.server.data)],
            stdout=subprocess.PIPE,
            text=True,
            env=clean_environment(),
        )
        self.addCleanup(follower.stdout.close)
        self.addCleanup(follower.wait)
        self.addCleanup(follower.kill)
        lines, arrived = [], threading.Event()

        def read():
            for line in follower.stdout:
                event = json.loads(line)
                if "preferred_username" in event["data"]:
                    lines.append(event)
                if len(lines) >= 3:
                    arrived.set()

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        deadline = time.monotonic() + FOLLOW_SECONDS
        while not lines and time.monotonic() < deadline:
            time.sleep(0.02)
        client.create_user("after@example.com")
        client.create_user("later@example.com")
        client.close()
        self.assertTrue(arrived.wait(FOLLOW_SECONDS), "no new events came")
        names = [line["data"]["preferred_username"] for line in lines]
        self.assertEqual(names, ["before@example.com", "after@example.com", "later@example.com"])
        self.assertIsNone(follower.poll(), "it goes on")

    def test_a_backup_under_load_restores_to_a_sound_server(self):
        self.server.start()
        directory = self.server.new_directory()
        client = directory.client()
        before = [client.create_user(f"before{number}@example.com")["id"] for number in range(20)]
        client.close()
        stop, faults = threading.Event(), []

        def load(name):
            busy, number = directory.client(), 0
            while not stop.is_set():
                number += 1
                answer = busy.post("/Users", {"userName": f"{name}-{number}@example.com"})
                if answer.status != 201:
                    faults.append(answer)
            busy.close()

        threads = [threading.Thread(target=load, args=(f"load{i}",)) for i in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        # The restored data directory: the backup under the name that the server gives its database.
        backup = self.folder / "backup"
        self.server.command("backup", backup)
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual(faults, [])
        self.assertTrue(backup.is_file())
        database = [
            path for path in self.server.data.iterdir() if path.suffix in (".db", ".sqlite", ".sqlite3")
        ]
        self.assertEqual(len(database), 1, list(self.server.data.iterdir()))
        restored = self.folder / "restored"
        restored.mkdir(mode=0o700)
        shutil.copy(backup, restored / database[0].name)
        self.assertIs(self.run_json("check", data=restored)["is_sound"], True)
        with Server(restored) as again:
            copy = again.client(directory.token, directory.base)
            users = {resource["id"] for resource in copy.every("/Users")}
            self.assertLessEqual(set(before), users)
            with again.operator() as control:
                path = f"/api/v1/events?directory_id={directory.id}&limit=1000"
                events = control.get(path).json["events"]
            self.assertEqual([event["sequence"] for event in events], list(range(1, len(events) + 1)))
            self.assertEqual({event["data"]["id"] for event in events[directory.start :]}, users)
            copy.create_user("restored@example.com")
            copy.close()

    def test_a_backup_does_not_overwrite(self):
        self.run_json("demo")
        target = self.folder / "precious"
        target.write_text("precious")
        done = run("backup", target, data=self.server.data)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(target.read_text(), "precious")

    def test_check_finds_a_damaged_database(self):
        self.run_json("demo")
        self.assertIs(self.run_json("check")["is_sound"], True)
        (database,) = [
            path for path in self.server.data.iterdir() if path.suffix in (".db", ".sqlite", ".sqlite3")
        ]
        content = bytearray(database.read_bytes())
        for offset in range(4096 + 8, len(content), 512):  # beyond the first page, which holds the schema
            content[offset] ^= 0xFF
        database.write_bytes(content)
        self.assertEqual(run("check", data=self.server.data).returncode, 1)


if __name__ == "__main__":
    unittest.main()
