"""Benchmark of scaling: times of equal requests to a small and a large directory of one server.

Prints a table in Markdown. What counts is the ratio: with a thousand times the users and members the same request
should take about as long. Started by scripts/bench scale.
"""

import argparse
import contextlib
import functools
import itertools
import json
import pathlib
import re
import statistics
import sys
import tempfile
import threading
import time

import scimd
from load import LoggingServer, run_to_end
from scimd import GROUP, Client, quoted, user

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
BULK_OPERATIONS = 1000
MEMBERS_A_REQUEST = 50_000
LOADERS = 4
PAGE = 100
CHANGED_MEMBERS = 100_000
DEPARTED_GROUPS = (1_000, 5_000, 10_000)
QUIET_SECONDS = 3
DEEP_INDEX = "index page, deep"  # walks over what it skips
RATIO_MAX = 2


class Side:
    """A directory with so many users, in the order in which they were made, and a group of some of them."""

    def __init__(self, server, name, users, members):
        self.name = name
        self.count = users
        self.directory = server.new_directory()
        self.client = self.directory.client()
        self.client.connection.timeout = 600
        self.ids = []
        self.load(users)
        self.group = self.client.create_group("All")["id"]
        self.members = self.ids[:members]
        self.others = itertools.cycle(self.ids[members : members + 1000])
        for start in range(0, members, MEMBERS_A_REQUEST):
            self.change("add", self.members[start : start + MEMBERS_A_REQUEST])
        self.made = itertools.count()

    def load(self, users):
        """By bulk requests on a few connections."""
        starts = iter(range(0, users, BULK_OPERATIONS))
        lock, found = threading.Lock(), {}

        def work():
            with contextlib.closing(self.directory.client()) as client:
                client.connection.timeout = 600
                while True:
                    with lock:
                        start = next(starts, None)
                    if start is None:
                        return
                    found[start] = self.post(client, range(start, min(start + BULK_OPERATIONS, users)))

        failures = [one for one in scimd.together([work] * LOADERS) if one is not None]
        if failures:
            raise failures[0]
        self.ids = [identifier for start in sorted(found) for identifier in found[start]]

    def make_groups(self, name, count, member):
        """So many of one member."""
        for start in range(0, count, BULK_OPERATIONS):
            numbers = range(start, min(start + BULK_OPERATIONS, count))
            self.bulk(
                self.client,
                "/Groups",
                {number: group(f"{name} {number}", member) for number in numbers},
            )

    @classmethod
    def post(cls, client, numbers):
        return cls.bulk(client, "/Users", {number: person(number) for number in numbers})

    @staticmethod
    def bulk(client, path, resources):
        """Their ids."""
        operations = [
            {"method": "POST", "path": path, "bulkId": str(number), "data": data}
            for number, data in resources.items()
        ]
        done = Client.expect(200, client.post("/Bulk", {"schemas": [BULK], "Operations": operations})).json
        if any(one["status"] != "201" for one in done["Operations"]):
            raise RuntimeError("a resource was not made")
        return [one["location"].rsplit("/", 1)[1] for one in done["Operations"]]

    def change(self, op, members, query="?excludedAttributes=members"):
        operation = {"op": op, "path": "members", "value": [{"value": member} for member in members]}
        answer = self.client.patch(f"/Groups/{self.group}{query}", operation)
        if answer.status not in (200, 204):
            raise RuntimeError(repr(answer))

    def get(self, path):
        return Client.expect(200, self.client.get(path))

    def cursor(self, pages):
        """Of the page behind so many of them."""
        cursor = ""
        for _ in range(pages):
            cursor = self.get(f"/Users?count={PAGE}&attributes=id&cursor={quoted(cursor)}").json["nextCursor"]
        return cursor


def person(number):
    name = f"u{number}@example.com"
    return user(
        name,
        externalId=f"x{number}",
        displayName=f"User {number}",
        name={"givenName": "Anna", "familyName": f"Ahorn {number}"},
        emails=[{"value": name, "type": "work", "primary": True}],
    )


def group(name, member):
    return {"schemas": [GROUP], "displayName": name, "members": [{"value": member}]}


def timed(call):
    start = time.monotonic()
    call()
    return (time.monotonic() - start) * 1000


class Bench:
    def __init__(self, chosen):
        self.chosen = chosen
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="scimd-scale-", dir=chosen.folder))
        self.server = LoggingServer(self.folder / "data")
        self.slow = []

    def peak_megabytes(self):
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) / 1024

    def compare(self, what, of):
        """Medians of calls on both sides, by turns, so that a busy moment is both's."""
        for side in self.sides:
            side.client.connection.close()  # the server may have given up one that was not used for long
        calls = [of(side) for side in self.sides]
        times = [[], []]
        for call in calls:
            call()
        for _ in range(self.chosen.samples):
            for call, mine in zip(calls, times):
                mine.append(timed(call))
        small, large = map(statistics.median, times)
        ratio = large / small
        if ratio > RATIO_MAX and what != DEEP_INDEX:
            self.slow.append(what)
        print(f"| {what} | {small:.2f} ms | {large:.2f} ms | {ratio:.2f} |", flush=True)

    # --- what is compared: each gives the call on one side ---

    @staticmethod
    def point_read(side):
        ids = itertools.cycle(side.ids[:: max(1, side.count // 997)])
        return lambda: side.get(f"/Users/{next(ids)}")

    @staticmethod
    def look_up(side):
        numbers = itertools.cycle(range(0, side.count, max(1, side.count // 997)))
        return lambda: side.get("/Users?filter=" + quoted(f'userName eq "u{next(numbers)}@example.com"'))

    @staticmethod
    def create(side):
        return lambda: Client.expect(
            201, side.client.post("/Users", person(side.count + next(side.made)))
        )

    @staticmethod
    def change_user(side):
        ids = itertools.cycle(side.ids[:: max(1, side.count // 997)])
        titles = itertools.count()
        return lambda: Client.expect(
            200,
            side.client.patch(
                f"/Users/{next(ids)}", {"op": "replace", "path": "title", "value": f"T{next(titles)}"}
            ),
        )

    @staticmethod
    def add_member(query):
        return lambda side: lambda: side.change("add", [next(side.others)], query)

    @staticmethod
    def toggle_member(side):
        """One goes and comes back."""
        member = side.members[len(side.members) // 2]

        def call():
            side.change("remove", [member])
            side.change("add", [member])

        return call

    @staticmethod
    def read(path):
        return lambda side: lambda: side.get(path(side))

    def run(self):
        self.server.start()
        start = time.monotonic()
        self.sides = [
            Side(self.server, "small", *self.chosen.small),
            Side(self.server, "large", *self.chosen.large),
        ]
        self.await_job()
        print(f"loaded in {time.monotonic() - start:.0f} s\n")
        small, large = self.chosen.small, self.chosen.large
        heads = [f"{users:,} users, group of {members:,}" for users, members in (small, large)]
        print(f"| what | {heads[0]} | {heads[1]} | ratio |")
        print("|---|---|---|---|", flush=True)
        self.compare("read a user", self.point_read)
        self.compare("look one up by userName", self.look_up)
        self.compare("create a user", self.create)
        self.compare("change a user", self.change_user)
        self.compare("add a member", self.add_member(""))
        self.compare("add a member, reply without members", self.add_member("?excludedAttributes=members"))
        self.compare("take a member out and in again", self.toggle_member)
        without = self.read(lambda side: f"/Groups/{side.group}?excludedAttributes=members")
        self.compare("read a group without members", without)
        self.pages()
        self.members()
        self.changes()
        self.departures()
        self.server.stop()
        if self.slow:
            print(f"\nmore than {RATIO_MAX} times as long: {', '.join(self.slow)}")
        return 1 if self.slow else 0

    def pages(self):
        first = f"/Users?count={PAGE}"
        self.compare("cursor page, first", self.read(lambda _: first + "&cursor="))
        at = {side.name: quoted(side.cursor(side.count // PAGE // 2)) for side in self.sides}
        deep = f"/Users?count={PAGE}&attributes=id&cursor="
        self.compare("cursor page, half way", self.read(lambda side: deep + at[side.name]))
        self.compare("index page, first", self.read(lambda _: first))
        self.compare(DEEP_INDEX, self.read(lambda side: f"{first}&startIndex={side.count - PAGE}"))

    def members(self):
        """The whole list of the large group."""
        side = self.sides[1]
        before = self.peak_megabytes()
        times, size = [], 0
        for _ in range(5):
            start = time.monotonic()
            size = len(side.get(f"/Groups/{side.group}").body)
            times.append(time.monotonic() - start)
        speed = size / statistics.median(times) / 1e6
        growth = self.peak_megabytes() - before
        took = statistics.median(times)
        print(f"\nall members of the large group: {size / 1e6:.1f} MB in {took:.2f} s, {speed:.0f} MB/s")
        print(f"most memory until then {before:.1f} MB, with it {growth:.1f} MB more", flush=True)

    def beside(self, call):
        """How long a call takes, and how long at most a writer waits meanwhile."""
        waits, is_over = [], threading.Event()
        small = self.sides[0]

        def write():
            with contextlib.closing(small.directory.client()) as client:
                for number in itertools.count():
                    if is_over.is_set():
                        return
                    change = {"op": "replace", "path": "title", "value": f"W{number}"}
                    waits.append(timed(lambda: Client.expect(200, client.patch(f"/Users/{small.ids[0]}", change))))

        writer = threading.Thread(target=write)
        writer.start()
        start = time.monotonic()
        try:
            took = call()
            if not isinstance(took, float):
                took = (time.monotonic() - start) * 1000
        finally:
            is_over.set()
            writer.join()
        return took, max(waits)

    def changes(self):
        """Very many members by one PUT, the same once more but for three, and the end of the group."""
        side = self.sides[1]
        count = min(CHANGED_MEMBERS, len(side.ids) - 3)
        group = side.client.create_group("Changed")["id"]
        path = f"/Groups/{group}?excludedAttributes=members"

        def put(ids):
            body = {"schemas": [GROUP], "displayName": "Changed", "members": [{"value": one} for one in ids]}
            text = json.dumps(body)
            return lambda: Client.expect(200, side.client.put(path, text))

        print(f"\n| a group of {count:,} | takes | a writer waits at most |\n|---|---|---|")
        for what, call in (
            ("all of them by one PUT", put(side.ids[:count])),
            ("a PUT that changes three", put(side.ids[3:count] + side.ids[-3:])),
            ("its users hear of it", self.await_job),
            ("its end", lambda: Client.expect(204, side.client.delete(f"/Groups/{group}"))),
            ("its users hear of it", self.await_job),
        ):
            took, wait = self.beside(call)
            print(f"| {what} | {took:,.0f} ms | {wait:,.0f} ms |", flush=True)

    def departures(self):
        """Users who are in very many groups."""
        side = self.sides[1]
        print("\n| a user's end | takes | a writer waits at most |\n|---|---|---|")
        for count in DEPARTED_GROUPS:
            name = f"departed{count}@example.com"
            leaver = side.client.create_user(name)["id"]
            side.make_groups(f"Of {name}", count, leaver)
            end = functools.partial(self.end, side, leaver)
            took, wait = self.beside(end)
            print(f"| in {count:,} groups | {took:,.0f} ms | {wait:,.0f} ms |", flush=True)

    @staticmethod
    def end(side, leaver):
        Client.expect(204, side.client.delete(f"/Users/{leaver}"))

    def await_job(self):
        """Milliseconds until the events of a large change are published: none has come for a while."""
        side = self.sides[1]
        start = end = time.monotonic()
        with self.server.operator() as control:
            last = None
            while time.monotonic() - end < QUIET_SECONDS:
                path = f"{side.directory.management}/users?page_size=1"
                now = Client.expect(200, control.get(path)).json["sequence"]
                if now != last:
                    last, end = now, time.monotonic()
                time.sleep(0.1)
        return (end - start) * 1000


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--folder", required=True, help="where the data is kept while it runs: a real disk")
    options.add_argument("--small", type=int, nargs=2, default=[1_000, 10], help="users and members")
    options.add_argument("--large", type=int, nargs=2, default=[1_000_000, 250_000])
    options.add_argument("--samples", type=int, default=200)
    return run_to_end(Bench(options.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
