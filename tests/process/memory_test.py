"""Limits of the memory that clients can use: bodies, requests, responses, connections, open files."""

import functools
import json
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from scimd import BINARY, GROUP, Client, Server, clean_environment, together, user

MIB = 1024 * 1024
SECONDS_MAX = 30


class Stalled:
    """A connection that announces a body, sends most of it, and then nothing."""

    def __init__(self, server, directory, announced, sent):
        self.socket = socket.create_connection(("127.0.0.1", server.port), SECONDS_MAX)
        self.socket.sendall(
            f"POST {directory.base}/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {directory.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {announced}\r\n"
            "Expect: 100-continue\r\n\r\n".encode()
        )
        self.status = self.read_status()
        if self.status == 100:
            self.socket.sendall(b" " * sent)

    def read_status(self):
        seen = b""
        while b"\r\n\r\n" not in seen:
            piece = self.socket.recv(4096)
            if not piece:
                return None
            seen += piece
        self.head = seen.decode("latin-1")
        return int(self.head.split(" ", 2)[1])


def metric(server, name):
    with server.client() as client:
        text = Client.expect(200, client.get("/metrics")).body.decode()
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def resident_bytes(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) * 1024


class MemoryTest(unittest.TestCase):
    def start(self, *options):
        server = Server(options=options)
        self.addCleanup(server.remove)
        self.addCleanup(server.stop)
        return server.start()

    def test_stalled_bodies_take_no_more_than_a_directorys_share(self):
        server = self.start("--request-memory-mb", "64", "--body-deadline-ms", "6000")
        directory, other = server.new_directory(), server.new_directory()
        before = resident_bytes(server)
        begin = functools.partial(Stalled, server, directory, 2 * MIB, 2 * MIB - 1_000)
        stalled = together([begin] * 60)
        for one in stalled:
            self.addCleanup(one.socket.close)
        statuses = [one.status for one in stalled]

        # 64 MiB: a quarter for bodies, of which a directory has three eighths: three bodies. Eight times that may
        # wait, of which three come in when the first three are given up.
        self.assertGreaterEqual(statuses.count(100), 3)
        self.assertLessEqual(statuses.count(100), 6)
        self.assertEqual(statuses.count(429), 60 - statuses.count(100))
        refused = next(one for one in stalled if one.status == 429)
        self.assertIn("\r\nRetry-After: ", refused.head)
        self.assertEqual(metric(server, 'scimd_memory_waits_total{of="bodies"}'), 24)
        self.assertEqual(
            metric(server, 'scimd_memory_refused_total{of="bodies",reason="share"}'), statuses.count(429)
        )
        self.assertLess(resident_bytes(server) - before, 40 * MIB)

        with other.client() as client:
            client.create_user("not.disturbed@example.com")
        with directory.client() as client:
            client.create_user("small.one@example.com")
        for one in stalled:
            if one.status == 100:
                self.assertEqual(one.read_status(), 408)
        self.assertEqual(metric(server, 'scimd_memory_reserved_bytes{of="bodies"}'), 0)

    def test_large_requests_take_no_more_than_a_directorys_share(self):
        server = self.start("--request-memory-mb", "64")
        directory = server.new_directory()
        members = [{"value": f"diruser_{10**17 + i}"} for i in range(20_000)]
        body = json.dumps({"schemas": [GROUP], "displayName": "g", "members": members})
        before = resident_bytes(server)

        def create():
            with directory.client() as client:
                return client.post("/Groups", body).status

        statuses = together([create] * 30)
        self.assertLessEqual(set(statuses), {400, 429})  # there are no such members
        self.assertGreaterEqual(statuses.count(400), 2)  # they wait for each other
        self.assertLess(resident_bytes(server) - before, 120 * MIB)
        self.assertEqual(create(), 400)
        self.assertEqual(metric(server, 'scimd_memory_reserved_bytes{of="requests"}'), 0)

    def test_the_largest_body_fits_in_the_least_budget(self):
        server = self.start("--request-memory-mb", "64")
        with server.new_directory().client() as client:
            name = "x" * 60_000
            numbers = [{"value": name} for _ in range(174)]
            text = json.dumps(user("large@example.com", phoneNumbers=numbers))
            text += " " * (10 * MIB - len(text))
            self.assertNotIn(client.post("/Users", text).status, (413, 429, 503))

    def test_responses_that_are_not_read_take_no_more_than_a_directorys_share(self):
        server = self.start("--request-memory-mb", "64")
        directory = server.new_directory()
        with directory.client() as client:
            for i in range(10):
                numbers = [{"value": f"{i} {j} " + "x" * 50_000} for j in range(20)]
                client.create_user(f"large{i}@example.com", phoneNumbers=numbers)
        before = resident_bytes(server)
        silent = []
        for _ in range(60):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", server.port))
            connection.sendall(
                f"GET {directory.base}/Users?count=2 HTTP/1.1\r\nHost: x\r\n"
                f"Authorization: Bearer {directory.token}\r\n\r\n".encode()
                * 3
            )
            silent.append(connection)
            self.addCleanup(connection.close)
        with server.new_directory().client() as client:
            client.create_user("not.disturbed@example.com")
        self.assertLess(metric(server, 'scimd_memory_reserved_bytes{of="requests"}'), 20 * MIB)
        self.assertLess(resident_bytes(server) - before, 100 * MIB)

    def test_idle_connections_make_room(self):
        server = self.start("--connections-max", "64")
        with server.client() as client:
            Client.expect(200, client.get("/healthz"))
            idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
            with server.client() as fresh:
                Client.expect(200, fresh.get("/healthz"))
            for connection in idle:
                connection.close()
        self.assertGreater(metric(server, 'scimd_http_connections_closed_total{state="fresh"}'), 100)

    def test_too_few_open_files_are_refused_with_the_numbers(self):
        data = tempfile.mkdtemp(prefix="scimd-")
        self.addCleanup(shutil.rmtree, data, ignore_errors=True)
        done = self.serve_with_open_files(200, data)
        _, errors = done.communicate(timeout=SECONDS_MAX)
        self.assertEqual(done.returncode, 1, errors)
        self.assertIn("The limit of open files is 200, which leaves room for ", errors)
        self.assertIn("ulimit -n", errors)

    def test_few_open_files_lower_the_number_of_connections(self):
        data = tempfile.mkdtemp(prefix="scimd-")
        self.addCleanup(shutil.rmtree, data, ignore_errors=True)
        process = self.serve_with_open_files(300, data)
        try:
            for line in process.stderr:
                entry = json.loads(line)
                if entry["event"] == "server.connections_lowered":
                    self.assertEqual(entry["wanted"], 4096)
                    self.assertEqual(entry["open_files_max"], 300)
                    self.assertEqual(entry["connections_max"] + entry["other_files"], 300)
                    break
            else:
                self.fail("not said")
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=SECONDS_MAX)
        self.assertEqual(process.returncode, 0)

    @staticmethod
    def serve_with_open_files(number, data):
        return subprocess.Popen(
            [BINARY, "serve", "--data", data, "--listen", "127.0.0.1:0"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (number, number)),
        )


if __name__ == "__main__":
    unittest.main()
