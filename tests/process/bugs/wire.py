"""Of HTTP and the form of answers."""

import dataclasses
import re

from .acting import GROUP, Answer, noticed_by, refusal


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
    return forward(
        dataclasses.replace(request, path=request.path.replace("/serviceConf", "/ServiceProviderConf"))
    )
