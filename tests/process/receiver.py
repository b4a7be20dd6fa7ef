"""Webhook receivers: one that records requests and gives scripted responses, and one that handles each connection with a
given function.
"""

import http.server
import json
import re
import socket
import socketserver
import threading
import time

HEAD = b"HTTP/1.1 200 OK\r\n"


class Arrival:
    def __init__(self, path, headers, body, port):
        self.path = path
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body
        self.port = port  # of the sender: the same on a connection that is used again
        self.time = time.time()

    @property
    def id(self):
        return self.headers["webhook-id"]

    @property
    def event(self):
        return json.loads(self.body)


class Receiver:
    """`answer(arrival)` is a status, or (status, headers, body). What arrives is kept, unless there is too much of it."""

    def __init__(self, answer=lambda arrival: 200, keeps=True):
        self.answer = answer
        self.keeps = keeps
        self.arrivals = []
        self.lock = threading.Lock()
        self.connections = []
        self.server = Receiver.Listener(("127.0.0.1", 0), self.make_handler())
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)

    class Listener(socketserver.ThreadingMixIn, http.server.HTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request, client_address):
            pass  # the sender was killed

    def make_handler(receiver):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self):
                super().setup()
                with receiver.lock:
                    receiver.connections.append(self.connection)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                arrival = Arrival(self.path, self.headers.items(), body, self.client_address[1])
                with receiver.lock:
                    answer = receiver.answer(arrival)
                    if receiver.keeps:
                        receiver.arrivals.append(arrival)
                status, fields, text = answer if isinstance(answer, tuple) else (answer, {}, b"")
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        return Handler

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        with self.lock:
            for connection in self.connections:
                connection.close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def wait_for(self, count, seconds=30):
        """Until so many have arrived; what has."""
        return wait_until(lambda: len(self.arrivals) >= count and list(self.arrivals), seconds)


class RawReceiver:
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


def wait_until(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"did not come true within {seconds} s")
