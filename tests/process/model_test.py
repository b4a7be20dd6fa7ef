"""Random requests: the server and a small model of SCIM answer each alike.

SCIMD_MODEL_OPERATIONS says how many (a long run: 100000), SCIMD_MODEL_SEED with which seed, SCIMD_MODEL_SECONDS
for how long at most.
"""

import os
import time
import unittest

from model.play import episode, shrink
from scimd import Server

OPERATIONS = int(os.environ.get("SCIMD_MODEL_OPERATIONS", "8000"))
SECONDS = int(os.environ.get("SCIMD_MODEL_SECONDS", "60"))
SEED = int(os.environ.get("SCIMD_MODEL_SEED", str(time.time_ns() % 1_000_000)))
EPISODE = 400  # requests on one directory
OPERATIONS_MIN = 1_000


class ModelTest(unittest.TestCase):
    def setUp(self):
        self.server = Server().start()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)
        self.client = None

    def new_client(self):
        if self.client:
            self.client.close()
        self.client = self.server.new_directory().client()
        self.addCleanup(self.client.close)
        return self.client

    def test_the_server_and_the_model_answer_alike(self):
        print(f"seed {SEED}")
        until = time.monotonic() + SECONDS
        played = 0
        seed = SEED
        while played < OPERATIONS and time.monotonic() < until:
            turns, count, problem = episode(seed, EPISODE, self.new_client())
            if problem:
                turns, problem = shrink(turns, problem, self.new_client)
                listed = "\n".join(map(described, turns))
                self.fail(f"SCIMD_MODEL_SEED={seed}, shrunk to {len(turns)} requests:\n{listed}\n{problem}")
            played += count
            seed += 1
        print(f"{played} requests, no disagreement")
        self.assertGreaterEqual(played, min(OPERATIONS, OPERATIONS_MIN))


def described(turn):
    return "\n".join(f"  bulk: {one}" for one in turn) if isinstance(turn, list) else str(turn)


if __name__ == "__main__":
    unittest.main()
