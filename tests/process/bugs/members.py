"""Of the members of groups."""

import copy

from .acting import GROUP, Answer, each, noticed_by, op, read, refusal


@noticed_by("removing one member by its value removes that one")
def removes_everybody(request, forward, seen):
    for operation in request.operations:
        if op(operation) == "remove":
            operation.pop("value", None)
    return forward(request)


@noticed_by("a replace that does not name members empties no group")
def takes_absent_members_for_none(request, forward, seen):
    for operation in request.operations:
        if request.is_at("PATCH", GROUP) and op(operation) == "replace" and "path" not in operation:
            operation["value"].setdefault("members", [])
    return forward(request)


@noticed_by("a group holds more than a hundred members, and one more leaves the others")
def keeps_a_hundred(request, forward, seen):
    return each(
        forward(request), lambda one: one.update({k: v[:100] for k, v in one.items() if k == "members"})
    )


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
    if request.is_at("POST", "/Groups") and any(
        "display" not in one for one in request.body.get("members", [])
    ):
        return refusal(422)
    return forward(request)
