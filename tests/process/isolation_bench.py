"""Benchmark of tenant isolation under attack: prints a table in Markdown. Started by `scripts/bench isolation`.

One organization's requests are timed, alone and then beside each attack of attacks.py by another organization, on one
server in one run. Beside the times stand the most memory the process had, and how long it took to end on SIGTERM while
the attack went on. The attackers run with the lowest priority, as they would on other machines.
"""

import argparse
import contextlib
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import attacks
import scimd
from load import run_to_end
from receiver import Receiver
from scale import Side
from scimd import PATCH_OP, Client, Server, made, quoted, user

USERS = 30_000
GROUP_MEMBERS = 20_000
GROUPS_OF_ONE = 4_000
LONG_TITLES = 200
SHARED_USERS = 2_000  # with one address, and one externalId
PAUSE_SECONDS = 0.02  # between two requests of one kind
ANSWER_SECONDS = 10  # what is not answered by then counts as that long
RATIO_MAX = 2
HEALTH_MS_MAX = 100
RSS_MB_MAX = 256
DRAIN_SECONDS = 30
KINDS = ("GET", "look-up", "list of 10", "PATCH", "create", "webhook", "healthz")
OPTIONS = ["--webhook-allow-private"]
NO_ROOM = ["--disk-reserve-bytes", str(10**15)]  # more than any disk has: what grows is refused
UNREAD_LOG = "unread_log"
FULL_DISK = "full_disk"


def attack_names():
    return [*attacks.ATTACKS, UNREAD_LOG, FULL_DISK]


class QuietServer(Server):
    """Its log goes to a file or, where `is_log_unread`, to a pipe that nothing reads once it is ready."""

    is_log_unread = False

    def start(self):
        self.port, self.ready = None, threading.Event()
        path = self.data.parent / "log"
        with path.open("w") as sink:
            unread = subprocess.PIPE if self.is_log_unread else sink
            self.process = subprocess.Popen(self.command_line(), stderr=unread, env=scimd.clean_environment())
        if self.is_log_unread:
            while not self.ready.is_set():
                self.note(self.process.stderr.readline().decode())
            return self
        deadline = time.monotonic() + scimd.READY_SECONDS
        with path.open() as lines:
            while not self.ready.is_set():
                if time.monotonic() > deadline:
                    raise RuntimeError("the server did not get ready: " + path.read_text())
                if line := lines.readline():
                    self.note(line)
                else:
                    time.sleep(0.001)
        return self

    def finish(self):
        if self.process.stderr:
            self.process.stderr.close()


class Bystander:
    """The tenant that is measured: one thread for each kind of request, until stop()."""

    def __init__(self, server, directory, ids, receiver):
        self.successes = (200, 201, 204)
        self.server = server
        self.directory = directory
        self.ids = itertools.cycle(ids)
        self.receiver = receiver
        self.numbers = itertools.count()
        self.run = f"{time.time_ns()}"
        self.is_stopping = threading.Event()
        self.times = {kind: [] for kind in KINDS}
        self.failures = {}

    def measure(self, seconds, rounds=1):
        """For so long, and at least so many requests of each kind."""
        self.is_stopping.clear()
        self.rounds = rounds
        self.times = {kind: [] for kind in KINDS}
        self.failures = {}
        threads = [threading.Thread(target=self.repeat, args=(kind,)) for kind in KINDS]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.is_stopping.set()
        for thread in threads:
            thread.join()
        return {kind: figures(times) for kind, times in self.times.items()}

    def repeat(self, kind):
        connection = None
        while not self.is_stopping.is_set() or len(self.times[kind]) < self.rounds:
            begun = time.monotonic()
            try:
                if connection is None:
                    connection = self.server.client(self.directory.token, self.directory.base)
                    connection.connection.timeout = ANSWER_SECONDS
                status = self.once(kind, connection)
            except (OSError, scimd.http.client.HTTPException) as failure:
                status = type(failure).__name__
                connection = None
            taken = time.monotonic() - begun
            if status not in self.successes:
                self.failures[f"{kind} {status}"] = self.failures.get(f"{kind} {status}", 0) + 1
                taken = ANSWER_SECONDS
            self.times[kind].append(taken * 1000)
            self.is_stopping.wait(max(0.0, PAUSE_SECONDS - taken))
        if connection:
            connection.close()

    def once(self, kind, client):
        number = f"{self.run}-{next(self.numbers)}"
        if kind == "GET":
            return client.get(f"/Users/{next(self.ids)}").status
        if kind == "look-up":
            return client.get("/Users?filter=" + quoted('userName eq "u7@example.com"')).status
        if kind == "list of 10":
            return client.get("/Users?count=10").status
        if kind == "PATCH":
            change = {"op": "replace", "path": "title", "value": number}
            return client.send("PATCH", f"/Users/{next(self.ids)}", {"schemas": [PATCH_OP], "Operations": [change]}).status
        if kind == "create":
            return client.post("/Users", user(f"n{number}@example.com")).status
        if kind == "webhook":
            return self.deliver(client, f"w{number}@example.com")
        client.base = ""
        return client.send("GET", "/healthz").status

    def deliver(self, client, name):
        arrived = self.receiver.expect(name)
        status = client.post("/Users", user(name)).status
        return status if status != 201 or arrived.wait(ANSWER_SECONDS) else "no delivery"


class Deliveries(Receiver):
    """Says when the event of a user has been posted."""

    def __init__(self):
        super().__init__(self.take, keeps=False)
        self.expected = {}

    def expect(self, name):
        self.expected[name] = threading.Event()
        return self.expected[name]

    def take(self, arrival):
        name = arrival.event["data"].get("preferred_username", "")
        if event := self.expected.pop(name, None):
            event.set()
        return 200


def figures(times):
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], ordered[-1]


class Isolation:
    def __init__(self, chosen):
        self.chosen = chosen
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="scimd-isolation-", dir=chosen.folder))
        self.server = QuietServer(self.folder / "data", options=OPTIONS)
        self.receiver = Deliveries()
        self.receiver.thread.start()
        self.faults = []

    # --- what is there before ---

    def prepare(self):
        """A store with both organizations, which each attack gets a copy of."""
        self.server.start()
        innocent, attacker = Side(self.server, "innocent", 1_000, 10), Side(self.server, "attacker", USERS, GROUP_MEMBERS)
        with self.server.operator() as control:
            made(
                control.post(
                    "/api/v1/webhook-endpoints",
                    {
                        "url": f"http://127.0.0.1:{self.receiver.server.server_address[1]}/",
                        "organization_id": innocent.directory.organization,
                        "event_types": ["organization.directory.user_created"],
                    },
                )
            )
        self.innocent = innocent.directory.token, innocent.directory.base, innocent.ids
        client = attacker.client
        text = "z" * 900
        ids = attacker.ids
        wide = client.create_user("wide@example.com", phoneNumbers=[{"value": f"{text}{n}"} for n in range(1_000)])
        long = client.create_user("long@example.com", addresses=[{"streetAddress": "é" * (attacks.TEXT // 2)}])
        large = client.create_user(
            "large@example.com", phoneNumbers=[{"value": f"{'5' * 210}{n}"} for n in range(1_000)]
        )
        for number in range(LONG_TITLES):
            client.create_user(f"title{number}@example.com", title="é" * 31_000)
        for number in range(SHARED_USERS):
            client.create_user(
                f"shared{number}@example.com",
                externalId="same",
                emails=[{"value": "shared@example.com", "type": "work"}],
            )
        joining = client.create_user("joining@example.com")
        attacker.make_groups("many", GROUPS_OF_ONE, ids[0])
        puts = client.create_group("Puts")
        own = self.server.command("secret", "create", attacker.directory.id, "--user", ids[1])["plain_secret"]
        identifier, _ = credentials = self.server.new_client(organization_id=attacker.directory.organization)
        self.target = {
            "token": attacker.directory.token,
            "base": attacker.directory.base,
            "user_ids": ids[:GROUP_MEMBERS],
            "wide_user": wide["id"],
            "long_user": long["id"],
            "large_user": large["id"],
            "member_of_many": ids[0],
            "joining_user": joining["id"],
            "large_group": attacker.group,
            "put_group": puts["id"],
            "own_token": own,
            "client_id": identifier,
            "organization": attacker.directory.organization,
        }
        self.credentials = credentials
        innocent.client.close()
        client.close()
        self.server.stop()

    # --- one attack ---

    def measure(self, name):
        """What the bystander's requests take alone and beside the attack, and what becomes of the process."""
        self.server.data = self.folder / name
        shutil.copytree(self.folder / "data", self.server.data, ignore=shutil.ignore_patterns("*.sock", "*.lock"))
        os.sync()  # else the first commits wait until the disk has the copy
        self.server.is_log_unread = name == UNREAD_LOG
        self.server.options = [*OPTIONS, *(NO_ROOM if name == FULL_DISK else [])]
        try:
            self.server.start()
            access_token = self.server.access_token(self.credentials)
            token, base, ids = self.innocent
            bystander = Bystander(self.server, Tenant(token, base), ids[:500], self.receiver)
            if name == FULL_DISK:
                bystander.successes = (200, 201, 204, 507)
            bystander.measure(0)
            alone = bystander.measure(self.chosen.seconds, self.chosen.rounds)
            with self.attack(name, access_token) as counts:
                time.sleep(1)
                beside = bystander.measure(self.chosen.seconds, self.chosen.rounds)
                memory = self.peak_memory()
                end = self.end()
            return {
                "alone": alone,
                "beside": beside,
                "memory": memory,
                "end": end,
                "failures": bystander.failures,
                "answers": counts,
            }
        finally:
            if self.server.process.poll() is None:
                self.server.kill()
            shutil.rmtree(self.server.data, ignore_errors=True)

    @contextlib.contextmanager
    def attack(self, name, access_token):
        counts = {}
        plays = {UNREAD_LOG: "wrong_tokens", FULL_DISK: "creates"}.get(name, name)
        target = {**self.target, "port": self.server.port, "access_token": access_token}
        program = pathlib.Path(attacks.__file__)
        with subprocess.Popen(
            ["nice", "-n", "19", sys.executable, str(program), plays],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                process.stdin.write(json.dumps(target))
                process.stdin.close()
                if process.stdout.readline() != "started\n":
                    raise RuntimeError(f"{name} did not start")
                yield counts
            finally:
                process.terminate()
                with contextlib.suppress(ValueError):
                    counts.update(json.loads(process.stdout.readline() or "{}"))
                process.kill()

    def peak_memory(self):
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) / 1024

    def end(self):
        """Seconds from SIGTERM to the end of the process."""
        begun = time.monotonic()
        self.server.process.terminate()
        try:
            self.server.process.wait(DRAIN_SECONDS * 2)
        except subprocess.TimeoutExpired:
            self.server.process.kill()
            self.server.process.wait()
            return float("inf")
        finally:
            self.server.finish()
        return time.monotonic() - begun

    # --- the table ---

    def report(self, name, seen):
        cells, faults = [], []
        for kind in KINDS:
            (alone50, alone99, _), (beside50, beside99, worst) = seen["alone"][kind], seen["beside"][kind]
            ratio = beside99 / alone99
            cells.append(f"{alone50:.1f}/{alone99:.1f} → {beside50:.1f}/{beside99:.1f}")
            if kind == "healthz" and worst > HEALTH_MS_MAX:
                faults.append(f"healthz took {worst:.0f} ms")
            if ratio > RATIO_MAX:
                faults.append(f"{kind} p99 × {ratio:.1f}")
        if seen["memory"] > RSS_MB_MAX:
            faults.append(f"{seen['memory']:.0f} MB")
        if seen["end"] > DRAIN_SECONDS + 1:
            faults.append(f"{seen['end']:.0f} s to the end")
        faults += [f"{what} × {count}" for what, count in seen["failures"].items()]
        answers = " ".join(f"{status}×{count}" for status, count in sorted(seen["answers"].items()))
        print(f"| {name} | " + " | ".join(cells) + f" | {seen['memory']:.0f} MB | {seen['end']:.1f} s | {answers} |", flush=True)
        if faults:
            self.faults.append(f"{name}: " + ", ".join(faults))

    def run(self):
        self.prepare()
        print("p50/p99 in ms, alone → beside the attack\n", flush=True)
        print("| attack | " + " | ".join(KINDS) + " | memory | end | answers to the attacker |")
        print("|---" * (len(KINDS) + 4) + "|", flush=True)
        for name in self.chosen.only or attack_names():
            self.report(name, self.measure(name))
        print(f"\nBeyond the goals (p99 ≤ {RATIO_MAX} × alone, healthz ≤ {HEALTH_MS_MAX} ms, {RSS_MB_MAX} MB):\n")
        print("\n".join(f"- {fault}" for fault in self.faults) or "- none")
        return 1 if self.faults and self.chosen.strict else 0


class Tenant:
    def __init__(self, token, base):
        self.token = token
        self.base = base


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--folder", required=True, help="where the data is kept while it runs: a real disk")
    options.add_argument("--seconds", type=float, default=6, help="of each measurement")
    options.set_defaults(rounds=1)
    options.add_argument("--only", nargs="+", metavar="ATTACK", help=", ".join(attack_names()))
    options.add_argument("--strict", action="store_true", help="exit with 1 when a goal is not met")
    threading.stack_size(512 * 1024)
    return run_to_end(Isolation(options.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
