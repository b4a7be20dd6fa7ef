"""Concurrent writers: nothing is created twice, and nothing that was acknowledged is lost."""

import unittest

from scimd import ENTERPRISE, Server, kind, together, user

CREATORS = 16
MEMBERS = 320
PAIRS_OF_WRITERS = 20

ATTRIBUTES = {
    "displayName": "Anna A.",
    "nickName": "Nan",
    "title": "Engineer",
    "userType": "Employee",
    "preferredLanguage": "de",
    "locale": "de-AT",
    "timezone": "Europe/Vienna",
    "externalId": "e-1",
    "name.givenName": "Anna",
    "name.familyName": "Ahorn",
    "name.middleName": "B.",
    f"{ENTERPRISE}:department": "Research",
    f"{ENTERPRISE}:costCenter": "4711",
    f"{ENTERPRISE}:division": "North",
    f"{ENTERPRISE}:employeeNumber": "7",
}


def value_at(document, path):
    if path.startswith(ENTERPRISE):
        return document.get(ENTERPRISE, {}).get(path.rsplit(":", 1)[1])
    for name in path.split("."):
        document = document.get(name, {})
    return document


class ConcurrencyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.addClassCleanup(cls.server.remove)
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        self.directory = self.server.new_directory()
        self.client = self.directory.client()
        self.addCleanup(self.client.close)

    def at_once(self, count, send):
        """send(client, index) from `count` connections that are open already."""
        clients = [self.directory.client() for _ in range(count)]
        for client in clients:
            client.connection.connect()
            self.addCleanup(client.close)
        return together([lambda i=i, c=c: send(c, i) for i, c in enumerate(clients)])

    def test_sixteen_creates_of_one_user_name_make_one_user(self):
        answers = self.at_once(
            CREATORS,
            # Case does not tell user names apart.
            lambda client, i: client.post(
                "/Users", user("twin@example.com" if i % 2 else "TWIN@example.com")
            ),
        )
        statuses = sorted(answer.status for answer in answers)
        self.assertEqual(statuses, [201] + [409] * (CREATORS - 1))
        for answer in answers:
            if answer.status == 409:
                self.assertEqual(answer.json["scimType"], "uniqueness")
        self.assertEqual(self.client.get("/Users").json["totalResults"], 1)
        self.assertEqual([kind(event) for event in self.directory.events()], ["user_created"])

    def test_every_one_of_320_members_added_at_once_is_in_the_group(self):
        ids = [self.client.create_user(f"member{i}@example.com")["id"] for i in range(MEMBERS)]
        group = self.client.create_group("Everybody")["id"]
        answers = self.at_once(
            MEMBERS,
            lambda client, i: client.patch(
                f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": ids[i]}]}
            ),
        )
        self.assertEqual([a for a in answers if getattr(a, "status", None) not in (200, 204)], [])
        members = [member["value"] for member in self.client.get(f"/Groups/{group}").json["members"]]
        self.assertEqual(len(members), MEMBERS)
        self.assertEqual(set(members), set(ids))
        added = [
            member["id"]
            for event in self.directory.events(kinds={"group_member_added"})
            for member in event["data"]["members"]
        ]
        self.assertEqual(sorted(added), sorted(ids))

    def test_simultaneous_patches_of_different_attributes_all_stand(self):
        target = self.client.create_user("anna@example.com")["id"]
        rows = list(ATTRIBUTES.items())
        answers = self.at_once(
            len(rows),
            lambda client, i: client.patch(
                f"/Users/{target}", {"op": "replace", "path": rows[i][0], "value": rows[i][1]}
            ),
        )
        self.assertEqual([answer.status for answer in answers], [200] * len(rows))
        document = self.client.get(f"/Users/{target}").json
        self.assertEqual({path: value_at(document, path) for path in ATTRIBUTES}, ATTRIBUTES)
        self.assertEqual(len(self.directory.events(kinds={"user_updated"})), len(rows))
        self.assertEqual(document["meta"]["version"], f'W/"{len(rows) + 1}"')

    def test_of_two_writers_with_one_version_one_wins(self):
        target = self.client.create_user("contested@example.com")["id"]
        for round_number in range(PAIRS_OF_WRITERS):
            version = self.client.get(f"/Users/{target}").headers["ETag"]
            answers = self.at_once(
                2,
                lambda client, i: client.patch(
                    f"/Users/{target}",
                    {"op": "replace", "path": "title", "value": f"{round_number} of {i}"},
                    headers={"If-Match": version},
                ),
            )
            self.assertEqual(sorted(answer.status for answer in answers), [200, 412])
            winner = next(i for i, answer in enumerate(answers) if answer.status == 200)
            document = self.client.get(f"/Users/{target}").json
            self.assertEqual(document["title"], f"{round_number} of {winner}")
        self.assertEqual(len(self.directory.events(kinds={"user_updated"})), PAIRS_OF_WRITERS)

    def test_sequences_of_a_directory_are_dense_under_parallel_writers(self):
        def create_some(client, i):
            return [client.post("/Users", user(f"w{i}n{n}@example.com")).status for n in range(10)]

        results = self.at_once(8, create_some)
        self.assertEqual(results, [[201] * 10] * 8)
        sequences = [event["sequence"] for event in self.directory.events()]
        start = self.directory.start + 1
        self.assertEqual(sequences, list(range(start, start + 80)))


if __name__ == "__main__":
    unittest.main()
