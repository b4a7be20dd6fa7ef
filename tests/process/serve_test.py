"""The serving process: lock, signals, listeners, log and files."""

import json
import pathlib
import resource
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import tempfile
import threading
import time
import unittest

from scimd import USER, Server, run, user

CANARIES = {
    "userName": "canary-user-name@example.com",
    "displayName": "Canary Display",
    "title": "canary-title",
    "externalId": "canary-external",
    "nickName": "canary-nick",
    "password": "canary-password",
}


def without_origin(documents, port):
    """The port is another after a restart, and stands in every location."""
    return json.dumps(documents, sort_keys=True).replace(f":{port}/", "/")


class ServeTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="scimd-serve-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def start(self, *options, data=None):
        server = Server(data, options)
        self.addCleanup(server.remove)
        self.addCleanup(server.stop)
        return server.start()

    def test_a_second_server_on_the_same_data_is_refused(self):
        server = self.start()
        done = run("serve", "--listen", "127.0.0.1:0", data=server.data, timeout=20)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(str(server.data), done.stderr)
        client = server.client()
        self.assertEqual(client.get("/healthz").json, {"status": "ok"})
        client.close()

    def test_a_port_in_use_is_an_error(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            endpoint = f"127.0.0.1:{taken.getsockname()[1]}"
            done = run("serve", "--listen", endpoint, data=self.folder / "data", timeout=20)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(endpoint, done.stderr)

    def test_the_lock_and_the_socket_of_a_killed_server_do_not_stand_in_the_way(self):
        server = self.start()
        server.kill()
        server.start()
        self.assertEqual(server.command("organization", "list")["organizations"], [])

    def test_a_restart_keeps_everything(self):
        server = self.start()
        directory = server.new_directory()
        client = directory.client()
        anna = client.create_user("anna@example.com", title="Engineer")
        group = client.create_group("Team", [anna["id"]])
        client.delete(f"/Users/{client.create_user('gone@example.com')['id']}")
        kept = (client.get("/Users").json, client.get(f"/Groups/{group['id']}").json)
        client.close()
        events, port = directory.events(), server.port
        self.assertEqual(server.stop(), 0)
        server.start()
        client = directory.client()
        again = (client.get("/Users").json, client.get(f"/Groups/{group['id']}").json)
        self.assertEqual(without_origin(again, server.port), without_origin(kept, port))
        self.assertEqual(directory.events(), events)
        client.create_user("later@example.com")
        self.assertEqual(directory.events()[-1]["sequence"], events[-1]["sequence"] + 1)
        client.close()

    def test_sigterm_answers_the_request_that_has_begun(self):
        server = self.start()
        directory = server.new_directory()
        body = json.dumps(user("slow@example.com")).encode()
        head = (
            f"POST {directory.base}/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {directory.token}\r\n"
            f"Content-Type: application/scim+json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        with socket.create_connection(("127.0.0.1", server.port), 20) as connection:
            connection.sendall(head + body[:5])
            time.sleep(1.0)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            self.assertIsNone(server.process.poll(), "it waits for the request")
            connection.sendall(body[5:])
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        self.assertTrue(answer.startswith(b"HTTP/1.1 201"), answer[:200])
        self.assertIn(b"connection: close", answer.lower())
        self.assertEqual(server.process.wait(20), 0)
        self.assertEqual(len(server.events_logged("server.stopped")), 1)
        server.start()
        client = directory.client()
        self.addCleanup(client.close)
        self.assertEqual(client.get("/Users").json["totalResults"], 1)

    def test_an_idle_connection_does_not_hold_the_drain(self):
        server = self.start()
        client = server.client()
        client.get("/healthz")
        started = time.monotonic()
        server.process.send_signal(signal.SIGINT)
        self.assertEqual(server.process.wait(20), 0)
        self.assertLess(time.monotonic() - started, 15, "the drain's deadline is 30 s")
        client.close()

    def test_a_second_signal_ends_at_once(self):
        server = self.start()
        directory = server.new_directory()
        with socket.create_connection(("127.0.0.1", server.port), 20) as connection:
            connection.sendall(
                f"POST {directory.base}/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {directory.token}\r\n"
                "Content-Type: application/scim+json\r\nContent-Length: 100\r\n\r\n{".encode()
            )
            time.sleep(1.0)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            self.assertIsNone(server.process.poll())
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(15)
        server.reader.join()

    def test_it_listens_on_a_unix_socket_too(self):
        path = self.folder / "public.sock"
        self.start("--listen", f"unix:{path}")
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(path))
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            self.assertTrue(connection.recv(100).startswith(b"HTTP/1.1 200"))
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(path))
            connection.sendall(b"GET /api/v1/organizations HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            self.assertTrue(connection.recv(100).startswith(b"HTTP/1.1 401"), "it is no operator's door")

    def test_plain_listeners_beyond_this_machine_want_a_proxy(self):
        everywhere = ("--listen", "0.0.0.0:0")
        done = run("serve", *everywhere, data=self.folder / "data", timeout=20)
        self.assertEqual(done.returncode, 2, done.stderr)
        for way_out in ("--tls-certificate", "--tls-key", "--behind-tls-proxy"):
            self.assertIn(way_out, done.stderr)
        self.assertFalse((self.folder / "data").exists())
        server = self.start(*everywhere, "--behind-tls-proxy", "--public-url", "https://scim.example")
        endpoints = [entry["endpoint"] for entry in server.events_logged("server.listening")]
        self.assertTrue(any(endpoint.startswith("0.0.0.0:") for endpoint in endpoints), endpoints)

    def certificate(self, name):
        subprocess.run(
            [
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
                "-subj",
                f"/CN={name}",
                "-keyout",
                self.folder / "key.pem",
                "-out",
                self.folder / "certificate.pem",
            ],
            check=True,
            capture_output=True,
        )

    def served_certificate(self, port):
        return ssl.get_server_certificate(("127.0.0.1", port))

    def test_sighup_takes_a_new_certificate(self):
        self.certificate("first")
        server = self.start(
            "--tls-certificate", self.folder / "certificate.pem", "--tls-key", self.folder / "key.pem"
        )
        first = self.served_certificate(server.port)
        self.certificate("second")
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 10
        while self.served_certificate(server.port) == first and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertNotEqual(self.served_certificate(server.port), first)
        (self.folder / "certificate.pem").write_text("no certificate")
        second = self.served_certificate(server.port)
        server.process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        self.assertEqual(
            self.served_certificate(server.port), second, "the old one stays when the new one is bad"
        )

    def test_other_signals_are_ignored(self):
        server = self.start()
        for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGVTALRM, signal.SIGIO):
            server.process.send_signal(number)
        time.sleep(0.2)
        with server.client() as client:
            self.assertEqual(client.get("/readyz").status, 200)
        self.assertIsNone(server.process.poll())

    def test_files_are_readable_by_the_owner_only(self):
        server = self.start(data=self.folder / "data")
        for path in (server.data, *server.data.iterdir()):
            self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, path.name)

    def canary_requests(self, directory):
        client = directory.client()
        made = client.post("/Users", {"schemas": [USER], **CANARIES}).json
        path = f"/Users/{made['id']}"
        client.get("/Users?filter=userName%20eq%20%22canary-user-name%40example.com%22")
        client.get("/Users?filter=title%20canary-broken%20%22canary-filter%22")
        client.patch(path, {"op": "replace", "path": "title", "value": "canary-patched"})
        client.patch(path, {"op": "replace", "path": "canary-path", "value": "canary-value"})
        client.send("POST", "/Users", '{"userName": "canary-cut')
        client.post("/Users", user(CANARIES["userName"]))
        client.post("/Users", user("canary-refused@canary-domain.example"))
        client.get("/Canary-route/canary-segment")
        client.get("/Users", **{"X-Canary": "canary-header", "User-Agent": "canary-agent"})
        client.create_group("canary-group", [made["id"]])
        client.delete(path)
        client.close()
        stranger = directory.server.client("canary-token", directory.base)
        stranger.get("/Users")
        stranger.close()

    def test_the_log_holds_no_token_no_name_and_no_body(self):
        server = self.start("--log-level", "debug")
        directory = server.new_directory()
        self.canary_requests(directory)
        server.stop()
        log = "\n".join(server.log)
        self.assertGreater(len(server.events_logged("request")), 10)
        self.assertNotIn(directory.token, log)
        self.assertNotIn(directory.token[11:30], log)
        for line in server.log:
            self.assertNotIn("canary", line.lower())

    def test_a_request_is_logged_with_its_figures(self):
        server = self.start()
        directory = server.new_directory()
        client = directory.client()
        client.get("/Users", **{"X-Request-Id": "req-of-mine"})
        client.close()
        server.stop()
        line = next(
            entry for entry in server.events_logged("request") if entry.get("request_id") == "req-of-mine"
        )
        self.assertEqual(line["method"], "GET")
        self.assertEqual(line["status"], 200)
        self.assertEqual(line["directory_id"], directory.id)
        self.assertEqual(line["organization_id"], directory.organization)
        self.assertGreater(line["bytes"], 0)
        self.assertGreaterEqual(line["microseconds"], 0)
        self.assertNotIn(directory.id, line["route"])

    def test_the_token_is_not_on_disk(self):
        server = self.start()
        directory = server.new_directory()
        client = directory.client()
        client.create_user("anna@example.com")
        client.close()
        server.stop()
        self.assert_not_on_disk(server, directory.token)

    def test_a_password_is_not_on_disk(self):
        server = self.start()
        client = server.new_directory().client()
        anna = client.create_user("anna@example.com", password="canary-first")
        path = f"/Users/{anna['id']}"
        client.patch(path, {"op": "replace", "path": "password", "value": "canary-second"})
        client.put(path, user("anna@example.com", password="canary-third", title="Engineer"))
        client.patch(path, {"op": "add", "value": {"password": "canary-fourth", "title": "Owner"}})
        client.close()
        server.stop()
        self.assert_not_on_disk(server, "canary")

    def assert_not_on_disk(self, server, text):
        for path in server.data.rglob("*"):
            if path.is_file():
                self.assertNotIn(text.encode(), path.read_bytes(), path.name)

    def test_a_disk_that_fails_ends_the_service_and_loses_nothing(self):
        data = self.folder / "data"
        server = self.start("--public-url", "https://scim.example", data=data)
        directory = server.new_directory()
        client = directory.client()
        log_bytes = (data / "scimd.db-wal").stat().st_size
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (log_bytes + 100_000,) * 2)
        acknowledged, refused = [], 0
        for number in range(200):
            try:
                answer = client.post("/Users", user(f"person-{number}@example.com"))
            except OSError:
                break  # it has ended
            if answer.status == 201:
                self.assertEqual(refused, 0, "a write was acknowledged behind a failed one")
                acknowledged.append(answer.json["id"])
            else:
                self.assertEqual(answer.status, 503)
                refused += 1
        self.assertGreater(len(acknowledged), 0)
        self.assertGreater(refused, 0)
        client.close()
        self.assertEqual(server.process.wait(20), 1)
        server.finish()
        self.assertEqual(len(server.events_logged("server.store_broken")), 1)

        server.start()
        client = server.client(directory.token, directory.base)
        for identifier in acknowledged:
            self.assertEqual(client.get(f"/Users/{identifier}").status, 200)
        client.close()
        self.assertIs(server.command("check")["is_sound"], True)
        self.assertEqual(server.stop(), 0)

    def test_metrics_count_what_was_served(self):
        server = self.start()
        directory = server.new_directory()
        client = directory.client()
        client.create_user("anna@example.com")
        client.close()
        plain = server.client()
        answer = plain.get("/metrics")
        plain.close()
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"))
        self.assertIn("scimd_", answer.body.decode())
        self.assertNotIn(directory.token, answer.body.decode())

    def test_each_directory_has_a_rate_limit_when_one_is_given(self):
        with Server(options=["--directory-requests-per-second", "1", "--directory-request-burst", "3"]) as server:
            limited, other = server.new_directory(), server.new_directory()
            with limited.client() as client:
                answers = [client.get("/Users") for _ in range(20)]
            self.assertEqual([answer.status for answer in answers[:3]], [200, 200, 200])
            refused = [answer for answer in answers if answer.status == 429]
            self.assertTrue(refused)
            self.assertRegex(refused[0].headers["Retry-After"], "^[1-9][0-9]{0,3}$")
            self.assertEqual(refused[0].headers["X-Rate-Limit-Limit"], "3")
            with other.client() as client:
                self.assertEqual(client.get("/Users").status, 200)

    def test_many_connections_are_served_while_one_dawdles(self):
        server = self.start()
        directory = server.new_directory()
        with socket.create_connection(("127.0.0.1", server.port), 20) as dawdler:
            dawdler.sendall(b"GET / HT")
            statuses = []

            def read():
                client = directory.client()
                statuses.append(client.get("/Users").status)
                client.close()

            threads = [threading.Thread(target=read) for _ in range(32)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(statuses, [200] * 32)


if __name__ == "__main__":
    unittest.main()
