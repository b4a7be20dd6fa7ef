"""Plays random requests against a server and the model, and compares every answer."""

import dataclasses
import json
import random
import re
import time
import urllib.parse

from . import effects
from .requests import Requests
from .schema import TYPES
from .server import Model

BULK_URN = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
SEARCH_URN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ID = re.compile(r"[UG]~\d+~")
SMALL = 1_000_000
CURSOR_PAGE = 3
LOG_SECONDS = 20
LOST = {(409, "")}  # what a reference to a failed creation is answered


class Disagreement(Exception):
    pass


class Player:
    """One fresh directory and its model. `client` speaks to the directory (scimd.Client).

    `read_log` gives the entries of the directory's log of requests that are there, the oldest first.
    """

    def __init__(self, client, read_log=None):
        self.client = client
        self.read_log = read_log
        self.explained = 0  # names without effect that the log has
        self.writes = []  # those that succeeded alone, each with the names that did not come back
        self.model = Model()
        self.wire_ids = {}
        self.model_ids = {}
        self.known = {}  # what stands on the wire for a version or a time of the model, both ways
        self.pending = set()  # ids that the bulk request at hand creates

    # ---- playing ----

    def play(self, turn):
        """One request, or a list of them that is sent in bulk."""
        if isinstance(turn, list):
            return self.play_bulk(turn)
        request = self.sendable(turn)
        expected = self.model.handle(request)
        method, path, body, headers = self.written(request)
        answer = self.client.send(method, path, body, headers)
        self.compare(request, expected, answer.status, answer.body, answer.headers.get("ETag"))
        self.note(request, answer)

    def note(self, request, answer):
        if request.method == "GET" or answer.status >= 300:
            return
        lost = []
        if request.method != "DELETE" and not request.attributes and not request.excluded:
            resource = json.loads(answer.body)
            if request.method == "PATCH":
                lost = effects.lost_in_operations(TYPES[request.type], request.operations, resource)
            else:
                lost = effects.lost_in_body(TYPES[request.type], request.body, resource)
        self.writes.append((request, lost))

    def check_log(self):
        """What has had no effect that can be read back stands in the log with its reason."""
        if self.read_log is None:
            return
        deadline = time.monotonic() + LOG_SECONDS
        while len(entries := [one for one in self.read_log() if is_write(one)]) < len(self.writes):
            if time.monotonic() > deadline:
                raise Disagreement(f"{len(self.writes)} writes, {len(entries)} entries in the log")
            time.sleep(0.05)
        for (request, lost), entry in zip(self.writes, entries):
            ignored = [one["attribute"] for one in entry["ignored"]]
            if entry["method"] != request.method:
                raise Disagreement(f"{self.shown(request)}\nis in the log as {entry}")
            if unexplained := effects.unexplained(lost, ignored):
                raise Disagreement(f"{self.shown(request)}\nlost {unexplained}, and the log says {ignored}")
            self.explained += len(lost)

    def sendable(self, request):
        """Clients cannot send a version that no answer has shown yet."""
        is_known = request.version in (None, "*") or ("version", request.id, request.version) in self.known
        return request if is_known else dataclasses.replace(request, version=None)

    def play_bulk(self, requests):
        self.pending = {request.id for request in requests if request.method == "POST"}
        failed, expectations, operations = set(), [], []
        for request in requests:
            request = self.sendable(request)
            operation = self.operation(request)
            operations.append(operation)
            if self.refers_to(operation, failed):
                expectations.append((request, LOST, None))
                failed |= {request.id} if request.method == "POST" else set()
                continue
            answer = self.model.handle(request)
            expectations.append((request, answer.reasons, answer))
            if request.method == "POST" and answer.reasons:
                failed.add(request.id)
        self.pending = set()
        body = json.dumps({"schemas": [BULK_URN], "Operations": operations})
        answer = self.client.send("POST", "/Bulk", body)
        if answer.status != 200:
            raise Disagreement(f"bulk request: {answer!r}\n{body}")
        results = json.loads(answer.body)["Operations"]
        if len(results) != len(operations):
            raise Disagreement(f"{len(operations)} operations, {len(results)} results")
        for one, operation, result in zip(expectations, operations, results):
            self.compare_result(*one, operation, result)

    @staticmethod
    def refers_to(operation, ids):
        text = json.dumps({**operation, "bulkId": None})
        return any(f"bulkId:{id}" in text for id in ids)

    # ---- from the model to the wire ----

    def wire(self, text):
        return ID.sub(lambda found: self.wire_id(found.group()), text)

    def wire_id(self, id):
        """An id that no resource has (yet) is a number too small for the server to have given it."""
        unknown = ("diruser_" if id.startswith("U") else "dirgroup_") + str(int(id[2:-1]) + 1)
        return self.wire_ids.get(id, f"bulkId:{id}" if id in self.pending else unknown)

    def model_id(self, wire):
        kind, number = wire[3].upper(), int(wire.partition("_")[2])
        return self.model_ids.get(wire, f"{kind}~{number - 1}~" if number < SMALL else wire)

    def body_of(self, request):
        if request.method == "PATCH":
            operations = [operation.to_json() for operation in request.operations]
            return {"schemas": [PATCH_URN], "Operations": operations}
        return request.body

    def written(self, request):
        if request.query and request.query.is_posted:
            body = {"schemas": [SEARCH_URN], **self.parameters_of(request.query)}
            if request.attributes:
                body["attributes"] = list(request.attributes)
            if request.excluded:
                body["excludedAttributes"] = list(request.excluded)
            return "POST", f"{TYPES[request.type].endpoint}/.search", self.wire(json.dumps(body)), {}
        path = TYPES[request.type].endpoint + (
            f"/{request.id}" if request.method != "POST" and request.id else ""
        )
        parameters = {}
        if request.attributes:
            parameters["attributes"] = ",".join(request.attributes)
        if request.excluded:
            parameters["excludedAttributes"] = ",".join(request.excluded)
        if request.query:
            parameters.update(self.parameters_of(request.query))
        if parameters:
            path += "?" + urllib.parse.urlencode(parameters, quote_via=urllib.parse.quote)
        condition = "If-None-Match" if request.method == "GET" else "If-Match"
        headers = {condition: self.tag(request)} if request.version else {}
        body = self.body_of(request)
        return request.method, self.wire(path), None if body is None else self.wire(json.dumps(body)), headers

    def tag(self, request):
        return "*" if request.version == "*" else self.known["version", request.id, request.version]

    def parameters_of(self, query):
        made = {}
        if query.where is not None:
            made["filter"] = self.wire(str(query.where))
        if query.sort_by is not None:
            made["sortBy"] = str(query.sort_by)
        if query.descending is not None:
            made["sortOrder"] = "descending" if query.descending else "ascending"
        if query.start is not None:
            made["startIndex"] = query.start
        if query.count is not None:
            made["count"] = query.count
        return made

    def operation(self, request):
        path = TYPES[request.type].endpoint + ("" if request.method == "POST" else f"/{request.id}")
        made = {"method": request.method, "path": self.wire(path)}
        if request.method == "POST":
            made["bulkId"] = request.id
        if request.version:
            made["version"] = self.tag(request)
        if request.method != "DELETE":
            made["data"] = json.loads(self.wire(json.dumps(self.body_of(request))))
        return made

    # ---- from the wire to the model ----

    def learn_id(self, model, wire):
        if wire in self.model_ids:
            raise Disagreement(f"the id {wire} was given twice")
        self.wire_ids[model], self.model_ids[wire] = wire, model

    def read(self, text):
        text = re.sub(r"https?://[^\"/]+" + re.escape(self.client.base), "", text)
        text = re.sub(r"dir(?:user|group)_\d+", lambda found: self.model_id(found.group()), text)
        return json.loads(text)

    def learn(self, kind, id, number, wire):
        """Each version of a resource has one tag and one time, and no two have the same."""
        if self.known.setdefault((kind, id, number), wire) != wire:
            raise Disagreement(f"{kind} {number} of {id} is {wire}, and was {self.known[kind, id, number]}")
        if self.known.setdefault((kind, id, wire), number) != number:
            raise Disagreement(
                f"{kind} {number} of {id} is {wire}, as was that of {self.known[kind, id, wire]}"
            )

    def comparable(self, resource):
        """Without what has no meaning: the order of members, empty lists."""
        made = {name: value for name, value in resource.items() if value != []}
        for name in ("members", "groups"):
            if name in made:
                made[name] = sorted(made[name], key=lambda one: one.get("value", ""))
        return made

    def compare_resource(self, expected, actual):
        expected, actual = self.comparable(expected), self.comparable(actual)
        meta = actual.get("meta")
        if meta and "meta" in expected:
            id, version = expected["id"], expected["meta"]["version"]
            self.learn("version", id, version, meta.get("version"))
            self.learn("modified", id, version, meta.get("lastModified"))
            self.learn("created", id, 1, meta.get("created"))
            if not meta["created"] <= meta["lastModified"]:
                raise Disagreement("a resource that was changed before it was created")
            learned = {name: expected["meta"][name] for name in ("version", "lastModified", "created")}
            actual["meta"] = {**meta, **learned}
        if expected != actual:
            raise Disagreement(f"expected {json.dumps(expected, ensure_ascii=False)}")

    def compare_error(self, reasons, status, body):
        reason = (status, body.get("scimType", ""))
        if reason not in reasons:
            raise Disagreement(f"expected one of {sorted(reasons)}")
        if body.get("status") != str(status) or not body.get("detail"):
            raise Disagreement("an error without its status or detail")

    def compare(self, request, expected, status, text, tag):
        try:
            if expected.reasons:
                return self.compare_error(expected.reasons, status, json.loads(text or "{}"))
            if status != expected.status:
                raise Disagreement(f"expected {expected.status}")
            if expected.status in (204, 304):
                return None
            raw = json.loads(text)
            if expected.status == 201:
                self.learn_id(request.id, raw["id"])
            body = self.read(text.decode())
            if expected.page is None:
                if "meta" in body and tag != body["meta"]["version"]:
                    raise Disagreement(f"ETag {tag}")
                return self.compare_resource(expected.resource, body)
            return self.compare_page(expected, body)
        except Disagreement as problem:
            problem.args = (f"{self.shown(request)}\nanswered {status} {text.decode()}\n{problem}",)
            raise

    def compare_page(self, expected, body):
        envelope = (body["totalResults"], body["startIndex"], body["itemsPerPage"])
        wanted = (expected.total, expected.start, len(expected.page))
        if envelope != wanted:
            raise Disagreement(f"expected totalResults, startIndex, itemsPerPage {wanted}")
        resources = body.get("Resources", [])
        ids = [one["id"] for one in resources]
        if len(set(ids)) < len(ids) or not set(ids) <= set(expected.shown):
            raise Disagreement(f"expected of {sorted(expected.shown)}")
        if [expected.places[id] for id in ids] != [expected.places[id] for id in expected.page]:
            raise Disagreement(f"expected {expected.page}")
        for resource in resources:
            self.compare_resource(expected.shown[resource["id"]], resource)

    def compare_result(self, request, reasons, expected, operation, result):
        try:
            status = int(result["status"])
            if reasons:
                return self.compare_error(reasons, status, result.get("response", {}))
            if status != expected.status or result["method"] != request.method:
                raise Disagreement(f"expected {expected.status}")
            if request.method == "POST":
                if result["bulkId"] != request.id:
                    raise Disagreement("another bulkId")
                self.learn_id(request.id, result["location"].rsplit("/", 1)[1])
            if not result["location"].endswith(self.wire(f"{TYPES[request.type].endpoint}/{request.id}")):
                raise Disagreement("another location")
            if expected.resource:
                self.learn("version", request.id, expected.resource["meta"]["version"], result["version"])
            return None
        except Disagreement as problem:
            problem.args = (f"in bulk: {json.dumps(operation)}\nanswered {json.dumps(result)}\n{problem}",)
            raise

    # ---- the directory as a whole ----

    def ids_by_cursor(self, path):
        ids, cursor = [], ""
        while cursor is not None:
            answer = self.client.get(f"{path}?count={CURSOR_PAGE}&attributes=id&cursor={cursor}")
            page = self.client.expect(200, answer).json
            ids += [one["id"] for one in page["Resources"]]
            cursor = page.get("nextCursor")
        return ids

    def sweep(self):
        """Every member exists, and the groups of users agree with the members of groups."""
        users, groups = (
            {one["id"]: one for one in self.client.every(path)} for path in ("/Users", "/Groups")
        )
        there = {self.model_id(id) for id in (*users, *groups)}
        if there != set(self.model.records):
            raise Disagreement(f"there are {sorted(there)}, not {sorted(self.model.records)}")
        for path, met in (("/Users", users), ("/Groups", groups)):
            ids = self.ids_by_cursor(path)
            if sorted(ids) != sorted(met):
                raise Disagreement(f"{path} by cursor are {sorted(ids)}, by index {sorted(met)}")
        members = {id: {one["value"] for one in group.get("members", [])} for id, group in groups.items()}
        for group, ids in members.items():
            if dangling := ids - users.keys() - groups.keys():
                raise Disagreement(f"members of {group} who are not there: {sorted(dangling)}")
        for id, user in users.items():
            said = {(one["value"], one["type"]) for one in user.get("groups", [])}
            if said != groups_of(id, members):
                raise Disagreement(f"{id} says {sorted(said)}, the groups {sorted(groups_of(id, members))}")

    def shown(self, request):
        method, path, body, headers = self.written(request)
        return f"{method} {urllib.parse.unquote(path)} {headers or ''} {body or ''} ({request.id})"


def is_write(entry):
    is_alone = entry["path"] in ("/Users", "/Groups", "/Users/{id}", "/Groups/{id}")
    return is_alone and entry["method"] != "GET" and entry["status"] < 300


def groups_of(id, members):
    """The groups that list `id`, and those that hold them, each with the kind of the membership."""
    direct = {group for group, ids in members.items() if id in ids}
    indirect, next_ones = set(), direct
    while next_ones:
        next_ones = {group for group, ids in members.items() if ids & next_ones} - direct - indirect
        indirect |= next_ones
    return {(group, "direct") for group in direct} | {(group, "indirect") for group in indirect}


def episode(seed, length, player):
    """Plays up to `length` requests; the turns so far, and the disagreement that ended it or None."""
    chooser = random.Random(seed)
    requests = Requests(chooser)
    turns = []
    count = 0
    while count < length:
        if chooser.randrange(15) == 0:
            turn = bulk_turn(requests, player.model, chooser.randrange(2, 9))
        else:
            turn = requests.some(player.model)
        turns.append(turn)
        count += len(turn) if isinstance(turn, list) else 1
        try:
            player.play(turn)
        except Disagreement as problem:
            return turns, count, problem
    return turns, count, swept(player)


def bulk_turn(requests, model, length):
    """Requests for the state that the model has now: later ones may meet what earlier ones have changed."""
    return [requests.write(model) for _ in range(length)]


def replay(turns, player):
    for turn in turns:
        try:
            player.play(turn)
        except Disagreement as problem:
            return problem
    return swept(player)


def swept(player):
    try:
        player.sweep()
        player.check_log()
    except Disagreement as problem:
        return problem
    return None


def shrink(turns, problem, new_player, tries=150):
    """Leaves out what is not needed for a disagreement, in ever smaller pieces."""
    size = max(len(turns) // 2, 1)
    while tries > 0:
        start = 0
        while start < len(turns) - 1 and tries > 0:
            fewer = turns[:start] + turns[min(start + size, len(turns) - 1) :]
            tries -= 1
            found = replay(fewer, new_player())
            if found:
                turns, problem = fewer, found
            else:
                start += size
        if size == 1:
            break
        size //= 2
    return turns, problem
