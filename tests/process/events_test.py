"""The events of a scripted session: contents, order, and that they suffice to rebuild the directory."""

import itertools
import re
import unittest

from replica import Replica, assert_same, document
from scimd import ENTERPRISE, Server, kind, user

ANNA = {
    "externalId": "e-1",
    "name": {"givenName": "Anna", "familyName": "Ahorn"},
    "displayName": "Anna Ahorn",
    "title": "Engineer",
    "active": True,
    "emails": [{"value": "anna@example.com", "type": "work", "primary": True}],
    "phoneNumbers": [{"value": "+43 1 234", "type": "work"}],
    ENTERPRISE: {"department": "Research", "employeeNumber": "7"},
}


class EventsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.addClassCleanup(cls.server.remove)
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        self.directory = self.server.new_directory()
        self.client = self.directory.client()
        self.addCleanup(self.client.close)
        self.seen = self.directory.start

    def fresh(self):
        """The events since the last call."""
        events = self.directory.events(after=self.seen)
        self.assertEqual(
            [event["sequence"] for event in events],
            list(range(self.seen + 1, self.seen + 1 + len(events))),
        )
        self.seen += len(events)
        return events

    def only(self):
        events = self.fresh()
        self.assertEqual(len(events), 1, [kind(event) for event in events])
        return events[0]

    def replace(self, place, identifier, path, value):
        operation = {"op": "replace", "path": path, "value": value}
        answer = self.client.patch(f"/{place}/{identifier}", operation)
        self.assertIn(answer.status, (200, 204), answer)

    def test_an_envelope_says_where_when_and_by_whom(self):
        made = self.client.create_user("anna@example.com", **ANNA)
        event = self.only()
        self.assertEqual(event["spec_version"], "1")
        self.assertRegex(event["id"], r"^evt_\d+$")
        self.assertEqual(event["type"], "organization.directory.user_created")
        self.assertEqual(event["object"], "DirectoryUser")
        self.assertEqual(event["display_name"], "Directory User Created")
        self.assertRegex(event["environment_id"], r"^env_\d+$")
        self.assertEqual(event["organization_id"], self.directory.organization)
        self.assertEqual(event["directory_id"], self.directory.id)
        self.assertRegex(event["occurred_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
        self.assertEqual(event["sequence"], self.directory.start + 1)
        self.assertRegex(event["cursor"], r"^c_\w+$")
        self.assertEqual(f'W/"{event["object_version"]}"', made["meta"]["version"])
        context = event["context"]
        self.assertEqual(context["source"], "scim")
        self.assertTrue(context["request_id"])
        self.assertEqual(
            context["actor"],
            {"type": "directory_token", "id": self.directory.secret, "suffix": self.directory.token[-4:]},
        )
        self.assertNotIn("changed_attributes", event)
        self.assertNotIn("previous_attributes", event)

    def test_the_data_of_a_user_is_normalized(self):
        made = self.client.create_user("anna@example.com", **ANNA)
        data = self.only()["data"]
        expected = {
            "id": made["id"],
            "organization_id": self.directory.organization,
            "directory_id": self.directory.id,
            "dp_id": "e-1",
            "preferred_username": "anna@example.com",
            "email": "anna@example.com",
            "active": True,
            "name": "Anna Ahorn",
            "given_name": "Anna",
            "family_name": "Ahorn",
            "title": "Engineer",
            "phone_number": "+43 1 234",
            "department": "Research",
            "employee_id": "7",
            "groups": [],
        }
        self.assertEqual({name: data.get(name) for name in expected}, expected)
        self.assertEqual(document(data["raw_attributes"]), document(made))

    def test_an_update_names_what_changed_and_what_it_was(self):
        made = self.client.create_user("anna@example.com", **ANNA)
        self.fresh()
        self.replace("Users", made["id"], "title", "Director")
        event = self.only()
        self.assertEqual(kind(event), "user_updated")
        self.assertEqual(event["changed_attributes"], ["title"])
        self.assertEqual(event["previous_attributes"], {"title": "Engineer"})
        self.assertEqual(event["data"]["title"], "Director")
        self.assertEqual(event["object_version"], 2)

        self.assertEqual(
            self.client.patch(f"/Users/{made['id']}", {"op": "remove", "path": "title"}).status, 200
        )
        event = self.only()
        self.assertEqual(event["previous_attributes"], {"title": "Director"})
        self.assertNotIn("title", event["data"])

        self.replace("Users", made["id"], "nickName", "Nan")
        event = self.only()
        self.assertEqual(event["changed_attributes"], ["nickname"])
        self.assertEqual(event["previous_attributes"], {}, "an absent key was added")

    def test_deactivation_is_an_update_of_active(self):
        made = self.client.create_user("anna@example.com", **ANNA)
        self.fresh()
        self.replace("Users", made["id"], "active", False)
        event = self.only()
        self.assertEqual(kind(event), "user_updated")
        self.assertEqual(event["changed_attributes"], ["active"])
        self.assertEqual(event["previous_attributes"], {"active": True})
        self.assertIs(event["data"]["active"], False)

    def test_a_request_without_effect_makes_no_event(self):
        made = self.client.create_user("anna@example.com", **ANNA)
        group = self.client.create_group("Team", [made["id"]])["id"]
        self.fresh()
        self.replace("Users", made["id"], "title", "Engineer")
        self.replace("Users", made["id"], "active", "True")
        answer = self.client.put(f"/Users/{made['id']}", user("anna@example.com", **ANNA))
        self.assertEqual(answer.status, 200)
        self.replace("Groups", group, "displayName", "Team")
        operation = {"op": "add", "path": "members", "value": [{"value": made["id"]}]}
        self.client.patch(f"/Groups/{group}", operation)
        self.replace("Groups", group, "members", [{"value": made["id"]}])
        self.assertEqual(self.fresh(), [])
        self.assertEqual(self.client.get(f"/Users/{made['id']}").json["meta"], made["meta"])

    def test_a_failed_request_makes_no_event(self):
        made = self.client.create_user("anna@example.com", **ANNA)
        self.fresh()
        self.assertEqual(self.client.post("/Users", user("ANNA@example.com")).status, 409)
        operations = [
            {"op": "replace", "path": "title", "value": "x"},
            {"op": "replace", "path": "active", "value": "perhaps"},
        ]
        self.assertEqual(self.client.patch(f"/Users/{made['id']}", *operations).status, 400)
        self.assertEqual(self.client.delete("/Users/diruser_1").status, 404)
        self.assertEqual(self.fresh(), [])
        self.assertEqual(self.client.get(f"/Users/{made['id']}").json["title"], "Engineer")

    def test_a_membership_is_published_for_the_group_and_for_each_user(self):
        first = self.client.create_user("a@example.com")["id"]
        second = self.client.create_user("b@example.com")["id"]
        group = self.client.create_group("Team")["id"]
        self.fresh()
        operation = {"op": "add", "path": "members", "value": [{"value": first}, {"value": second}]}
        self.client.patch(f"/Groups/{group}", operation)
        events = self.fresh()
        added = [event for event in events if kind(event) == "group_member_added"]
        self.assertEqual(len(added), 1)
        self.assertEqual(added[0]["data"]["group"], {"id": group, "display_name": "Team"})
        self.assertEqual({member["id"] for member in added[0]["data"]["members"]}, {first, second})
        self.assertEqual(added[0]["data"]["total_members"], 2)
        updated = {event["data"]["id"]: event for event in events if kind(event) == "user_updated"}
        self.assertEqual(set(updated), {first, second})
        for event in updated.values():
            self.assertEqual(event["changed_attributes"], ["groups"])
            self.assertEqual(event["previous_attributes"], {"groups": []})
            self.assertEqual(event["data"]["groups"], [{"id": group, "name": "Team"}])

        operation = {"op": "remove", "path": f'members[value eq "{first}"]'}
        self.client.patch(f"/Groups/{group}", operation)
        events = self.fresh()
        removed = [event for event in events if kind(event) == "group_member_removed"]
        self.assertEqual([member["id"] for member in removed[0]["data"]["members"]], [first])
        self.assertEqual(removed[0]["data"]["total_members"], 1)
        updated = [event for event in events if kind(event) == "user_updated"]
        self.assertEqual([event["data"]["id"] for event in updated], [first])
        self.assertEqual(updated[0]["previous_attributes"], {"groups": [{"id": group, "name": "Team"}]})

    def test_many_members_come_in_batches_of_sixty(self):
        ids = [self.client.create_user(f"u{number}@example.com")["id"] for number in range(201)]
        self.fresh()
        group = self.client.create_group("All", ids)["id"]
        added = [event for event in self.fresh() if kind(event) == "group_member_added"]
        self.assertEqual([len(event["data"]["members"]) for event in added], [60, 60, 60, 21])
        self.assertEqual(len({event["context"]["batch_id"] for event in added}), 1)
        self.assertEqual({event["data"]["group"]["id"] for event in added}, {group})

    def test_a_deleted_group_fans_out_to_its_users(self):
        ids = [self.client.create_user(f"u{number}@example.com")["id"] for number in range(3)]
        group = self.client.create_group("Team", ids)["id"]
        self.fresh()
        self.assertEqual(self.client.delete(f"/Groups/{group}").status, 204)
        events = self.fresh()
        deleted = [event for event in events if kind(event) == "group_deleted"]
        self.assertEqual([event["data"]["id"] for event in deleted], [group])
        self.assertEqual(deleted[0]["data"]["display_name"], "Team")
        updated = [event for event in events if kind(event) == "user_updated"]
        self.assertEqual({event["data"]["id"] for event in updated}, set(ids))
        for event in updated:
            self.assertEqual(event["data"]["groups"], [])
            self.assertEqual(event["context"]["caused_by"], deleted[0]["id"])

    def test_a_deletion_has_the_last_state_of_the_user(self):
        made = self.client.create_user("anna@example.com", **ANNA)
        group = self.client.create_group("Team", [made["id"]])["id"]
        self.fresh()
        self.assertEqual(self.client.delete(f"/Users/{made['id']}").status, 204)
        events = self.fresh()
        self.assertEqual([kind(event) for event in events], ["group_member_removed", "user_deleted"])
        self.assertEqual(events[0]["data"]["members"], [{"id": made["id"], "type": "User"}])
        deleted = events[1:]
        data = deleted[0]["data"]
        self.assertEqual(data["id"], made["id"])
        self.assertEqual(data["email"], "anna@example.com")
        self.assertEqual(data["title"], "Engineer")
        self.assertEqual(data["reason"], "scim_delete")
        self.assertRegex(data["deleted_at"], r"^\d{4}-")
        self.assertEqual(self.client.get(f"/Groups/{group}").json.get("members", []), [])

    def session(self):
        """Changes of all kinds, nested groups and a renamed group included."""
        users = [
            self.client.create_user(f"u{number}@example.com", **{**ANNA, "externalId": f"e-{number}"})["id"]
            for number in range(6)
        ]
        team = self.client.create_group("Team", users[:4])["id"]
        staff = self.client.create_group("Staff", [team, users[5]], externalId="g-2")["id"]
        self.client.create_group("Short", users[:2])
        for number, one in enumerate(users):
            self.replace("Users", one, "title", f"T{number}")
        self.replace("Users", users[1], "active", False)
        self.replace("Users", users[2], f"{ENTERPRISE}:department", "Sales")
        self.client.put(f"/Users/{users[3]}", user("u3@example.com", displayName="Only this"))
        self.replace("Groups", team, "displayName", "Crew")
        self.replace("Groups", team, "members", [{"value": users[0]}, {"value": users[4]}])
        operation = {"op": "remove", "path": f'members[value eq "{users[5]}"]'}
        self.client.patch(f"/Groups/{staff}", operation)
        short = self.client.get("/Groups?filter=displayName%20eq%20%22Short%22").json["Resources"][0]["id"]
        self.assertEqual(self.client.delete(f"/Groups/{short}").status, 204)
        self.assertEqual(self.client.delete(f"/Users/{users[4]}").status, 204)

    def test_the_events_rebuild_users_groups_and_memberships(self):
        self.session()
        replica = Replica()
        for event in self.fresh():
            replica.apply(event)
        assert_same(self, replica, self.client)

    def test_the_versions_of_an_object_only_grow(self):
        self.session()
        versions = {}
        for event in self.fresh():
            if "object_version" in event:
                identifier = event["data"]["id"]
                self.assertGreaterEqual(event["object_version"], versions.get(identifier, 0))
                versions[identifier] = event["object_version"]
        for place in ("/Users", "/Groups"):
            for resource in self.client.every(place):
                if resource["id"] in versions and place == "/Users":
                    self.assertEqual(resource["meta"]["version"], f'W/"{versions[resource["id"]]}"')

    def test_the_feed_of_all_pages_by_cursor_without_gap_or_repeat(self):
        self.session()
        found, after = [], ""
        with self.server.operator() as control:
            for _ in itertools.count():
                page = control.get(f"/api/v1/events?limit=7{after}").json
                found += [event["id"] for event in page["events"]]
                self.assertLessEqual(len(page["events"]), 7)
                if not page["has_more"]:
                    break
                after = f"&after={page['next_cursor']}"
        numbers = [int(re.fullmatch(r"evt_(\d+)", identifier).group(1)) for identifier in found]
        self.assertEqual(numbers, sorted(set(numbers)))
        own = {event["id"] for event in self.directory.events()}
        self.assertLessEqual(own, set(found))


if __name__ == "__main__":
    unittest.main()
