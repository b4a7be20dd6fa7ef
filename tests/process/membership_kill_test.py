"""kill -9 during a request that changes very many memberships: the change is completed after the next start, each
membership once, with its events, and no job is left."""

import contextlib
import pathlib
import shutil
import sqlite3
import tempfile
import threading
import time
import unittest

from scimd import Client, Server, kind, user

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
USERS = 6_000  # a dozen pieces
DONE_SECONDS = 120


class MembershipKillTest(unittest.TestCase):
    def setUp(self):
        self.server = Server().start()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)
        self.directory = self.server.new_directory()

    def make_users(self):
        made = []
        with self.directory.client() as client:
            for start in range(0, USERS, 1000):
                operations = [
                    {"method": "POST", "path": "/Users", "bulkId": f"b{i}", "data": user(f"u{i}")}
                    for i in range(start, start + 1000)
                ]
                body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations}
                done = Client.expect(200, client.post("/Bulk", body)).json["Operations"]
                made += [one["location"].rsplit("/", 1)[1] for one in done]
        return made

    def kill_amid(self, send, count):
        """Kills the process when `count` events of the request are there, or when it has been answered."""

        def run():
            with contextlib.suppress(Exception), self.directory.client() as client:
                send(client)

        thread = threading.Thread(target=run)
        thread.start()
        deadline = time.monotonic() + DONE_SECONDS
        while thread.is_alive() and count() == 0 and time.monotonic() < deadline:
            time.sleep(0.002)
        self.server.kill()
        thread.join(DONE_SECONDS)
        left = self.jobs_left()
        self.server.start()
        return left

    def jobs_left(self):
        """What the killed process has written down, in a copy: its own files stay as they are."""
        with tempfile.TemporaryDirectory() as place:
            for file in self.server.data.glob("scimd.db*"):
                shutil.copy(file, place)
            with contextlib.closing(sqlite3.connect(pathlib.Path(place) / "scimd.db")) as store:
                (left,) = store.execute("select count(*) from membership_jobs").fetchone()
        return left

    def wait_until(self, is_done, what):
        deadline = time.monotonic() + DONE_SECONDS
        while not is_done():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.1)

    def members(self, group):
        with self.directory.client() as client:
            return [one["value"] for one in client.get(f"/Groups/{group}").json.get("members", [])]

    def test_what_is_interrupted_is_completed(self):
        users = self.make_users()
        with self.directory.client() as client:
            group = client.create_group("All")["id"]
        body = {"schemas": [GROUP], "displayName": "All", "members": [{"value": one} for one in users]}

        def batches():
            return [event for event in self.directory.events() if kind(event) == "group_member_added"]

        left = self.kill_amid(lambda client: client.put(f"/Groups/{group}", body), lambda: len(batches()))
        print("jobs that were left of a PUT:", left)
        if left:
            self.wait_until(lambda: len(self.members(group)) == USERS, "the change is not completed")
        self.assertEqual(self.members(group), users)
        named = [one["id"] for event in batches() for one in event["data"]["members"]]
        self.assertEqual(sorted(named), sorted(users))

        def is_gone():
            with self.directory.client() as client:
                return client.get(f"/Groups/{group}").status == 404

        def is_smaller():
            return 1 if len(self.members(group)) < USERS else 0

        left = self.kill_amid(lambda client: client.delete(f"/Groups/{group}"), is_smaller)
        print("jobs that were left of a DELETE:", left)
        self.wait_until(is_gone, "the deletion is not completed")
        ends = [event for event in self.directory.events() if kind(event) == "group_deleted"]
        self.assertEqual([event["data"]["id"] for event in ends], [group])
        with self.server.operator() as control:
            checked = control.post("/api/v1/check", {}).json
        self.assertEqual(checked, {"is_sound": True, "findings": []})


if __name__ == "__main__":
    unittest.main()
