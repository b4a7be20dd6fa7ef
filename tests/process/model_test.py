"""Random requests: the server and a small model of SCIM give the same responses.

SCIMD_MODEL_OPERATIONS says how many (a long run: 100000), SCIMD_MODEL_SEED with which seed, SCIMD_MODEL_SECONDS
for how long at most. A strict directory gets a quarter as many.
"""

import os
import time
import unittest

from model.play import Player, episode, shrink
from model.strict import StrictPlayer
from scimd import Server

OPERATIONS = int(os.environ.get("SCIMD_MODEL_OPERATIONS", "8000"))
SECONDS = int(os.environ.get("SCIMD_MODEL_SECONDS", "60"))
SEED = int(os.environ.get("SCIMD_MODEL_SEED", str(time.time_ns() % 1_000_000)))
EPISODE = 400  # requests on one directory
OPERATIONS_MIN = 1_000
STRICT_SHARE = 4


class ModelTest(unittest.TestCase):
    def setUp(self):
        self.server = Server().start()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)
        self.player = None

    def new_player(self):
        directory = self.new_directory()
        return Player(self.client_of(directory), directory.request_log)

    def new_strict_player(self):
        directory = self.new_directory()
        self.server.command("directory", "mode", directory.id, "strict")
        return StrictPlayer(self.client_of(directory), directory.request_log)

    def new_directory(self):
        if self.player:
            self.player.client.close()
        return self.server.new_directory()

    def client_of(self, directory):
        client = directory.client()
        self.addCleanup(client.close)
        return client

    def play(self, new_player, operations, seconds, operations_min=OPERATIONS_MIN):
        """The players of as many episodes as there is time for."""
        print(f"seed {SEED}")
        until = time.monotonic() + seconds
        played = 0
        seed = SEED
        while played < operations and time.monotonic() < until:
            self.player = new_player()
            turns, count, problem = episode(seed, EPISODE, self.player)
            if problem:
                turns, problem = shrink(turns, problem, new_player)
                listed = "\n".join(map(described, turns))
                self.fail(f"SCIMD_MODEL_SEED={seed}, shrunk to {len(turns)} requests:\n{listed}\n{problem}")
            played += count
            seed += 1
            yield self.player
        print(f"{played} requests, no disagreement")
        self.assertGreaterEqual(played, min(operations, operations_min))

    def test_the_server_and_the_model_answer_alike(self):
        explained = sum(player.explained for player in self.play(self.new_player, OPERATIONS, SECONDS))
        print(f"{explained} names without effect, each with its reason in the log")
        self.assertGreater(explained, 0)

    def test_a_strict_directory_refuses_or_answers_alike(self):
        taken = refused = 0
        bounds = [number // STRICT_SHARE for number in (OPERATIONS, SECONDS, OPERATIONS_MIN)]
        for player in self.play(self.new_strict_player, *bounds):
            taken += player.taken
            refused += player.refused
        print(f"{taken} taken, {refused} refused")
        self.assertGreater(STRICT_SHARE * taken, refused)


def described(turn):
    return "\n".join(f"  bulk: {one}" for one in turn) if isinstance(turn, list) else str(turn)


if __name__ == "__main__":
    unittest.main()
