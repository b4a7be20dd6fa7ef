"""Groups with very many members: memory and consistency of responses, and events of changes."""

import contextlib
import json
import pathlib
import re
import socket
import sqlite3
import time
import unittest

from scimd import GROUP, USER, Client, Server, kind

MANY = 100_000  # members of the group that is read
CHANGED = 6_000  # members of the one that is written
EVENTS_SECONDS = 240
ANSWER_SECONDS = 120
EVENT_BYTES_MAX = 16 * 1024

# What replies of 16 MB may add: the parts of them that are in memory, the cache of another connection, what the
# allocator keeps, which is 11 MB of each length. Made in memory they add more than 40.
GROWTH_MB_MAX = 20


def number(identifier):
    return int(identifier.split("_")[1])


def fill(data, directory, group, count):
    """Users and their memberships, written past the requests; the ids of the users."""
    where, which = number(directory), number(group)
    first = which - count  # ids that are older than the group's
    with contextlib.closing(sqlite3.connect(data / "scimd.db")) as store, store:
        rows = range(first, first + count)
        store.executemany(
            "insert into resources (directory_id, type, id, version, created_at, modified_at, unique_key, document)"
            " values (?, 'User', ?, 1, 1, 1, ?, ?)",
            ((where, i, f"u{i}", json.dumps({"schemas": [USER], "userName": f"u{i}"})) for i in rows),
        )
        store.executemany(
            "insert into members (directory_id, group_id, member_id, member_type, display)"
            " values (?, ?, ?, 'User', '')",
            ((where, which, i) for i in rows),
        )
        store.execute(
            "insert into resource_counts (directory_id, type, total) values (?, 'User', ?)", (where, count)
        )
        store.execute("update member_counts set total = ? where group_id = ?", (count, which))
    return [f"diruser_{i}" for i in rows]


class Filled(unittest.TestCase):
    """A server of its own, with a directory whose one group has all its users."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.addClassCleanup(cls.server.remove)
        cls.addClassCleanup(cls.server.stop)
        cls.directory = cls.server.new_directory()
        with contextlib.closing(cls.directory.client()) as client:
            cls.group = client.create_group("All")["id"]
            cls.small = client.create_group("Small")["id"]
        cls.server.stop()
        cls.users = fill(cls.server.data, cls.directory.id, cls.group, MANY)
        cls.server.start()

    def setUp(self):
        self.client = self.directory.client()
        self.addCleanup(self.client.close)

    def patiently(self, send):
        """Repeats a request that a busy machine has answered with 503."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while (answer := send()).status == 503 and time.monotonic() < deadline:
            time.sleep(1)
        return Client.expect(200, answer)

    def read(self, path):
        return self.patiently(lambda: self.client.get(path))

    def members(self, answer):
        return [member["value"] for member in answer.json["members"]]


class MemoryTest(Filled):
    def peak_megabytes(self):
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) / 1024

    def test_replies_need_the_memory_of_small_ones(self):
        paths = (f"/Groups/{self.small}", "/Groups?excludedAttributes=members", "/Users?count=100")
        for path in paths:
            Client.expect(200, self.client.get(path))
        before = self.peak_megabytes()
        got = self.read(f"/Groups/{self.group}")
        self.assertEqual(self.members(got), self.users)
        self.assertEqual(int(got.headers["Content-Length"]), len(got.body))
        self.assertGreater(len(got.body), 15_000_000)

        head = self.client.send("HEAD", f"/Groups/{self.group}")
        self.assertEqual((head.status, head.headers["ETag"]), (200, got.headers["ETag"]))
        self.assertNotIn("Content-Length", head.headers)

        listed = self.read("/Groups")
        whole = next(one for one in listed.json["Resources"] if one["id"] == self.group)
        self.assertEqual(whole, got.json)
        ids = self.read(f"/Groups/{self.group}?attributes=members.value")
        self.assertEqual(ids.json["members"], [{"value": user} for user in self.users])
        named = {"schemas": [GROUP], "displayName": "Everybody"}
        put = self.patiently(lambda: self.client.put(f"/Groups/{self.group}", named))
        self.assertEqual(self.members(put), self.users)
        self.assertLess(self.peak_megabytes() - before, GROWTH_MB_MAX)


class HugeGroupTest(Filled):
    def test_a_reader_gets_the_group_as_it_was_while_others_change_it(self):
        got = self.read(f"/Groups/{self.group}")
        request = (
            f"GET {self.directory.base}/Groups/{self.group} HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {self.directory.token}\r\nConnection: close\r\n\r\n"
        )
        with socket.socket() as reader:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.settimeout(ANSWER_SECONDS)
            reader.connect(("127.0.0.1", self.server.port))
            reader.sendall(request.encode())
            # The reply is on its way, and does not fit into what lies between.
            begun = reader.recv(4096)
            self.assertTrue(begun.startswith(b"HTTP/1.1 200"), begun)

            leaver = self.users[-1]
            removed = self.client.patch(
                f"/Groups/{self.group}", {"op": "remove", "path": f'members[value eq "{leaver}"]'}
            )
            self.assertEqual(Client.expect(204, removed).body, b"")
            self.assertNotEqual(removed.headers["ETag"], got.headers["ETag"])
            added = self.client.patch(
                f"/Groups/{self.group}", {"op": "add", "path": "members", "value": [{"value": leaver}]}
            )
            Client.expect(204, added)

            while piece := reader.recv(1 << 20):
                begun += piece
        head, body = begun.split(b"\r\n\r\n", 1)
        self.assertIn(f"ETag: {got.headers['ETag']}".encode(), head)
        self.assertEqual(body, got.body)

    def wait_for_updates(self, directory, after, count):
        deadline = time.monotonic() + EVENTS_SECONDS
        while time.monotonic() < deadline:
            events = directory.events(after=after)
            if sum(kind(event) == "user_updated" for event in events) >= count:
                return events
            time.sleep(0.5)
        self.fail(f"{count} users have no event within {EVENTS_SECONDS} s")

    def test_a_put_and_a_deletion_of_very_many_make_bounded_events(self):
        directory = self.server.new_directory()
        with contextlib.closing(directory.client()) as client:
            users = []
            for start in range(0, CHANGED, 1000):
                operations = [
                    {
                        "method": "POST",
                        "path": "/Users",
                        "bulkId": f"b{i}",
                        "data": {"schemas": [USER], "userName": f"u{i}"},
                    }
                    for i in range(start, start + 1000)
                ]
                bulk = {
                    "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                    "Operations": operations,
                }
                done = Client.expect(200, client.post("/Bulk", bulk)).json["Operations"]
                users += [one["location"].rsplit("/", 1)[1] for one in done]
            group = client.create_group("All")["id"]
            after = directory.events()[-1]["sequence"]
            body = {"schemas": [GROUP], "displayName": "All", "members": [{"value": user} for user in users]}
            path = f"/Groups/{group}?excludedAttributes=members"
            Client.expect(200, client.put(path, body))
            events = self.wait_for_updates(directory, after, CHANGED)
            self.check_events(events, "group_member_added", users, {group})
            after = events[-1]["sequence"]

            Client.expect(204, client.delete(f"/Groups/{group}"))
            Client.expect(404, client.get(f"/Groups/{group}"))
            self.assertNotIn("groups", Client.expect(200, client.get(f"/Users/{users[0]}")).json)
            events = self.wait_for_updates(directory, after, CHANGED)
            self.assertEqual(kind(events[0]), "group_deleted")
            self.check_events(events[1:], None, users, set())

    def check_events(self, events, batches, users, groups):
        """Each user has one event, after the batches, and each event has a bounded size."""
        for event in events:
            self.assertLess(len(json.dumps(event)), EVENT_BYTES_MAX)
        named = [event for event in events if kind(event) == batches]
        updates = [event for event in events if kind(event) == "user_updated"]
        self.assertEqual(len(named) + len(updates), len(events))
        if batches:
            self.assertEqual(sorted(member["id"] for one in named for member in one["data"]["members"]), users)
            self.assertLessEqual(max(len(one["data"]["members"]) for one in named), 100)
        self.assertEqual(sorted(one["data"]["id"] for one in updates), users)
        for one in updates:
            self.assertEqual({group["id"] for group in one["data"]["groups"]}, groups)


if __name__ == "__main__":
    unittest.main()
