"""A lost database is an error and not replaced by a new one; a database replaced under a running server is detected."""

import shutil
import time
import unittest

from scimd import Server, run

PATIENCE_SECONDS = 10


class LostDatabaseTest(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)
        self.server.start()
        self.directory = self.server.new_directory()
        with self.directory.client() as client:
            client.create_user("kept@example.com")

    def test_no_command_creates_a_new_database_beside_a_key_and_a_log(self):
        self.server.kill()
        data = self.server.data
        database = data / "scimd.db"
        log = (data / "scimd.db-wal").read_bytes()
        kept = database.rename(data.parent / (data.name + ".kept"))
        self.addCleanup(lambda: kept.unlink(missing_ok=True))
        for command in ("serve", "check", "demo"):
            done = run(command, data=data)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("scimd.db is missing or empty", done.stderr)
            self.assertIn("scimd restore", done.stderr)
        self.assertEqual((data / "scimd.db-wal").read_bytes(), log, "what may recover it is untouched")
        self.assertFalse(database.exists())
        kept.rename(database)
        self.server.start()
        with self.directory.client() as client:
            self.assertEqual(client.get("/Users").json["totalResults"], 1)

    def test_a_database_that_is_replaced_ends_the_server_with_an_error(self):
        data = self.server.data
        copy = data.parent / (data.name + ".copy")
        self.addCleanup(lambda: copy.unlink(missing_ok=True))
        self.server.command("backup", copy)
        shutil.copy(copy, data / "scimd.db.tmp")
        (data / "scimd.db.tmp").rename(data / "scimd.db")
        with self.directory.client() as client:
            answer = client.post("/Users", {"userName": "lost@example.com"})
            self.assertEqual(answer.status, 503, "what would be lost is not acknowledged")
        self.assertEqual(self.server.process.wait(PATIENCE_SECONDS), 1)
        self.server.finish()
        reasons = [entry["reason"] for entry in self.server.events_logged("store.broken")]
        self.assertTrue(reasons and all("was moved, replaced or deleted" in reason for reason in reasons), reasons)
        self.assertTrue(self.server.events_logged("server.store_broken"))

    def test_a_replaced_database_is_noticed_without_a_write(self):
        (self.server.data / "scimd.db").rename(self.server.data / "moved.db")
        started = time.monotonic()
        self.assertEqual(self.server.process.wait(PATIENCE_SECONDS), 1)
        self.assertLess(time.monotonic() - started, 5)
        self.server.finish()
        (self.server.data / "moved.db").rename(self.server.data / "scimd.db")


if __name__ == "__main__":
    unittest.main()
