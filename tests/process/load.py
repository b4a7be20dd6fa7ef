"""Benchmark of throughput and latency: prints a table in Markdown. Started by scripts/bench.

Every figure is compared with a minimal program: a Beast server that sends the same bytes, and SQLite that commits the
same rows. Absolute figures depend on the machine; the ratios are the result.
"""

import argparse
import json
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import scimd
from scimd import Server, quoted

SECONDS = 4
LOAD_SECONDS_MAX = 600
MEMBERS_A_REQUEST = 1000
SAMPLES = 200

READ = """
wrk.method = "GET"
wrk.headers["Authorization"] = "Bearer %(token)s"
"""

# Each thread of each run makes names of its own.
CREATE = """
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer %(token)s"
wrk.headers["Content-Type"] = "application/scim+json"
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
local made = 0
function request()
    made = made + 1
    local name = "%(run)s-" .. number .. "-" .. made .. "@example.com"
    return wrk.format(nil, nil, nil, [[{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User",
"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"userName":"]] .. name .. [[",
"externalId":"]] .. name .. [[","displayName":"Anna Ahorn","title":"Engineer","active":true,
"name":{"givenName":"Anna","familyName":"Ahorn","formatted":"Anna Ahorn"},
"emails":[{"value":"]] .. name .. [[","type":"work","primary":true}],
"phoneNumbers":[{"value":"+43 1 234 567","type":"work"}],
"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
{"department":"Research","employeeNumber":"4711"}}]])
end
"""

# Changes the title of one user after another, each time to another one.
PATCH = """
wrk.method = "PATCH"
wrk.headers["Authorization"] = "Bearer %(token)s"
wrk.headers["Content-Type"] = "application/scim+json"
local ids = {%(ids)s}
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
local made = 0
function request()
    made = made + 1
    local id = ids[(made * 2 + number) %% #ids + 1]
    return wrk.format(nil, "%(base)s/Users/" .. id, nil,
        [[{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],]] ..
        [["Operations":[{"op":"replace","path":"title","value":"T]] .. made .. [["}]}]])
end
"""


class LoggingServer(Server):
    """Writes its log to a file, as in earnest: a pipe that Python reads would slow it down."""

    def start(self):
        self.port, self.ready = None, threading.Event()
        log = self.data.parent / "log"
        started = time.monotonic()
        with log.open("w") as sink:
            self.process = subprocess.Popen(self.command_line(), stderr=sink, env=scimd.clean_environment())
        with log.open() as lines:
            while not self.ready.is_set():
                if time.monotonic() - started > scimd.READY_SECONDS:
                    raise RuntimeError("the server did not get ready: " + log.read_text())
                if line := lines.readline():
                    self.note(line)
                else:
                    time.sleep(0.001)
        self.ready_seconds = time.monotonic() - started
        return self

    def finish(self):
        pass


class Bench:
    def __init__(self, chosen):
        self.chosen = chosen
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="scimd-bench-", dir=chosen.folder))
        self.server = LoggingServer(self.folder / "data")
        self.run_number = 0
        self.rows = []

    def row(self, what, measured, limit=None, unit="/s"):
        ratio = f"{100 * measured / limit:.0f} %" if limit else ""
        beside = f"{limit:,.{1 if unit == 'ms' else 0}f} {unit}" if limit else ""
        self.rows.append(f"| {what} | {measured:,.1f} {unit} | {beside} | {ratio} |")
        print(self.rows[-1], flush=True)

    # --- wrk ---

    def wrk(self, url, script, connections, seconds=SECONDS):
        """Answered requests a second; refuses to report a run with errors in it."""
        path = self.folder / "script.lua"
        path.write_text(script)
        threads = "1" if connections == 1 else "2"
        done = subprocess.run(
            ["wrk", "-t", threads, "-c", str(connections), "-d", f"{seconds}s", "-s", str(path), url],
            capture_output=True,
            text=True,
            check=True,
            timeout=seconds + 60,
        )
        if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
            raise RuntimeError(f"errors under load at {url}:\n{done.stdout}")
        return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1))

    def measure(self, path, script, connections, seconds=SECONDS, **values):
        self.run_number += 1
        values = {
            "token": self.directory.token,
            "run": f"r{self.run_number}",
            "base": self.directory.base,
            **values,
        }
        url = f"http://127.0.0.1:{self.server.port}{self.directory.base}{path}"
        return self.wrk(url, script % values, connections, seconds)

    def bare_beast(self, body, connections):
        path = self.folder / "body"
        path.write_bytes(body)
        with subprocess.Popen(
            [self.chosen.bare_beast, str(path), "2"], stdout=subprocess.PIPE, text=True
        ) as limit:
            try:
                return self.wrk(f"http://127.0.0.1:{int(limit.stdout.readline())}/", "", connections)
            finally:
                limit.kill()

    # --- the parts ---

    def memory(self):
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) / 1024

    def reads(self):
        made = self.client.create_user(
            "anna@example.com",
            displayName="Anna Ahorn",
            title="Engineer",
            emails=[{"value": "anna@example.com", "type": "work", "primary": True}],
            name={"givenName": "Anna", "familyName": "Ahorn"},
        )
        for number in range(99):
            self.client.create_user(
                f"seed{number}@example.com",
                title="Engineer",
                name={"givenName": "Anna", "familyName": "Ahorn"},
            )
        lookup = "/Users?filter=" + quoted('userName eq "anna@example.com"')
        for what, path in (
            ("read a user", f"/Users/{made['id']}"),
            ("look one up by userName", lookup),
            ("list 100 users", "/Users?count=100"),
        ):
            body = self.client.get(path).body
            for connections in (1, 64):
                limit = self.bare_beast(body, connections)
                self.row(
                    f"{what} ({len(body):,} bytes), {connections} at once",
                    self.measure(path, READ, connections),
                    limit,
                )

    def writes(self):
        done = subprocess.run(
            [self.chosen.bare_sqlite, str(self.folder), str(SECONDS)],
            capture_output=True,
            text=True,
            check=True,
        )
        limits = json.loads(done.stdout)
        self.row(
            "create a user, 1 at once (beside 1 row a commit)",
            self.measure("/Users", CREATE, 1),
            limits["rows_per_second_1"],
        )
        self.row(
            "create a user, 64 at once (beside 32 rows a commit)",
            self.measure("/Users", CREATE, 64),
            limits["rows_per_second_32"],
        )
        ids = [resource["id"] for resource in self.client.get("/Users?count=100").json["Resources"]]
        listed = ",".join(f'"{identifier}"' for identifier in ids)
        self.row(
            "change one attribute, 64 at once (beside 32 rows a commit)",
            self.measure("/Users", PATCH, 64, ids=listed),
            limits["rows_per_second_32"],
        )

    def load_users(self, wanted):
        """Creates until there are that many; how many a second."""
        start, first = time.monotonic(), self.count()
        while (have := self.count()) < wanted:
            if time.monotonic() - start > LOAD_SECONDS_MAX:
                raise RuntimeError(f"only {have} users after {LOAD_SECONDS_MAX} s")
            self.measure("/Users", CREATE, 64)
        return (self.count() - first) / max(time.monotonic() - start, 0.001)

    def count(self):
        return self.client.get("/Users?count=0").json["totalResults"]

    def size(self, wanted):
        self.load_users(wanted)
        users = self.count()
        self.row(f"memory with {users:,} users, after the load", self.memory(), unit="MB")
        self.client.close()
        self.server.stop()
        self.server.start()
        self.client = self.directory.client()
        self.row(f"from start to ready with {users:,} users", self.server.ready_seconds * 1000, unit="ms")
        self.measure("/Users?count=1", READ, 16, seconds=1)
        self.row("memory after a restart and some reads", self.memory(), unit="MB")
        last = f"/Users?count=100&startIndex={users - 99}"
        for what, path in (("first", "/Users?count=100"), ("last", last)):
            start = time.monotonic()
            scimd.Client.expect(200, self.client.get(path))
            self.row(f"{what} page of 100 of {users:,}", (time.monotonic() - start) * 1000, unit="ms")

    def user_ids(self, count):
        ids, start = [], 1
        while len(ids) < count:
            page = self.client.get(f"/Users?attributes=id&count=1000&startIndex={start}").json["Resources"]
            if not page:
                raise RuntimeError(f"{count} users are wanted, there are {len(ids)}")
            ids += [resource["id"] for resource in page]
            start += len(page)
        return ids[:count]

    def patch_group(self, group, members):
        answer = self.client.patch(
            f"/Groups/{group}?excludedAttributes=members",
            {"op": "add", "path": "members", "value": [{"value": member} for member in members]},
        )
        if answer.status not in (200, 204):
            raise RuntimeError(repr(answer))

    def groups(self, sizes):
        self.load_users(max(sizes) + SAMPLES)
        ids = self.user_ids(max(sizes) + SAMPLES)
        smallest = None
        for size in sizes:
            group = self.client.create_group(f"Group of {size}")["id"]
            for start in range(0, size, MEMBERS_A_REQUEST):
                self.patch_group(group, ids[start : min(start + MEMBERS_A_REQUEST, size)])
            times = []
            for member in ids[size : size + SAMPLES]:
                start = time.monotonic()
                self.patch_group(group, [member])
                times.append((time.monotonic() - start) * 1000)
            median = statistics.median(times)
            smallest = smallest or median
            self.row(f"add a member to a group of {size:,}", median, smallest, unit="ms")

    def run(self):
        print("| what | scimd | limit | ratio |\n|---|---|---|---|", flush=True)
        self.server.start()
        self.row("from start to ready, empty", self.server.ready_seconds * 1000, unit="ms")
        self.directory = self.server.new_directory()
        self.client = self.directory.client()
        self.row("memory, idle", self.memory(), unit="MB")
        self.reads()
        self.writes()
        self.size(self.chosen.users)
        self.groups(self.chosen.groups)
        self.client.close()
        self.server.stop()


def run_to_end(bench):
    """The exit code of its run(), which neither its server nor its folder outlives."""
    try:
        return bench.run() or 0
    finally:
        if bench.server.process and bench.server.process.poll() is None:
            bench.server.kill()
        shutil.rmtree(bench.folder, ignore_errors=True)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--bare-beast", required=True)
    options.add_argument("--bare-sqlite", required=True)
    options.add_argument("--folder", required=True, help="where the data is kept while it runs: a real disk")
    options.add_argument("--users", type=int, default=100_000)
    options.add_argument("--groups", type=int, nargs="+", default=[10, 10_000, 250_000])
    options.add_argument("--quick", action="store_true", help="10,000 users, groups of 10 and 10,000")
    chosen = options.parse_args()
    if chosen.quick:
        chosen.users, chosen.groups = 10_000, [10, 10_000]
    return run_to_end(Bench(chosen))


if __name__ == "__main__":
    sys.exit(main())
