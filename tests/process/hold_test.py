"""Held users and the seat limit: SCIM clients see held users like others; events and the API do not show them."""

import json
import os
import pathlib
import subprocess
import time
import unittest

from scimd import ANSWER_SECONDS, DEV_BUILD, Client, Server, clean_environment, together, user

RUNNER = os.environ.get("SCIMD_CONFORMANCE", str(DEV_BUILD / "conformance" / "scimd-conformance"))
DOMAIN = "held.example.com"
RELEASE_SECONDS = 60
RIVALS = 16
ROUNDS = 5


class HoldTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.addClassCleanup(cls.server.remove)
        cls.addClassCleanup(cls.server.stop)

    def held(self, directory):
        """The held users, from all pages."""
        rows, token = [], ""
        with self.server.operator() as control:
            while True:
                page = control.get(f"{directory.management}/held-users?page_size=1000&page_token={token}")
                rows += Client.expect(200, page).json["held_users"]
                token = page.json["next_page_token"]
                if not token:
                    return rows

    def total(self, directory, place):
        with self.server.operator() as control:
            return Client.expect(200, control.get(f"{directory.management}/{place}")).json["total_size"]

    @staticmethod
    def subjects_of(event):
        """The subjects of an event: its object, or the members of a group that were added or removed."""
        return event["type"], event["data"].get("id"), event["data"].get("members")

    def play(self, directory, *options):
        return subprocess.run(
            [RUNNER, "--base-url", f"http://127.0.0.1:{self.server.port}{directory.base}", *options],
            env={**clean_environment(), "SCIM_TOKEN": directory.token},
            capture_output=True,
            text=True,
            timeout=4 * ANSWER_SECONDS,
        )

    def test_the_conformance_cases_pass_with_held_users(self):
        directory = self.server.new_directory(policy="hold")
        done = self.play(directory, "--domain", DOMAIN, "--keep")
        self.assertEqual(done.returncode, 0, f"\n{done.stdout}\n{done.stderr}")
        waiting = {row["user_id"] for row in self.held(directory) if row["domain"] == DOMAIN}
        self.assertGreater(len(waiting), 20)
        self.assertEqual(self.total(directory, "users"), 0)
        self.assertNotIn("diruser_", json.dumps([self.subjects_of(event) for event in directory.events()]))

        self.server.add_domain(directory.organization, DOMAIN)
        deadline = time.monotonic() + RELEASE_SECONDS
        while any(row["domain"] == DOMAIN for row in self.held(directory)):
            self.assertLess(time.monotonic(), deadline, "the held users are not let out")
            time.sleep(0.2)
        created = [event["data"]["id"] for event in directory.events(kinds=["user_created"])]
        self.assertEqual(sorted(created), sorted(waiting))
        self.assertEqual(self.total(directory, "users"), len(waiting))

    def test_of_simultaneous_creates_one_takes_the_last_seat(self):
        first = self.server.new_directory()
        with self.server.operator() as control:
            other = control.post(
                f"/api/v1/organizations/{first.organization}/directories", {"domain_policy": "off"}
            ).json["directory"]["id"]
            secret = control.post(f"/api/v1/organizations/-/directories/{other}/secrets", {}).json
            limit = f"/api/v1/organizations/{first.organization}/settings/usermanagement"
            for seats in range(1, ROUNDS + 1):
                done = control.send("PATCH", limit, {"settings": {"max_allowed_users": seats}})
                self.assertEqual(done.status, 200, done)
                self.take_seat(seats, first, (other, secret["plain_secret"]))

    def take_seat(self, seats, first, second):
        """Two directories of one organization, eight connections each, and one seat."""
        logins = [(first.token, first.base), (second[1], f"/directory/{second[0]}/scim/v2")]
        clients = [self.server.client(*logins[number % 2]) for number in range(RIVALS)]
        for client in clients:
            client.connection.connect()
            self.addCleanup(client.close)
        answers = together(
            [
                lambda client=client, number=number: client.post("/Users", user(f"r{seats}-{number}"))
                for number, client in enumerate(clients)
            ]
        )
        statuses = sorted(getattr(answer, "status", answer) for answer in answers)
        self.assertEqual(statuses, [201] + [403] * (RIVALS - 1))
        for answer in answers:
            if answer.status == 403:
                self.assertIn(f"may have {seats} active user", answer.json["detail"])
                self.assertIn(f"has {seats}", answer.json["detail"])


if __name__ == "__main__":
    unittest.main()
