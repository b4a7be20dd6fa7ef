"""Backup and restore: the commands of docs/operating.md as they are printed there, and the errors of wrong ones."""

import json
import pathlib
import re
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

from scimd import BINARY, Server, clean_environment, run

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "operating.md"


class BackupTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="scimd-backup-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.server = Server(options=["--public-url", "https://scim.example"])
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)
        self.server.start()
        self.client = self.server.new_client()
        self.server.access_token(self.client)

    def restore(self, *words, data=None, code=0):
        data = data or self.folder / "restored"
        done = run("restore", *words, "--json", data=data)
        self.assertEqual(done.returncode, code, f"{done.stdout}{done.stderr}")
        return json.loads(done.stdout) if code == 0 else done.stderr

    def expect_works(self, data):
        with Server(data, options=["--public-url", "https://scim.example"]) as again:
            again.access_token(self.client)

    def test_the_recipe_of_the_documentation_works(self):
        section = DOCUMENT.read_text().split("## Backup and restore")[1]
        recipe = re.search(r"```sh\n(.*?)```", section, re.DOTALL).group(1)
        for place in ("/backups", "/safe", "/var/lib"):
            self.assertIn(place + "/", recipe)
            (self.folder / place[1:]).mkdir(parents=True)
            recipe = recipe.replace(place + "/", f"{self.folder}{place}/")
        script = f'set -e\nscimd() {{ "{BINARY}" "$@"; }}\n{recipe}'
        done = subprocess.run(
            ["bash", "-c", script],
            env={**clean_environment(), "SCIMD_DATA": str(self.server.data)},
            capture_output=True,
            text=True,
            timeout=120,
        )
        self.assertEqual(done.returncode, 0, f"{done.stdout}{done.stderr}")
        self.assertRegex(done.stdout, r"(?m)^[0-9a-f]{8}$", "the key's id is printed")
        restored = self.folder / "var" / "lib" / "scimd-restored"
        self.assertEqual((restored / "master.key").stat().st_mode & 0o777, 0o600)
        self.assertEqual((restored / "scimd.db").stat().st_mode & 0o777, 0o600)
        self.expect_works(restored)

    def test_a_backup_from_before_a_rotation_is_restored_with_the_keys_of_today(self):
        old = self.server.command("backup", self.folder / "old.db")["master_key_ids"]
        self.assertEqual(len(old), 1)
        self.server.command("key", "rotate")
        new = self.server.command("backup", self.folder / "new.db", "--key-to", self.folder / "keys")
        self.assertNotEqual(new["master_key_ids"], old)
        for name in ("old", "new"):
            data = self.folder / name
            answer = self.restore(self.folder / f"{name}.db", "--key-from", self.folder / "keys", data=data)
            self.assertEqual(answer["master_key_ids"], old if name == "old" else new["master_key_ids"])
            self.expect_works(data)

    def test_the_key_that_is_missing_is_named_and_nothing_is_changed(self):
        (needed,) = self.server.command("backup", self.folder / "b.db")["master_key_ids"]
        other = self.folder / "other.key"
        other.write_text("11" * 32 + "\n")
        for words in ((), ("--key-from", other), ("--master-key-file", other)):
            refused = self.restore(self.folder / "b.db", *words, code=1)
            self.assertIn(f"The backup needs master key {needed}, which is not among the keys given", refused)
            self.assertEqual([path.name for path in (self.folder / "restored").iterdir()], ["lock"])
        shutil.copy(self.server.data / "master.key", self.folder / "right.key")
        self.restore(self.folder / "b.db", "--master-key-file", self.folder / "right.key")
        self.assertFalse((self.folder / "restored" / "master.key").exists(), "a configured key stays where it is")

    def test_what_is_there_is_set_aside_only_when_that_is_said(self):
        self.server.command("backup", self.folder / "b.db")
        refused = self.restore(self.folder / "b.db", data=self.server.data, code=1)
        self.assertIn("is in use by another process", refused)
        self.server.command("organization", "create", "Later")
        self.server.kill()
        refused = self.restore(self.folder / "b.db", data=self.server.data, code=1)
        self.assertIn("has a database already; give --replace to set it aside.", refused)
        answer = self.restore(self.folder / "b.db", "--replace", data=self.server.data)
        aside = pathlib.Path(answer["set_aside"])
        self.assertIn("scimd.db-wal", {path.name for path in aside.iterdir()})
        self.assertFalse((self.server.data / "scimd.db-wal").exists(), "a log of another database is not replayed")
        with sqlite3.connect(aside / "scimd.db") as kept:
            self.assertEqual(kept.execute("select count(*) from organizations").fetchone(), (1,))
        self.expect_works(self.server.data)

    def test_a_lost_database_is_replaced_by_a_backup(self):
        self.server.command("backup", self.folder / "b.db")
        self.server.kill()
        (self.server.data / "scimd.db").unlink()
        answer = self.restore(self.folder / "b.db", data=self.server.data)
        self.assertTrue((pathlib.Path(answer["set_aside"]) / "scimd.db-wal").exists(), "nothing is thrown away")
        self.expect_works(self.server.data)

    def test_what_is_no_sound_backup_is_refused(self):
        backup = self.folder / "b.db"
        self.server.command("backup", backup)
        whole = backup.read_bytes()
        for content, reason in (
            (b"", "it is not a backup of scimd"),
            (b"hello", "it is damaged"),
            (whole[: len(whole) // 2], "it is damaged"),
        ):
            backup.write_bytes(content)
            refused = self.restore(backup, "--key-from", self.server.data / "master.key", code=1)
            self.assertIn(f"{backup} cannot be restored: {reason}", refused)
        backup.write_bytes(whole)
        with sqlite3.connect(backup) as newer:
            newer.execute("insert into migrations values (9999, 'next.sql', '', 0)")
        refused = self.restore(backup, code=1)
        self.assertIn("it was made by a newer version of scimd.", refused)
        self.assertIn("it is not a file.", self.restore("/dev/zero", code=1))
        self.assertFalse((self.folder / "restored" / "scimd.db").exists())

    def test_keys_are_not_copied_over_a_file_nor_where_they_are_configured(self):
        file = self.folder / "kept"
        file.write_text("kept")
        done = run("backup", self.folder / "b.db", "--key-to", file, data=self.server.data)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{file} exists already.", done.stderr)
        self.assertEqual(file.read_text(), "kept")
        shutil.copy(self.server.data / "master.key", self.folder / "configured")
        configured = ("--master-key-file", self.folder / "configured")
        done = run("backup", self.folder / "b.db", "--key-to", self.folder / "k", *configured, data=self.server.data)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--key-to copies the master key of the data folder; yours is configured.", done.stderr)
        self.assertFalse((self.folder / "b.db").exists())
        self.server.command("backup", self.folder / "b.db")
        refused = self.restore(self.folder / "b.db", "--key-from", self.folder / "configured", *configured, code=1)
        self.assertIn("--key-from is for a master key in the data folder; yours is configured.", refused)

    def test_the_sixteenth_key_is_the_last_one(self):
        for _ in range(15):
            self.server.command("key", "rotate")
        done = run("key", "rotate", data=self.server.data)
        self.assertEqual(done.returncode, 1)
        self.assertIn("holds 16 keys, and no more fit in.", done.stderr)
        self.server.access_token(self.client)
        keys = (self.server.data / "master.key").read_text()
        self.assertEqual(len([line for line in keys.splitlines() if not line.startswith("#")]), 16)
        self.server.stop()
        self.server.start()
        self.server.access_token(self.client)


if __name__ == "__main__":
    unittest.main()
