"""Long polls for events, and the event stream (server-sent events)."""

import json
import threading
import time
import unittest

from scimd import ANSWER_SECONDS, Server, UnixConnection

CREATED = "organization.directory.user_created"


class Stream:
    """A stream of server-sent events, read one at a time."""

    def __init__(self, server, query="", last=None):
        self.connection = UnixConnection(server.data / "control.sock")
        headers = {"Last-Event-ID": last} if last else {}
        self.connection.request("GET", f"/api/v1/events/stream{query}", headers=headers)
        self.response = self.connection.getresponse()

    def next(self):
        """The fields of the next event; comments and reconnection times are skipped."""
        fields = {}
        while line := self.response.readline().decode().rstrip("\n"):
            if not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value
        return fields if "data" in fields else (self.next() if not self.response.isclosed() else None)

    def close(self):
        self.connection.close()


class FeedTest(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        self.directory = self.server.new_directory()

    def wait(self, query, found):
        with self.server.operator() as control:
            found.append(control.get(f"/api/v1/events?{query}"))

    def test_a_request_waits_until_there_is_an_event(self):
        with self.server.operator() as control:
            cursor = control.get("/api/v1/events?limit=1000").json["next_cursor"]
        found = []
        waiting = threading.Thread(target=self.wait, args=(f"after={cursor}&wait=60&types={CREATED}", found))
        waiting.start()
        # An event of another type does not end the wait.
        client = self.directory.client()
        client.create_group("Staff")
        time.sleep(0.3)
        self.assertEqual(found, [])
        client.create_user("anna@example.com")
        waiting.join(ANSWER_SECONDS)
        self.assertEqual([event["type"] for event in found[0].json["events"]], [CREATED])
        client.close()

    def test_a_wait_ends_with_an_empty_page(self):
        found = []
        self.wait("types=organization.directory.user_deleted&wait=1", found)
        self.assertEqual(found[0].status, 200)
        self.assertEqual(found[0].json["events"], [])

    def test_a_wait_ends_when_the_server_does(self):
        found = []
        query = "types=organization.directory.user_deleted&wait=60"
        waiting = threading.Thread(target=self.wait, args=(query, found))
        waiting.start()
        time.sleep(1.5)
        self.assertEqual(self.server.stop(), 0)
        waiting.join(ANSWER_SECONDS)
        self.assertEqual(found[0].json["events"], [])

    def test_the_stream_continues_behind_the_last_event_id(self):
        client = self.directory.client()
        stream = Stream(self.server, f"?types={CREATED}")
        self.assertEqual(stream.response.status, 200)
        self.assertEqual(stream.response.headers["Content-Type"], "text/event-stream")
        first = client.create_user("a@example.com")["id"]
        seen = stream.next()
        self.assertEqual(seen["event"], CREATED)
        event = json.loads(seen["data"])
        self.assertEqual((event["data"]["id"], event["cursor"]), (first, seen["id"]))
        stream.close()
        names = [f"user{number}@example.com" for number in range(300)]
        for name in names:
            client.create_user(name)
        again = Stream(self.server, f"?types={CREATED}", last=seen["id"])
        received = [json.loads(again.next()["data"])["data"]["preferred_username"] for _ in names]
        self.assertEqual(received, names)
        again.close()
        client.close()

    def test_the_stream_ends_with_the_server(self):
        stream = Stream(self.server)
        self.assertEqual(self.server.stop(), 0)
        stream.response.read()  # to its proper end
        stream.close()

    def test_an_unread_stream_delays_no_other_request(self):
        silent = Stream(self.server)
        client = self.directory.client()
        for number in range(500):
            client.create_user(f"u{number}@example.com", title="x" * 2_000)
        self.assertEqual(len(self.directory.events(kinds={"user_created"})), 500)
        silent.close()
        client.close()

    def test_an_invalid_start_of_a_stream_is_an_error(self):
        stream = Stream(self.server, "?after=nowhere")
        self.assertEqual(stream.response.status, 400)
        stream.close()


if __name__ == "__main__":
    unittest.main()
