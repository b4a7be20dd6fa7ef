"""Bulk requests against the running server: number of commits, fairness to other requests, state after kill -9."""

import contextlib
import re
import threading
import time
import unittest

from scimd import GROUP, Server, kind, user

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
OPERATIONS = 1_000
COMMITS_MAX = OPERATIONS // 5  # a round has 100 operations, or what takes 20 ms on a busy machine
PATIENCE_SECONDS = 2


def create(index, prefix="u"):
    return {
        "method": "POST",
        "path": "/Users",
        "bulkId": f"{prefix}{index}",
        "data": user(f"{prefix}{index}", name={"givenName": "U", "familyName": str(index)}),
    }


def bulk(operations, **more):
    return {"schemas": [BULK], "Operations": operations, **more}


class BulkTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.addClassCleanup(cls.server.remove)
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        self.directory = self.server.new_directory()
        self.client = self.directory.client()
        self.addCleanup(self.client.close)

    def group_commits(self):
        with contextlib.closing(self.server.client()) as client:
            text = client.get("/metrics").body.decode()
        return int(re.search(r"^scimd_store_groups_total (\d+)$", text, re.MULTILINE).group(1))

    def test_a_thousand_creates_take_few_commits(self):
        before = self.group_commits()
        answer = self.client.post("/Bulk", bulk([create(i) for i in range(OPERATIONS)]))
        self.assertEqual(answer.status, 200)
        self.assertEqual([one["status"] for one in answer.json["Operations"]], ["201"] * OPERATIONS)
        commits = self.group_commits() - before
        print(f"{OPERATIONS} creates took {commits} commits")
        self.assertGreaterEqual(commits, OPERATIONS // 100)
        self.assertLessEqual(commits, COMMITS_MAX)
        self.assertEqual(self.client.get("/Users?count=0").json["totalResults"], OPERATIONS)
        self.assertEqual(len(self.directory.events(kinds={"user_created"})), OPERATIONS)

    def test_others_write_between_the_rounds(self):
        """Some of many writes beside a large bulk request end long before it."""
        ended = threading.Event()
        waits = []

        def write():
            with contextlib.closing(self.directory.client()) as other:
                while not ended.is_set():
                    begun = time.monotonic()
                    other.create_user(f"other-{len(waits)}")
                    waits.append(time.monotonic() - begun)

        writer = threading.Thread(target=write)
        writer.start()
        members = [{"value": f"bulkId:u{i}"} for i in range(OPERATIONS - 1)]
        staff = {"schemas": [GROUP], "displayName": "Staff", "members": members}
        group = {"method": "POST", "path": "/Groups", "bulkId": "g", "data": staff}
        answer = self.client.post("/Bulk", bulk([create(i) for i in range(OPERATIONS - 1)] + [group]))
        ended.set()
        writer.join()
        self.assertEqual([one["status"] for one in answer.json["Operations"]], ["201"] * OPERATIONS)
        self.assertGreaterEqual(len(waits), 5)
        self.assertLess(sorted(waits)[len(waits) // 2], PATIENCE_SECONDS)

    def test_after_a_kill_each_operation_is_whole_or_absent(self):
        """Each operation makes a group of two users that were made before; killed while they go on."""
        ids = [self.client.create_user(f"member-{i}")["id"] for i in range(2)]
        members = [{"value": id} for id in ids]
        groups = [
            {
                "method": "POST",
                "path": "/Groups",
                "bulkId": f"g{i}",
                "data": {"schemas": [GROUP], "displayName": f"G{i}", "members": members},
            }
            for i in range(OPERATIONS)
        ]
        before = self.group_commits()
        sender = threading.Thread(target=self.send_and_forget, args=(bulk(groups),))
        sender.start()
        while self.group_commits() < before + 3:
            time.sleep(0.005)
        self.server.kill()
        sender.join()
        self.server.start()
        with contextlib.closing(self.directory.client()) as client:
            found = client.every("/Groups")
            users = [client.get(f"/Users/{id}").json for id in ids]
        self.assertGreater(len(found), 0)
        self.assertEqual({len(group["members"]) for group in found}, {2})
        for one in users:
            self.assertEqual(len(one["groups"]), len(found))
        created = [event for event in self.directory.events() if kind(event) == "group_created"]
        added = [event for event in self.directory.events() if kind(event) == "group_member_added"]
        self.assertEqual({event["data"]["id"] for event in created}, {group["id"] for group in found})
        self.assertEqual(len(added), len(found))

    def send_and_forget(self, body):
        try:
            with contextlib.closing(self.directory.client()) as client:
                client.post("/Bulk", body)
        except OSError:
            pass  # the server was killed


if __name__ == "__main__":
    unittest.main()
