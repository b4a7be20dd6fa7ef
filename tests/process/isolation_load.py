"""Benchmark of webhook isolation: two servers get the same writes in turn, and one of them has a thousand endpoints of
another organization that never answer. Part of `scripts/bench events`.
"""

import contextlib
import re
import socket
import time

from scimd import Client, made

HANGING_ENDPOINTS = 1_000
HANGING_AT_ONCE = 100  # of them, at the least, while it is measured
EVENTS_PER_SECOND = 100  # of each server
THEIRS_EACH = 10  # one event of so many is the other organization's


class Side:
    """A server with an endpoint that is measured, and the organization beside it."""

    def __init__(self, bench, name, receiver):
        self.receiver = receiver
        self.server = bench.new_server(name)
        self.server.start()
        measured, theirs = self.server.new_directory(), self.server.new_directory()
        self.measured, self.theirs = measured.client(), theirs.client()
        self.organization = theirs.organization
        with self.server.operator() as control:
            self.make_endpoint(control, receiver.url, measured.organization)
        self.write(self.measured, "first")  # the way to it is known
        receiver.wait_for(1)

    @staticmethod
    def make_endpoint(control, url, organization):
        body = {"url": url, "organization_id": organization, "event_types": ["organization.directory.user_created"]}
        made(control.post("/api/v1/webhook-endpoints", body))

    @staticmethod
    def write(client, name):
        client.create_user(f"{name}@example.com")

    def hang(self, port):
        with self.server.operator() as control:
            for _ in range(HANGING_ENDPOINTS):
                self.make_endpoint(control, f"http://127.0.0.1:{port}/", self.organization)
        self.write(self.theirs, "hangs")
        deadline = time.monotonic() + 60
        while self.hanging() < HANGING_AT_ONCE:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.hanging()} requests hang")
            time.sleep(0.1)

    def hanging(self):
        with self.server.operator() as control:
            text = Client.expect(200, control.get("/metrics")).body.decode()
        return int(re.search(r"^scimd_webhook_in_flight (\d+)", text, re.M).group(1))

    def stop(self):
        self.measured.close()
        self.theirs.close()
        self.server.stop()


def measure(bench, receivers, seconds):
    """Commit to receipt beside those that hang, and alone."""
    with contextlib.ExitStack() as ends:
        silent = ends.enter_context(socket.create_server(("127.0.0.1", 0), backlog=4096))  # accepts nothing
        alone, beside = (Side(bench, name, one) for name, one in zip(("alone", "beside"), receivers))
        ends.callback(alone.stop)
        ends.callback(beside.stop)
        beside.hang(silent.getsockname()[1])
        for receiver in receivers:
            receiver.forget()
        events = EVENTS_PER_SECOND * seconds
        start = time.monotonic()
        for number in range(events):
            time.sleep(max(0, start + number / EVENTS_PER_SECOND - time.monotonic()))
            for side in (alone, beside) if number % 2 else (beside, alone):
                Side.write(side.measured, f"u{number}")
                if number % THEIRS_EACH == 0:
                    Side.write(side.theirs, f"t{number}")
        pace = events / (time.monotonic() - start)
        hanging = beside.hanging()
        if hanging < HANGING_AT_ONCE:
            raise RuntimeError(f"{hanging} requests hang")
        seen = [receiver.wait_for(events) for receiver in receivers]
    for name in ("p50", "p99"):
        quiet, loud = (one[f"delay_{name}"] / 1000 for one in seen)
        what = f"commit to receipt at {pace:.0f} events/s beside {HANGING_ENDPOINTS:,} endpoints that hang, {name}"
        bench.row(what, loud, quiet, unit="ms")
