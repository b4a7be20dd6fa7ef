"""Wrong input for every field of every documented route: 400 with the name of the field, and nothing changes.

The cases are made from the served OpenAPI document, so that new fields are covered.
"""

import contextlib
import json
import re
import unittest
import urllib.parse

from scimd import Server

METHODS = ("get", "post", "put", "patch", "delete")
SAMPLES = {
    "boolean": True,
    "integer": 7,
    "number": 1.5,
    "string": "text",
    "array": [],
    "object": {},
}
LEAST_CASES = 100


def kinds(schema):
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else kind


class Description:
    def __init__(self, document):
        self.document = document

    def resolved(self, schema):
        if "anyOf" in schema:
            return self.resolved(schema["anyOf"][0])
        if "$ref" not in schema:
            return schema
        at = self.document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            at = at[step]
        return at

    def operations(self):
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield method.upper(), path, item[method]

    def least(self, schema):
        """The least that a schema takes."""
        schema = self.resolved(schema)
        if "enum" in schema:
            return schema["enum"][0]
        kind = (kinds(schema) or ["string"])[0]
        if kind == "object":
            properties = schema.get("properties", {})
            return {name: self.least(properties[name]) for name in schema.get("required", [])}
        if kind == "array":
            return [self.least(schema["items"])] * schema.get("minItems", 0)
        if kind == "string":
            return "x" * max(1, schema.get("minLength", 0))
        return schema.get("minimum", 0) if kind in ("integer", "number") else False

    def wrong_values(self, schema):
        """Values that are of another kind, or beyond a bound."""
        allowed = kinds(schema)
        for kind, value in SAMPLES.items():
            is_number = kind == "integer" and "number" in allowed
            if "enum" in schema or (allowed and kind not in allowed and not is_number):
                yield value
        if "maxLength" in schema:
            yield "a" * (schema["maxLength"] + 1)
        if schema.get("minLength", 0) > 0:
            yield "a" * (schema["minLength"] - 1)
        if "minimum" in schema:
            yield schema["minimum"] - 1
        if "maximum" in schema:
            yield schema["maximum"] + 1
        if "maxItems" in schema:
            yield [self.least(schema["items"])] * (schema["maxItems"] + 1)
        if "string" in allowed:
            yield "bell \a"

    def fields(self, schema, place=()):
        """Everything in it, however deep, as (its path, its schema, whether it must be there).

        The first element of a list is 0 in the path, and a member of any name is any_name.
        """
        schema = self.resolved(schema)
        inner = [
            (name, self.resolved(given), name in schema.get("required", []))
            for name, given in schema.get("properties", {}).items()
        ]
        if isinstance(schema.get("additionalProperties"), dict):
            inner.append(("any_name", self.resolved(schema["additionalProperties"]), False))
        if "items" in schema:
            inner.append((0, self.resolved(schema["items"]), False))
        for name, member, is_required in inner:
            yield (*place, name), member, is_required
            yield from self.fields(member, (*place, name))

    def objects(self, schema):
        """The path of each object in it that has members of its own and no others."""
        if self.resolved(schema).get("additionalProperties") is False:
            yield ()
        for place, member, _ in self.fields(schema):
            if member.get("additionalProperties") is False:
                yield place

    def within(self, schema, step):
        schema = self.resolved(schema)
        if step == 0:
            return self.resolved(schema["items"])
        given = schema.get("properties", {}).get(step)
        return self.resolved(given if given is not None else schema["additionalProperties"])

    def with_member(self, schema, path, value):
        """The least body, with that value at that path."""
        body = self.least(schema)
        at, within = body, self.resolved(schema)
        for step in path[:-1]:
            within = self.within(within, step)
            if step == 0:
                at[:] = at or [self.least(within)]
            elif step not in at:
                at[step] = self.least(within)
            at = at[step]
        if path[-1] == 0:
            at[:] = [value]
        else:
            at[path[-1]] = value
        return body


def name_of(place):
    """How an error names it."""
    return next(step for step in reversed(place) if step != 0)


class InputTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.remove)
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        cls.control = cls.server.operator()
        cls.addClassCleanup(cls.control.close)
        directory = cls.server.new_directory(["example.com"])
        cls.ids = {"organization": directory.organization, "directory": directory.id}
        cls.description = Description(cls.control.get("/openapi.json").json)

    def setUp(self):
        self.cases = 0
        self.before = self.state()

    def state(self):
        """What was done so far: refused requests leave entries of their own, which change nothing else."""
        entries = self.control.get("/api/v1/audit-log?page_size=1000").json["entries"]
        events = self.control.get("/api/v1/events?limit=1000").json["events"]
        return [entry["id"] for entry in entries if entry["status"] < 400], events

    def tearDown(self):
        self.assertEqual(self.state(), self.before, "something was changed")

    def filled(self, path):
        for part in path.split("{")[1:]:
            name = part.split("}")[0]
            path = path.replace("{" + name + "}", self.ids.get(name, "x_1"))
        return path

    def assert_refused(self, method, path, name, body=None):
        self.cases += 1
        answer = self.control.send(method, self.filled(path), body)
        outcome = f"{method} {path} {name}: {body!r:.200} got {answer!r}"
        self.assertEqual(answer.status, 400, outcome)
        self.assertIn(name, answer.json["message"], outcome)
        self.assertEqual(answer.json["code"], 3, outcome)
        self.assertEqual(answer.json["details"][0]["error_code"], "INVALID_ARGUMENT", outcome)

    def bodies(self):
        for method, path, operation in self.description.operations():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                yield method, path, content["application/json"]["schema"]

    def test_every_member_of_every_body(self):
        for method, path, schema in self.bodies():
            for place, member, is_required in self.description.fields(schema):
                if is_required:
                    missing = self.description.with_member(schema, place, None)
                    self.assert_refused(method, path, place[-1], missing)
                    at = missing
                    for name in place[:-1]:
                        at = at[name]
                    del at[place[-1]]
                    self.assert_refused(method, path, place[-1], missing)
                for wrong in self.description.wrong_values(member):
                    body = self.description.with_member(schema, place, wrong)
                    self.assert_refused(method, path, name_of(place), body)
        self.assertGreater(self.cases, LEAST_CASES)

    def test_texts_that_the_store_cannot_keep(self):
        for method, path, schema in self.bodies():
            for place, member, _ in self.description.fields(schema):
                if "string" not in kinds(member):
                    continue
                body = json.dumps(self.description.with_member(schema, place, "@@"))
                for bad in (b"\\u0000", b"a\\u0000b", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\\ud800"):
                    self.assert_refused(method, path, name_of(place), body.encode().replace(b"@@", bad))

    def test_unknown_members(self):
        for method, path, schema in self.bodies():
            for place in self.description.objects(schema):
                for name in ("unknown_member", "__proto__", "Id", "a" * 300, "\u0130d"):
                    body = self.description.with_member(schema, (*place, "here"), "x")
                    text = json.dumps(body).replace('"here"', json.dumps(name), 1)
                    self.assert_refused(method, path, name, text)
        self.assertGreater(self.cases, LEAST_CASES)

    def test_duplicate_members(self):
        for method, path, schema in self.bodies():
            for place, member, _ in self.description.fields(schema):
                if 0 in place or not isinstance(self.description.least(member), str):
                    continue
                body = json.dumps(self.description.with_member(schema, place, "@@"))
                twice = body.replace(f'"{place[-1]}": "@@"', f'"{place[-1]}": "x", "{place[-1]}": "x"')
                self.assert_refused(method, path, place[-1], twice)

    def test_bodies_that_are_not_objects(self):
        for method, path, _ in self.bodies():
            for text in ("[]", "1", '"x"', "null", "{", "{}x", '{"a":1,"a":1}', "[" * 1000):
                with self.subTest(method=method, path=path, text=text[:20]):
                    answer = self.control.send(method, self.filled(path), text)
                    self.assertEqual(answer.status, 400, answer)

    def test_every_parameter_of_every_query(self):
        for method, path, operation in self.description.operations():
            if not path.startswith("/api/v1/"):
                continue
            for given in operation.get("parameters", []):
                parameter = self.description.resolved(given)
                if parameter["in"] != "query":
                    continue
                for bad in self.bad_texts(self.description.resolved(parameter["schema"])):
                    query = urllib.parse.quote(bad, safe="")
                    self.assert_refused(method, f"{path}?{parameter['name']}={query}", parameter["name"])
                for bad in ("%FF", "a%C0%AF", "%ED%A0%80", "%zz", "%0"):
                    self.assert_refused(method, f"{path}?{parameter['name']}={bad}", parameter["name"])
        self.assertGreater(self.cases, 30)

    @staticmethod
    def bad_texts(schema):
        allowed = kinds(schema)
        if "integer" in allowed:
            yield from ("x", "1.5", "", "1e3", "99999999999999999999", " 1")
            if "minimum" in schema:
                yield str(schema["minimum"] - 1)
            if "maximum" in schema:
                yield str(schema["maximum"] + 1)
        if "boolean" in allowed:
            yield from ("x", "1", "")
        if "enum" in schema:
            yield from ("no such", "1")
        if "pattern" in schema:
            # A page token may be any text of its letters: one of no page is 404.
            fits = re.compile(schema["pattern"]).search
            yield from (text for text in ("x", "' or 1=1 --", "org_0x1") if not fits(text))
        if schema.get("format") == "date-time":
            yield from ("yesterday", "2026-13-01T00:00:00Z", "1")
        if "maxLength" in schema:
            yield "a" * (schema["maxLength"] + 1)
        if "string" in allowed and "pattern" not in schema:
            yield "bell \a"

    def test_every_text_that_is_taken_has_a_bound(self):
        for method, path, schema in self.bodies():
            for place, member, _ in self.description.fields(schema):
                with self.subTest(method=method, path=path, member=".".join(map(str, place))):
                    bounds = {"string": "maxLength", "array": "maxItems"}
                    for kind, bound in bounds.items():
                        if kind in kinds(member) and "enum" not in member:
                            self.assertIn(bound, member)

    def test_malformed_ids(self):
        schemas = {(method, path): schema for method, path, schema in self.bodies()}
        for method, path, _ in self.description.operations():
            if "{" not in path or not path.startswith("/api/v1/"):
                continue
            for bad in ("x", "0", "org_", "dir_-1", "org_99999999999999999999", "%00", "%FF", "..", "%2e%2e", "a" * 300):
                target = path
                for part in path.split("{")[1:]:
                    target = target.replace("{" + part.split("}")[0] + "}", bad)
                body = self.description.least(schemas[method, path]) if (method, path) in schemas else None
                answer = self.control.send(method, target, body)
                self.assertIn(answer.status, (400, 404), f"{method} {target}: {answer!r}")

    def test_a_bad_idempotency_key(self):
        for method, path, operation in self.description.operations():
            names = [self.description.resolved(one)["name"] for one in operation.get("parameters", [])]
            if "Idempotency-Key" not in names:
                continue
            for bad in ("", "k" * 256, "\xff", "\xc0\xaf"):
                self.cases += 1
                answer = self.control.send(method, self.filled(path), "{}", {"Idempotency-Key": bad})
                self.assertEqual(answer.status, 400, f"{method} {path} {bad!r}: {answer!r}")
                self.assertIn("Idempotency-Key", answer.json["message"])
        self.assertGreater(self.cases, 60)

    def test_the_form_for_a_token(self):
        with contextlib.closing(self.server.client()) as public:
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            for text in (b"", b"\xff", b"grant_type=%00", b"grant_type=client_credentials&client_id=%00&client_secret=x"):
                answer = public.send("POST", "/oauth/token", text, form)
                self.assertIn(answer.status, (400, 401), answer)
                self.assertIn("error", answer.json)


if __name__ == "__main__":
    unittest.main()
