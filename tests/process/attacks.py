"""Attacks on other tenants (noisy neighbours, denial of service) by one tenant or an anonymous client, for isolation tests.

Each attack is a list of workers. A worker is called again and again with a connection of its own until the attack ends,
and counts what was answered. `python3 attacks.py NAME` runs one in a process of its own, with the target on standard
input as JSON, and prints a line once all workers have started and one with its counts at SIGTERM.
"""

import contextlib
import http.client
import itertools
import json
import signal
import socket
import sys
import threading
import time

from scimd import FORM, GROUP, PATCH_OP, Client, quoted, user

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
ANSWER_SECONDS = 120
MARKS = 16_000  # combining marks of each of two classes in one string, which normalization has to sort
TEXT = 63_000  # bytes of a long value, below the limit of one
ATTACKS = {}


class Target:
    """The attacking directory: its URL, its token, and the resources that were made in it before."""

    def __init__(self, values):
        self.values = values
        self.lock = threading.Lock()
        self.statuses = {}
        self.numbers = itertools.count()

    def __getattr__(self, name):
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None

    def client(self, token=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        return Client(connection, self.token if token is None else token, self.base)

    def public(self):
        return Client(http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS))

    def socket(self):
        return socket.create_connection(("127.0.0.1", self.port), ANSWER_SECONDS)

    def head(self, method, path, *fields):
        lines = [f"{method} {self.base}{path} HTTP/1.1", "Host: x", f"Authorization: Bearer {self.token}", *fields]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def note(self, status):
        with self.lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1

    def number(self):
        return next(self.numbers)


def attack(what):
    """Registers a function that yields the workers of an attack; `what` describes it."""

    def register(function):
        ATTACKS[function.__name__] = (function, what)
        return function

    return register


def sending(target, count, make, token=None, client=None):
    """`count` workers, each on a keep-alive connection: `make()` is (method, path, body) of the next request."""

    def worker():
        with contextlib.closing(client() if client else target.client(token)) as connection:
            while True:
                method, path, body, *fields = make()
                target.note(connection.send(method, path, body, *fields).status)

    return [worker] * count


def patch(*operations):
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def terms(attribute, operator, count, text="z"):
    return " or ".join(f'{attribute} {operator} "{text}{number}"' for number in range(count))


# --- computation ---


@attack("users whose telephone numbers are long runs of combining marks, which are slow to normalize")
def normalization(target):
    text = "a" + "\u0301" * MARKS + "\u0323" * MARKS
    numbers = [{"value": text[:TEXT // 2] + str(number)} for number in range(150)]
    body = json.dumps(user("marks@example.com", phoneNumbers=numbers), ensure_ascii=False).encode()
    return sending(target, 2, lambda: ("POST", "/Users", body))


@attack("an end user changes its own name to a run of combining marks")
def own_normalization(target):
    text = "a" + "\u0301" * MARKS + "\u0323" * (MARKS // 2)
    body = json.dumps(patch({"op": "replace", "path": "nickName", "value": text}), ensure_ascii=False).encode()
    return sending(target, 2, lambda: ("PATCH", "/Me", body), token=target.own_token)


@attack("a PATCH of 1,000 operations with 64 terms each on a user with 1,000 values")
def patch_product(target):
    where = terms("value", "ew", 64)
    body = json.dumps(patch(*[{"op": "remove", "path": f"phoneNumbers[{where}]"}] * 1_000))
    return sending(target, 2, lambda: ("PATCH", f"/Users/{target.wide_user}", body))


@attack("small PATCHes that compare one long value with four texts")
def patch_long_value(target):
    body = patch({"op": "remove", "path": f"addresses[{terms('streetAddress', 'ew', 4)}]"})
    return sending(target, 4, lambda: ("PATCH", f"/Users/{target.long_user}", body))


@attack("PATCHes of 500 operations that search 20,000 members by display")
def member_filters(target):
    body = patch(*[{"op": "remove", "path": f"members[{terms('display', 'ew', 60)}]"}] * 500)
    path = f"/Groups/{target.large_group}?excludedAttributes=members"
    return sending(target, 2, lambda: ("PATCH", path, body))


@attack("bodies of deeply nested JSON and of very many small values")
def deep_json(target):
    bodies = itertools.cycle([b"[" * 900_000, b'{"a":' * 400_000, b"[" + b"0," * 4_000_000 + b"0]", b'{"a":1,' * 900_000])
    return sending(target, 4, lambda: ("POST", "/Users", next(bodies)))


# --- reading ---


@attack("lists whose filters look like look-ups and are scans")
def scans_like_lookups(target):
    filters = itertools.cycle(
        [
            'emails.type eq "work"',
            'emails[type eq "work" and value eq "shared@example.com"]',
            'externalId eq "same"',
            'emails.value eq "shared@example.com" and title co "zz"',
        ]
    )
    return sending(target, 4, lambda: ("GET", "/Users?filter=" + quoted(next(filters)), None))


@attack("forty lists at a time, each of which looks at every user")
def slow_lists(target):
    return sending(target, 40, lambda: ("GET", "/Users?sortBy=title&filter=" + quoted('title co "zz"'), None))


@attack("lists with filters of 64 terms and an order that no index has")
def long_filters(target):
    path = "/Users?sortBy=name.familyName&filter=" + quoted(terms("title", "co", 64))
    return sending(target, 8, lambda: ("GET", path, None))


@attack("lists that compare long titles with 16 texts")
def long_titles(target):
    path = "/Users?filter=" + quoted(terms("title", "ew", 16))
    return sending(target, 8, lambda: ("GET", path, None))


@attack("deep pages of a long list by index")
def deep_pages(target):
    return sending(target, 16, lambda: ("GET", "/Users?count=1000&startIndex=28000", None))


@attack("reads of a user that is in 4,000 groups")
def user_in_many_groups(target):
    return sending(target, 8, lambda: ("GET", f"/Users/{target.member_of_many}", None))


@attack("reads of a group of 20,000 with its members")
def large_group_reads(target):
    return sending(target, 8, lambda: ("GET", f"/Groups/{target.large_group}", None))


@attack("replies that are asked for and never read")
def unread_replies(target):
    request = target.head("GET", "/Users?count=1000")

    def worker():
        with target.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            connection.settimeout(1)
            with contextlib.suppress(TimeoutError):
                for _ in range(100):
                    connection.sendall(request)
            time.sleep(20)

    return [worker] * 60


# --- writing ---


@attack("64 connections that create users as fast as they are answered")
def creates(target):
    def make():
        number = target.number()
        return "POST", "/Users", user(f"c{number}-{time.time_ns()}@example.com", title="made")

    return sending(target, 64, make)


@attack("8 connections that send bulk requests of 1,000 creates")
def bulk_creates(target):
    def make():
        run = f"{target.number()}-{time.time_ns()}"
        operations = [
            {"method": "POST", "path": "/Users", "bulkId": str(n), "data": user(f"b{run}-{n}@example.com")}
            for n in range(1_000)
        ]
        return "POST", "/Bulk", {"schemas": [BULK], "Operations": operations}

    return sending(target, 8, make)


@attack("bulk requests of 1,000 groups, each of which has the next one as a member")
def bulk_references(target):
    def make():
        run = f"{target.number()}-{time.time_ns()}"
        operations = []
        for n in range(1_000):
            data = {"schemas": [GROUP], "displayName": f"r{run}-{n}"}
            if n % 10:
                data["members"] = [{"value": f"bulkId:{n - 1 + 2 * (n % 2)}"}]
            operations.append({"method": "POST", "path": "/Groups", "bulkId": str(n), "data": data})
        return "POST", "/Bulk", {"schemas": [BULK], "Operations": operations}

    return sending(target, 4, make)


@attack("small changes of one user of 230 KB")
def large_user_changes(target):
    def make():
        return "PATCH", f"/Users/{target.large_user}", patch(
            {"op": "replace", "path": "title", "value": f"t{target.number()}"}
        )

    return sending(target, 4, make)


@attack("a user becomes a member of one group after another")
def joins(target):
    def make():
        members = [{"value": target.joining_user}]
        name = f"j{target.number()}-{time.time_ns()}"
        return "POST", "/Groups", {"schemas": [GROUP], "displayName": name, "members": members}

    return sending(target, 4, make)


@attack("PUTs that give a group 20,000 members and take them away again")
def group_puts(target):
    members = [{"value": one} for one in target.user_ids]
    bodies = itertools.cycle(  # of a list: threads may share it, which they may not with a generator
        [json.dumps({"schemas": [GROUP], "displayName": "Puts", "members": some}) for some in (members, members[:1])]
    )
    return sending(target, 2, lambda: ("PUT", f"/Groups/{target.put_group}?excludedAttributes=members", next(bodies)))


@attack("a group of 20,000 members is made and deleted, again and again")
def group_deletions(target):
    members = [{"value": one} for one in target.user_ids]

    def worker():
        with contextlib.closing(target.client()) as client:
            while True:
                body = {"schemas": [GROUP], "displayName": f"d{time.time_ns()}", "members": members}
                made = client.post("/Groups?excludedAttributes=members", body)
                target.note(made.status)
                if made.status == 201:
                    target.note(client.delete("/Groups/" + made.json["id"]).status)

    return [worker] * 2


@attack("40 PATCHes at a time that give all members of a group of 20,000 a display of 1 KB")
def group_renames(target):
    path = f"/Groups/{target.large_group}?excludedAttributes=members"

    def make():
        display = f"{target.number()}-{'y' * 1_000}"
        return "PATCH", path, patch({"op": "replace", "path": "members.display", "value": display})

    return sending(target, 40, make)


@attack("100 PATCHes at a time of users of 900 KB")
def huge_user_changes(target):
    addresses = [{"type": f"t{number}", "streetAddress": "s" * 60_000} for number in range(15)]

    def worker():
        with contextlib.closing(target.client()) as client:
            made = client.post("/Users", user(f"huge{time.time_ns()}@example.com", addresses=addresses))
            target.note(made.status)
            path = f"/Users/{made.json['id'] if made.status == 201 else target.large_user}"
            while True:
                change = {"op": "replace", "path": "title", "value": f"t{target.number()}"}
                target.note(client.patch(path, change).status)

    return [worker] * 100


@attack("lists of groups by the displays of the members of a group of 20,000, each of 1 KB")
def member_display_lists(target):
    display = {"op": "replace", "path": "members.display", "value": "y" * 1_000}
    with contextlib.closing(target.client()) as client:
        target.note(client.patch(f"/Groups/{target.large_group}?excludedAttributes=members", display).status)
    path = "/Groups?filter=" + quoted('members.display co "zz"')
    return sending(target, 8, lambda: ("GET", path, None))


# --- connections and bodies ---


@attack("60 bodies of 10.4 MB of which 10 MB are sent")
def stalled_bodies(target):
    return [stalling(target, "POST", "/Users", 10_400_000, b" " * 10_000_000)] * 60


@attack("60 PUTs of groups with 3.9 MB of members each")
def large_bodies(target):
    members = [{"value": "diruser_" + str(10**17 + number)} for number in range(120_000)]
    body = json.dumps({"schemas": [GROUP], "displayName": "Puts", "members": members}).encode()
    return sending(target, 60, lambda: ("PUT", f"/Groups/{target.put_group}", body))


@attack("bodies that come a byte at a time")
def slow_bodies(target):
    return [dripping(target, target.head("POST", "/Users", "Content-Length: 100000"))] * 200


@attack("heads that come a byte at a time")
def slow_heads(target):
    return [dripping(target, b"GET /healthz HTTP/1.1\r\nX-Slow: ")] * 200


@attack("4,200 connections that send nothing")
def idle_connections(target):
    def worker():
        with contextlib.ExitStack() as all_of_them:
            for _ in range(420):
                try:
                    all_of_them.enter_context(target.socket())
                except OSError:
                    break
            time.sleep(60)

    return [worker] * 10


@attack("300 requests in one piece on each connection")
def pipelining(target):
    request = target.head("GET", f"/Users/{target.user_ids[0]}") * 300

    def worker():
        with target.socket() as connection:
            connection.sendall(request)
            left = 300
            while left > 0:
                data = connection.recv(65_536)
                if not data:
                    break
                left -= data.count(b"HTTP/1.1 ")
            target.note("pipeline")

    return [worker] * 16


# --- without a directory's token ---


@attack("wrong secrets for a client id")
def wrong_secrets(target):
    form = f"grant_type=client_credentials&client_id={target.client_id}&client_secret=scimd_client_wrong"
    return sending(target, 8, lambda: ("POST", "/oauth/token", form, FORM), client=target.public)


@attack("wrong bearer tokens")
def wrong_tokens(target):
    return sending(target, 16, lambda: ("GET", "/Users", None), token="scimd_dir_" + "x" * 40)


@attack("anonymous reads of the public keys")
def public_keys(target):
    return sending(target, 64, lambda: ("GET", "/keys", None), client=target.public)


@attack("connections that ask for a path that does not exist")
def unknown_paths(target):
    return sending(target, 32, lambda: ("GET", "/" + "x" * 7_000, None), client=target.public)


# --- events ---


@attack("100 streams of events that are never read, beside creates")
def unread_streams(target):
    request = (
        f"GET /api/v1/events/stream?organization_id={target.organization} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {target.access_token}\r\n"
        "Accept: text/event-stream\r\n\r\n"
    ).encode()

    def worker():
        with target.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            connection.sendall(request)
            time.sleep(60)

    return [worker] * 100 + creates(target)[:8]


@attack("500 long polls for events, beside creates")
def long_polls(target):
    fields = {"Authorization": f"Bearer {target.access_token}"}
    path = f"/api/v1/events?organization_id={target.organization}&wait=20&event_types=role.created"
    return sending(target, 500, lambda: ("GET", path, None, fields), client=target.public) + creates(target)[:8]


# --- workers ---


def stalling(target, method, path, announced, sent):
    def worker():
        with target.socket() as connection:
            connection.sendall(target.head(method, path, f"Content-Length: {announced}"))
            connection.sendall(sent)
            target.note(status_of(connection.recv(64)))

    return worker


def dripping(target, head):
    def worker():
        with target.socket() as connection:
            connection.sendall(head)
            connection.settimeout(0.5)
            while True:
                try:
                    target.note(status_of(connection.recv(64)))
                    return
                except TimeoutError:
                    connection.sendall(b"a")

    return worker


def status_of(start):
    """The status in the first bytes of a response; "closed" when there is none."""
    return int(start[9:12]) if start.startswith(b"HTTP/1.1 ") else "closed"


def keep_doing(worker, target):
    while True:
        try:
            worker()
        except (OSError, http.client.HTTPException):
            target.note("closed")
            time.sleep(0.05)


def start(name, target):
    """Starts the workers of an attack in threads that end with the process."""
    function, _ = ATTACKS[name]
    for worker in function(target):
        threading.Thread(target=keep_doing, args=(worker, target), daemon=True).start()


def main():
    target = Target(json.load(sys.stdin))
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    start(sys.argv[1], target)
    print("started", flush=True)
    ended.wait()
    with target.lock:
        print(json.dumps({str(status): count for status, count in target.statuses.items()}), flush=True)


if __name__ == "__main__":
    threading.stack_size(256 * 1024)
    main()
