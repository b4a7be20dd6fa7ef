"""DNS rebinding: a host is public in one answer and loopback in the next; and name servers that do not answer.

Connections are made only to addresses that were checked, so that nothing inside is ever reached. The public address is
of a block that is not assigned (2d00::/8).

SCIMD_DNS_FLIPS=1000 by default.
"""

import collections
import os
import time
import unittest

from outside import A, AAAA, NO_ERROR, Forbidden, NameServer, address_record
from receiver import Receiver, wait_until
from scimd import Client, Server, made

FLIPS = int(os.environ.get("SCIMD_DNS_FLIPS", "1000"))
HOSTS = FLIPS // 2  # each is looked up for two attempts
SILENT_HOSTS = 120  # two look-ups each
PATIENCE_SECONDS = 240
PUBLIC = {AAAA: "2d00::1"}
LOOPBACK = {A: "127.0.0.1", AAAA: "::1"}


class FlippingNames:
    """Names that begin with "odd" are loopback first; "inside" is loopback always."""

    def __init__(self):
        self.asked = collections.Counter()
        self.answered = collections.Counter()

    def answer(self, name, kind):
        turn = self.asked[name, kind]
        self.asked[name, kind] += 1
        is_inside = name.startswith("inside") or turn % 2 == (0 if name.startswith("odd") else 1)
        address = (LOOPBACK if is_inside else PUBLIC).get(kind)
        self.answered["loopback" if is_inside else "public"] += 1
        return NO_ERROR, [address_record(name, address)] if address else []


def silent_names(name, kind):
    """Does not answer for names that begin with "silent"; all others are addresses of this machine."""
    if name.startswith("silent"):
        return None
    return NO_ERROR, [address_record(name, LOOPBACK[kind])] if kind == A else []


class WebhookDnsTest(unittest.TestCase):
    def setUp(self):
        self.names = FlippingNames()
        self.name_server = NameServer(self.names.answer)
        self.addCleanup(self.name_server.close)
        self.forbidden = Forbidden()
        self.addCleanup(self.forbidden.close)

    def start(self, *options):
        server = Server(options=["--dns-server", self.name_server.address, *options]).start()
        self.addCleanup(server.remove)
        self.addCleanup(server.stop)
        return server

    def make_endpoint(self, control, host, directory, schedule):
        body = {
            "url": f"https://{host}.example:{self.forbidden.port}/",
            "directory_id": directory.id,
            "retry_schedule_seconds": schedule,
        }
        return made(control.post("/api/v1/webhook-endpoints", body))["id"]

    def attempts_of(self, control, endpoint):
        return Client.expect(200, control.get(f"/api/v1/webhook-endpoints/{endpoint}/attempts")).json["attempts"]

    def test_a_host_that_flips_to_loopback_is_never_connected_to_there(self):
        server = self.start("--webhook-ports", str(self.forbidden.port))
        directory = server.new_directory()
        errors = collections.Counter()
        with server.operator() as control:
            # Addresses are kept for 5 s: the second attempt asks again.
            waiting = {
                self.make_endpoint(control, f"{'odd' if number % 2 else 'even'}{number}", directory, [0, 8])
                for number in range(HOSTS)
            }
            with directory.client() as client:
                client.create_user("anna@example.com")
            deadline = time.monotonic() + PATIENCE_SECONDS
            while waiting and time.monotonic() < deadline:
                for endpoint in list(waiting):
                    attempts = self.attempts_of(control, endpoint)
                    if len(attempts) < 2:
                        break  # the others are no further
                    waiting.discard(endpoint)
                    errors.update(one["error"] for one in attempts)
                    self.assertTrue(all("status" not in one for one in attempts))
                time.sleep(0.1)
        self.assertEqual(waiting, set())
        self.assertEqual(self.forbidden.reached, [])
        refused = errors["the host has a loopback address"]
        self.assertGreaterEqual(refused, HOSTS * 9 // 10)
        self.assertGreaterEqual(errors.total() - refused, HOSTS * 9 // 10)
        self.assertGreaterEqual(min(self.names.answered["loopback"], self.names.answered["public"]), FLIPS * 9 // 10)
        print(f"{sum(self.names.answered.values())} answers, {refused} attempts refused of {errors.total()}")

    def test_a_host_resolves_while_servers_of_many_others_are_silent(self):
        asked = set()

        def answer(name, kind):
            asked.add(name)
            return silent_names(name, kind)

        name_server = NameServer(answer)
        self.addCleanup(name_server.close)
        server = Server(options=["--webhook-allow-private", "--dns-server", name_server.address]).start()
        self.addCleanup(server.remove)
        self.addCleanup(server.stop)
        theirs, own = server.new_directory(), server.new_directory()
        with Receiver() as receiver, server.operator() as control:
            port = receiver.server.server_port
            for number in range(SILENT_HOSTS):
                body = {"url": f"http://silent{number}.example:{port}/", "directory_id": theirs.id}
                made(control.post("/api/v1/webhook-endpoints", body))
            body = {"url": f"http://good.example:{port}/", "directory_id": own.id}
            endpoint = made(control.post("/api/v1/webhook-endpoints", body))["id"]
            with theirs.client() as client:
                client.create_user("anna@example.com")
            wait_until(lambda: len(asked) > SILENT_HOSTS // 4)
            with own.client() as client:
                client.create_user("berta@example.com")
            (attempt,) = wait_until(lambda: self.attempts_of(control, endpoint))
        self.assertEqual(attempt.get("status"), 200, attempt)

    def test_the_same_listener_is_reached_where_it_is_allowed(self):
        server = self.start("--webhook-allow-private")
        directory = server.new_directory()
        with server.operator() as control:
            self.make_endpoint(control, "inside", directory, [0])
            with directory.client() as client:
                client.create_user("anna@example.com")
            wait_until(lambda: self.forbidden.reached, 60)


if __name__ == "__main__":
    unittest.main()
