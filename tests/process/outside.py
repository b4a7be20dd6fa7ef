"""The network around a server in tests: scripted name servers, listeners at forbidden addresses, and a network namespace
in which every address is the machine's.
"""

import os
import socket
import struct
import subprocess
import sys
import threading

A, CNAME, AAAA = 1, 5, 28
NO_ERROR, SERVER_FAILURE, NO_SUCH_NAME = 0, 2, 3

OWN_NETWORK = "SCIMD_TEST_OWN_NETWORK"
# Addresses without an interface: what is routed so is taken for the machine's own, all of it.
ROUTES = "ip link set lo up && ip route add local 0.0.0.0/0 dev lo && ip -6 route add local ::/0 dev lo"


def enter_own_network():
    """Starts this program again in a network of its own, where the kernel allows it; nothing gets out of there, and
    every address can be listened at."""
    if OWN_NETWORK in os.environ:
        return
    inside = ["unshare", "--user", "--map-root-user", "--net"]
    try:
        allowed = subprocess.run([*inside, "sh", "-c", ROUTES], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        allowed = False
    os.environ[OWN_NETWORK] = "yes" if allowed else "no"
    if allowed:
        program = ["sh", "-c", f'{ROUTES} && exec "$@"', "sh", sys.executable, *sys.argv]
        os.execvp(inside[0], [*inside, *program])


def has_own_network():
    return os.environ.get(OWN_NETWORK) == "yes"


def encoded_name(name):
    labels = [label.encode("ascii") for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def address_record(owner, address):
    """An A or AAAA record, whichever the address is."""
    if ":" in address:
        return owner, AAAA, socket.inet_pton(socket.AF_INET6, address)
    return owner, A, socket.inet_pton(socket.AF_INET, address)


def alias_record(owner, target):
    return owner, CNAME, encoded_name(target)


class NameServer:
    """`answer(name, kind)` is (code, [(owner, type, data)]), or None for silence."""

    def __init__(self, answer):
        self.answer = answer
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                query, peer = self.socket.recvfrom(4096)
                response = self.respond(query)
                if response:
                    self.socket.sendto(response, peer)
            except OSError:
                return

    def respond(self, query):
        end = query.index(b"\0", 12) + 1
        (kind,) = struct.unpack(">H", query[end : end + 2])
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode("ascii").lower())
            at += 1 + query[at]
        said = self.answer(".".join(labels), kind)
        if said is None:
            return None
        code, records = said
        head = query[:2] + struct.pack(">HHHHH", 0x8580 | code, 1, len(records), 0, 0)
        rows = [
            encoded_name(owner) + struct.pack(">HHIH", which, 1, 0, len(data)) + data
            for owner, which, data in records
        ]
        return head + query[12 : end + 4] + b"".join(rows)

    def close(self):
        self.socket.close()


class Forbidden:
    """Listens at one port of every address of the machine, and records where it was reached; no request may come there."""

    def __init__(self):
        self.reached = []
        self.addresses = ["127.0.0.1"]  # one of each listener
        self.listeners = [socket.create_server(("0.0.0.0", 0), backlog=256)]
        self.port = self.listeners[0].getsockname()[1]
        try:
            self.listeners.append(socket.create_server(("::", self.port), family=socket.AF_INET6, backlog=256))
            self.addresses.append("::1")
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
            self.reached.append(connection.getsockname()[0])
            connection.close()

    def close(self):
        for listener in self.listeners:
            listener.close()
