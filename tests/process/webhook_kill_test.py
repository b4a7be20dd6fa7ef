"""kill -9 while an endpoint fails 30 % of its requests: all events arrive, in order, and no others.

SCIMD_WEBHOOK_KILL_CYCLES=500 for the full figure.
"""

import collections
import http.client
import os
import random
import threading
import time
import unittest

from receiver import Receiver, wait_until
from scimd import Server

CYCLES = int(os.environ.get("SCIMD_WEBHOOK_KILL_CYCLES", "50"))
SEED = int(os.environ.get("SCIMD_KILL_SEED", "1"))
FAILING_SHARE = 0.3
LOAD_SECONDS = (0.1, 0.6)
DRAIN_SECONDS = 120
SCHEDULE = [0] * 20  # at once: the test is about order, not backoff


class Writer:
    """Makes users in one directory until the server dies."""

    def __init__(self, directory):
        self.directory = directory
        self.number = 0

    def run(self):
        client = self.directory.client()
        try:
            while True:
                self.number += 1
                client.create_user(f"user{self.number}-{self.directory.id}@example.com")
        except (OSError, http.client.HTTPException, AssertionError):
            client.close()


class WebhookKillTest(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(SEED)

    def answer(self, _):
        return 500 if self.random.random() < FAILING_SHARE else 200

    def run_cycles(self, server, writers):
        for _ in range(CYCLES):
            threads = [threading.Thread(target=writer.run) for writer in writers]
            for thread in threads:
                thread.start()
            time.sleep(self.random.uniform(*LOAD_SECONDS))
            server.kill()
            for thread in threads:
                thread.join()
            server.start()

    def accepted(self, receiver):
        """The events that were answered with a 2xx, each at its first time."""
        first = collections.OrderedDict()
        for arrival in receiver.arrivals:
            if arrival.status == 200:
                first.setdefault(arrival.id, arrival)
        return first

    def check(self, mode):
        with Receiver() as receiver, Server(options=["--webhook-allow-private"]) as server:

            def answer(arrival):
                arrival.status = self.answer(arrival)
                return arrival.status

            receiver.answer = answer
            with server.operator() as control:
                body = {"url": receiver.url, "mode": mode, "retry_schedule_seconds": SCHEDULE}
                endpoint = control.expect(201, control.post("/api/v1/webhook-endpoints", body)).json["id"]
            directories = [server.new_directory() for _ in range(3)]
            self.run_cycles(server, [Writer(directory) for directory in directories])
            stored = {directory.id: directory.events(after=0) for directory in directories}
            wanted = {event["id"] for events in stored.values() for event in events}
            wait_until(lambda: wanted <= set(self.accepted(receiver)), DRAIN_SECONDS)
            accepted = self.accepted(receiver)
            letters = server.command("webhook", "dead-letters", endpoint)["dead_letters"]
            sound = server.command("check")
        self.assertEqual(letters, [])
        self.assertTrue(sound["is_sound"], sound)
        mine = {key: one for key, one in accepted.items() if one.event.get("directory_id") in stored}
        self.assertEqual(set(mine), wanted)
        bodies = {}
        for arrival in receiver.arrivals:
            self.assertEqual(bodies.setdefault(arrival.id, arrival.body), arrival.body)
        if mode == "ordered":
            for directory, events in stored.items():
                taken = [one.event["sequence"] for one in mine.values() if one.event["directory_id"] == directory]
                self.assertEqual(taken, [event["sequence"] for event in events])
        repeats = sum(1 for arrival in receiver.arrivals if arrival.status == 200) - len(accepted)
        print(
            f"{mode}: {CYCLES} kills, {len(wanted)} events, {len(receiver.arrivals)} attempts, "
            f"{repeats} taken more than once"
        )

    def test_everything_arrives_in_order_in_the_ordered_mode(self):
        self.check("ordered")

    def test_everything_arrives_in_the_concurrent_mode(self):
        self.check("concurrent")


if __name__ == "__main__":
    unittest.main()
