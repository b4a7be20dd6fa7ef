"""Receivers that want to be waited for, to be read for ever, or to send us elsewhere: each attempt ends in time, and
none costs memory.

SCIMD_HOSTILE_RECEIVERS=200 for the full figure.
"""

import gzip
import os
import pathlib
import re
import socket
import ssl
import subprocess
import threading
import time
import unittest

from receiver import wait_until
from scimd import Server, made

EACH = int(os.environ.get("SCIMD_HOSTILE_RECEIVERS", "12"))  # receivers of each kind
ATTEMPT_SECONDS_MAX = 16
MEMORY_BYTES_MAX = 1 << 20  # of an attempt
BOMB = gzip.compress(bytes(50 << 20))
HEAD = b"HTTP/1.1 200 OK\r\n"


class Hostile:
    """Takes connections and treats each as `behave(connection)` says."""

    def __init__(self, behave):
        self.behave = behave
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                self.behave(connection)
            except OSError:
                pass

    def close(self):
        self.listener.close()


def read_request(connection):
    text = b""
    while b"\r\n\r\n" not in text:
        text += connection.recv(65536)
    head, body = text.split(b"\r\n\r\n", 1)
    missing = int(re.search(rb"content-length: (\d+)", head, re.I).group(1)) - len(body)
    while missing > 0:
        missing -= len(connection.recv(missing))


def never_answers(connection):
    read_request(connection)
    time.sleep(60)


def drips_its_head(connection):
    read_request(connection)
    connection.sendall(HEAD + b"x-field: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.5)


def drips_its_body(connection):
    read_request(connection)
    connection.sendall(HEAD + b"content-length: 100000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.5)


def has_an_endless_body(connection):
    read_request(connection)
    connection.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + bytes(0x10000) + b"\r\n")


def has_an_endless_head(connection):
    read_request(connection)
    connection.sendall(HEAD)
    while True:
        connection.sendall(b"x-field: " + b"x" * 4000 + b"\r\n")


def has_endless_informational_answers(connection):
    read_request(connection)
    while True:
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n")


def sends_a_gzip_bomb(connection):
    read_request(connection)
    length = str(len(BOMB)).encode()
    connection.sendall(HEAD + b"content-encoding: gzip\r\ncontent-length: " + length + b"\r\n\r\n" + BOMB)


def speaks_no_http(connection):
    read_request(connection)
    connection.sendall(b"220 smtp.example ESMTP\r\n" * 10)


def closes_at_once(connection):
    pass


def redirects_to_itself(connection):
    read_request(connection)
    connection.sendall(b"HTTP/1.1 307 x\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n")


# What is said of the attempt: its status and error (None: whatever).
KINDS = {
    never_answers: (None, "no answer in time"),
    drips_its_head: (None, "no whole response in time"),
    drips_its_body: (None, "no whole response in time"),
    has_an_endless_body: (200, ""),
    has_an_endless_head: (None, "the response's header fields are too long"),
    has_endless_informational_answers: (None, "the response's header fields are too long"),
    sends_a_gzip_bomb: (200, ""),
    speaks_no_http: (None, None),
    closes_at_once: (None, None),
    redirects_to_itself: (307, ""),
}


def memory_of(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * 1024


class HostileReceiversTest(unittest.TestCase):
    def setUp(self):
        self.server = Server(options=["--webhook-allow-private"]).start()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)

    def endpoints(self, receiver, count, directory):
        with self.server.operator() as control:
            body = {
                "url": f"http://127.0.0.1:{receiver.port}/",
                "retry_schedule_seconds": [0],
                "directory_id": directory.id,
            }
            return [made(control.post("/api/v1/webhook-endpoints", body))["id"] for _ in range(count)]

    def attempt_of(self, endpoint):
        with self.server.operator() as control:
            rows = control.get(f"/api/v1/webhook-endpoints/{endpoint}/attempts").json["attempts"]
        return rows[0] if rows else None

    def test_each_attempt_ends_in_time_and_in_little_memory(self):
        directory = self.server.new_directory()
        receivers = {behave: Hostile(behave) for behave in KINDS}
        for receiver in receivers.values():
            self.addCleanup(receiver.close)
        endpoints = {behave: self.endpoints(receiver, EACH, directory) for behave, receiver in receivers.items()}
        before = memory_of(self.server.process)
        directory.client().create_user("anna@example.com")
        most = before
        deadline = time.monotonic() + 120
        waiting = {(behave, one) for behave, listed in endpoints.items() for one in listed}
        found = {}
        while waiting and time.monotonic() < deadline:
            most = max(most, memory_of(self.server.process))
            for key in list(waiting):
                attempt = self.attempt_of(key[1])
                if attempt:
                    found[key] = attempt
                    waiting.discard(key)
            time.sleep(0.1)
        self.assertEqual({behave.__name__ for behave, _ in waiting}, set())
        for (behave, _), attempt in found.items():
            status, error = KINDS[behave]
            with self.subTest(behave.__name__):
                self.assertLessEqual(attempt["milliseconds"], ATTEMPT_SECONDS_MAX * 1000)
                self.assertEqual(attempt.get("status"), status)
                self.assertLessEqual(len(attempt["response"].encode()), 1024)
                if error is not None:
                    self.assertEqual(attempt["error"], error)
        self.assertLess(most - before, MEMORY_BYTES_MAX * EACH * len(KINDS))
        self.assertEqual(receivers[redirects_to_itself].connections, EACH)
        slowest = max(attempt["milliseconds"] for attempt in found.values())
        print(
            f"{len(found)} attempts, the slowest {slowest} ms, {(most - before) >> 20} MiB more memory at most",
        )

    def test_others_are_served_while_many_hang(self):
        directory, calm = self.server.new_directory(), self.server.new_directory()
        hanging = Hostile(never_answers)
        self.addCleanup(hanging.close)
        self.endpoints(hanging, 40, directory)

        def answers(connection):
            while True:
                read_request(connection)
                connection.sendall(HEAD + b"content-length: 0\r\n\r\n")

        good = Hostile(answers)
        self.addCleanup(good.close)
        (endpoint,) = self.endpoints(good, 1, calm)
        directory.client().create_user("anna@example.com")
        wait_until(lambda: hanging.connections >= 40)
        started = time.monotonic()
        calm.client().create_user("berta@example.com")
        wait_until(lambda: self.attempt_of(endpoint), 9)
        self.assertLess(time.monotonic() - started, 9, "the others hang for 10 s and more")


class TlsTest(unittest.TestCase):
    """Certificates are verified, whoever the receiver is."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.folder = cls.server.data / "certificates"
        cls.folder.mkdir()
        cls.make_authority("ca")
        cls.make_authority("other")
        cls.make_certificate("good", "ca", "localhost", 30)
        cls.make_certificate("wrong_host", "ca", "elsewhere.example", 30)
        cls.make_certificate("expired", "ca", "localhost", -1)
        cls.make_certificate("stranger", "other", "localhost", 30)
        cls.server.options = ["--webhook-allow-private", "--webhook-ca-file", str(cls.folder / "ca.pem")]
        cls.server.start()
        cls.addClassCleanup(cls.server.remove)
        cls.addClassCleanup(cls.server.stop)

    @classmethod
    def openssl(cls, *words):
        subprocess.run(["openssl", *words], cwd=cls.folder, check=True, capture_output=True)

    @classmethod
    def make_authority(cls, name):
        cls.openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
            "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem",
        )  # fmt: skip

    @classmethod
    def make_certificate(cls, name, authority, host, days):
        cls.openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={host}",
            "-keyout", f"{name}.key", "-out", f"{name}.csr",
        )  # fmt: skip
        (cls.folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{host}\n")
        cls.openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key",
            "-CAcreateserial", "-extfile", f"{name}.ext", "-days", str(days), "-out", f"{name}.pem",
        )  # fmt: skip

    def attempt(self, certificate, maximum=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{certificate}.pem", self.folder / f"{certificate}.key")
        if maximum:
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = maximum
            context.set_ciphers("ALL:@SECLEVEL=0")

        def behave(connection):
            with context.wrap_socket(connection, server_side=True) as secure:
                read_request(secure)
                secure.sendall(HEAD + b"content-length: 0\r\n\r\n")

        receiver = Hostile(behave)
        self.addCleanup(receiver.close)
        directory = self.server.new_directory()
        with self.server.operator() as control:
            body = {
                "url": f"https://localhost:{receiver.port}/",
                "retry_schedule_seconds": [0],
                "directory_id": directory.id,
            }
            endpoint = made(control.post("/api/v1/webhook-endpoints", body))["id"]
        directory.client().create_user("anna@example.com")
        rows = wait_until(lambda: self.server.command("webhook", "attempts", endpoint)["attempts"])
        return rows[0]

    def test_a_certificate_of_a_known_authority_for_the_host_is_taken(self):
        self.assertEqual(self.attempt("good").get("status"), 200)

    def test_all_others_are_refused(self):
        for certificate in ("wrong_host", "expired", "stranger"):
            with self.subTest(certificate):
                attempt = self.attempt(certificate)
                self.assertNotIn("status", attempt)
                self.assertRegex(attempt["error"], "SSL|certificate")

    def test_tls_before_1_2_is_refused(self):
        self.assertNotIn("status", self.attempt("good", ssl.TLSVersion.TLSv1_1))


if __name__ == "__main__":
    unittest.main()
