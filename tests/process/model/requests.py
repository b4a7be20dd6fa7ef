"""Random requests, most of them sensible, for a model in its present state."""

from . import filters
from .patch import Operation, Target, Unknown
from .schema import ENTERPRISE, ENTERPRISE_URN, LEGACY_ENTERPRISE, GROUP_URN, TYPES, USER_URN, Path, named
from .server import UNKNOWN_IDS, Query, Request

NAMES = [
    "ada",
    "Ada",
    "bob",
    "BOB",
    "carol",
    "Straße",
    "STRASSE",
    "zoë",
    "dora",
    "emil",
    "Ｅmil",
    "日本",
    "fay",
    "a b",
    "x'y",
    " ada",
    "fay\t",
]
UNKNOWN = [
    Unknown("shoeSize"),
    Unknown("name.middleInitial"),
    Unknown("urn:example:acme:2.0:User:costUnit"),
    Unknown('shoes[type eq "left"].size'),
    Unknown('emails[kind eq "work"].value', "invalidFilter"),
]
# As clients name what is in an extension, or a part of something.
ODD_NAMES = ["manager", "name.givenName", f"{ENTERPRISE_URN}:department", "manager.value"]
WORDS = NAMES + ["Boss", "boss", "Clerk", "A", "a", "%_", "😀", "true", "7", "é"]
NO_FILTERS = [
    "",
    "displayName",
    "displayName eq",
    'displayName is "x"',
    'displayName eq "x',
    'displayName eq "x" and',
    '(displayName eq "x"',
    'displayName eq "x")',
    'nobodyKnows eq "x"',
    "not displayName pr",
    "id eq 1 2",
]
TEXT_OPERATORS = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]


class Requests:
    def __init__(self, random):
        self.random = random
        self.made = 0
        self.model = None  # of the request at hand

    # ---- values ----

    def chance(self, one_in):
        return self.random.randrange(one_in) == 0

    def any(self, choices):
        return self.random.choice(choices)

    def word(self):
        return self.any(WORDS)

    def email(self):
        return f"{self.any(['a', 'A', 'b', 'c'])}@{self.any(['x.org', 'X.org', 'y.org'])}"

    def spelled(self, name):
        """RFC 7643 §2.1: in any case."""
        return self.any([str.upper, str.lower])(name) if self.chance(12) else name

    def empty(self):
        return self.any([None, [], ""])

    def id(self, model, kind=None):
        """Mostly of a resource that is there."""
        there = [id for id, record in model.records.items() if kind is None or record.type.name == kind]
        if there and not self.chance(15):
            return self.any(there)
        if model.gone and not self.chance(3):
            return self.any(model.gone)
        return self.any(UNKNOWN_IDS)

    def fresh(self, kind):
        self.made += 1
        return f"{kind[0]}~{self.made}~"

    def plural_value(self, attribute):
        value = {}
        for part in attribute.parts:
            if part.name == "primary":
                if self.chance(4):
                    value[self.spelled("primary")] = self.any([True, True, False, "True"])
            elif part.name == "type":
                if not self.chance(4):
                    value["type"] = self.any(["work", "home", "Work", "other", "odd"])
            elif part.name == "value":
                if not self.chance(10):
                    value["value"] = self.email()
            elif self.chance(4):
                value[part.name] = self.word()
        if self.chance(30):
            value["unknown"] = 1
        return value

    def plural_values(self, attribute):
        values = [self.plural_value(attribute) for _ in range(self.random.randrange(4))]
        if not self.chance(8):
            seen = False
            for value in values:
                for name in [name for name in value if name.lower() == "primary"]:
                    if seen:
                        del value[name]
                    seen = True
        return values[0] if len(values) == 1 and self.chance(4) else values

    def value_of(self, model, attribute):
        """Of what is no list sometimes a list of one."""
        value = self.one_value_of(model, attribute)
        return [value] if not attribute.is_many and self.chance(20) else value

    def one_value_of(self, model, attribute):
        if self.chance(12):
            return self.empty()
        if self.chance(40):
            return self.any([{"x": 1}, True, 1.5])
        if attribute.name == "members":
            return self.members(model)
        if attribute.name == "manager":
            return {self.any(["value", "value", "managerId"]): self.id(model, "User")}
        if attribute.is_many:
            return self.plural_values(attribute)
        if attribute.kind == "complex":
            return {
                self.spelled(part.name): self.empty() if self.chance(8) else self.word()
                for part in attribute.parts
                if self.chance(2)
            }
        if attribute.kind == "boolean":
            return self.any([True, False, "False", "true"])
        return self.random.randrange(100) if self.chance(30) else self.word()

    def members(self, model):
        members = []
        for _ in range(self.random.randrange(4)):
            member = {"value": self.id(model)}
            if self.chance(4):
                member["display"] = self.word()
            if self.chance(6):
                member["type"] = self.any(["User", "Group"])
            members.append(member)
        return members

    def name(self):
        return "  " if self.chance(60) else self.any(NAMES) + self.any(["", "", "1", "2", " "])

    # ---- bodies ----

    def body(self, model, kind):
        resource_type = TYPES[kind]
        body = {}
        if not self.chance(10):
            body["schemas"] = [USER_URN if kind == "User" else GROUP_URN]
        for attribute in resource_type.attributes:
            if attribute.name == "schemas":
                continue
            is_wanted = not self.chance(25) if attribute.is_required else self.chance(3)
            if attribute.mutability == "readOnly":
                if self.chance(20):
                    body[attribute.name] = self.word()
            elif is_wanted:
                is_name = attribute.is_required and not self.chance(20)
                body[self.spelled(attribute.name)] = (
                    self.name() if is_name else self.value_of(model, attribute)
                )
        if kind == "User" and self.chance(3):
            extension = {
                attribute.name: self.value_of(model, attribute) for attribute in ENTERPRISE if self.chance(2)
            }
            urn = self.any(LEGACY_ENTERPRISE) if self.chance(6) else ENTERPRISE_URN
            body[urn] = [extension] if self.chance(10) else extension
        if kind == "User" and self.chance(10):
            body[self.any(ODD_NAMES)] = self.word()
        if self.chance(30):
            body["nobodyKnows"] = {"x": [1]}
        return body

    # ---- filters ----

    def paths(self, kind):
        """Of the attributes that a filter may name."""
        made = []
        for attribute in TYPES[kind].attributes:
            if attribute.name in ("schemas", "id", "meta", "password", "groups", "members"):
                continue
            if attribute.parts:
                made += [Path("", attribute, part) for part in attribute.parts]
            else:
                made.append(Path("", attribute))
        if kind == "User":
            made += [
                Path(ENTERPRISE_URN, named(ENTERPRISE, name)) for name in ("employeeNumber", "department")
            ]
            made.append(Path("", named(TYPES[kind].attributes, "emails")))
        return made

    def literal(self, path):
        if path.attribute.name in ("emails", "phoneNumbers", "roles") and (
            path.part is None or path.part.name == "value"
        ):
            return self.email()
        if path.part and path.part.name == "type":
            return self.any(["work", "home", "WORK", "none"])
        return self.word()

    def comparison(self, path):
        if self.chance(6):
            return filters.Present(path)
        if path.leaf.kind == "boolean":
            return filters.Compare(path, self.any(["eq", "ne"]), self.any([True, False]))
        if self.chance(12):
            return filters.Compare(path, self.any(["eq", "ne"]), None)
        return filters.Compare(path, self.any(TEXT_OPERATORS), self.literal(path))

    def leaf(self, model, kind):
        if self.chance(8):
            attribute = named(TYPES[kind].attributes, "members" if kind == "Group" else "groups")
            path = Path("", attribute, attribute.part("value"))
            other = None if kind == "Group" else "Group"
            return filters.Compare(path, "eq", self.id(model, other))
        if self.chance(12):
            return filters.Compare(
                Path("", named(TYPES[kind].attributes, "id")), self.any(["eq", "ne"]), self.id(model, kind)
            )
        if kind == "User" and self.chance(5):
            attribute = named(TYPES[kind].attributes, self.any(["emails", "phoneNumbers", "roles"]))
            return filters.OfOne(Path("", attribute), self.condition(attribute))
        return self.comparison(self.any(self.paths(kind)))

    def condition(self, attribute):
        """What stands in brackets."""
        if attribute.name == "manager":
            return filters.Compare(Path("", attribute.part("value")), "eq", self.id(self.model, "User"))

        def one():
            part = self.any(attribute.parts)
            if part.name == "value":
                return filters.Compare(Path("", part), self.any(TEXT_OPERATORS), self.email())
            if part.name == "type":
                return filters.Compare(
                    Path("", part),
                    self.any(["eq", "eq", "eq", "ne", "sw"]),
                    self.any(["work", "home", "odd"]),
                )
            return self.comparison(Path("", part))

        if self.chance(3):
            terms = (one(), one())
            return self.any([filters.And, filters.Or])(terms)
        return filters.Not(one()) if self.chance(10) else one()

    def filter(self, model, kind, depth=3):
        if depth == 0 or not self.chance(3):
            return self.leaf(model, kind)
        if self.chance(4):
            return filters.Not(self.filter(model, kind, depth - 1))
        terms = tuple(self.filter(model, kind, depth - 1) for _ in range(self.random.randrange(2, 4)))
        make = self.any([filters.And, filters.Or])
        # Of one kind inside the same kind the text would say something flatter.
        return make(tuple(filters.Not(term) if isinstance(term, make) else term for term in terms))

    # ---- requests ----

    def some(self, model):
        self.model = model
        kind = self.any(["User", "User", "Group"])
        pick = self.random.randrange(100)
        if pick < 22:
            body = self.body(model, kind)
            return Request("POST", kind, self.fresh(kind), body)
        if pick < 34:
            return self.with_version(model, "PUT", kind, body=self.body(model, kind))
        if pick < 62:
            count = 0 if self.chance(40) else self.any([1, 1, 1, 2, 3])
            operations = tuple(self.operation(model, kind) for _ in range(count))
            return self.with_version(model, "PATCH", kind, operations=operations)
        if pick < 66:
            return self.with_version(model, "DELETE", kind)
        if pick < 78:
            if self.chance(3):
                return self.with_version(model, "GET", kind)
            return Request("GET", kind, self.id(model, kind), **self.projection(kind))
        return Request("GET", kind, query=self.query(model, kind), **self.projection(kind))

    def write(self, model):
        """One that changes something, for a bulk request."""
        while True:
            request = self.some(model)
            if request.method != "GET":
                return request

    def with_version(self, model, method, kind, **more):
        id = self.id(model, kind)
        record = model.records.get(id)
        version = None
        if method == "GET" or self.chance(4):
            version = "*"
            if record is not None:
                version = self.any([record.version, record.version, max(record.version - 1, 1), "*"])
        return Request(method, kind, id, version=version, **more)

    def projection(self, kind):
        if not self.chance(5):
            return {}
        names = [str(path) for path in self.paths(kind)] + [
            "meta",
            "name",
            "emails",
            "members",
            "groups",
            "id",
            "schemas",
        ]
        chosen = tuple(self.spelled(name) for name in self.random.sample(names, self.random.randrange(1, 4)))
        return self.any([{"attributes": chosen}, {"excluded": chosen}])

    def query(self, model, kind):
        sortable = [path for path in self.paths(kind) if path.leaf.kind != "complex"]
        sort_by = self.any(sortable) if self.chance(3) else None
        return Query(
            where=self.where(model, kind),
            sort_by=sort_by,
            descending=self.any([True, False, None]) if sort_by else None,
            start=self.any([None, None, None, 1, 0, -1, 2, 3]) if not self.chance(30) else 1000,
            count=self.any([None, None, 0, -1, 1, 2, 5, 100]),
            is_posted=self.chance(4),
        )

    def where(self, model, kind):
        if self.chance(4):
            return None
        return self.any(NO_FILTERS) if self.chance(25) else self.filter(model, kind)

    # ---- PATCH ----

    def operation(self, model, kind):
        op = self.any(["add", "replace", "replace", "remove"])
        if self.chance(20):
            return Operation(op, self.any(UNKNOWN) if kind == "User" else UNKNOWN[0], self.word())
        if kind == "User" and self.chance(12):
            return self.lifecycle_operation(op)
        if self.chance(40):
            return self.any(
                [
                    Operation("remove", None, None, False),
                    Operation("move", Target(Path("", named(TYPES[kind].attributes, "displayName"))), "x"),
                    Operation(op, "no such attribute", "x"),
                    Operation(op, 'emails[type eq "work"', "x"),
                    Operation(op, Target(Path("", named(TYPES[kind].attributes, "id"))), "x"),
                    Operation(
                        "replace", Target(Path("", named(TYPES[kind].attributes, "displayName"))), None, False
                    ),
                ]
            )
        if op != "remove" and self.chance(4):
            return Operation(op, None, self.partial(model, kind))
        if kind == "Group" and not self.chance(3):
            return self.member_operation(model, op)
        return self.attribute_operation(model, kind, op)

    def lifecycle_operation(self, op):
        """Of whether a user can sign in, also with nothing."""
        path = Target(Path("", named(TYPES["User"].attributes, "active")))
        value = self.empty() if self.chance(3) else self.any([True, False, "False", [False]])
        if op != "remove" and self.chance(3):
            return Operation(op, None, {"active": value})
        return Operation(op, path, value, op != "remove" or self.chance(2))

    def partial(self, model, kind):
        body = self.body(model, kind)
        for name in [name for name in body if not self.chance(3)]:
            del body[name]
        if kind == "User" and self.chance(4):
            body["name.givenName"] = self.word()
        if kind == "User" and self.chance(6):
            body[f"{ENTERPRISE_URN}:department"] = self.word()
        return body

    def attribute_operation(self, model, kind, op):
        choices = [
            one for one in TYPES[kind].attributes if one.mutability == "readWrite" and one.name != "members"
        ]
        attribute, urn = self.any(choices), ""
        if kind == "User" and self.chance(5):
            attribute, urn = self.any(ENTERPRISE), ENTERPRISE_URN
            if self.chance(8):
                value = {one.name: self.value_of(model, one) for one in ENTERPRISE if self.chance(2)}
                return Operation(op, Target(None, urn=urn), value)
        part, condition = None, None
        if (attribute.is_many and self.chance(2)) or (attribute.parts and self.chance(6)):
            condition = self.condition(attribute)
        if attribute.parts and self.chance(2):
            part = self.any([one for one in attribute.parts if one.mutability == "readWrite"])
        target = Target(Path(urn, attribute, part), condition)
        if op == "remove" and not (
            attribute.is_many and part is None and condition is None and self.chance(2)
        ):
            return Operation(op, target, None, False)
        return Operation(op, target, self.patch_value(model, target))

    def patch_value(self, model, target):
        path = target.path
        if path.part:
            if path.part.kind == "boolean":
                return self.any([True, False])
            return self.literal(path) if not self.chance(10) else self.empty()
        if target.condition is not None:
            return self.plural_value(path.attribute)
        return self.value_of(model, path.attribute)

    def member_operation(self, model, op):
        attribute = named(TYPES["Group"].attributes, "members")
        path = Path("", attribute)
        if op == "remove" and self.chance(3):
            return Operation(op, Target(path), None, False)
        if op == "remove" and self.chance(2):
            value = filters.Compare(Path("", attribute.part("value")), "eq", self.id(model))
            kind = filters.Compare(Path("", attribute.part("type")), "eq", self.any(["User", "group"]))
            return Operation(op, Target(path, self.any([value, value, kind])), None, False)
        if op == "replace" and self.chance(5):
            whom = filters.Compare(Path("", attribute.part("value")), "eq", self.id(model))
            return Operation(op, Target(Path("", attribute, attribute.part("display")), whom), self.word())
        return Operation(op, Target(path), self.members(model))
