"""Quotas of a directory and the disk reserve, with commands and a restarted server."""

import json
import unittest

from scimd import CommandFailed, Server, user

CHANGES = 200
PATCHED_BYTES_MAX = 2_048  # of the event of a small change, however large its user is
MORE_THAN_ANY_DISK = 10**15


class QuotaTest(unittest.TestCase):
    def start(self, *options):
        self.server = Server(options=options)
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)
        self.server.start()

    def open(self):
        self.directory = self.server.new_directory()
        self.client = self.directory.client()
        self.addCleanup(self.client.close)

    def restart(self, *options):
        self.client.close()
        self.server.stop()
        self.server.options = list(options)
        self.server.start()
        self.client = self.directory.client()
        self.addCleanup(self.client.close)

    def quotas(self):
        listed = self.server.command("directory", "usage", self.directory.id)["quotas"]
        return {one["name"]: one for one in listed}

    def readiness(self):
        with self.server.operator() as operator:
            return operator.get("/readyz").json

    def test_the_configuration_s_quota_and_a_directory_s_own(self):
        self.start("--directory-users-max=2")
        self.open()
        for name in ("anna", "bob"):
            self.client.create_user(name)
        refused = self.client.post("/Users", user("eve"))
        self.assertEqual(refused.status, 507, refused)
        self.assertIn('"users" of this directory is 2', refused.json["detail"])
        self.assertEqual(self.quotas()["users"], {"name": "users", "limit": 2, "is_default": True, "used": 2})

        shown = self.server.command("directory", "quota", self.directory.id, "users", "3")["quotas"][0]
        self.assertEqual(shown, {"name": "users", "limit": 3, "is_default": False, "used": 2})
        self.client.create_user("eve")
        self.restart("--directory-users-max=100")
        self.assertEqual(self.client.post("/Users", user("mia")).status, 507, "its own limit stands above")
        self.server.command("directory", "quota", self.directory.id, "users", "default")
        self.client.create_user("mia")
        for name, limit in (("users", "many"), ("users", "-1"), ("seats", "1")):
            with self.assertRaises(CommandFailed):
                self.server.command("directory", "quota", self.directory.id, name, limit)
        self.assertTrue(self.server.command("check")["is_sound"])

    def test_small_changes_of_a_large_user_write_little(self):
        self.start()
        self.open()
        numbers = [{"value": f"+49 {number:0230}"} for number in range(900)]
        large = self.client.create_user("anna", phoneNumbers=numbers)
        self.assertGreater(len(json.dumps(large)), 200_000)
        before = self.quotas()["event_bytes"]["used"]
        for number in range(CHANGES):
            answer = self.client.patch(
                f"/Users/{large['id']}", {"op": "replace", "path": "title", "value": f"Title {number}"}
            )
            self.assertEqual(answer.status, 200, answer)
        written = self.quotas()["event_bytes"]["used"] - before
        self.assertLess(written, CHANGES * PATCHED_BYTES_MAX)
        last = self.directory.events()[-1]
        self.assertEqual(last["data"]["title"], f"Title {CHANGES - 1}")
        self.assertEqual(last["changed_attributes"], ["title"])
        self.assertIn("data.raw_attributes.phoneNumbers", last["omitted"])

    def test_the_reserve_of_the_disk(self):
        self.start()
        self.open()
        anna = self.client.create_user("anna")
        self.assertEqual(self.readiness(), {"status": "ready"})
        self.restart(f"--disk-reserve-bytes={MORE_THAN_ANY_DISK}")
        self.assertEqual(self.readiness()["status"], "degraded")
        self.assertEqual(len(self.server.events_logged("disk.nearly_full")), 1)
        refused = self.client.post("/Users", user("eve"))
        self.assertEqual((refused.status, refused.headers["Retry-After"]), (507, "60"))
        off = {"op": "replace", "path": "active", "value": False}
        self.assertEqual(self.client.patch(f"/Users/{anna['id']}", off).status, 200)
        self.assertEqual(self.client.delete(f"/Users/{anna['id']}").status, 204)
        self.server.command("organization", "create", "The operator may")
        self.restart("--disk-reserve-bytes=0")
        self.client.create_user("eve")


if __name__ == "__main__":
    unittest.main()
