"""A name server that changes its mind: a host is public in one answer and our own machine in the next.

What is connected to is what was judged, so that nothing inside is ever reached. The public address is of a block that is
assigned to nobody (2d00::/8): nobody is bothered by the attempts.

SCIMD_DNS_FLIPS=1000 by default.
"""

import collections
import os
import socket
import struct
import threading
import time
import unittest

from receiver import wait_until
from scimd import Client, Server, made

FLIPS = int(os.environ.get("SCIMD_DNS_FLIPS", "1000"))
HOSTS = FLIPS // 2  # each is looked up for two attempts
PATIENCE_SECONDS = 240
A, AAAA = 1, 28
PUBLIC = {A: None, AAAA: socket.inet_pton(socket.AF_INET6, "2d00::1")}
LOOPBACK = {A: socket.inet_pton(socket.AF_INET, "127.0.0.1"), AAAA: socket.inet_pton(socket.AF_INET6, "::1")}


class FlippingNameServer:
    """Names that begin with "odd" are loopback first; "inside" is loopback always."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.asked = collections.Counter()
        self.told = collections.Counter()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                query, peer = self.socket.recvfrom(4096)
                self.socket.sendto(self.answer(query), peer)
            except OSError:
                return

    def answer(self, query):
        end = query.index(b"\0", 12) + 1
        (kind,) = struct.unpack(">H", query[end : end + 2])
        question = query[12 : end + 4]
        name = query[13:end].lower()
        turn = self.asked[name, kind]
        self.asked[name, kind] += 1
        is_inside = name.startswith(b"inside") or turn % 2 == (0 if name.startswith(b"odd") else 1)
        address = (LOOPBACK if is_inside else PUBLIC).get(kind)
        self.told["loopback" if is_inside else "public"] += 1
        record = b"" if address is None else b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0, len(address)) + address
        head = query[:2] + struct.pack(">HHHHH", 0x8580, 1, 1 if record else 0, 0, 0)
        return head + question + record

    def close(self):
        self.socket.close()


class Forbidden:
    """Listens on loopback, where nobody may come."""

    def __init__(self):
        self.connections = 0
        self.listeners = [socket.create_server(("127.0.0.1", 0))]
        self.port = self.listeners[0].getsockname()[1]
        try:
            self.listeners.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        except OSError:
            pass  # a machine without IPv6
        for listener in self.listeners:
            threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self):
        for listener in self.listeners:
            listener.close()


class WebhookDnsTest(unittest.TestCase):
    def setUp(self):
        self.names = FlippingNameServer()
        self.addCleanup(self.names.close)
        self.forbidden = Forbidden()
        self.addCleanup(self.forbidden.close)

    def start(self, *options):
        server = Server(options=["--dns-server", self.names.address, *options]).start()
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
        self.assertEqual(self.forbidden.connections, 0)
        refused = errors["the host has a loopback address"]
        self.assertGreaterEqual(refused, HOSTS * 9 // 10)
        self.assertGreaterEqual(errors.total() - refused, HOSTS * 9 // 10)
        self.assertGreaterEqual(min(self.names.told["loopback"], self.names.told["public"]), FLIPS * 9 // 10)
        print(f"{sum(self.names.told.values())} answers, {refused} attempts refused of {errors.total()}")

    def test_the_same_listener_is_reached_where_it_is_allowed(self):
        server = self.start("--webhook-allow-private")
        directory = server.new_directory()
        with server.operator() as control:
            self.make_endpoint(control, "inside", directory, [0])
            with directory.client() as client:
                client.create_user("anna@example.com")
            wait_until(lambda: self.forbidden.connections, 60)


if __name__ == "__main__":
    unittest.main()
