"""Jumps of the wall clock: nothing expires and nothing is deleted until the new time has held (--clock-hold-s)."""

import contextlib
import datetime
import pathlib
import shutil
import struct
import subprocess
import tempfile
import time
import unittest

from scimd import Server

YEAR = 365 * 24 * 3600
HOUR = 3600
RETENTION_SECONDS = 12  # the log of events is looked at every ten seconds
PATIENCE_SECONDS = 15

# Preloaded into the process: its wall clock is ahead by the offset in a file; the machine's clock is not changed.
MOVED_CLOCK = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *ahead;

__attribute__((constructor)) static void open_file(void)
{
    int file = open(getenv("MOVED_CLOCK"), O_RDONLY | O_CLOEXEC);
    ahead = mmap(0, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
}

int clock_gettime(clockid_t which, struct timespec *now)
{
    int failed = syscall(SYS_clock_gettime, which, now);
    if (!failed && which == CLOCK_REALTIME && ahead)
        now->tv_sec += *ahead;
    return failed;
}
"""


def wait_until(is_so):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError("it did not become so in time")
        time.sleep(0.05)


class ClockTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="scimd-clock-"))
        source = cls.folder / "moved_clock.c"
        source.write_text(MOVED_CLOCK)
        cls.moved_clock = cls.folder / "moved_clock.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", cls.moved_clock, source], check=True, timeout=60)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        self.ahead = self.folder / "ahead"
        self.move_clock(0)
        self.server = Server(options=["--event-days", "1"])
        self.server.environment = {
            "LD_PRELOAD": str(self.moved_clock),
            "MOVED_CLOCK": str(self.ahead),
            "ASAN_OPTIONS": "verify_asan_link_order=0",
        }
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)

    def move_clock(self, seconds):
        """In place: the server has the file mapped."""
        with open(self.ahead, "r+b" if self.ahead.exists() else "w+b") as file:
            file.write(struct.pack("q", seconds))

    def metric(self, name):
        with self.server.operator() as control:
            text = control.get("/metrics").body.decode()
        return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(name + " "))

    def leaps(self, event="clock.leapt"):
        return len(self.server.events_logged(event))

    def event_age(self, directory):
        """How old the newest event of the directory is, by the clock of the test."""
        at = datetime.datetime.fromisoformat(directory.events(0)[-1]["occurred_at"].replace("Z", "+00:00"))
        return (datetime.datetime.now(datetime.timezone.utc) - at).total_seconds()

    def set_up_customer(self):
        directory = self.server.new_directory()
        for number in range(10):
            with directory.client() as client:
                client.create_user(f"user{number}@example.com")
        ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=30)
        secret = self.server.command(
            "secret", "create", directory.id, "--expires", ends.strftime("%Y-%m-%dT%H:%M:%SZ")
        )
        directory.token = secret["plain_secret"]
        self.server.command("domain", "create", directory.organization, "example.com", "--dns")
        return directory

    def expect_all_there(self, directory, count, token):
        self.assertEqual(len(directory.events(0)), count, "no event was deleted")
        with directory.client() as client:
            self.assertEqual(client.get("/Users?count=1").status, 200, "the secret has not ended")
        with contextlib.closing(self.server.client(token)) as api:
            self.assertEqual(api.get("/api/v1/organizations").status, 200, "the token is good")
        (domain,) = self.server.command("domain", "list", directory.organization)["domains"]
        self.assertEqual(domain["verification_status"], "PENDING")

    def test_a_leap_of_a_year_deletes_nothing_and_ends_nothing(self):
        self.server.start()
        directory = self.set_up_customer()
        token = self.server.access_token()
        count = len(directory.events(0))
        self.move_clock(YEAR)
        wait_until(lambda: self.leaps() == 1)
        with directory.client() as client:
            client.create_user("meanwhile@example.com")
        self.assertLess(abs(self.event_age(directory)), 60, "its time is not a year ahead")
        self.assertEqual(self.metric("scimd_clock_paused"), 1)
        time.sleep(RETENTION_SECONDS)
        self.expect_all_there(directory, count + 1, token)
        self.move_clock(0)
        wait_until(lambda: self.leaps("clock.settled") == 1)
        self.assertEqual(self.metric("scimd_clock_paused"), 0)
        self.expect_all_there(directory, count + 1, token)
        self.assertEqual(self.leaps("clock.adopted"), 0)

    def test_an_hour_back_leaves_fresh_tokens_good(self):
        self.server.start()
        token = self.server.access_token()
        self.move_clock(-HOUR)
        with contextlib.closing(self.server.client(token)) as api:
            self.assertEqual(api.get("/api/v1/organizations").status, 200)
        later = self.server.access_token()
        self.move_clock(0)
        with contextlib.closing(self.server.client(later)) as api:
            self.assertEqual(api.get("/api/v1/organizations").status, 200)

    def test_a_time_that_holds_is_adopted_and_comes_back(self):
        self.server.options += ["--clock-hold-s", "2"]
        self.server.start()
        directory = self.server.new_directory()
        self.move_clock(YEAR)
        wait_until(lambda: self.leaps("clock.adopted") == 1)
        with directory.client() as client:
            client.create_user("ahead@example.com")
            self.assertLess(self.event_age(directory), -YEAR + HOUR)
            self.move_clock(0)
            wait_until(lambda: self.leaps("clock.adopted") == 2)
            client.create_user("back@example.com")
        self.assertLess(abs(self.event_age(directory)), 60, "without a restart")

    def test_a_start_with_a_wrong_clock_deletes_nothing(self):
        self.server.start()
        directory = self.set_up_customer()
        count = len(directory.events(0))
        self.server.stop()
        for ahead in (YEAR, -YEAR):
            self.move_clock(ahead)
            before = self.leaps()
            self.server.start()
            self.assertEqual(self.leaps(), before + 1)
            self.assertEqual(self.metric("scimd_clock_paused"), 1)
            time.sleep(RETENTION_SECONDS)
            self.assertEqual(len(directory.events(0)), count)
            self.server.stop()
        self.move_clock(0)
        self.server.start()
        self.expect_all_there(directory, count, self.server.access_token())
        with directory.client() as client:
            client.create_user("after@example.com")
        self.assertLess(abs(self.event_age(directory)), 60)
        self.assertEqual(self.metric("scimd_clock_paused"), 0)


if __name__ == "__main__":
    unittest.main()
