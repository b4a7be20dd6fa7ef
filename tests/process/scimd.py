"""Shared by the process tests: a server that can be started, stopped and killed, and HTTP clients for it."""

import contextlib
import http.client
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse

import event_schemas

DEV_BUILD = pathlib.Path(__file__).resolve().parents[2] / "build" / "dev"
BINARY = os.environ.get("SCIMD_BINARY", str(DEV_BUILD / "scimd"))

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"

FORM = {"Content-Type": "application/x-www-form-urlencoded"}

READY_SECONDS = 20
STOP_SECONDS = 45
ANSWER_SECONDS = 60


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=ANSWER_SECONDS)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Client:
    """One keep-alive connection; for one thread."""

    def __init__(self, connection, token=None, base=""):
        self.connection = connection
        self.token = token
        self.base = base

    def send(self, method, path, body=None, headers=None):
        fields = {}
        if self.token is not None:
            fields["Authorization"] = f"Bearer {self.token}"
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None:
            fields["Content-Type"] = "application/scim+json" if self.base else "application/json"
        fields.update(headers or {})
        try:
            self.connection.request(method, self.base + path, body=body, headers=fields)
            return Answer(self.connection.getresponse())
        except BaseException:
            self.connection.close()
            raise

    def get(self, path, **headers):
        return self.send("GET", path, headers=headers)

    def post(self, path, body):
        return self.send("POST", path, body)

    def put(self, path, body):
        return self.send("PUT", path, body)

    def patch(self, path, *operations, headers=None):
        return self.send("PATCH", path, {"schemas": [PATCH_OP], "Operations": list(operations)}, headers)

    def delete(self, path):
        return self.send("DELETE", path)

    def create_user(self, user_name, **attributes):
        return self.expect(201, self.post("/Users", user(user_name, **attributes))).json

    def create_group(self, name, members=(), **attributes):
        body = {"schemas": [GROUP], "displayName": name, **attributes}
        if members:
            body["members"] = [{"value": member} for member in members]
        return self.expect(201, self.post("/Groups", body)).json

    def every(self, path, count=200):
        """All resources of a list, page by page."""
        found = []
        while True:
            page = self.expect(200, self.get(f"{path}?startIndex={len(found) + 1}&count={count}")).json
            found += page["Resources"]
            if not page["Resources"] or len(found) >= page["totalResults"]:
                return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @staticmethod
    def expect(status, answer):
        if answer.status != status:
            raise AssertionError(f"expected {status}, got {answer!r}")
        return answer

    def close(self):
        self.connection.close()


class Directory:
    """A directory of a fresh organization, and a token for it."""

    def __init__(self, server, organization, identifier, token, secret):
        self.server = server
        self.organization = organization
        self.id = identifier
        self.token = token
        self.secret = secret
        self.start = len(self.events(after=0))  # of its own: made, enabled, a token

    @property
    def base(self):
        return f"/directory/{self.id}/scim/v2"

    @property
    def management(self):
        return f"/api/v1/organizations/{self.organization}/directories/{self.id}"

    def client(self):
        return self.server.client(self.token, self.base)

    def events(self, after=None, kinds=None):
        """The events after a sequence number, oldest first; `kinds` are the last words of their types.

        Without a number those since the directory was made.
        """
        after = self.start if after is None else after
        found = []
        with self.server.operator() as control:
            while True:
                page = control.get(f"/api/v1/events?directory_id={self.id}&after_sequence={after}&limit=500")
                Client.expect(200, page)
                found += page.json["events"]
                if not page.json["has_more"]:
                    break
                after = found[-1]["sequence"]
        return [event for event in found if kinds is None or kind(event) in kinds]

    def request_log(self):
        """All entries, the oldest first."""
        entries, token = [], ""
        with self.server.operator() as control:
            while True:
                path = f"{self.management}/request-log?page_size=1000&page_token={token}"
                page = Client.expect(200, control.get(path)).json
                entries += page["entries"]
                token = page["next_page_token"]
                if not token:
                    return entries[::-1]

    def refusals(self):
        with self.server.operator() as control:
            return Client.expect(200, control.get(f"{self.management}/refusals")).json["refusals"]


class Operator(Client):
    """A connection to the control socket in the data folder."""


class CommandFailed(Exception):
    def __init__(self, process):
        super().__init__(f"exit {process.returncode}: {process.stdout} {process.stderr}")
        self.code = process.returncode
        self.output = process.stdout
        self.errors = process.stderr


def run(*words, data=None, environment=None, timeout=60):
    """One run of the binary to its end."""
    command = [BINARY, *map(str, words)]
    if data is not None:
        command += ["--data", str(data)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**clean_environment(), **(environment or {})},
    )


def clean_environment():
    return {name: value for name, value in os.environ.items() if not name.startswith("SCIMD_")}


class Server:
    """`scimd serve` on a free port, with a data directory of its own unless one is given."""

    counter = itertools.count(1)

    def __init__(self, data=None, options=()):
        self.owns_data = data is None
        self.data = pathlib.Path(data or tempfile.mkdtemp(prefix="scimd-"))
        self.options = list(options)
        self.environment = {}
        self.reserved_domains = str(pathlib.Path(__file__).with_name("no_reserved_domains.txt"))
        self.stdout = subprocess.DEVNULL
        self.process = None
        self.log = []
        self.port = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            self.remove()

    def command_line(self):
        command = [BINARY, "serve", "--data", str(self.data), "--listen", "127.0.0.1:0"]
        if self.reserved_domains:
            command += ["--reserved-domains", self.reserved_domains]
        return command + self.options

    def start(self):
        self.port = None
        self.ready = threading.Event()
        started = time.monotonic()
        self.process = subprocess.Popen(
            self.command_line(),
            stdout=self.stdout,
            stderr=subprocess.PIPE,
            text=True,
            env={**clean_environment(), **self.environment},
        )
        self.reader = threading.Thread(target=self.read_log, args=(self.process,), daemon=True)
        self.reader.start()
        if not self.ready.wait(READY_SECONDS) or self.port is None:
            self.process.kill()
            self.reader.join()
            raise AssertionError("the server did not get ready:\n" + "\n".join(self.log[-20:]))
        self.ready_seconds = time.monotonic() - started
        return self

    def read_log(self, process):
        with process.stderr:
            for line in process.stderr:
                self.note(line.rstrip("\n"))
        self.ready.set()  # it has ended: waiting is over

    def note(self, line):
        self.log.append(line)
        try:
            entry = json.loads(line)
        except ValueError:
            return
        if entry.get("event") == "server.listening":
            port = re.fullmatch(r"127\.0\.0\.1:(\d+)", entry["endpoint"])
            if port:
                self.port = int(port.group(1))
        if entry.get("event") == "server.ready":
            self.ready.set()

    def events_logged(self, name):
        return [entry for entry in map(json.loads, list(self.log)) if entry.get("event") == name]

    def stop(self):
        """SIGTERM, and the exit code."""
        if self.process is None or self.process.poll() is not None:
            return self.process and self.process.returncode
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the server did not stop on SIGTERM") from None
        self.finish()
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.finish()

    def finish(self):
        self.reader.join()

    def remove(self):
        if not self.owns_data:
            return
        try:
            event_schemas.check_store(self.data)
        finally:
            shutil.rmtree(self.data, ignore_errors=True)

    def client(self, token=None, base=""):
        return Client(http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS), token, base)

    def operator(self):
        return Operator(UnixConnection(self.data / "control.sock"))

    def command(self, *words, timeout=60):
        """A command on this server's data, its JSON output parsed."""
        done = run(*words, "--json", data=self.data, timeout=timeout)
        if done.returncode != 0:
            raise CommandFailed(done)
        return json.loads(done.stdout)

    def new_client(self, name="Test", **members):
        """A client of the API: its id and its secret."""
        with self.operator() as control:
            answer = made(control.post("/api/v1/clients", {"name": name, **members}))
        return answer["client_id"], answer["client_secret"]

    def access_token(self, credentials=None):
        """An access token of that client, or of a new one."""
        identifier, secret = credentials or self.new_client()
        with contextlib.closing(self.client()) as public:
            form = {"grant_type": "client_credentials", "client_id": identifier, "client_secret": secret}
            answer = public.send("POST", "/oauth/token", urllib.parse.urlencode(form), FORM)
            return Client.expect(200, answer).json["access_token"]

    def new_directory(self, domains=(), policy="off"):
        """A directory of an organization of its own. A domain is one organization's alone."""
        number = next(self.counter)
        with self.operator() as control:
            organization = made(
                control.post("/api/v1/organizations", {"display_name": f"Organization {number}"})
            )["organization"]["id"]
            for domain in domains:
                self.add_domain(organization, domain)
            directory = made(
                control.post(
                    f"/api/v1/organizations/{organization}/directories",
                    {"name": f"Directory {number}", "domain_policy": policy},
                )
            )["directory"]["id"]
            secret = made(
                control.post(f"/api/v1/organizations/{organization}/directories/{directory}/secrets", {})
            )
        return Directory(self, organization, directory, secret["plain_secret"], secret["secret"]["id"])

    def add_domain(self, organization, domain, covers_subdomains=False):
        body = {"domain": domain}
        if covers_subdomains:
            body["covers_subdomains"] = True
        with self.operator() as control:
            return made(control.post(f"/api/v1/organizations/{organization}/domains", body))["domain"]

    def raw(self, request):
        """Bytes out, one answer in, on a connection of its own; None when it was closed without one."""
        with socket.create_connection(("127.0.0.1", self.port), ANSWER_SECONDS) as connection:
            connection.sendall(request)
            method = request.split(b" ", 1)[0].decode("latin-1")
            response = http.client.HTTPResponse(connection, method=method)
            try:
                response.begin()
                return Answer(response)
            except (http.client.BadStatusLine, ConnectionError):
                return None


    def late(self, method, path, token, body, meanwhile):
        """The head, and when the server has taken it and more than a second is over, `meanwhile` and the body."""
        text = json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\nExpect: 100-continue\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", self.port), ANSWER_SECONDS) as connection:
            connection.sendall(head.encode())
            seen = b""
            while not seen.endswith(b"\r\n\r\n"):
                seen += connection.recv(4096)
            assert seen.startswith(b"HTTP/1.1 100 "), seen
            time.sleep(1.1)
            meanwhile()
            connection.sendall(text)
            response = http.client.HTTPResponse(connection, method=method)
            response.begin()
            return Answer(response)


def made(answer):
    return Client.expect(201, answer).json


def kind(event):
    """ "user_created" of "organization.directory.user_created"."""
    return event["type"].rsplit(".", 1)[1]


def user(user_name, **attributes):
    return {"schemas": [USER], "userName": user_name, **attributes}


def quoted(text):
    return urllib.parse.quote(text, safe="")


def together(functions):
    """Runs all at the same moment, each in a thread; their results in order. An exception is a result."""
    start = threading.Barrier(len(functions))
    results = [None] * len(functions)

    def call(index, function):
        start.wait()
        try:
            results[index] = function()
        except Exception as failure:  # the test looks at it
            results[index] = failure

    threads = [threading.Thread(target=call, args=pair) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
