"""Webhooks of the running server: signatures that published libraries verify, commands, restarts."""

import json
import os
import pathlib
import subprocess
import time
import unittest

import standardwebhooks
import svix
from receiver import Receiver, wait_until
from scimd import Client, CommandFailed, Server, made, run

NODE_MODULES = os.environ["SCIMD_NODE_MODULES"]
VERIFIER = pathlib.Path(__file__).parent / "verify_webhooks.cjs"
SCHEDULE = [0, 1, 1, 1, 1, 1]
SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")


def verdicts(rows):
    """The verdicts of Node's libraries on (library, key, headers, body)."""
    lines = "\n".join(
        json.dumps({"library": library, "key": key, "headers": headers, "body": body.decode()})
        for library, key, headers, body in rows
    )
    done = subprocess.run(
        ["node", str(VERIFIER), NODE_MODULES], input=lines, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def signature_of(arrival):
    return {name: arrival.headers[name] for name in SIGNED}


class WebhooksTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(options=["--webhook-allow-private"]).start()
        cls.addClassCleanup(cls.server.remove)
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        self.directory = self.server.new_directory()
        self.client = self.directory.client()

    def endpoint(self, receiver, **members):
        body = {
            "url": receiver.url,
            "organization_id": self.directory.organization,
            "directory_id": self.directory.id,
            "retry_schedule_seconds": SCHEDULE,
            **members,
        }
        with self.server.operator() as control:
            answer = made(control.post("/api/v1/webhook-endpoints", body))
            self.addCleanup(self.command, "delete", answer["id"])
            return answer

    def command(self, *words):
        return self.server.command("webhook", *words)

    def test_published_libraries_verify_what_arrives_and_refuse_what_was_changed(self):
        with Receiver() as receiver:
            endpoint = self.endpoint(receiver)
            for name in ("anna@example.com", "ünïcode@example.com", "a\u2028b😀@example.com"):
                self.client.create_user(name, displayName=name * 20)
            arrivals = receiver.wait_for(3)
        rows = []
        for arrival in arrivals:
            headers = signature_of(arrival)
            for library in (standardwebhooks.Webhook, svix.Webhook):
                library(endpoint["secret"]).verify(arrival.body, headers)
                with self.assertRaises(Exception):
                    library(endpoint["secret"]).verify(arrival.body + b" ", headers)
            for library in ("standardwebhooks", "svix"):
                rows.append((library, endpoint["secret"], headers, arrival.body))
                rows.append((library, endpoint["secret"], headers, arrival.body + b" "))
        self.assertEqual(verdicts(rows), ["good", "bad"] * (len(rows) // 2))

    def test_the_published_key_verifies_ed25519_signatures(self):
        with Receiver() as receiver:
            endpoint = self.endpoint(receiver, signature="v1a")
            self.client.create_user("anna@example.com")
            (arrival,) = receiver.wait_for(1)
        headers = signature_of(arrival)
        key = endpoint["public_key"]
        changed = {**headers, "webhook-id": headers["webhook-id"] + "1"}
        rows = [("node", key, headers, arrival.body), ("node", key, changed, arrival.body)]
        self.assertEqual(verdicts(rows), ["good", "bad"])

    def test_what_arrives_are_the_stored_bytes_under_the_events_id(self):
        with Receiver() as receiver:
            self.endpoint(receiver)
            for number in range(20):
                self.client.create_user(f"user{number}@example.com")
            arrivals = receiver.wait_for(20)
        with self.server.operator() as control:
            page = control.get(f"/api/v1/events?directory_id={self.directory.id}&limit=100")
        for arrival in arrivals:
            self.assertIn(arrival.body, page.body)
            self.assertEqual(arrival.id, arrival.event["id"])
            self.assertLess(abs(time.time() - int(arrival.headers["webhook-timestamp"])), 60)
        first = arrivals[0].event["sequence"]
        self.assertEqual(
            [arrival.event["sequence"] for arrival in arrivals], list(range(first, first + 20))
        )
        self.assertEqual(len({arrival.port for arrival in arrivals}), 1)  # one connection

    def test_either_secret_verifies_while_they_overlap_and_the_new_one_alone_after_it(self):
        with Receiver() as receiver:
            first = self.endpoint(receiver)
            second = self.command("rotate-secret", first["id"])
            self.client.create_user("anna@example.com")
            receiver.wait_for(1)
            with self.server.operator() as control:
                path = f"/api/v1/webhook-endpoints/{first['id']}:rotate-secret"
                third = Client.expect(200, control.post(path, {"overlap_seconds": 0})).json
            self.client.create_user("berta@example.com")
            overlapping, after = receiver.wait_for(2)
        for library in (standardwebhooks.Webhook, svix.Webhook):
            for one in (first, second):
                library(one["secret"]).verify(overlapping.body, signature_of(overlapping))
                with self.assertRaises(Exception):
                    library(one["secret"]).verify(after.body, signature_of(after))
            library(third["secret"]).verify(after.body, signature_of(after))

    def test_order_is_kept_through_failures(self):
        state = {"count": 0}

        def answer(_):
            state["count"] += 1
            return 503 if state["count"] in (3, 4) else 204

        with Receiver(answer) as receiver:
            endpoint = self.endpoint(receiver)
            for number in range(8):
                self.client.create_user(f"user{number}@example.com")
            arrivals = receiver.wait_for(10)
            first = arrivals[0].event["sequence"] - 1
            sequences = [arrival.event["sequence"] - first for arrival in arrivals]
            self.assertEqual(sequences, [1, 2, 3, 3, 3, 4, 5, 6, 7, 8])
            self.assertEqual(len({arrival.id for arrival in arrivals}), 8)
            log = wait_until(lambda: self.attempts_of(endpoint, arrivals[2].id, 3))
        self.assertEqual([row.get("status") for row in log], [204, 503, 503])

    def attempts_of(self, endpoint, event, count):
        rows = self.command("attempts", endpoint["id"], "--event", event)["attempts"]
        return len(rows) >= count and rows

    def test_retry_after_is_honoured_up_to_twice_the_pause(self):
        answers = [(503, {"retry-after": "100"}, b""), 200]
        with Receiver(lambda _: answers.pop(0)) as receiver:
            self.endpoint(receiver, retry_schedule_seconds=[0, 2])
            self.client.create_user("anna@example.com")
            first, second = receiver.wait_for(2)
        self.assertGreater(second.time - first.time, 3.9)
        self.assertLess(second.time - first.time, 6)

    def test_redirects_are_not_followed(self):
        with Receiver() as target, Receiver(lambda _: (307, {"location": target.url}, b"")) as receiver:
            self.endpoint(receiver, retry_schedule_seconds=[0, 1])
            self.client.create_user("anna@example.com")
            receiver.wait_for(2)
            self.assertEqual(target.arrivals, [])

    def test_410_disables_the_endpoint_with_an_event(self):
        with Receiver(lambda _: 410) as receiver:
            endpoint = self.endpoint(receiver)
            self.client.create_user("anna@example.com")
            receiver.wait_for(1)
            shown = wait_until(lambda: self.disabled(endpoint))
        self.assertEqual(shown["disabled_reason"], "gone")
        with self.server.operator() as control:
            newest = control.get("/api/v1/events?limit=1000").json["events"]
        self.assertIn("webhook_endpoint.disabled", [event["type"] for event in newest])

    def disabled(self, endpoint):
        shown = self.command("show", endpoint["id"])
        return not shown["enabled"] and shown

    def test_commands_manage_endpoints(self):
        with Receiver() as receiver:
            made_one = self.command(
                "create", receiver.url, "--description", "ours", "--event-type", "organization.directory.*",
                "--directory", self.directory.id, "--header", "X-Env: test", "--mode", "concurrent",
                "--retry-seconds", "0",
            )  # fmt: skip
            one = made_one["id"]
            self.assertTrue(made_one["secret"].startswith("whsec_"))
            self.assertIn(one, [row["id"] for row in self.command("list")["webhook_endpoints"]])
            tested = self.command("test", one)
            self.assertEqual(tested["status"], 200)
            self.assertEqual(receiver.arrivals[0].headers["x-env"], "test")

            receiver.answer = lambda _: 500
            self.client.create_user("anna@example.com")
            letters = wait_until(lambda: self.command("dead-letters", one)["dead_letters"])
            event = letters[0]["event_id"]
            self.assertEqual(self.command("dead-letter", one, event)["event"]["id"], event)
            receiver.answer = lambda _: 200
            self.command("retry", one, event)
            wait_until(lambda: receiver.arrivals[-1].id == event and len(receiver.arrivals) == 3)
            self.assertEqual(self.command("dead-letters", one)["dead_letters"], [])
            self.assertEqual(self.command("replay", one, "--event", event)["count"], 1)
            receiver.wait_for(4)
            self.assertEqual(self.command("retry-failed", one, "--since", "2026-01-01T00:00:00Z")["count"], 0)
            self.assertEqual(self.command("retry-failed", one, "--until", event)["count"], 0)

            self.assertEqual(self.command("update", one, "--description", "new")["description"], "new")
            self.assertFalse(self.command("disable", one)["enabled"])
            self.assertTrue(self.command("enable", one, "--skip-backlog")["enabled"])
            self.command("delete", one)
            with self.assertRaises(CommandFailed):
                self.command("show", one)

    def test_metrics_count_attempts(self):
        with Receiver() as receiver:
            self.endpoint(receiver)
            self.client.create_user("anna@example.com")
            receiver.wait_for(1)
            self.assertIn(
                'scimd_webhook_attempts_total{outcome="success"}', self.server.client().get("/metrics").body.decode()
            )


class StrictServerTest(unittest.TestCase):
    def test_private_targets_need_the_flag(self):
        with Server() as server, Receiver() as receiver:
            for url in (receiver.url, "https://127.0.0.1/", "https://10.0.0.1/", "https://localhost/", "http://example.com/"):
                done = run("webhook", "create", url, "--json", data=server.data)
                self.assertEqual(done.returncode, 1, url)
                self.assertIn("url must", done.stdout)

    def test_the_policy_is_checked_at_each_delivery(self):
        with Server(options=["--webhook-allow-private"]) as server, Receiver() as receiver:
            endpoint = server.command("webhook", "create", receiver.url)
            server.stop()
            server.options = []
            server.start()
            directory = server.new_directory()
            directory.client().create_user("anna@example.com")
            rows = wait_until(lambda: server.command("webhook", "attempts", endpoint["id"])["attempts"])
            self.assertEqual(rows[0]["error"], "url must begin with https://.")
            self.assertEqual(receiver.arrivals, [])

    def test_deliveries_go_on_after_a_restart(self):
        with Server(options=["--webhook-allow-private"]) as server, Receiver() as receiver:
            server.command("webhook", "create", receiver.url, "--event-type", "organization.directory.user_created")
            directory = server.new_directory()
            directory.client().create_user("anna@example.com")
            receiver.wait_for(1)
            server.stop()
            server.start()
            directory.client().create_user("berta@example.com")
            arrivals = receiver.wait_for(2)
            users = [one.event["sequence"] for one in arrivals]
            self.assertEqual(len(set(users)), 2)


if __name__ == "__main__":
    unittest.main()
