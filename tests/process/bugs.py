"""Defects of other servers, each acted out between a client and a sound server.

A bug is a function of a request and of `forward`, which asks the sound server; it gives an Answer. `seen` is what one
bug remembers from request to request. The names are those of the cases of conformance/cases/regressions that must
notice it.
"""

import copy
import dataclasses
import json
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
    return Answer(200, {}, {"schemas": [LIST], "totalResults": 0, "itemsPerPage": 0, "startIndex": 1, "Resources": []})


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


# ---- members ----


@noticed_by("removing one member by its value removes that one")
def removes_everybody(request, forward, seen):
    for operation in request.operations:
        if op(operation) == "remove":
            operation.pop("value", None)
    return forward(request)


@noticed_by("a replace that does not name members empties no group")
def takes_silence_for_nobody(request, forward, seen):
    for operation in request.operations:
        if request.is_at("PATCH", GROUP) and op(operation) == "replace" and "path" not in operation:
            operation["value"].setdefault("members", [])
    return forward(request)


@noticed_by("a group holds more than a hundred members, and one more leaves the others")
def keeps_a_hundred(request, forward, seen):
    return each(forward(request), lambda one: one.update({k: v[:100] for k, v in one.items() if k == "members"}))


@noticed_by("a PUT with another list of members is taken")
def takes_members_for_immutable(request, forward, seen):
    if request.is_at("PUT", GROUP):
        before = {one["value"] for one in read(request, forward).get("members", [])}
        if before != {one["value"] for one in request.body.get("members", [])}:
            return refusal(400, "mutability")
    return forward(request)


def drop_typeless(holder):
    if isinstance(holder.get("members"), list):
        holder["members"] = [one for one in holder["members"] if "type" in one]


@noticed_by("a member without a type is a member")
def ignores_members_without_a_type(request, forward, seen):
    if request.method in ("POST", "PUT"):
        drop_typeless(request.body)
    return forward(request)


@noticed_by("adding a member who is one does not double it")
def doubles_members(request, forward, seen):
    for operation in request.operations:
        if op(operation) == "add" and operation.get("path") == "members":
            seen.setdefault(request.path, []).extend(one["value"] for one in operation["value"])

    def double(group):
        again = seen.get(f"/Groups/{group['id']}", [])
        group["members"] = [*group.get("members", []), *({"value": one} for one in again)]

    answer = forward(request)
    return each(answer, double) if request.is_at("GET", GROUP) else answer


@noticed_by("a mistyped path is refused, not obeyed in part")
def passes_over_unknown_paths(request, forward, seen):
    answer = forward(copy.deepcopy(request))
    is_mistyped = answer.status == 400 and answer.body.get("scimType") == "invalidPath"
    return Answer(200, {}, read(request, forward)) if is_mistyped else answer


@noticed_by("a change of membership renews the group's version and time")
def keeps_the_version_of_a_group(request, forward, seen):
    def keep(group):
        first = seen.setdefault(group["id"], dict(group["meta"]))
        group["meta"].update(version=first["version"], lastModified=first["lastModified"])

    answer = forward(request)
    answer.headers.pop("ETag", None)
    return each(answer, keep) if request.path.startswith("/Groups") else answer


@noticed_by("members of a POST and of a PUT count")
def ignores_members_but_of_patch(request, forward, seen):
    if request.method in ("POST", "PUT"):
        request.body.pop("members", None)
    return forward(request)


@noticed_by("replacing all members by null or by nothing empties the group")
def wants_a_value_for_members(request, forward, seen):
    for operation in request.operations:
        if op(operation) == "replace" and operation.get("path") == "members" and not operation.get("value"):
            return refusal(400, "invalidValue")
    return forward(request)


@noticed_by("nobody needs a display, a member least")
def wants_a_display(request, forward, seen):
    if request.is_at("POST", "/Groups") and any("display" not in one for one in request.body.get("members", [])):
        return refusal(422)
    return forward(request)


# ---- users ----


@noticed_by("active as the text False deactivates, in every shape")
def takes_any_text_for_true(request, forward, seen):
    for operation in request.operations:
        if operation.get("path") == "active":
            operation["value"] = bool(operation["value"])
    return forward(request)


@noticed_by("a primary that is the text True is taken on creation")
def wants_a_boolean(request, forward, seen):
    if request.method == "POST" and '"primary": "True"' in json.dumps(request.body):
        return refusal(400, "invalidValue")
    return forward(request)


@noticed_by("dotted names inside a value are paths")
def drops_dotted_names(request, forward, seen):
    for operation in request.operations:
        if isinstance(operation.get("value"), dict):
            operation["value"] = {name: one for name, one in operation["value"].items() if "." not in name}
    return forward(request)


@noticed_by("a path with the URN of the core schema is understood")
def knows_no_core_urn(request, forward, seen):
    is_qualified = any(str(one.get("path")).startswith(CORE) for one in request.operations)
    return refusal(501) if is_qualified else forward(request)


def misses_a_value(request, forward):
    """Whether an operation's value path meets no value that is there."""
    there = read(request, forward) if request.operations else {}
    for operation in request.operations:
        found = re.match(r'(\w+)\[type eq "(\w+)"\]', str(operation.get("path")))
        if found and found[2] not in {one.get("type") for one in there.get(found[1], [])}:
            return True
    return False


@noticed_by("a value path into an attribute that is not there makes its value")
def makes_no_values(request, forward, seen):
    return refusal(500) if misses_a_value(request, forward) else forward(request)


@noticed_by("a value path passes by an e-mail without a type and makes its own")
def makes_no_values_beside_others(request, forward, seen):
    return refusal(400, "noTarget") if misses_a_value(request, forward) else forward(request)


@noticed_by("add works as replace does")
def knows_only_replace(request, forward, seen):
    return refusal(400) if any(op(one) == "add" for one in request.operations) else forward(request)


@noticed_by("externalId can be searched by and comes back")
def forgets_the_external_id(request, forward, seen):
    return each(forward(request), lambda one: one.pop("externalId", None))


@noticed_by("a filter that is not understood is refused, never answered by nothing")
def answers_nothing_to_what_it_does_not_understand(request, forward, seen):
    answer = forward(request)
    return nothing_found() if "filter" in request.query and answer.status == 400 else answer


@noticed_by("a filter on groups filters")
def ignores_filters_on_groups(request, forward, seen):
    if request.is_at("GET", "/Groups"):
        request.query.pop("filter", None)
    return forward(request)


@noticed_by("the name stays as it was given, on every answer")
def lowers_names_when_they_are_read(request, forward, seen):
    answer = forward(request)
    if request.method != "GET":
        return answer
    return each(answer, lambda one: one.update(userName=one.get("userName", "").lower()))


@noticed_by("a user who was created active is active")
def shows_new_users_as_inactive(request, forward, seen):
    return each(forward(request), lambda one: one.update(active=False))


@noticed_by("a user who was deactivated is brought back with everything")
def takes_the_groups_of_the_deactivated(request, forward, seen):
    if "false" in json.dumps(request.operations):
        seen[request.path] = True
    return each(forward(request), lambda one: seen.get(f"/Users/{one['id']}") and one.pop("groups", None))


@noticed_by("a change that changes nothing succeeds and leaves no trace")
def refuses_to_change_nothing(request, forward, seen):
    before = read(request, forward) if request.operations else {}
    answer = forward(request)
    is_idle = before and answer.status == 200 and answer.body["meta"] == before["meta"]
    return refusal(400) if is_idle else answer


@noticed_by("null in a complex value clears that part alone, and null is never kept as a value")
def clears_the_whole_for_a_part(request, forward, seen):
    for operation in request.operations:
        if isinstance(operation.get("value"), dict) and None in operation["value"].values():
            operation.update(op="remove")
            del operation["value"]
    return forward(request)


@noticed_by("a manager that is taken away leaves nothing behind")
def leaves_an_empty_manager(request, forward, seen):
    def leave(user):
        extension = user.get(ENTERPRISE, {})
        if "manager" in extension:
            seen[user["id"]] = True
        elif user["id"] in seen:
            extension["manager"] = {"value": ""}

    return each(forward(request), leave)


@noticed_by("an extension whose last value goes is not named any more")
def leaves_an_empty_extension(request, forward, seen):
    def leave(user):
        if ENTERPRISE in user:
            seen[user["id"]] = True
        elif user["id"] in seen:
            user["schemas"].append(ENTERPRISE)
            user[ENTERPRISE] = {}

    return each(forward(request), leave)


@noticed_by("a path that cannot be read is refused, not taken for none")
def takes_a_bad_path_for_none(request, forward, seen):
    for operation in request.operations:
        if operation.get("path", "").count("[") != operation.get("path", "").count("]"):
            del operation["path"]
    return forward(request)


@noticed_by("a request that fails in its last operation has done nothing")
def does_half(request, forward, seen):
    answer = forward(copy.deepcopy(request))
    if answer.status == 400 and len(request.operations) > 1:
        forward(dataclasses.replace(request, body={**request.body, "Operations": request.operations[:-1]}))
    return answer


@noticed_by("null and empty values in lists are no values")
def keeps_null_in_lists(request, forward, seen):
    if any(operation.get("value") == [None] for operation in request.operations):
        seen[request.path] = True
    spoilt = [resource for resource in seen if request.path == resource and request.method == "GET"]
    return each(forward(request), lambda one: spoilt and one["emails"].append(None))


# ---- matching ----


@noticed_by("equal is equal: no prefix, no pattern")
def takes_eq_for_a_prefix(request, forward, seen):
    if "filter" in request.query:
        request.query["filter"] = request.query["filter"].replace("displayName eq", "displayName sw")
    return forward(request)


def finds(forward, request, filter):
    asked = dataclasses.replace(request, method="GET", path="/Users", query={"filter": filter}, body=None)
    return forward(asked).body.get("totalResults", 0) > 0


@noticed_by("two users of one address are two users")
def takes_an_address_for_a_name(request, forward, seen):
    if request.is_at("POST", "/Users"):
        for email in request.body.get("emails", []):
            if finds(forward, request, f'emails.value eq "{email["value"]}"'):
                return refusal(409, "uniqueness")
    return forward(request)


@noticed_by("who was renamed leaves the old name to another, whatever the externalId")
def takes_the_external_id_for_a_name(request, forward, seen):
    if request.is_at("POST", "/Users") and "externalId" in request.body:
        if finds(forward, request, f'externalId eq "{request.body["externalId"]}"'):
            return refusal(409, "uniqueness")
    return forward(request)


@noticed_by("groups are listed page by page")
def lists_all_groups_at_once(request, forward, seen):
    if request.is_at("GET", "/Groups"):
        request.query = {name: one for name, one in request.query.items() if name not in ("startIndex", "count")}
    return forward(request)


# ---- HTTP ----


def page(status):
    return Answer(status, {"Content-Type": "text/html"}, "<html>Not here.</html>")


@noticed_by("a caller without a User-Agent gets SCIM, not a page")
def wants_a_user_agent(request, forward, seen):
    return forward(request) if request.headers.get("User-Agent") else page(403)


@noticed_by("everything below the base answers in SCIM's JSON")
def answers_with_a_page(request, forward, seen):
    answer = forward(request)
    return page(404) if answer.status == 404 else answer


@noticed_by("an error's status is a text and its type SCIM's")
def gives_the_status_as_a_number(request, forward, seen):
    answer = forward(request)
    if answer.status >= 400:
        answer.body["status"] = answer.status
    return answer


@noticed_by("creating says where the resource is, by the public URL")
def names_an_internal_host(request, forward, seen):
    answer = forward(request)
    if answer.status == 201:
        inside = re.sub("^https?://[^/]+", "http://10.0.0.7:8080", answer.body["meta"]["location"])
        answer.headers["Location"] = answer.body["meta"]["location"] = inside
    return answer


@noticed_by("a change of a group answers with the group, or with nothing")
def answers_a_change_with_200_and_nothing(request, forward, seen):
    answer = forward(request)
    return Answer(200, {}, "") if request.is_at("PATCH", GROUP) and answer.status == 200 else answer


@noticed_by("a second user of that name is told by scimType")
def tells_a_conflict_without_its_type(request, forward, seen):
    answer = forward(request)
    if answer.status == 409:
        answer.body.pop("scimType")
    return answer


@noticed_by("an or in a filter does not widen what is searched")
def lets_or_reach_beyond(request, forward, seen):
    if " or " in request.query.get("filter", ""):
        request.query["filter"] = re.sub(r"[()]", "", request.query["filter"])
    return forward(request)


@noticed_by("the service's configuration is where the RFC puts it")
def has_its_configuration_elsewhere(request, forward, seen):
    if request.path == "/ServiceProviderConfig":
        return refusal(404)
    return forward(dataclasses.replace(request, path=request.path.replace("/serviceConf", "/ServiceProviderConf")))


def encoded(query):
    return urllib.parse.urlencode(query, quote_via=urllib.parse.quote)
