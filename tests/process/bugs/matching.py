"""Of finding again what is there."""

import dataclasses

from .acting import noticed_by, refusal


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
        request.query = {
            name: one for name, one in request.query.items() if name not in ("startIndex", "count")
        }
    return forward(request)
