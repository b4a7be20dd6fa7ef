"""A role mapping on a large group: published in the background, once for each user, across restarts."""

import time
import unittest

from scimd import GROUP, Server, together

USERS = 2_000
CONNECTIONS = 4
WAIT_SECONDS = 120


class RolesTest(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)
        self.server.start()
        self.directory = self.server.new_directory()

    def add_users(self, first):
        with self.directory.client() as scim:
            return [scim.create_user(f"u{number}")["id"] for number in range(first, USERS, CONNECTIONS)]

    def await_groups(self, after):
        """Group events of very many users are published in the background, too: once for each."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            updates = [
                event
                for event in self.directory.events(after=after, kinds=("user_updated",))
                if "groups" in event["changed_attributes"]
            ]
            if len(updates) >= USERS:
                return updates
            self.assertLess(time.monotonic(), deadline, f"{len(updates)} of {USERS} updates")
            time.sleep(0.1)

    def assignments(self):
        """The number of events for each user with the role, since the mapping."""
        counts = {}
        for event in self.directory.events(after=self.mapped, kinds=("user_updated",)):
            self.assertEqual(event["changed_attributes"], ["roles"])
            self.assertEqual(event["data"]["roles"], [{"role_name": "clerk"}])
            counts[event["data"]["id"]] = counts.get(event["data"]["id"], 0) + 1
        return counts

    def wait_for(self, least):
        deadline = time.monotonic() + WAIT_SECONDS
        while len(counts := self.assignments()) < least:
            self.assertLess(time.monotonic(), deadline, f"{len(counts)} of {least} updates")
            time.sleep(0.05)
        return counts

    def test_a_recount_goes_on_after_a_kill(self):
        lists = together([lambda first=first: self.add_users(first) for first in range(CONNECTIONS)])
        users = [user for some in lists for user in some]
        self.assertEqual(len(users), USERS)
        with self.directory.client() as scim:
            start = self.directory.events()[-1]["sequence"]
            path = "/Groups?excludedAttributes=members"
            members = [{"value": user} for user in users]
            staff = {"schemas": [GROUP], "displayName": "Staff", "members": members}
            group = scim.expect(201, scim.post(path, staff)).json["id"]
        self.await_groups(start)
        with self.server.operator() as control:
            control.expect(201, control.post("/api/v1/roles", {"name": "clerk"}))
            page = control.expect(200, control.get(f"{self.directory.management}/users?page_size=1")).json
            self.mapped = page["sequence"]
            self.assertEqual(page["total_size"], USERS)
            assignment = {"assignments": [{"group_id": group, "role_name": "clerk"}]}
            path = f"{self.directory.management}/groups/-/roles:assign"
            control.expect(200, control.put(path, assignment))
        self.wait_for(1)
        self.server.kill()
        self.server.start()
        counts = self.wait_for(USERS)
        self.assertEqual(set(counts), set(users))
        self.assertEqual(set(counts.values()), {1})
        # A user who leaves the group has an event of its own.
        with self.directory.client() as scim:
            scim.expect(204, scim.delete(f"/Groups/{group}"))
        last = self.await_groups(self.mapped)
        self.assertEqual({event["data"]["id"] for event in last}, set(users))
        self.assertEqual(len(last), USERS)
        self.assertTrue(all(event["data"]["roles"] == [] for event in last))
        with self.server.operator() as control:
            self.assertEqual(control.post("/api/v1/check", {}).json["findings"], [])


if __name__ == "__main__":
    unittest.main()
