"""kill -9 under load: acknowledged requests are durable, all others happened as a whole or not at all.

SCIMD_KILL_CYCLES=100 for the full figure.
"""

import collections
import http.client
import os
import random
import re
import threading
import time
import unittest

from scimd import Server, kind, quoted, user

CYCLES = int(os.environ.get("SCIMD_KILL_CYCLES", "20"))
WRITERS = 6
LOAD_SECONDS = (0.15, 0.6)
READY_SECONDS_MAX = 5
SEED = int(os.environ.get("SCIMD_KILL_SEED", "1"))


class Account:
    """The states that a user may have, as its writer knows. An attempt is a request without a response."""

    def __init__(self, user_name):
        self.user_name = user_name
        self.id = None
        self.title = None
        self.is_member = False
        self.is_deleted = False
        self.attempt = None  # (what, value)


class Writer:
    """One thread's users: changed by it alone, so that their order is known."""

    def __init__(self, name, seed):
        self.name = name
        self.random = random.Random(seed)
        self.accounts = []
        self.faults = []
        self.acknowledged = 0
        self.number = 0

    def run(self, client, group):
        try:
            while True:
                self.step(client, group)
        except (OSError, http.client.HTTPException):
            return  # the server died: the last attempt stays open
        except Exception as failure:
            self.faults.append(repr(failure))

    def step(self, client, group):
        alive = [account for account in self.accounts if not account.is_deleted]
        chance = self.random.random()
        if not alive or chance < 0.4:
            self.create(client)
        elif chance < 0.75:
            self.patch(client, self.random.choice(alive))
        elif chance < 0.9:
            self.join(client, self.random.choice(alive), group)
        else:
            self.delete(client, self.random.choice(alive))
        self.acknowledged += 1

    def create(self, client):
        self.number += 1
        account = Account(f"{self.name}-{self.number}@example.com")
        account.attempt = ("create", None)
        self.accounts.append(account)
        account.id = client.expect(201, client.post("/Users", user(account.user_name))).json["id"]
        account.attempt = None

    def patch(self, client, account):
        self.number += 1
        title = f"title {self.name}-{self.number}"
        account.attempt = ("patch", title)
        operation = {"op": "replace", "path": "title", "value": title}
        client.expect(200, client.patch(f"/Users/{account.id}", operation))
        account.title, account.attempt = title, None

    def join(self, client, account, group):
        account.attempt = ("join", None)
        operation = {"op": "add", "path": "members", "value": [{"value": account.id}]}
        answer = client.patch(f"/Groups/{group}?excludedAttributes=members", operation)
        if answer.status not in (200, 204):
            raise AssertionError(repr(answer))
        account.is_member, account.attempt = True, None

    def delete(self, client, account):
        account.attempt = ("delete", None)
        client.expect(204, client.delete(f"/Users/{account.id}"))
        account.is_deleted, account.attempt = True, None


class History:
    """The directory, rebuilt from its events."""

    def __init__(self):
        self.sequence = 0
        self.ids = {}  # userName -> id
        self.created = collections.Counter()
        self.deleted = collections.Counter()
        self.titles = collections.defaultdict(list)
        self.updates = collections.Counter()
        self.joined = collections.Counter()

    def read(self, directory):
        for event in directory.events(after=self.sequence):
            if event["sequence"] != self.sequence + 1:
                raise AssertionError(f"sequence {event['sequence']} follows {self.sequence}")
            self.sequence += 1
            self.note(event)

    def note(self, event):
        data, name = event["data"], kind(event)
        if name == "user_created":
            self.created[data["id"]] += 1
            self.ids[data["preferred_username"]] = data["id"]
        elif name == "user_deleted":
            self.deleted[data["id"]] += 1
        elif name == "user_updated" and event["changed_attributes"] == ["title"]:
            self.titles[data["id"]].append(data["title"])
            self.updates[data["id"]] += 1
        elif name == "group_member_added":
            for member in data["members"]:
                self.joined[member["id"]] += 1


class KillTest(unittest.TestCase):
    def test_nothing_acknowledged_is_lost(self):
        self.chance = random.Random(SEED)
        self.server = Server()
        self.addCleanup(self.server.remove)
        self.server.start()
        self.directory = self.server.new_directory()
        client = self.directory.client()
        self.group = client.create_group("Everybody")["id"]
        client.close()
        self.history = History()
        writers = [Writer(f"w{i}", SEED * 100 + i) for i in range(WRITERS)]
        slowest = 0
        for cycle in range(CYCLES):
            with self.subTest(cycle=cycle, seed=SEED):
                self.kill_under_load(writers)
                self.server.start()
                slowest = max(slowest, self.server.ready_seconds)
                self.assertLess(self.server.ready_seconds, READY_SECONDS_MAX)
                self.history.read(self.directory)
                self.compare(writers)
                self.assertIs(self.server.command("check")["is_sound"], True)
        self.assertEqual(self.server.stop(), 0)
        self.assertIs(self.server.command("check")["is_sound"], True)  # and without a server
        total = sum(writer.acknowledged for writer in writers)
        print(f"{CYCLES} kills, {total} acknowledged writes, slowest start {slowest:.2f} s")
        self.assertGreater(total, CYCLES * WRITERS)

    def kill_under_load(self, writers):
        threads = []
        for writer in writers:
            work = (self.directory.client(), self.group)
            threads.append(threading.Thread(target=writer.run, args=work))
        for thread in threads:
            thread.start()
        time.sleep(self.chance.uniform(*LOAD_SECONDS))
        self.server.kill()
        for thread in threads:
            thread.join()
        self.assertEqual([fault for writer in writers for fault in writer.faults], [])

    def compare(self, writers):
        client = self.directory.client()
        users = {resource["id"]: resource for resource in client.every("/Users")}
        group = client.get(f"/Groups/{self.group}").json
        members = [member["value"] for member in group.get("members", [])]
        self.assertEqual(len(members), len(set(members)))
        for writer in writers:
            for account in writer.accounts:
                with self.subTest(user=account.user_name, attempt=account.attempt):
                    self.settle(client, account, users, members)
                    self.compare_with_history(account, users, members)
        known = {account.id for writer in writers for account in writer.accounts}
        self.assertEqual(set(users) - known, set(), "users that no client made")
        self.assertEqual(set(members) - set(users), set(), "members that do not exist")
        client.close()
        for writer in writers:
            writer.accounts = [one for one in writer.accounts if one.id and not one.is_deleted]

    def settle(self, client, account, users, members):
        """Takes what became of the open attempt from the server, and holds the rest against it."""
        what, value = account.attempt or (None, None)
        account.attempt = None
        if what == "create":
            filtered = client.get("/Users?filter=" + quoted(f'userName eq "{account.user_name}"')).json
            account.id = filtered["Resources"][0]["id"] if filtered["totalResults"] else None
            if account.id is None:
                return
        if what == "delete":
            account.is_deleted = account.id not in users
        self.assertEqual(account.id in users, not account.is_deleted)
        if account.is_deleted:
            self.assertNotIn(account.id, members)
            self.assertEqual(client.get(f"/Users/{account.id}").status, 404)
            return
        stored = users[account.id]
        self.assertEqual(stored["userName"], account.user_name)
        title = stored.get("title")
        if what == "patch" and title == value:
            account.title = value
        self.assertEqual(title, account.title)
        if what == "join":
            account.is_member = account.id in members
        self.assertEqual(account.id in members, account.is_member)

    def compare_with_history(self, account, users, members):
        """Every change that stands has exactly one event, and no other has any."""
        if account.id is None:
            self.assertNotIn(account.user_name, self.history.ids)
            return
        self.assertEqual(self.history.ids[account.user_name], account.id)
        self.assertEqual(self.history.created[account.id], 1)
        self.assertEqual(self.history.deleted[account.id], int(account.is_deleted))
        self.assertLessEqual(self.history.joined[account.id], 1)
        titles = self.history.titles[account.id]
        self.assertEqual(len(titles), len(set(titles)))
        if account.is_deleted:
            return
        self.assertEqual(self.history.joined[account.id], int(account.id in members))
        self.assertEqual(titles[-1] if titles else None, account.title)
        version = int(re.fullmatch(r'W/"(\d+)"', users[account.id]["meta"]["version"]).group(1))
        self.assertEqual(version, 1 + self.history.updates[account.id])


if __name__ == "__main__":
    unittest.main()
