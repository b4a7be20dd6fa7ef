"""A strict directory refuses what is not the letter of the RFC, and answers everything else as the model does."""

import json

from .play import Disagreement, Player


class StrictPlayer(Player):
    """What the directory refuses with 400 did not happen; of anything else the model must say the same."""

    def __init__(self, client, read_log=None):
        super().__init__(client, read_log)
        self.taken = 0
        self.refused = 0

    def play(self, turn):
        for request in turn if isinstance(turn, list) else [turn]:
            self.play_one(self.sendable(request))

    def play_one(self, request):
        answer = self.client.send(*self.written(request))
        if answer.status == 400:
            self.refused += 1
            return self.expect_refusal(request, json.loads(answer.body))
        self.taken += 1
        expected = self.model.handle(request)
        self.compare(request, expected, answer.status, answer.body, answer.headers.get("ETag"))
        return self.note(request, answer)

    def expect_refusal(self, request, body):
        if body.get("status") != "400" or not body.get("scimType") or not body.get("detail"):
            raise Disagreement(
                f"{self.shown(request)}\nan error without its status, scimType or detail: {body}"
            )
