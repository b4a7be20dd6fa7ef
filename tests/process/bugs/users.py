"""Of users and what is said of them."""

import copy
import dataclasses
import json
import re

from .acting import CORE, ENTERPRISE, each, noticed_by, nothing_found, op, read, refusal


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
