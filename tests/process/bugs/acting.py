"""A request, its answer, and what bugs do with them."""

import dataclasses
import re
import urllib.parse

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


@dataclasses.dataclass
class Request:
    method: str
    path: str  # below the base, without the query
    query: dict
    headers: dict
    body: object  # None: there is none

    def is_at(self, method, pattern):
        return self.method == method and re.fullmatch(pattern, self.path) is not None

    @property
    def operations(self):
        is_patch = self.method == "PATCH" and isinstance(self.body, dict)
        found = self.body.get("Operations", self.body.get("operations", [])) if is_patch else []
        return [one for one in found if isinstance(one, dict)]


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict
    body: object  # None: there is none; text: not JSON

    @property
    def resources(self):
        """The resources in it, that a bug may spoil."""
        if not isinstance(self.body, dict):
            return []
        if "Resources" in self.body:
            return self.body["Resources"]
        return [self.body] if "id" in self.body else []


USER, GROUP = "/Users/[^/]+", "/Groups/[^/]+"
BUGS = {}  # by the name of the case


def noticed_by(case):
    def keep(bug):
        BUGS[case] = bug
        return bug

    return keep


def refusal(status, kind=None):
    body = {"schemas": [ERROR], "status": str(status), "detail": "As other servers do."}
    return Answer(status, {}, {**body, "scimType": kind} if kind else body)


def nothing_found():
    return Answer(
        200, {}, {"schemas": [LIST], "totalResults": 0, "itemsPerPage": 0, "startIndex": 1, "Resources": []}
    )


def read(request, forward):
    """The resource of the request as it is now."""
    found = forward(dataclasses.replace(request, method="GET", query={}, headers={}, body=None))
    return found.body if found.status == 200 else {}


def op(operation):
    return str(operation.get("op", "")).lower()


def each(answer, spoil):
    for resource in answer.resources:
        spoil(resource)
    return answer


def encoded(query):
    return urllib.parse.urlencode(query, quote_via=urllib.parse.quote)
