"""kill -9, repeatedly, during the deletion of an organization: it is deleted completely, with one event for each object.
"""

import collections
import time
import unittest

from scimd import Client, Server, kind, made, user

DIRECTORIES = 2
USERS = 300  # in each: more than go in one piece
KILLS = 3
DONE_SECONDS = 120


class RemovalTest(unittest.TestCase):
    def setUp(self):
        self.server = Server().start()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)

    def fill(self, directory):
        """Users in a group of all; their ids, the group's among them."""
        operations = [
            {"method": "POST", "path": "/Users", "bulkId": str(number), "data": user(f"u{number}")}
            for number in range(USERS)
        ]
        members = [{"value": f"bulkId:{number}"} for number in range(USERS)]
        group = {"displayName": "Everybody", "members": members}
        operations.append({"method": "POST", "path": "/Groups", "bulkId": "all", "data": group})
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations}
        with directory.client() as client:
            done = Client.expect(200, client.post("/Bulk", body)).json["Operations"]
        return sorted(one["location"].rsplit("/", 1)[1] for one in done)

    def more_directories(self, first):
        """Others of the same organization."""
        found = [first]
        for _ in range(DIRECTORIES - 1):
            with self.server.operator() as control:
                path = f"/api/v1/organizations/{first.organization}/directories"
                identifier = made(control.post(path, {"domain_policy": "off"}))["directory"]["id"]
                secret = made(control.post(f"{path}/{identifier}/secrets", {}))
            found.append(
                type(first)(
                    self.server, first.organization, identifier, secret["plain_secret"], secret["secret"]["id"]
                )
            )
        return found

    @staticmethod
    def is_over(directory):
        return bool(directory.events(kinds=["deleted"]))

    def progress(self, directories, before):
        """How much has gone, once it is more than before or all of it."""
        deadline = time.monotonic() + DONE_SECONDS
        while True:
            now = sum(len(each.events(kinds=["user_deleted"])) for each in directories)
            if now > before or all(map(self.is_over, directories)):
                return now
            self.assertLess(time.monotonic(), deadline, "the deletion does not go on")
            time.sleep(0.01)

    def test_a_deletion_that_is_killed_goes_on_where_it_was(self):
        first = self.server.new_directory(["gone.example"])
        directories = self.more_directories(first)
        content = {directory.id: self.fill(directory) for directory in directories}
        with self.server.operator() as control:
            gone = f"/api/v1/organizations/{first.organization}"
            self.assertEqual(control.delete(gone).status, 200)
        done = 0
        for _ in range(KILLS):
            self.server.kill()
            self.server.start()
            done = self.progress(directories, done)
            with self.server.operator() as control:
                self.assertEqual(control.get(gone).status, 404)
            with first.client() as client:
                self.assertEqual(client.get("/Users").status, 401)
        while not all(map(self.is_over, directories)):
            done = self.progress(directories, done)

        for directory in directories:
            events = directory.events()
            ends = [event["data"]["id"] for event in events if kind(event) in ("user_deleted", "group_deleted")]
            self.assertEqual(sorted(ends), content[directory.id])
            self.assertEqual(collections.Counter(map(kind, events))["deleted"], 1)
            self.assertEqual(kind(events[-1]), "deleted")
            numbers = [event["sequence"] for event in events]
            self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))
        self.server.add_domain(self.server.new_directory().organization, "gone.example")
        with self.server.operator() as control:
            checked = control.post("/api/v1/check", {}).json
        self.assertEqual(checked, {"is_sound": True, "findings": []})


if __name__ == "__main__":
    unittest.main()
