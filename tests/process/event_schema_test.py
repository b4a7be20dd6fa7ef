"""Events match the published schemas (schema/events), which are valid JSON Schema and AsyncAPI."""

import json
import os
import pathlib
import unittest

import event_schemas
import jsonschema
import yaml
from receiver import Receiver, wait_until
from scimd import Client, Server

NODE_MODULES = pathlib.Path(os.environ["SCIMD_NODE_MODULES"]) / "node_modules"


class EventSchemaTest(unittest.TestCase):
    def feed(self, control):
        found, after = [], ""
        while True:
            page = Client.expect(200, control.get(f"/api/v1/events?limit=1000&after={after}")).json
            found += page["events"]
            after = page["next_cursor"]
            if not page["has_more"]:
                return found

    def test_each_schema_is_one(self):
        for kind in event_schemas.types() | {"envelope"}:
            schema = json.loads((event_schemas.FOLDER / f"{kind}.json").read_text())
            jsonschema.Draft202012Validator.check_schema(schema)

    def test_an_event_that_is_not_as_described_is_found(self):
        with Server() as server:
            with server.new_directory().client() as client:
                client.create_user("anna@example.com")
            with server.operator() as control:
                event = self.feed(control)[-1]
        self.assertEqual(event_schemas.problems_of(event), [])
        for path, value in (
            (("id",), "7"),
            (("sequence",), 0),
            (("occurred_at",), "yesterday"),
            (("data", "id"), "dirgroup_1"),
            (("data", "groups"), [{}]),
            (("context", "actor"), {"type": "nobody"}),
        ):
            wrong = json.loads(json.dumps(event))
            place = wrong
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = value
            self.assertNotEqual(event_schemas.problems_of(wrong), [], path)
        for name in ("id", "cursor", "sequence", "data", "directory_id", "context"):
            self.assertNotEqual(event_schemas.problems_of({k: v for k, v in event.items() if k != name}), [], name)

    def test_the_events_of_a_customer_s_life_match_the_schemas(self):
        with Receiver(lambda arrival: 410) as gone, Receiver(lambda arrival: 500) as failing:
            with Server(options=["--webhook-allow-private"]) as server, server.operator() as control:
                for receiver in (gone, failing):
                    body = {"url": receiver.url, "retry_schedule_seconds": [0]}
                    Client.expect(201, control.post("/api/v1/webhook-endpoints", body))
                directory = server.new_directory(["acme.test"], "reject")
                with directory.client() as client:
                    self.provision(client)
                self.end(control, directory)
                seen = wait_until(
                    lambda: (now := {event["type"] for event in self.feed(control)})
                    >= {
                        "webhook_endpoint.disabled",
                        "webhook_endpoint.delivery_exhausted",
                        "organization.directory.deleted",
                    }
                    and now,
                    60,
                )
                events = self.feed(control)
        self.assertGreaterEqual(len(seen), 18)
        self.assertEqual([problem for event in events for problem in event_schemas.problems_of(event)], [])

    def provision(self, client):
        mail = [{"value": "anna@acme.test", "primary": True}]
        anna = client.create_user("anna@acme.test", emails=mail, title="Engineer")["id"]
        group = client.create_group("Staff", [anna])["id"]
        operations = {"op": "replace", "path": "title", "value": "Director"}
        Client.expect(200, client.patch(f"/Users/{anna}", operations))
        client.patch(f"/Groups/{group}", {"op": "remove", "path": "members"})
        client.patch(f"/Groups/{group}", {"op": "replace", "path": "displayName", "value": "Crew"})
        evil = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "eve",
                "emails": [{"value": "eve@evil.test", "primary": True}]}  # fmt: skip
        self.assertEqual(client.post("/Users", evil).status, 400)
        Client.expect(204, client.delete(f"/Users/{anna}"))
        Client.expect(204, client.delete(f"/Groups/{group}"))

    def end(self, control, directory):
        Client.expect(200, control.send("PATCH", f"/api/v1/organizations/{directory.organization}",
                                        {"display_name": "Renamed"}))  # fmt: skip
        for step in (":enable", ":disable"):
            Client.expect(200, control.send("PATCH", directory.management + step))
        self.assertIn(control.delete(directory.management).status, (200, 202, 204))

    def test_the_asynchronous_description_is_as_asyncapi_3_wants_it(self):
        text = (event_schemas.FOLDER.parent / "asyncapi.yaml").read_text()
        schema = json.loads((NODE_MODULES / "@asyncapi" / "specs" / "schemas" / "3.0.0.json").read_text())
        described = yaml.safe_load(text)
        validator = jsonschema.Draft7Validator(schema)
        self.assertEqual([error.message for error in validator.iter_errors(described)], [])
        del described["info"]["title"]
        self.assertNotEqual(list(validator.iter_errors(described)), [])


if __name__ == "__main__":
    unittest.main()
