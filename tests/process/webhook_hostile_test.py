"""Hostile receivers (slow, endless, redirecting): each attempt ends in time and takes little memory.

SCIMD_HOSTILE_RECEIVERS=200 for the full figure.
"""

import gzip
import os
import pathlib
import re
import threading
import time
import unittest

from receiver import HEAD, RawReceiver, read_request, wait_until
from scimd import Server, made

EACH = int(os.environ.get("SCIMD_HOSTILE_RECEIVERS", "12"))  # receivers of each kind
ORGANIZATIONS = 8  # one alone may not have 200 attempts under way
HANGING_ENDPOINTS = 300  # of one organization
HANGING_AT_ONCE = 128
ATTEMPT_SECONDS_MAX = 16
MEMORY_BYTES_MAX = 1 << 20  # of an attempt
BOMB = gzip.compress(bytes(50 << 20))


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

    def endpoints(self, receiver, count, *directories):
        """So many, of the directories in turn."""
        found = []
        with self.server.operator() as control:
            for number in range(count):
                body = {
                    "url": f"http://127.0.0.1:{receiver.port}/",
                    "retry_schedule_seconds": [0],
                    "directory_id": directories[number % len(directories)].id,
                }
                found.append(made(control.post("/api/v1/webhook-endpoints", body))["id"])
        return found

    def attempt_of(self, endpoint):
        with self.server.operator() as control:
            rows = control.get(f"/api/v1/webhook-endpoints/{endpoint}/attempts").json["attempts"]
        return rows[0] if rows else None

    def test_each_attempt_ends_in_time_and_in_little_memory(self):
        directories = [self.server.new_directory() for _ in range(ORGANIZATIONS)]
        receivers = {behave: RawReceiver(behave) for behave in KINDS}
        for receiver in receivers.values():
            self.addCleanup(receiver.close)
        endpoints = {behave: self.endpoints(receiver, EACH, *directories) for behave, receiver in receivers.items()}
        before = memory_of(self.server.process)
        for directory in directories:
            directory.client().create_user("anna@example.com")
        most = before
        deadline = time.monotonic() + 240
        waiting = {(behave, one) for behave, listed in endpoints.items() for one in listed}
        found = {}
        while waiting and time.monotonic() < deadline:
            for key in list(waiting):
                most = max(most, memory_of(self.server.process))
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

    def test_others_are_served_while_more_hang_than_may_be_under_way(self):
        directory, calm = self.server.new_directory(), self.server.new_directory()
        hanging = RawReceiver(never_answers)
        self.addCleanup(hanging.close)
        others = self.endpoints(hanging, HANGING_ENDPOINTS, directory)

        def answers(connection):
            while True:
                read_request(connection)
                connection.sendall(HEAD + b"content-length: 0\r\n\r\n")

        good = RawReceiver(answers)
        self.addCleanup(good.close)
        (endpoint,) = self.endpoints(good, 1, calm)
        directory.client().create_user("anna@example.com")
        wait_until(lambda: hanging.connections >= HANGING_AT_ONCE)
        calm.client().create_user("berta@example.com")
        attempt = wait_until(lambda: self.attempt_of(endpoint))
        self.assertEqual(attempt["status"], 200)
        ended = [one for one in others if self.attempt_of(one)]
        self.assertEqual(ended, [], "all of them hang still")


if __name__ == "__main__":
    unittest.main()
