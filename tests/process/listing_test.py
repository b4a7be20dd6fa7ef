"""Snapshot and follow: a consumer that lists a directory while it changes and then reads its events misses nothing."""

import threading
import unittest

from scimd import Server, kind

WRITERS = 3
ROUNDS = 40
FIRST = 60


class Copy:
    """The state of a directory as an application has it."""

    def __init__(self):
        self.users = {}
        self.groups = {}

    def load(self, control, directory):
        """Both lists in small pages; the sequence number from which on events are to follow."""
        users, start = self.pages(control, directory, "users", "user_detail")
        groups, _ = self.pages(control, directory, "groups", "group_detail")
        self.users, self.groups = users, groups
        return start

    @staticmethod
    def pages(control, directory, name, detail):
        found, token, start = {}, "", None
        while True:
            path = f"{directory.management}/{name}?page_size=7&include_detail=true&page_token={token}"
            page = control.expect(200, control.get(path)).json
            start = page["sequence"] if start is None else start
            found.update({one["id"]: one[detail] for one in page[name]})
            token = page["next_page_token"]
            if not token:
                return found, start

    def apply(self, event):
        what, change = kind(event).rsplit("_", 1)
        data = event["data"]
        if what not in ("user", "group"):
            return
        known = self.users if what == "user" else self.groups
        if change == "deleted":
            known.pop(data["id"], None)
        else:
            known[data["id"]] = data


class ListingTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.addClassCleanup(cls.server.remove)
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        self.directory = self.server.new_directory()
        self.failures = []

    def write(self, number):
        """Users and groups that come, change and go, one writer's own."""
        try:
            with self.directory.client() as scim:
                group = scim.create_group(f"group {number}")["id"]
                users = []
                for turn in range(ROUNDS):
                    users.append(scim.create_user(f"u{number}-{turn}")["id"])
                    value = {"op": "add", "path": "members", "value": [{"value": users[-1]}]}
                    scim.expect(200, scim.patch(f"/Groups/{group}", value))
                    title = {"op": "replace", "path": "title", "value": f"turn {turn}"}
                    scim.expect(200, scim.patch(f"/Users/{users[turn // 2]}", title))
                    if turn % 4 == 3:
                        scim.expect(204, scim.delete(f"/Users/{users[turn // 4]}"))
        except Exception as failure:  # the test looks at it
            self.failures.append(failure)

    def test_a_load_and_what_follows_are_all_there_is(self):
        with self.directory.client() as scim:
            for number in range(FIRST):
                scim.create_user(f"first-{number}")
        writers = [threading.Thread(target=self.write, args=(number,)) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        copies = []
        with self.server.operator() as control:
            while not copies or any(writer.is_alive() for writer in writers):
                copy = Copy()
                copies.append((copy, copy.load(control, self.directory)))
            for writer in writers:
                writer.join()
            self.assertEqual(self.failures, [])
            last = Copy()
            last.load(control, self.directory)
        self.assertGreater(len(last.users), FIRST)
        self.assertEqual(len(last.groups), WRITERS)
        for copy, start in copies:
            for event in self.directory.events(after=start):
                copy.apply(event)
            self.assertEqual(copy.users, last.users)
            self.assertEqual(copy.groups, last.groups)


if __name__ == "__main__":
    unittest.main()
