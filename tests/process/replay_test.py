"""Random operations on a directory: a consumer that applies its events from the first one on has the directory.

SCIMD_REPLAY_OPERATIONS says how many, for a quick look or a long one.
"""

import collections
import os
import random
import time
import unittest

from replica import Replica, assert_same
from scimd import GROUP, PATCH_OP, Client, Server, user

OPERATIONS = int(os.environ.get("SCIMD_REPLAY_OPERATIONS", "100000"))
SEED = int(os.environ.get("SCIMD_REPLAY_SEED", "20260102"))
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
OPERATIONS_A_REQUEST = 500
COMPARISONS = 4  # of the replica with the directory, on the way and at the end
EVENTS_A_PAGE = 1000
USERS_MAX, GROUPS_MAX = 400, 60  # so that the directory stays as large as it is


def members_of(ids):
    return [{"value": one} for one in ids]


class Script:
    """Clients at work: what they want may be impossible, and is then refused."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.users, self.groups = [], []
        self.makers = (
            (4, self.create_user), (1, self.create_group), (3, self.replace_user), (4, self.change_user),
            (1, self.replace_group), (1, self.rename_group), (6, self.change_members), (1, self.remove_something),
        )  # fmt: skip

    def operation(self):
        weights, makers = zip(*self.makers)
        (make,) = self.random.choices(makers, weights)
        return make()

    def name(self):
        return f"name{self.random.randrange(2 * USERS_MAX)}"

    def any_of(self, ids):
        return self.random.choice(ids) if ids else "unknown"

    def some_members(self):
        kinds = self.random.choices((self.users, self.groups), (5, 1), k=self.random.randrange(6))
        return members_of({self.any_of(ids) for ids in kinds if ids})

    def user(self):
        name = self.name()
        optional = {"title": f"T{self.random.randrange(5)}", "displayName": f"Ünï {name}", "externalId": f"e-{name}"}
        kept = {key: value for key, value in optional.items() if self.random.random() < 0.7}
        return user(name, emails=[{"value": f"{name}@example.com", "primary": True}], **kept)

    def group(self):
        return {"schemas": [GROUP], "displayName": self.name(), "members": self.some_members()}

    def create_user(self):
        if len(self.users) >= USERS_MAX:
            return self.remove("Users", self.users)
        return {"method": "POST", "path": "/Users", "data": self.user()}

    def create_group(self):
        if len(self.groups) >= GROUPS_MAX:
            return self.remove("Groups", self.groups)
        return {"method": "POST", "path": "/Groups", "data": self.group()}

    def replace_user(self):
        return {"method": "PUT", "path": f"/Users/{self.any_of(self.users)}", "data": self.user()}

    def replace_group(self):
        return {"method": "PUT", "path": f"/Groups/{self.any_of(self.groups)}", "data": self.group()}

    def patch(self, path, operations):
        return {"method": "PATCH", "path": path, "data": {"schemas": [PATCH_OP], "Operations": operations}}

    def change_user(self):
        number = self.random.randrange(5)
        operation = self.random.choice(
            (
                {"op": "add", "path": "nickName", "value": f"N{number}"},
                {"op": "remove", "path": "title"},
                {"op": "replace", "path": "active", "value": number > 1},
                {"op": "replace", "path": "emails", "value": [{"value": f"x{number}@example.com"}]},
                {"op": "replace", "path": "nonsense", "value": number},
            )
        )
        return self.patch(f"/Users/{self.any_of(self.users)}", [operation])

    def rename_group(self):
        operation = {"op": "replace", "path": "displayName", "value": self.name()}
        return self.patch(f"/Groups/{self.any_of(self.groups)}", [operation])

    def change_members(self):
        def operation():
            op = self.random.choice(("add", "add", "replace", "remove"))
            if op == "remove":
                return {"op": op, "path": f'members[value eq "{self.any_of(self.users)}"]'}
            return {"op": op, "path": "members", "value": self.some_members()}

        operations = [operation() for _ in range(self.random.randrange(1, 4))]
        return self.patch(f"/Groups/{self.any_of(self.groups)}", operations)

    def remove_something(self):
        return self.remove(*self.random.choice((("Users", self.users), ("Groups", self.groups))))

    def remove(self, place, ids):
        return {"method": "DELETE", "path": f"/{place}/{self.any_of(ids)}"}

    def note(self, asked, answered):
        """What a request has made and removed."""
        if answered["status"] not in ("201", "204"):
            return
        place, _, identifier = asked["path"][1:].partition("/")
        ids = self.users if place == "Users" else self.groups
        if asked["method"] == "POST":
            ids.append(answered["location"].rsplit("/", 1)[1])
        elif asked["method"] == "DELETE":
            ids.remove(identifier)


class ReplayTest(unittest.TestCase):
    def setUp(self):
        server = Server()
        server.__enter__()
        self.addCleanup(server.__exit__)
        self.directory = server.new_directory()
        self.control = self.enterContext(server.operator())
        self.client = self.enterContext(self.directory.client())
        self.replica, self.sequence = Replica(), self.directory.start
        self.statuses, self.kinds = collections.Counter(), collections.Counter()

    def play(self, script, count):
        """So many operations, in bulk requests; each is answered as if it had been sent alone."""
        asked = [script.operation() for _ in range(count)]
        # What is made gets a bulkId, as RFC 7644 §3.7 asks.
        numbered = [{**one, "bulkId": str(n)} if one["method"] == "POST" else one for n, one in enumerate(asked)]
        answer = Client.expect(200, self.client.post("/Bulk", {"schemas": [BULK], "Operations": numbered}))
        answered = answer.json["Operations"]
        self.assertEqual(len(answered), count)
        for pair in zip(asked, answered):
            script.note(*pair)
        self.statuses.update(one["status"] for one in answered)

    def catch_up(self):
        """Applies the events since the last call, which are in order and have no gap."""
        while True:
            query = f"directory_id={self.directory.id}&after_sequence={self.sequence}&limit={EVENTS_A_PAGE}"
            page = Client.expect(200, self.control.get(f"/api/v1/events?{query}")).json
            for event in page["events"]:
                self.sequence += 1
                self.assertEqual(event["sequence"], self.sequence)
                self.replica.apply(event)
                self.kinds[event["type"].rsplit(".", 1)[1]] += 1
            if not page["has_more"]:
                return

    def test_the_events_of_random_operations_rebuild_the_directory(self):
        script, started = Script(SEED), time.monotonic()
        played, compared = 0, 0
        while played < OPERATIONS:
            now = min(OPERATIONS_A_REQUEST, OPERATIONS - played)
            self.play(script, now)
            played += now
            if played * COMPARISONS >= (compared + 1) * OPERATIONS:
                compared += 1
                self.catch_up()
                assert_same(self, self.replica, self.client)
        self.assertEqual(compared, COMPARISONS)
        count = self.sequence - self.directory.start
        print(f"{played} operations, {count} events in {time.monotonic() - started:.1f} s: {dict(self.statuses)}")
        # The script must have met what it was written for.
        for status in ("200", "201", "204", "400", "404", "409"):
            self.assertGreaterEqual(self.statuses[status], 5, status)
        self.assertLessEqual(set(self.statuses), {"200", "201", "204", "400", "404", "409"})
        for kind in ("created", "updated", "deleted"):
            self.assertGreaterEqual(self.kinds[f"user_{kind}"], 20)
            self.assertGreaterEqual(self.kinds[f"group_{kind}"], 20)
        self.assertGreaterEqual(self.kinds["group_member_removed"], 20)
        self.assertGreaterEqual(sum(map(len, self.replica.members.values())), 20)


if __name__ == "__main__":
    unittest.main()
