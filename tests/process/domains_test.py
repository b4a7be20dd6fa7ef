"""Organizations and domain verification: a DNS server of the test, commands, kill -9, concurrent writes."""

import pathlib
import socket
import struct
import threading
import time
import unittest

from scimd import CommandFailed, Server, kind, made, run, together, user

WAIT_SECONDS = 30


class NameServer:
    """A UDP name server with TXT records; NXDOMAIN for names without any."""

    def __init__(self):
        self.records = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                query, client = self.socket.recvfrom(4096)
            except OSError:
                return
            self.socket.sendto(self.answer(query), client)

    def answer(self, query):
        end = query.index(b"\0", 12) + 5
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode())
            at += 1 + query[at]
        texts = self.records.get(".".join(labels).lower())
        code = 0 if texts else 3
        head = query[:2] + struct.pack(">HHHHH", 0x8400 | code, 1, len(texts or ()), 0, 0)
        rows = b"".join(
            b"\xc0\x0c" + struct.pack(">HHIHB", 16, 1, 1, len(text) + 1, len(text)) + text.encode()
            for text in texts or ()
        )
        return head + query[12:end] + rows

    def close(self):
        self.socket.close()


def with_email(user_name, domain):
    return user(user_name, emails=[{"value": f"{user_name}@{domain}", "primary": True}])


class DomainsTest(unittest.TestCase):
    def setUp(self):
        self.names = NameServer()
        self.addCleanup(self.names.close)
        self.server = Server(options=("--dns-server", self.names.address))
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)
        self.server.start()

    def eventually(self, question, expected):
        deadline = time.monotonic() + WAIT_SECONDS
        while (got := question()) != expected and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertEqual(got, expected)

    def claim(self, organization, name):
        return self.server.command("domain", "add", organization, name, "--dns")["domain"]

    def prove(self, domain):
        self.names.records[domain["txt_record_key"]] = [domain["txt_record_value"]]

    def test_a_domain_is_proved_by_its_record_and_lets_held_users_out(self):
        directory = self.server.new_directory(policy="hold")
        domain = self.claim(directory.organization, "late.example")
        self.assertEqual(domain["verification_status"], "PENDING")
        with directory.client() as client:
            held = client.expect(201, client.post("/Users", with_email("eve", "late.example"))).json
            self.assertEqual(client.get(f"/Users/{held['id']}").status, 200)
        verify = ("domain", "verify", directory.organization, domain["id"])
        self.assertEqual(self.server.command(*verify), {"verified": False})
        shown = self.server.command("domain", "show", directory.organization, domain["id"])["domain"]
        self.assertEqual(shown["last_check"]["outcome"], "NO_SUCH_NAME")
        listed = self.server.command("directory", "held", directory.id)["held_users"]
        self.assertEqual([row["user_id"] for row in listed], [held["id"]])
        self.assertEqual(directory.events(), [])

        self.prove(domain)
        self.assertEqual(self.server.command(*verify), {"verified": True})
        self.eventually(lambda: [kind(event) for event in directory.events()], ["user_created"])
        self.assertEqual(self.server.command("directory", "held", directory.id)["held_users"], [])

    def test_a_domain_that_two_prove_is_one_s(self):
        owners = [self.server.new_directory().organization for _ in range(8)]
        domains = [self.claim(owner, "contested.example") for owner in owners]
        self.names.records[domains[0]["txt_record_key"]] = [row["txt_record_value"] for row in domains]

        def verify(owner, domain):
            with self.server.operator() as control:
                path = f"/api/v1/organizations/{owner}/domains/{domain['id']}:verify"
                return control.send("PATCH", path).json["verified"]

        pairs = zip(owners, domains)
        proved = together([lambda pair=pair: verify(*pair) for pair in pairs])
        self.assertEqual(sorted(proved), [False] * 7 + [True])

    def test_the_last_seat_is_taken_once(self):
        directory = self.server.new_directory()
        self.server.command("organization", "limit", directory.organization, "--users", "3")

        def create(name):
            with directory.client() as client:
                return client.post("/Users", user(name)).status

        for start in range(0, 16, 8):
            statuses = together([lambda n=n: create(f"u{n}") for n in range(start, start + 8)])
            self.assertEqual(statuses.count(201), 3 if start == 0 else 0, statuses)
            self.assertEqual(statuses.count(403), 5 if start == 0 else 8, statuses)
        self.server.command("organization", "limit", directory.organization)
        self.assertEqual(create("u99"), 201)

    def test_a_removal_goes_on_after_a_kill(self):
        directory = self.server.new_directory()
        with directory.client() as client:
            for number in range(600):
                client.create_user(f"user{number}")
        self.server.command("organization", "delete", directory.organization)
        self.server.kill()
        with self.assertRaises(CommandFailed):
            self.server.command("organization", "show", directory.organization)
        self.server.start()
        with directory.client() as client:
            self.assertEqual(client.get("/Users").status, 401)

        def ends():
            kinds = [kind(event) for event in directory.events()]
            return kinds.count("user_deleted"), kinds[-1]

        self.eventually(ends, (600, "deleted"))
        self.assertEqual(self.server.command("organization", "list")["organizations"], [])
        self.assertTrue(self.server.command("check")["is_sound"])

    def test_names_that_everybody_shares_are_refused_unless_the_list_is_another(self):
        organization = self.server.new_directory().organization
        for name in ("gmail.com", "co.uk"):
            with self.assertRaises(CommandFailed):
                self.server.command("domain", "add", organization, name)
        providers = self.server.data / "providers"
        providers.write_text("# of this host\nmail.example\n")
        self.server.stop()
        self.server.options += ["--mail-providers", str(providers)]
        self.server.start()
        self.server.command("domain", "add", organization, "gmail.com")
        with self.assertRaises(CommandFailed):
            self.server.command("domain", "add", organization, "mail.example")
        providers.write_text("no name\n")
        done = run("organization", "list", "--mail-providers", str(providers), data=self.server.data / "new")
        self.assertEqual(done.returncode, 1)
        self.assertIn("line 1", done.stderr)

    def test_reserved_names_are_refused_unless_the_list_is_another(self):
        organization = self.server.new_directory().organization
        self.server.stop()
        self.server.reserved_domains = None
        self.server.start()
        for name, reason in (
            ("acme.internal", "special-use"),
            ("acme.test", "special-use"),
            ("onmicrosoft.com", "shared by the customers"),
        ):
            with self.assertRaises(CommandFailed) as failed:
                self.server.command("domain", "add", organization, name)
            self.assertIn(reason, str(failed.exception))
        self.server.command("domain", "add", organization, "acme.onmicrosoft.com")
        self.server.stop()
        self.server.reserved_domains = str(self.server.data / "reserved")
        pathlib.Path(self.server.reserved_domains).write_text("# a list\nshared tenants.acme.com\n")
        self.server.start()
        self.server.command("domain", "add", organization, "acme.internal")
        with self.assertRaises(CommandFailed):
            self.server.command("domain", "add", organization, "tenants.acme.com")
        pathlib.Path(self.server.reserved_domains).write_text("tenants.acme.com\n")
        done = run(
            "organization", "list", "--reserved-domains", self.server.reserved_domains, data=self.server.data / "new"
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("reserved domains, line 1", done.stderr)
        done = run("organization", "list", "--reserved-domains", "/no/file", data=self.server.data / "new")
        self.assertIn("--reserved-domains: the file cannot be read", done.stderr)

    def test_a_look_alike_comes_with_a_warning(self):
        organization = self.server.new_directory().organization
        shown = self.server.command("domain", "add", organization, "\u0430cme.com")["domain"]
        self.assertEqual(shown["domain"], "xn--cme-5cd.com")
        self.assertIn("mixes letters of several scripts", shown["domain_warning"])

    def test_servers_are_addresses(self):
        done = run("serve", "--dns-server", "dns.example:53", "--domain-window-hours", "0", data=self.server.data)
        self.assertEqual(done.returncode, 2)
        self.assertIn("dns.example:53", done.stderr)
        self.assertIn("--domain-window-hours", done.stderr)

    def test_organizations_are_found_changed_and_deleted_by_command(self):
        command = self.server.command
        organization = command("organization", "create", "Wonder Works")["organization"]["id"]
        command("organization", "update", organization, "--name", "Wonder Labs", "--external-id", "w-1")
        found = command("organization", "search", "wonder lab")["organizations"]
        self.assertEqual([row["external_id"] for row in found], ["w-1"])
        command("organization", "delete", organization)
        self.assertEqual(command("organization", "search", "wonder")["organizations"], [])
        with self.server.operator() as control:
            again = {"display_name": "Again", "external_id": "w-1"}
            made(control.post("/api/v1/organizations", again))


if __name__ == "__main__":
    unittest.main()
