"""Benchmark of event delivery and of a log with ten million events: prints a table in Markdown. Started by
`scripts/bench events`.

Deliveries are compared with wrk posting to the receiver alone, a large log with one of ten thousand events.
"""

import argparse
import datetime
import json
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time

import isolation_load
import load
import scimd
from scimd import Client, made, user

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
CREATED = "organization.directory.user_created"
DELETED = "organization.directory.user_deleted"
USERS_A_REQUEST = 1_000
DIRECTORIES = 32  # that events are written in
DELIVERY_SECONDS_MAX = 600
LATENCY_EVENTS_PER_SECOND = 100

# The log that is filled in: round and round through its directories, over the last thirty days.
STORED_DIRECTORIES = 100
STORED_DAYS = 30
DELETED_EACH = 100  # one of so many events tells of a deleted user
ROWS_A_COMMIT = 200_000
PAGE = 100
SAMPLES = 60
WARM_UPS = 20  # before them, so that it is not an empty cache that is measured
SNOWFLAKE_EPOCH = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
SNOWFLAKE_COUNT_BITS = 22

POST = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [==[%s]==]
"""

FILL = """
with recursive numbers (n) as (select :first union all select n + 1 from numbers where n < :last)
insert into events (id, organization_id, directory_id, sequence, type, body)
select made.id, of.organization_id, of.directory_id, of.sequence + made.round,
    iif(made.n % :deleted_each = 0, :deleted, :created),
    of.head || made.id || of.after_id || iif(made.n % :deleted_each = 0, :deleted, :created) || of.after_type
        || (of.sequence + made.round) || of.after_sequence || made.id || of.tail
from (select n, :start + n * :step as id, n / :directories + 1 as round, n % :directories as place from numbers) made
join temp.shapes of on of.place = made.place
"""


class Receiver:
    """tests/bench/bare_receiver.cpp, running."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}/"
        self.connection = Client(scimd.http.client.HTTPConnection("127.0.0.1", self.port, timeout=60))

    def forget(self):
        Client.expect(204, self.connection.delete("/"))

    def wait_for(self, count):
        """What came, once there is that much of it."""
        deadline = time.monotonic() + DELIVERY_SECONDS_MAX
        while (have := int(self.connection.get("/count").body)) < count:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{have} of {count} events came within {DELIVERY_SECONDS_MAX} s")
            time.sleep(0.02)
        seen = self.connection.get("/").json
        if seen["count"] != count:
            raise RuntimeError(f"{seen['count']} deliveries of {count} events")
        return seen

    def stop(self):
        self.process.kill()
        self.process.wait()


class EventBench(load.Bench):
    def __init__(self, chosen):
        super().__init__(chosen)
        self.receiver = Receiver(chosen.bare_receiver)
        self.names = iter(range(1_000_000_000))

    def new_server(self, name):
        folder = self.folder / name
        folder.mkdir()
        return load.LoggingServer(folder / "data", [
            "--webhook-allow-private",
            "--events-max=1000000000",
            "--event-bytes-max=1000000000000",
            "--directory-event-bytes-max=0",
        ])

    def write(self, directories, count):
        """So many created users, spread over the directories."""
        clients = [one.client() for one in directories]
        for start in range(0, count, USERS_A_REQUEST):
            operations = [
                {"method": "POST", "path": "/Users", "bulkId": str(n), "data": user(f"u{next(self.names)}@example.com")}
                for n in range(min(USERS_A_REQUEST, count - start))
            ]
            share = -(-len(operations) // len(clients))
            for number, client in enumerate(clients):
                part = operations[number * share : (number + 1) * share]
                if part:
                    answer = client.post("/Bulk", {"schemas": [BULK], "Operations": part})
                    states = {one["status"] for one in Client.expect(200, answer).json["Operations"]}
                    if states != {"201"}:
                        raise RuntimeError(f"not made: {states}")
        for client in clients:
            client.close()

    # --- deliveries

    def endpoints(self, control, count, mode):
        body = {"url": self.receiver.url, "mode": mode, "event_types": [CREATED]}
        return [made(control.post("/api/v1/webhook-endpoints", body))["id"] for _ in range(count)]

    @staticmethod
    def turn(control, endpoints, step):
        for one in endpoints:
            Client.expect(200, control.post(f"/api/v1/webhook-endpoints/{one}:{step}", {}))

    @staticmethod
    def remove(control, endpoints):
        for one in endpoints:
            Client.expect(200, control.delete(f"/api/v1/webhook-endpoints/{one}"))

    def drain(self, count, mode, directories, events):
        """Deliveries a second of a backlog to so many endpoints, from the first one received to the last."""
        with self.server.operator() as control:
            endpoints = self.endpoints(control, count, mode)
            self.turn(control, endpoints, "disable")
            self.write(directories, events)
            self.receiver.forget()
            self.turn(control, endpoints, "enable")
            seen = self.receiver.wait_for(count * events)
            self.remove(control, endpoints)
        return (seen["count"] - 1) / (seen["microseconds"] / 1e6)

    def an_event(self, directory):
        with self.server.operator() as control:
            page = control.get(f"/api/v1/events?directory_id={directory.id}&types={CREATED}&limit=1")
        return json.dumps(page.json["events"][0], separators=(",", ":"), ensure_ascii=False)

    def deliveries(self):
        self.server = self.new_server("deliveries")
        self.server.start()
        directories = [self.server.new_directory() for _ in range(DIRECTORIES)]
        self.write(directories, DIRECTORIES)
        event, few, many = self.an_event(directories[0]), self.chosen.events, self.chosen.events // 20
        for what, endpoints, mode, spread, events, connections in (
            ("events to an endpoint, ordered, of one directory", 1, "ordered", 1, few // 4, 1),
            (f"events to an endpoint, ordered, of {DIRECTORIES} directories", 1, "ordered", DIRECTORIES, few, 8),
            ("events to an endpoint, concurrent", 1, "concurrent", DIRECTORIES, few, 8),
            (f"deliveries to 100 endpoints, ordered, of {DIRECTORIES} directories", 100, "ordered", DIRECTORIES, many, 256),
            ("deliveries to 100 endpoints, concurrent", 100, "concurrent", DIRECTORIES, many, 256),
        ):  # fmt: skip
            alone = self.wrk(self.receiver.url, POST % event, connections)
            self.row(what, self.drain(endpoints, mode, directories[:spread], events), alone)
        self.latency(directories[0])
        self.server.stop()

    def isolation(self):
        other = Receiver(self.chosen.bare_receiver)
        try:
            isolation_load.measure(self, (other, self.receiver), self.chosen.latency_seconds)
        finally:
            other.stop()

    def latency(self, directory):
        """Commit to receipt, one user after the other at a steady pace."""
        events = LATENCY_EVENTS_PER_SECOND * self.chosen.latency_seconds
        with self.server.operator() as control, directory.client() as client:
            endpoints = self.endpoints(control, 1, "ordered")
            self.measure_delivery(directory, 1)  # the way to it is known
            self.receiver.forget()
            start = time.monotonic()
            for number in range(events):
                time.sleep(max(0, start + number / LATENCY_EVENTS_PER_SECOND - time.monotonic()))
                client.create_user(f"u{next(self.names)}@example.com")
            pace = events / (time.monotonic() - start)
            seen = self.receiver.wait_for(events)
            self.remove(control, endpoints)
        for name in ("p50", "p99", "max"):
            self.row(f"commit to receipt at {pace:.0f} events/s, {name}", seen[f"delay_{name}"] / 1000, unit="ms")

    # --- a large log

    def fill(self, directories, bodies, count):
        """Rows as the server writes them, with its own words around their numbers; the first and the last id."""
        newest = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=10)
        oldest = newest - datetime.timedelta(days=STORED_DAYS)
        first, last = (
            int((when - SNOWFLAKE_EPOCH).total_seconds() * 1000) << SNOWFLAKE_COUNT_BITS for when in (oldest, newest)
        )
        step = (last - first) // count
        with sqlite3.connect(self.server.data / "scimd.db", isolation_level=None) as store:
            store.execute("pragma synchronous = off")
            store.execute("pragma cache_size = -262144")
            # Deletes the events of making the directories: the log begins with the filled-in ones, and has no gap.
            store.execute("delete from events")
            store.execute(
                "create temp table shapes (place integer primary key, organization_id, directory_id, sequence,"
                " head, after_id, after_type, after_sequence, tail)"
            )
            for place, (directory, body) in enumerate(zip(directories, bodies)):
                store.execute("insert into shapes values (?,?,?,?,?,?,?,?,?)", shape_of(place, directory, body))
            for start in range(0, count, ROWS_A_COMMIT):
                values = {
                    "first": start, "last": min(start + ROWS_A_COMMIT, count) - 1, "start": first, "step": step,
                    "directories": len(directories), "deleted_each": DELETED_EACH, "created": CREATED, "deleted": DELETED,
                }  # fmt: skip
                store.execute("begin")
                store.execute(FILL, values)
                store.execute("commit")
            store.execute(
                "update directories set last_sequence = coalesce((select max(sequence) from events"
                " where directory_id = directories.id), last_sequence)"
            )
            store.execute("pragma wal_checkpoint(truncate)")
        return first, first + step * (count - 1)

    def stored(self, count):
        """Milliseconds of each thing that is done with a log of so many events."""
        self.server = self.new_server(f"stored{count}")
        self.server.start()
        directories = [self.server.new_directory() for _ in range(STORED_DIRECTORIES)]
        self.write(directories, STORED_DIRECTORIES)
        bodies = [self.an_event(one) for one in directories]
        self.server.stop()
        begun = time.monotonic()
        first, last = self.fill(directories, bodies, count)
        size = (self.server.data / "scimd.db").stat().st_size / 2**30
        print(f"<!-- {count:,} events, {size:.1f} GiB, filled in {time.monotonic() - begun:.0f} s -->", flush=True)
        os.sync()  # what the disk has still to take is not the server's
        self.server.start()
        self.check_log(directories, count)
        figures = {"from start to ready": self.server.ready_seconds * 1000}
        with self.server.operator() as control:
            self.measure_reading(control, figures, directories, (first, last), count)
            self.measure_writing(control, figures, directories, first)
        self.server.stop()
        shutil.rmtree(self.server.data)
        return figures

    def check_log(self, directories, count):
        """That the log is one which the server could have written."""
        for directory in (directories[0], directories[-1]):
            last = directory.start + count // STORED_DIRECTORIES
            with self.server.operator() as control:
                path = f"/api/v1/events?directory_id={directory.id}&limit=1&after_sequence="
                event = Client.expect(200, control.get(path + str(last - 1))).json["events"][-1]
            if event["sequence"] != last or event["cursor"] != "c_" + event["id"][4:]:
                raise RuntimeError(f"a log with a gap: {event}")

    def timed(self, act):
        """Median milliseconds of an act with chosen numbers between 0 and 1, the same in every run."""
        chance = random.Random(1)
        times = []
        for _ in range(WARM_UPS + SAMPLES):
            start = time.monotonic()
            act(chance.random())
            times.append((time.monotonic() - start) * 1000)
        return statistics.median(times[WARM_UPS:])

    def measure_reading(self, control, figures, directories, ends, count):
        first, last = ends
        rounds = count // STORED_DIRECTORIES

        def page(query, limit, is_full=True):
            answer = Client.expect(200, control.get(f"/api/v1/events?limit={limit}&{query}"))
            if is_full and len(answer.json["events"]) != limit:
                raise RuntimeError(f"too few events at {query}")

        def at(share):
            return first + int((last - first) * share)

        one = directories[7]
        for name, low in (("start", 0.0), ("middle", 0.475), ("end", 0.9)):
            figures[f"a page of {PAGE} by cursor, {name}"] = self.timed(
                lambda chance, low=low: page(f"after=c_{at(low + 0.05 * chance)}", PAGE)
            )
        for name, low in (("start", 0.0), ("middle", 0.4)):
            figures[f"a directory's, by cursor, {name}"] = self.timed(
                lambda chance, low=low: page(f"directory_id={one.id}&after=c_{at(low + 0.05 * chance)}", PAGE // 2)
            )
            figures[f"a directory's, by sequence, {name}"] = self.timed(
                lambda chance, low=low: page(
                    f"directory_id={one.id}&after_sequence={one.start + int(rounds * (low + 0.05 * chance))}", PAGE // 2
                )
            )
        figures[f"a type that one of {DELETED_EACH} has, start"] = self.timed(lambda _: page(f"types={DELETED}", PAGE // 2))
        figures["a type that none has, start"] = self.timed(lambda _: page("types=role.created", PAGE, is_full=False))
        search = {"event_types": [DELETED]}
        figures["a search, the newest first"] = self.timed(
            lambda _: Client.expect(200, control.post("/api/v1/events", search))
        )

    def measure_writing(self, control, figures, directories, first):
        with directories[3].client() as client:
            figures["create a user, with its event"] = self.timed(
                lambda _: client.create_user(f"u{next(self.names)}@example.com")
            )
        endpoints = self.endpoints(control, 1, "ordered")
        self.measure_delivery(directories[5], 1)  # the way to it is known
        figures["a new event, commit to receipt"] = self.measure_delivery(directories[5], SAMPLES)["delay_p50"] / 1000
        self.receiver.forget()
        self.write(directories[:DIRECTORIES], self.chosen.claimed)
        seen = self.receiver.wait_for(self.chosen.claimed)
        figures[f"claim and deliver {self.chosen.claimed:,} new events"] = seen["microseconds"] / 1000
        # Old ones, which have rows of their own: what is due is found among them.
        self.receiver.forget()
        path = f"/api/v1/webhook-endpoints/{endpoints[0]}:replay"
        begun = time.monotonic()
        count = Client.expect(200, control.post(path, {"from_event_id": f"evt_{first}"})).json["count"]
        self.receiver.wait_for(count)
        figures[f"replay {count:,} of the oldest events"] = (time.monotonic() - begun) * 1000
        self.remove(control, endpoints)

    def measure_delivery(self, directory, count):
        """What the receiver saw of new users, made one after the other."""
        self.receiver.forget()
        with directory.client() as client:
            for number in range(1, count + 1):
                client.create_user(f"u{next(self.names)}@example.com")
                seen = self.receiver.wait_for(number)
        return seen

    def large_log(self):
        small, large = (self.stored(count) for count in (10_000, self.chosen.stored))
        for name, figure in large.items():
            self.row(f"{name}; {self.chosen.stored:,} events stored", figure, small[name], unit="ms")

    def run(self):
        print("| what | scimd | beside | ratio |\n|---|---|---|---|", flush=True)
        try:
            if self.chosen.only in ("", "deliveries"):
                self.deliveries()
            if self.chosen.only in ("", "isolation"):
                self.isolation()
            if self.chosen.only in ("", "log"):
                self.large_log()
        finally:
            self.receiver.stop()


def shape_of(place, directory, body):
    """An event of the directory, taken apart where its numbers and its type stand."""
    event = json.loads(body)
    number, sequence = event["id"].removeprefix("evt_"), event["sequence"]
    head, rest = body.split(number, 1)
    after_id, rest = rest.split(CREATED, 1)
    after_type, rest = rest.split(f'"sequence":{sequence}', 1)
    after_sequence, tail = rest.split(number, 1)
    organization = int(directory.organization.removeprefix("org_"))
    after_type += '"sequence":'
    # Its own event is the first of the log again.
    identifier = int(directory.id.removeprefix("dir_"))
    return place, organization, identifier, sequence - 1, head, after_id, after_type, after_sequence, tail


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--bare-receiver", required=True)
    options.add_argument("--folder", required=True, help="where the data is kept while it runs: a real disk")
    options.add_argument("--events", type=int, default=40_000, help="delivered to one endpoint")
    options.add_argument("--latency-seconds", type=int, default=30)
    options.add_argument("--claimed", type=int, default=4_000, help="delivered beside a large log")
    options.add_argument("--stored", type=int, default=10_000_000, help="in the large log")
    options.add_argument("--only", choices=("deliveries", "isolation", "log"), default="", help="a part of it")
    options.add_argument("--quick", action="store_true", help="a tenth of the deliveries, 500,000 events stored")
    chosen = options.parse_args()
    if chosen.quick:
        chosen.events, chosen.latency_seconds, chosen.stored = 4_000, 10, 500_000
    return load.run_to_end(EventBench(chosen))


if __name__ == "__main__":
    sys.exit(main())
