"""Of who can sign in, and what must not change that."""

import re

from .acting import USER, Answer, noticed_by, refusal


@noticed_by("a PUT that does not name active leaves it as it is")
def takes_nothing_for_true(request, forward, seen):
    if request.is_at("PUT", USER):
        request.body = {**request.body, "active": request.body.get("active") in (True, None, "")}
    return forward(request)


@noticed_by("active cannot be unassigned, and every user is found by it")
def unassigns_active(request, forward, seen):
    answer = forward(request)
    is_emptied = request.method == "PATCH" and answer.status == 400
    return Answer(200, {}, {"id": request.path.rsplit("/", 1)[1]}) if is_emptied else answer


@noticed_by("a value path on the manager fails no deactivation")
def knows_filters_on_lists_alone(request, forward, seen):
    is_single = any(re.search(r"manager\[", str(one.get("path"))) for one in request.operations)
    return refusal(400, "invalidPath") if is_single else forward(request)


@noticed_by("a mapping of an attribute that nobody knows fails no deactivation")
def knows_every_attribute_or_nothing(request, forward, seen):
    is_unknown = any("shoeSize" in str(one.get("path")) for one in request.operations)
    return refusal(400, "invalidPath") if is_unknown else forward(request)
