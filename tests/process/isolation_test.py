"""Short runs of the attacks of attacks.py: beside each of them another tenant's requests succeed, memory stays within the
budget, and SIGTERM ends the process. What is asserted are answers, metrics and sizes; the times are those of
`scripts/bench isolation`.
"""

import argparse
import sys
import tempfile
import unittest

import attacks
import isolation_bench

ROUNDS = 5  # of all kinds of requests, beside each attack
SMALL = {"USERS": 3_000, "GROUP_MEMBERS": 2_000, "GROUPS_OF_ONE": 400, "LONG_TITLES": 20, "SHARED_USERS": 200}
# What needs the large data of the bench, or longer than a test may take, to be an attack.
LEFT_OUT = {"idle_connections", "bulk_references"}


class IsolationTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for name, value in SMALL.items():
            setattr(isolation_bench, name, value)
        cls.folder = tempfile.TemporaryDirectory(prefix="scimd-isolation-")
        chosen = argparse.Namespace(folder=cls.folder.name, seconds=0, rounds=ROUNDS)
        cls.bench = isolation_bench.Isolation(chosen)
        cls.bench.prepare()

    @classmethod
    def tearDownClass(cls):
        cls.bench.receiver.__exit__()
        cls.folder.cleanup()

    def check(self, name):
        seen = self.bench.measure(name)
        self.assertEqual(seen["failures"], {}, "of the other tenant's requests")
        self.assertLessEqual(seen["memory"], isolation_bench.RSS_MB_MAX, "MB")
        self.assertLessEqual(seen["end"], isolation_bench.DRAIN_SECONDS + 1, "seconds to the end")
        self.assertEqual([status for status in seen["answers"] if status in ("500", "502")], [])


def add_test(name):
    def test(self):
        self.check(name)

    test.__doc__ = attacks.ATTACKS.get(name, (None, name))[1]
    setattr(IsolationTest, f"test_{name}", test)


for each in isolation_bench.attack_names():
    if each not in LEFT_OUT:
        add_test(each)

if __name__ == "__main__":
    sys.exit(unittest.main())
