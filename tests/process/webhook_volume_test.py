"""Very many deliveries to a receiver that fails a tenth of them: the stored bytes arrive, verified by published libraries,
in order in each directory; a poison event blocks no longer than its attempts; after a replay of everything, a consumer
that drops known events has the same state.

SCIMD_WEBHOOK_EVENTS=100000 for the full figure.
"""

import collections
import hashlib
import json
import os
import random
import sqlite3
import threading
import unittest

import standardwebhooks
import svix
from receiver import Receiver, wait_until
from scimd import Client, Server, made, user

EVENTS = int(os.environ.get("SCIMD_WEBHOOK_EVENTS", "2000"))
SEED = int(os.environ.get("SCIMD_SEED", "1"))
DIRECTORIES = 8
FAILING_SHARE = 0.1
ATTEMPTS = 12  # of an event; that one which is not poisoned fails so often has a chance of one in 10^12
SCHEDULE = [0] * ATTEMPTS  # at once: the test is about order, not backoff
POISON = "poison"
DRAIN_SECONDS = 540
OPERATIONS = 500  # of a bulk request
LARGE_EACH = 100  # one user of so many has photos, and its event nearly what an event may have
PHOTO_BYTES = 65_000
EVENT_BYTES_MAX = 256 * 1024
REPLAYED_MAX = 10_000  # at a time
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
NAMES = ("Ann Lee", "Zoë Ångström", "山田太郎", "Ο Χρήστος", "😀 \u2028 \"quoted\\", "e\u0301 \u00e9 \ufb01")


def digest(data):
    return hashlib.sha256(data).digest()


class Course:
    """One directory, as a receiver in order sees it."""

    def __init__(self, first):
        self.next = first  # the sequence that must come
        self.failures = 0  # of it

    def take(self, sequence, is_failing):
        """Whether that is what had to come."""
        if sequence != self.next:
            return False
        self.failures = self.failures + 1 if is_failing else 0
        if not is_failing or self.failures == ATTEMPTS:
            self.next += 1
            self.failures = 0
        return True


class Consumer:
    """Users as they are after all that was taken: what is older than what is known is dropped."""

    def __init__(self):
        self.users = {}  # id -> (sequence, digest; None: deleted)

    def apply(self, event):
        identifier, sequence = event["data"]["id"], event["sequence"]
        if sequence > self.users.get(identifier, (0,))[0]:
            is_deleted = event["type"].endswith("user_deleted")
            state = None if is_deleted else digest(json.dumps(event["data"], sort_keys=True).encode())
            self.users[identifier] = (sequence, state)


class Ledger:
    """Answers what arrives, and keeps account of it. The receiver calls it for one arrival at a time."""

    def __init__(self, secret, courses):
        self.verifiers = [library.Webhook(secret) for library in (standardwebhooks, svix)]
        self.courses = courses
        self.chance = random.Random(SEED)
        self.is_replay = False
        self.bodies = {}  # id -> digest
        self.taken = set()
        self.consumer = Consumer()
        self.seen = collections.Counter()
        self.largest = 0

    def answer(self, arrival):
        self.seen["attempts"] += 1
        try:
            self.verifiers[self.seen["attempts"] % 2].verify(arrival.body, arrival.headers)
        except Exception:  # each library has its own
            self.seen["not verified"] += 1
        self.largest = max(self.largest, len(arrival.body))
        self.seen["not ASCII"] += not arrival.body.isascii()
        event = arrival.event
        if event["id"] != arrival.id or self.bodies.setdefault(arrival.id, digest(arrival.body)) != digest(arrival.body):
            self.seen["changed"] += 1
        if self.is_replay:
            return self.take(event)
        is_poisoned = event["data"].get("title") == POISON and event["type"].endswith("user_created")
        is_failing = is_poisoned or self.chance.random() < FAILING_SHARE
        if not self.courses[event["directory_id"]].take(event["sequence"], is_failing):
            self.seen["out of order"] += 1
        return 500 if is_failing else self.take(event)

    def take(self, event):
        if event["id"] in self.taken:
            self.seen["again"] += 1
        else:
            self.taken.add(event["id"])
            self.consumer.apply(event)
        return 200


class Writer:
    """Makes users in a directory, changes one of three and deletes one of nine; poisons one event in the middle."""

    def __init__(self, directory, events):
        self.directory = directory
        self.events = events

    def attributes(self, number):
        name = NAMES[number % len(NAMES)]
        attributes = {"displayName": name, "name": {"givenName": name, "familyName": name[::-1]}}
        if number == self.events // 3:
            attributes["title"] = POISON
        if number % LARGE_EACH == 0:
            photo = chr(ord("a") + number % 26)
            attributes["photos"] = [
                {"type": kind, "value": photo * PHOTO_BYTES} for kind in ("photo", "thumbnail", "portrait")
            ]
        return attributes

    def run(self):
        written, number = 0, 0
        with self.directory.client() as client:
            while written < self.events:
                users = range(number, number + min(OPERATIONS, self.events - written))
                number += len(users)
                created = self.send(client, [self.creation(one) for one in users])
                written += len(users)
                more = [change for one in zip(users, created) for change in self.changes(*one)][: self.events - written]
                if more:
                    self.send(client, more)
                    written += len(more)

    def creation(self, number):
        body = user(f"user{number}-{self.directory.id}@example.com", **self.attributes(number))
        return {"method": "POST", "path": "/Users", "bulkId": str(number), "data": body}

    @staticmethod
    def changes(number, location):
        path = "/Users/" + location.rsplit("/", 1)[1]
        if number % 3 == 1:
            value = {"op": "replace", "path": "nickName", "value": f"ñ{number}"}
            yield {"method": "PATCH", "path": path, "data": {"schemas": [PATCH_OP], "Operations": [value]}}
        if number % 9 == 1:
            yield {"method": "DELETE", "path": path}

    @staticmethod
    def send(client, operations):
        answer = Client.expect(200, client.post("/Bulk", {"schemas": [BULK], "Operations": operations}))
        rows = answer.json["Operations"]
        assert all(row["status"] in ("200", "201", "204") for row in rows), rows
        return [row["location"] for row in rows]


class WebhookVolumeTest(unittest.TestCase):
    def setUp(self):
        self.server = Server(options=["--webhook-allow-private"]).start()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)
        self.directories = [self.server.new_directory() for _ in range(DIRECTORIES)]

    def make_endpoint(self, receiver):
        body = {"url": receiver.url, "event_types": ["organization.directory.*"], "retry_schedule_seconds": SCHEDULE}
        with self.server.operator() as control:
            return made(control.post("/api/v1/webhook-endpoints", body))

    def act(self, endpoint, verb, body):
        with self.server.operator() as control:
            return Client.expect(200, control.post(f"/api/v1/webhook-endpoints/{endpoint}:{verb}", body)).json

    def write(self):
        writers = [Writer(directory, EVENTS // DIRECTORIES) for directory in self.directories]
        threads = [threading.Thread(target=writer.run) for writer in writers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def stored(self):
        """The log of the test's directories since they were made: id -> digest of the body, in its order."""
        with sqlite3.connect(f"file:{self.server.data / 'scimd.db'}?mode=ro", uri=True) as store:
            rows = store.execute(
                "select id, body from events where directory_id is not null and sequence > ? order by id",
                (self.directories[0].start,),
            )
            return {f"evt_{identifier}": digest(body.encode()) for identifier, body in rows}

    def exhausted(self):
        found, after, has_more = [], "", True
        with self.server.operator() as control:
            while has_more:  # a page looks at so many events, and may be empty
                query = f"types=webhook_endpoint.delivery_exhausted&limit=1000{after}"
                page = Client.expect(200, control.get(f"/api/v1/events?{query}")).json
                found += [event["data"]["event_id"] for event in page["events"]]
                after, has_more = "&after=" + page["next_cursor"], page["has_more"]
        return found

    def drain(self, ledger, count):
        wait_until(lambda: len(ledger.taken) >= count, DRAIN_SECONDS)

    def check_first_pass(self, ledger, stored, endpoint):
        poisoned = wait_until(lambda: len(found := self.exhausted()) >= DIRECTORIES and found)
        self.assertEqual(ledger.bodies, stored)
        self.assertEqual(set(poisoned), set(stored) - ledger.taken)
        self.assertEqual(len(poisoned), DIRECTORIES)
        letters = self.server.command("webhook", "dead-letters", endpoint)["dead_letters"]
        self.assertEqual({letter["event_id"] for letter in letters}, set(poisoned))
        for what in ("changed", "not verified", "out of order", "again"):
            self.assertEqual(ledger.seen[what], 0, what)
        self.assertGreater(ledger.seen["not ASCII"], len(stored) // 2)
        self.assertGreater(ledger.largest, EVENT_BYTES_MAX - 2_048)
        self.assertLessEqual(ledger.largest, EVENT_BYTES_MAX)
        failed = ledger.seen["attempts"] - len(ledger.taken)
        self.assertGreater(failed, len(stored) * FAILING_SHARE / 2)

    def check_replay(self, ledger, stored, endpoint):
        before = dict(ledger.consumer.users)
        ledger.is_replay = True
        wanted = min(REPLAYED_MAX, len(stored))
        answer = self.act(endpoint, "replay", {"from_event_id": next(iter(stored))})
        self.assertEqual(answer["count"], wanted)
        self.assertEqual(answer["next_event_id"] != "", len(stored) > wanted)
        wait_until(lambda: ledger.seen["again"] >= wanted, DRAIN_SECONDS)
        self.assertEqual(ledger.seen["again"], wanted)
        self.assertEqual(ledger.seen["changed"], 0)
        self.assertEqual(ledger.bodies, stored)
        self.assertEqual(ledger.consumer.users, before)
        return wanted

    def test_all_of_it_arrives_as_it_is_stored_in_order_and_again_when_asked(self):
        courses = {directory.id: Course(directory.start + 1) for directory in self.directories}
        with Receiver(keeps=False) as receiver:
            endpoint = self.make_endpoint(receiver)
            ledger = Ledger(endpoint["secret"], courses)
            receiver.answer = ledger.answer
            self.write()
            stored = self.stored()
            self.assertEqual(len(stored), EVENTS // DIRECTORIES * DIRECTORIES)
            self.drain(ledger, len(stored) - DIRECTORIES)
            self.check_first_pass(ledger, stored, endpoint["id"])
            attempts = ledger.seen["attempts"]
            ledger.is_replay = True
            self.assertEqual(self.act(endpoint["id"], "retry-failed", {})["count"], DIRECTORIES)
            self.drain(ledger, len(stored))
            replayed = self.check_replay(ledger, stored, endpoint["id"])
        print(
            f"{len(stored)} events in {attempts} attempts, {ledger.seen['not ASCII']} bodies not ASCII, the largest"
            f" {ledger.largest} bytes, none out of order; {replayed} replayed"
        )


if __name__ == "__main__":
    unittest.main()
