"""SSRF: no URL, address, host name or redirect leads a webhook to a forbidden address.

A listener stands at every address of the machine; where the kernel allows it, in a network of its own in which every
address is the machine's: private, link-local and metadata addresses as well as public ones.
"""

import collections
import ipaddress
import socket
import time
import unittest

from inside_vectors import forbidden_addresses, public_neighbours, refused_urls
from outside import (
    A,
    AAAA,
    NO_ERROR,
    NO_SUCH_NAME,
    SERVER_FAILURE,
    Forbidden,
    NameServer,
    address_record,
    alias_record,
    enter_own_network,
    has_own_network,
)
from receiver import Receiver
from scimd import Client, Server, made

VECTORS_MIN = 200  # each kind of vector alone would be too few
PATIENCE_SECONDS = 240
LOOK_UP_SCHEDULE = (0, 6, 6, 6, 6)  # a name server on a busy machine may be late
PUBLIC, PUBLIC_V6 = "93.184.216.34", "2606:4700:4700::1111"
ADDRESS = "the host has a"
REDIRECTS = (301, 302, 303, 307, 308)
FIRST_ALIAS, LAST_ALIAS = 1, 6  # one more than are followed


class Names:
    """What the name server says: names with their records, or what to do instead of an answer."""

    def __init__(self):
        self.records = {}  # name -> records of all kinds
        self.codes = {}  # (name, kind) -> code, or None for silence

    def answer(self, name, kind):
        code = self.codes.get((name, kind), NO_ERROR if name in self.records else NO_SUCH_NAME)
        if code != NO_ERROR:
            return code if code is None else (code, [])
        # An alias stands before what it leads to, as name servers answer.
        return code, [row for row in self.records.get(name, []) if row[1] not in (A, AAAA) or row[1] == kind]

    def add(self, name, *addresses):
        self.records[name] = [address_record(name, address) for address in addresses]
        return name

    def add_alias(self, name, target):
        self.records[name] = [alias_record(name, target)]
        return name


def mixed_answers(names):
    """Names whose answers are not what they seem, and how their attempts end."""
    rows = [
        (names.add("good-first.example", PUBLIC, "127.0.0.1"), ADDRESS),
        (names.add("good-last.example", "127.0.0.1", PUBLIC), ADDRESS),
        (names.add("good-v4.example", PUBLIC, "::1"), ADDRESS),
        (names.add("good-v6.example", "127.0.0.1", PUBLIC_V6), ADDRESS),
        (names.add("mapped.example", PUBLIC, "::ffff:127.0.0.1"), ADDRESS),
        (names.add("translated.example", PUBLIC, "64:ff9b::127.0.0.1"), ADDRESS),
        (names.add("metadata.example", PUBLIC, "169.254.169.254"), ADDRESS),
        (names.add("metadata-v6.example", PUBLIC, "fd00:ec2::254"), ADDRESS),
        (names.add("many.example", *[f"93.184.216.{n}" for n in range(1, 20)], "10.0.0.1"), ADDRESS),
        (names.add("both-inside.example", "127.0.0.1", "::1"), ADDRESS),
        (names.add_alias("alias.example", "both-inside.example"), ADDRESS),
        (names.add_alias("alias-of-alias.example", "alias.example"), ADDRESS),
        (names.add_alias("alias-to-mixed.example", "good-first.example"), ADDRESS),
        (names.add_alias("circle.example", "circle.example"), "the name server could not be asked"),
        (names.add_alias("nowhere.example", "nobody.example"), "the host has no address"),
        ("nobody.example", "the host has no address"),
        (names.add("nothing.example"), "the host has no address"),
    ]
    # What is said beside the question is no answer to it.
    names.records["stranger.example"] = [address_record("other.example", PUBLIC)]
    rows.append(("stranger.example", "the host has no address"))
    for number in range(FIRST_ALIAS, LAST_ALIAS):
        names.add_alias(f"chain{number}.example", f"chain{number + 1}.example")
    names.add(f"chain{LAST_ALIAS}.example", "127.0.0.1")
    rows.append((f"chain{FIRST_ALIAS}.example", "the name server could not be asked"))
    # Half an answer is none: what the other half would have been is not known.
    for name, kind, code in (
        ("half.example", AAAA, SERVER_FAILURE),
        ("other-half.example", A, SERVER_FAILURE),
        ("silent-half.example", AAAA, None),
    ):
        names.add(name, PUBLIC if kind == AAAA else PUBLIC_V6)
        names.codes[name, kind] = code
        rows.append((name, "the "))
    # An address of the wrong length, and text where an address should be.
    for name, kind, data in (("short.example", A, b"\x7f"), ("text.example", AAAA, b"127.0.0.1")):
        names.records[name] = [(name, kind, data)]
        rows.append((name, "the name server could not be asked"))
    return rows


class NoWayInsideTest(unittest.TestCase):
    def setUp(self):
        self.names = Names()
        name_server = NameServer(self.names.answer)
        self.addCleanup(name_server.close)
        self.forbidden = Forbidden()
        self.addCleanup(self.forbidden.close)
        self.strict = ["--dns-server", name_server.address, "--webhook-ports", str(self.forbidden.port)]
        self.played = []

    def start(self, options):
        server = Server(options=options).start()
        self.addCleanup(server.remove)
        self.addCleanup(server.stop)
        return server

    def body(self, url, directory, schedule=(0,)):
        return {"url": url, "directory_id": directory.id, "retry_schedule_seconds": list(schedule)}

    def attempts_after_an_event(self, server, directory, endpoints, is_awaited=lambda one, attempt: True):
        """The awaited attempt of each endpoint, once something has happened in the directory."""
        with directory.client() as client:
            client.create_user("anna@example.com")
        found, deadline = {}, time.monotonic() + PATIENCE_SECONDS
        with server.operator() as control:
            while len(found) < len(endpoints) and time.monotonic() < deadline:
                for one in endpoints:
                    if one not in found:
                        path = f"/api/v1/webhook-endpoints/{one}/attempts"
                        rows = Client.expect(200, control.get(path)).json["attempts"]
                        awaited = [row for row in rows if is_awaited(one, row)]
                        if not awaited:
                            break  # the others are no further
                        found[one] = awaited[0]
                time.sleep(0.05)
        self.assertEqual([one for one in endpoints if one not in found], [], "attempts are missing")
        return found

    def reachable(self):
        """At how many forbidden addresses a connection would have been noticed."""
        heard = 0
        for address in forbidden_addresses():
            if not (has_own_network() or address.is_loopback or address.is_unspecified):
                continue  # a public address
            try:
                self.knock(str(address))
                heard += 1
            except OSError:
                continue  # multicast, or the end of a network
        self.assertEqual(len(self.forbidden.reached), heard)
        self.assertGreaterEqual(heard, 2)
        self.forbidden.reached.clear()
        return heard

    def knock(self, address):
        """Connects, and waits until that has been noticed."""
        with socket.create_connection((address, self.forbidden.port), PATIENCE_SECONDS) as connection:
            connection.recv(1)

    def visitors(self):
        """Where the listeners were reached: connections are recorded in order, and those of the test come last."""
        for address in self.forbidden.addresses:
            self.knock(address)
        own = collections.Counter(self.forbidden.addresses)
        return list((collections.Counter(self.forbidden.reached) - own).elements())

    def play_urls(self, server):
        """URLs that are refused when an endpoint is made and when it is changed."""
        directory = server.new_directory()
        with server.operator() as control:
            good = f"https://example.com:{self.forbidden.port}/"
            path = "/api/v1/webhook-endpoints"
            kept = made(control.post(path, self.body(good, directory)))["id"]
            before = control.get(path).json["total_size"]
            for url in dict.fromkeys(refused_urls(self.forbidden.port)):
                with self.subTest(url=url):
                    for answer in (
                        control.post(path, self.body(url, directory)),
                        control.send("PATCH", f"{path}/{kept}", {"url": url}),
                    ):
                        self.assertEqual(answer.status, 400, answer)
                        self.assertIn("url", answer.json["message"])
                self.played.append(url)
            self.assertEqual(control.get(f"{path}/{kept}").json["url"], good)
            self.assertEqual(control.get(path).json["total_size"], before)

    def play_names(self, server):
        """Names that lead inside, found out at each attempt."""
        rows = mixed_answers(self.names)
        for number, address in enumerate(forbidden_addresses()):
            rows.append((self.names.add(f"forbidden{number}.example", str(address)), ADDRESS))
        directory = server.new_directory()
        with server.operator() as control:
            endpoints = {}
            for name, error in rows:
                body = self.body(f"https://{name}:{self.forbidden.port}/", directory, LOOK_UP_SCHEDULE)
                endpoints[made(control.post("/api/v1/webhook-endpoints", body))["id"]] = (name, error)

        def is_as_said(one, attempt):
            self.assertNotIn("status", attempt, endpoints[one])
            return attempt["error"].startswith(endpoints[one][1])

        self.attempts_after_an_event(server, directory, list(endpoints), is_as_said)
        self.played += [name for name, _ in endpoints.values()]

    def play_what_was_allowed_once(self):
        """URLs that were taken when private targets were allowed, and are not any more."""
        port = self.forbidden.port
        server = self.start(["--webhook-allow-private"])
        directory = server.new_directory()
        urls = [
            f"{scheme}://{host}:{port}/"
            for scheme in ("http", "https")
            for host in ("127.0.0.1", "127.1.2.3", "[::1]", "localhost", "a.localhost", "10.0.0.1", "[fd00::1]", "app")
        ]
        with server.operator() as control:
            endpoints = {
                made(control.post("/api/v1/webhook-endpoints", self.body(url, directory)))["id"]: url for url in urls
            }
        server.stop()
        server.options = self.strict
        server.start()
        for one, attempt in self.attempts_after_an_event(server, directory, list(endpoints)).items():
            with self.subTest(url=endpoints[one]):
                self.assertNotIn("status", attempt)
                self.assertRegex(attempt["error"], "^(url must|the host has no address)")
            self.played.append(f"kept {endpoints[one]}")

    def play_redirects(self):
        """Answers that send on to a listener which may be reached: only that redirects are not followed protects it."""
        port = self.forbidden.port
        targets = (f"http://127.0.0.1:{port}/", f"http://[::1]:{port}/", f"//localhost:{port}/", f"http://0:{port}/")
        rows = [(status, target) for status in REDIRECTS for target in targets]
        server = self.start(["--webhook-allow-private"])
        directory = server.new_directory()

        def answer(arrival):
            status, target = rows[int(arrival.path.rsplit("/", 1)[1])]
            fields = {"location": target, "refresh": f"0; url={target}", "alt-svc": f'h2="127.0.0.1:{port}"'}
            return status, fields, b""

        with Receiver(answer) as receiver, server.operator() as control:
            endpoints = {
                made(
                    control.post("/api/v1/webhook-endpoints", self.body(f"{receiver.url}/{number}", directory))
                )["id"]: row
                for number, row in enumerate(rows)
            }
            for one, attempt in self.attempts_after_an_event(server, directory, list(endpoints)).items():
                with self.subTest(row=endpoints[one]):
                    self.assertEqual(attempt["status"], endpoints[one][0])
                self.played.append(f"redirect {endpoints[one]}")

    def test_no_vector_reaches_a_forbidden_listener(self):
        heard = self.reachable()
        server = self.start(self.strict)
        self.play_urls(server)
        self.play_names(server)
        self.play_what_was_allowed_once()
        self.play_redirects()
        self.assertEqual(self.visitors(), [])
        self.assertEqual(len(self.played), len(set(self.played)))
        self.assertGreaterEqual(len(self.played), VECTORS_MIN)
        print(f"{len(self.played)} vectors, a listener at {heard} forbidden addresses, no connection", flush=True)

    @unittest.skipUnless(has_own_network(), "the neighbours are public addresses, and no network namespace is allowed")
    def test_public_neighbours_of_forbidden_networks_are_reached(self):
        server = self.start(self.strict)
        directory = server.new_directory()
        wanted = public_neighbours()
        hosts = [f"[{one}]" if one.version == 6 else str(one) for one in wanted]
        with server.operator() as control:
            endpoints = [
                made(
                    control.post(
                        "/api/v1/webhook-endpoints",
                        self.body(f"https://{host}:{self.forbidden.port}/", directory),
                    )
                )["id"]
                for host in hosts
            ]
        self.attempts_after_an_event(server, directory, endpoints)
        self.assertEqual({ipaddress.ip_address(one) for one in self.visitors()}, set(wanted))


if __name__ == "__main__":
    enter_own_network()
    unittest.main()
