"""Asking a service over HTTP and expecting something of what it says: what customer_life.py stands on."""

import http.client
import json
import time
import urllib.parse

AGENT = "customer-life/1"
ANSWER_SECONDS = 60
PATIENCE_SECONDS = 60  # for what may happen some time after its request


class Wrong(Exception):
    """Something is not as it should be."""


def expect(is_so, message):
    if not is_so:
        raise Wrong(message)


def equal(got, wanted, what):
    expect(got == wanted, f"{what}: {got!r}, expected {wanted!r}")


def eventually(look, message):
    """What `look` finds, once it is something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        expect(time.monotonic() < deadline, message)
        time.sleep(0.1)
    return found


class Service:
    """Requests to one base URL with one bearer token."""

    def __init__(self, base_url, content_type="application/json"):
        self.base = urllib.parse.urlsplit(base_url.rstrip("/"))
        self.content_type = content_type
        self.token = None

    def send(self, method, path, body=None, headers=None):
        """The status and the body: as JSON, or as text when it is none."""
        secure = self.base.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(self.base.hostname, self.base.port, timeout=ANSWER_SECONDS)
        fields = {"User-Agent": AGENT}
        if self.token:
            fields["Authorization"] = f"Bearer {self.token}"
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
            fields["Content-Type"] = self.content_type
        try:
            connection.request(method, self.base.path + path, body=body, headers={**fields, **(headers or {})})
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        finally:
            connection.close()
        try:
            return response.status, json.loads(text) if text else {}
        except ValueError:
            return response.status, text

    def ask(self, method, path, body=None, wanted=(200, 201), headers=None):
        status, answer = self.send(method, path, body, headers)
        expect(status in wanted, f"{method} {path}: {status} {str(answer)[:300]}")
        return answer

    def refused(self, method, path, status, body=None):
        return self.ask(method, path, body, (status,))
