"""The model: what a directory holds, and what each request on it is answered."""

import json
from dataclasses import dataclass, field

from . import document as documents
from . import filters, patch
from .document import Refused, invalid_value
from .schema import TYPES, comparable, named

PAGE_MAX = 1000
UNKNOWN_IDS = ("U~0~", "G~0~")  # ids that no resource ever has


@dataclass(frozen=True)
class Query:
    """The parameters of a list; None: not given."""

    where: object = None  # a text when it is meant to be wrong
    sort_by: object = None
    descending: bool | None = None
    start: int | None = None
    count: int | None = None
    is_posted: bool = False  # to /.search, with the same answer (RFC 7644 §3.4.3)

    def __str__(self):
        order = "descending" if self.descending else "ascending"
        sorting = f" by {self.sort_by} {order}" if self.sort_by else ""
        way = " posted" if self.is_posted else ""
        return f"?{self.where or ''}{sorting} from {self.start} count {self.count}{way}"


@dataclass(frozen=True)
class Request:
    """`id` of a create is the name that the model gives the new resource."""

    method: str
    type: str
    id: str = ""
    body: object = None
    operations: tuple = ()  # of a PATCH
    version: object = None  # If-Match, of a GET If-None-Match: a number, "*", or None
    attributes: tuple | None = None
    excluded: tuple | None = None
    query: Query | None = None  # of a list

    def __str__(self):
        body = [one.to_json() for one in self.operations] if self.operations else self.body
        parts = [self.method, self.type, self.id, body and json.dumps(body, ensure_ascii=False)]
        parts += [self.version and f"version {self.version}", self.attributes, self.excluded, self.query]
        return " ".join(str(part) for part in parts if part)


@dataclass
class Answer:
    status: int
    resource: dict | None = None
    page: list | None = None  # of ids
    total: int = 0
    start: int = 1
    # Of everything that a list could show, by id: as it is shown, and its place. What has the same place may
    # stand in any order.
    shown: dict = field(default_factory=dict)
    places: dict = field(default_factory=dict)
    # What refuses the request: of several reasons any may be given.
    reasons: set = field(default_factory=set)


def refusal(*problems):
    return Answer(problems[0].reason[0], reasons={problem.reason for problem in problems})


@dataclass
class Record:
    id: str
    type: object
    document: dict
    members: dict  # of a group: display by id
    version: int = 1


class Model:
    def __init__(self):
        self.records = {}  # in the order of their creation
        self.gone = []  # ids of what was deleted

    def handle(self, request):
        handlers = {
            "POST": self.create,
            "GET": self.list if request.query else self.get,
            "PUT": self.replace,
            "PATCH": self.patch,
            "DELETE": self.delete,
        }
        try:
            return handlers[request.method](request)
        except Refused as problem:
            return refusal(problem)

    # ---- verbs ----

    def create(self, request):
        resource_type = TYPES[request.type]
        document, members = documents.read_body(resource_type, request.body)
        keep_unnamed(resource_type, document, {})
        record = Record(request.id, resource_type, document, {})
        problems = self.problems_of(record, document, [("add", members or {})])
        if problems:
            return refusal(*problems)
        self.records[record.id] = record
        record.members = self.members_after(record, [("add", members or {})])
        return self.answer(201, record, request)

    def get(self, request):
        record = self.find(request)
        if request.version in ("*", record.version):
            return Answer(304)
        return self.answer(200, record, request)

    def replace(self, request):
        problems, body = [], None
        try:
            body = documents.read_body(TYPES[request.type], request.body)
        except Refused as problem:
            problems.append(problem)
        problems += self.problems_of_target(request)
        if problems:
            return refusal(*problems)
        document, members = body
        keep_unnamed(TYPES[request.type], document, self.find(request).document)
        changes = [] if members is None else [("replace", members)]
        return self.change(request, document, changes)

    def patch(self, request):
        resource_type = TYPES[request.type]
        problems, steps = [], []
        for operation in request.operations:
            try:
                steps += patch.steps_of(resource_type, operation)
            except Refused as problem:
                problems.append(problem)
        if request.operations and all(isinstance(one.target, patch.Unknown) for one in request.operations):
            problems.append(Refused(400, request.operations[0].target.reason))
        problems += self.problems_of_target(request)
        if problems:
            return refusal(*problems)
        members = [member_change(step) for step in steps if is_about_members(step)]
        try:
            document = patch.apply(resource_type, steps, self.find(request).document)
        except Refused as problem:
            return refusal(problem, *self.problems_of_members(self.find(request), members))
        return self.change(request, document, members)

    def delete(self, request):
        problems = self.problems_of_target(request)
        if problems:
            return refusal(*problems)
        del self.records[request.id]
        self.gone.append(request.id)
        for record in self.records.values():
            if request.id in record.members:
                del record.members[request.id]
                record.version += 1
        return Answer(204)

    def list(self, request):
        query = request.query
        resource_type = TYPES[request.type]
        found = [record for record in self.records.values() if record.type is resource_type]
        whole = {record.id: self.resource_of(record) for record in found}
        if isinstance(query.where, str):
            raise Refused(400, "invalidFilter")
        if query.where is not None:
            found = [record for record in found if query.where.holds(filters.Resource(whole[record.id]))]
        places = {record.id: place for place, record in enumerate(found)}
        if query.sort_by is not None:
            found, places = self.sorted(query, found, whole)
        start = max(query.start if query.start is not None else 1, 1)
        count = min(max(query.count if query.count is not None else 100, 0), PAGE_MAX)
        return Answer(
            200,
            page=[record.id for record in found[start - 1 : start - 1 + count]],
            total=len(found),
            start=start,
            shown={record.id: self.shown(record, request) for record in found},
            places=places,
        )

    @staticmethod
    def sorted(query, found, whole):
        """RFC 7644 §3.4.2.3: missing values last, descending first."""
        places = {record.id: filters.sort_key(query.sort_by, whole[record.id]) for record in found}
        missing = [record for record in found if places[record.id] is None]
        there = [record for record in found if places[record.id] is not None]
        there.sort(key=lambda record: places[record.id], reverse=bool(query.descending))
        return missing + there if query.descending else there + missing, places

    # ---- what may go wrong ----

    def find(self, request):
        record = self.records.get(request.id)
        if record is None or record.type is not TYPES[request.type]:
            raise Refused(404)
        return record

    def problems_of_target(self, request):
        try:
            record = self.find(request)
        except Refused as problem:
            return [problem]
        if request.version not in (None, "*", record.version):
            return [Refused(412)]
        return []

    def problems_of(self, record, document, changes):
        return self.problems_of_name(record, document) + self.problems_of_members(record, changes)

    def problems_of_name(self, record, document):
        for other in self.records.values():
            is_other = other.type is record.type and other.id != record.id
            if is_other and key_of(other, other.document) == key_of(record, document):
                return [Refused(409, "uniqueness")]
        return []

    def problems_of_members(self, record, changes):
        try:
            self.members_after(record, changes)
        except Refused as problem:
            return [problem]
        return []

    # ---- changes ----

    def change(self, request, document, changes):
        record = self.find(request)
        problems = self.problems_of(record, document, changes)
        if problems:
            return refusal(*problems)
        members = self.members_after(record, changes)
        if document != record.document or members != record.members:
            record.version += 1
        record.document, record.members = document, members
        return self.answer(200, record, request)

    def members_after(self, record, changes):
        members = dict(record.members)
        for verb, what in changes:
            if verb == "clear":
                members = {}
            elif verb == "remove":
                members = {id: display for id, display in members.items() if id not in what}
            elif verb in ("add", "replace"):
                self.check_members(record, what)
                kept = members if verb == "add" else {id: members[id] for id in members if id in what}
                members = {**kept, **{id: display or kept.get(id, "") for id, display in what.items()}}
            else:
                members = self.members_matching(verb, what, members)
        return members

    def members_matching(self, verb, what, members):
        """A change of those that meet a condition. RFC 7644 §3.5.2.3: replacing no member is noTarget."""
        condition, value = what
        met = [
            id
            for id in members
            if condition is None or condition.holds(filters.Element(self.member(id, members[id])))
        ]
        if verb == "remove where":
            return {id: display for id, display in members.items() if id not in met}
        if verb == "show where":
            if not met and condition is not None:
                raise Refused(400, "noTarget")
            return {id: (value or "") if id in met else display for id, display in members.items()}
        raise ValueError(verb)

    def check_members(self, group, ids):
        for id in ids:
            if id not in self.records or id == group.id or self.reaches(id, group.id):
                raise invalid_value()

    def reaches(self, start, goal):
        """Whether the group `goal` is in `start`, directly or through others."""
        seen, left = set(), [start]
        while left:
            for id in self.records[left.pop()].members:
                if id == goal:
                    return True
                if id not in seen:
                    seen.add(id)
                    left.append(id)
        return False

    # ---- what is shown ----

    def answer(self, status, record, request):
        return Answer(status, resource=self.shown(record, request))

    def shown(self, record, request):
        return documents.projected(
            record.type, self.resource_of(record, True), request.attributes, request.excluded
        )

    def member(self, id, display):
        resource_type = self.records[id].type
        made = {"value": id, "type": resource_type.name, "$ref": f"{resource_type.endpoint}/{id}"}
        if display:
            made["display"] = display
        return made

    def groups_of(self, record, has_indirect):
        """Filters look at direct groups only."""
        groups = self.records.values()
        direct = {group.id for group in groups if record.id in group.members}
        above = {group.id for group in groups for id in direct if self.reaches(group.id, id)}
        return [
            {
                "value": id,
                "$ref": f"/Groups/{id}",
                "display": self.records[id].document["displayName"],
                "type": "direct" if id in direct else "indirect",
            }
            for id in sorted(direct | (above if has_indirect else set()))
        ]

    def resource_of(self, record, has_indirect=False):
        resource = {"schemas": documents.schemas_of(record.type, record.document), **record.document}
        resource["id"] = record.id
        resource["meta"] = {
            "resourceType": record.type.name,
            "created": record.id,
            "lastModified": record.version,
            "location": f"{record.type.endpoint}/{record.id}",
            "version": record.version,
        }
        if record.members:
            resource["members"] = [self.member(*one) for one in sorted(record.members.items())]
        if record.type.name == "User" and (groups := self.groups_of(record, has_indirect)):
            resource["groups"] = groups
        return resource


def keep_unnamed(resource_type, document, before):
    """Whether a user can sign in changes only when a request says so; a new one can."""
    if resource_type.name == "User" and document.get("active") is None:
        document["active"] = before.get("active", True)


def key_of(record, document):
    return comparable(named(record.type.attributes, record.type.unique), document[record.type.unique])


def is_about_members(step):
    return step.target.path is not None and step.target.path.attribute.name == "members"


def member_change(step):
    """A step on members as a pair of a verb and what it is about."""
    condition = step.target.condition
    if step.target.path.part:
        return "show where", (condition, step.value)
    if step.op == "remove":
        if condition is not None:
            return "remove where", (condition, None)
        return ("clear", None) if step.value is None else ("remove", step.value)
    return step.op, step.value
