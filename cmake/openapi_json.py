"""Writes schema/openapi.yaml as JSON, as it is served at /openapi.json: openapi_json.py <yaml> <json>

openapi_cpp.py makes the parsers and the route table from the same description. What is for it alone, `x-scimd`, is left
out of the JSON. The YAML leaves out what holds for every request, which is added here:

- Texts hold no control characters but tab and line ends, and no noncharacters. A segment of a path holds no control
  characters at all, and nothing that two readers could take for a separator. Times have the offsets of XML Schema.
- Members of a body that are not described are refused, and one that is not required may be null. Members of an answer
  that are not described are not there.
- Any request may be malformed, and a body too large. An application's request may lack a valid token, be beyond what its
  client may do, or come from an address that sends too many without a token. Operations of the operator alone are 404
  for others.
- A POST takes an Idempotency-Key, unless x-without-idempotency-key says why not.
"""

import json
import pathlib
import re
import sys

import yaml


INTERNAL = "x-scimd"  # what is for openapi_cpp.py alone
NULL_IS_ABSENT = "x-scimd-null-is-absent"  # marks members that take null because they are optional

# Those beyond the basic plane are left out: engines of regular expressions do not agree how they are written.
NONCHARACTERS = "\\ufdd0-\\ufdef\\ufffe\\uffff"
TEXT = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f" + NONCHARACTERS + "]*$"
SEGMENT = "^(?!\\.{1,2}$)[^\\u0000-\\u001f\\u007f/\\\\" + NONCHARACTERS + "]+$"
DATE_TIME = (
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?"
    "(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)$"
)


def is_text(schema):
    kind = schema.get("type")
    return kind == "string" or (isinstance(kind, list) and "string" in kind)


def storable(schema, pattern=TEXT):
    """The same schema with the characters that a text may hold, unless it has a pattern or an enumeration."""
    made = dict(schema)
    if is_text(made) and "enum" not in made and "pattern" not in made:
        made["pattern"] = DATE_TIME if made.get("format") == "date-time" else pattern
    return made


def takes_null(schema):
    """Whether the YAML itself says so: then null has a meaning of its own, and is not taken as absent."""
    return "null" in (schema.get("type") or []) or None in schema.get("enum", [])


def or_null(schema):
    """The schema of an optional member, which takes null, too."""
    if "$ref" in schema:
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        return {"anyOf": [{"$ref": schema["$ref"]}, {"type": "null"}], **beside}
    made = dict(schema)
    if not takes_null(made):
        made[NULL_IS_ABSENT] = True
    if isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    if "enum" in made and None not in made["enum"]:
        made["enum"] = [*made["enum"], None]
    return made


def strict(schema):
    """A schema of a request, inside and out."""
    made = storable(schema)
    if "properties" in made:
        needed = made.get("required", [])
        described = {name: strict(member) for name, member in made["properties"].items()}
        made["properties"] = {
            name: member if name in needed else or_null(member) for name, member in described.items()
        }
        made.setdefault("additionalProperties", False)
    if "items" in made:
        made["items"] = strict(made["items"])
    if isinstance(made.get("additionalProperties"), dict):
        made["additionalProperties"] = strict(made["additionalProperties"])
        made["propertyNames"] = {"type": "string", **made.get("propertyNames", {})}
        made["propertyNames"] = storable(made["propertyNames"])
    return made


def closed(schema):
    """A schema of an answer, inside and out."""
    if not isinstance(schema, dict):
        return schema
    made = dict(schema)
    if "properties" in made:
        made["properties"] = {name: closed(member) for name, member in made["properties"].items()}
        made.setdefault("additionalProperties", False)
    if "items" in made:
        made["items"] = closed(made["items"])
    return made


def close(answers):
    for answer in answers.values():
        for content in answer.get("content", {}).values():
            content["schema"] = closed(content["schema"])


def common_answers(method, operation, path):
    """The failures that a request may meet before its handler sees it."""
    if not path.startswith("/api/v1/"):
        return []
    found = ["400"]
    found += ["404"] if "operator" in operation.get("tags", []) else ["401", "403", "429"]
    if "requestBody" in operation:
        found.append("413")
    if method in ("post", "put", "patch"):
        found.append("507")
    return found


def takes_key(method, operation, path):
    return method == "post" and path.startswith("/api/v1/") and "x-without-idempotency-key" not in operation


def complete(method, operation, path):
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    if "schema" in content:
        content["schema"] = strict(content["schema"])
    close(operation["responses"])
    answers = common_answers(method, operation, path)
    if takes_key(method, operation, path):
        operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})
        answers.append("409")
    for status in answers:
        operation["responses"].setdefault(status, {"$ref": "#/components/responses/Error"})


def narrow(parameters):
    for parameter in parameters:
        if "schema" in parameter:
            parameter["schema"] = storable(parameter["schema"], SEGMENT if parameter["in"] == "path" else TEXT)


def given(schemas, part):
    """The same part of a request, referring to strict copies of the schemas, since answers refer to them, too."""
    if isinstance(part, list):
        return [given(schemas, one) for one in part]
    if not isinstance(part, dict):
        return part
    made = {name: given(schemas, one) for name, one in part.items()}
    if found := re.fullmatch(r"#/components/schemas/(\w+)", str(made.get("$ref"))):
        name = f"Given{found[1]}"
        if name not in schemas:
            schemas[name] = {}  # which may refer to itself
            schemas[name] = given(schemas, strict(schemas[found[1]]))
        made["$ref"] = f"#/components/schemas/{name}"
    return made


def without_internal(part):
    """The part of the description that is served."""
    if isinstance(part, list):
        return [without_internal(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {name: without_internal(one) for name, one in part.items() if not str(name).startswith(INTERNAL)}


def complete_description(source):
    """The description with everything that the YAML leaves out."""
    described = yaml.safe_load(pathlib.Path(source).read_text())
    parts = described["components"]
    for path, item in described["paths"].items():
        narrow(item.get("parameters", []))
        for method, operation in item.items():
            if method != "parameters":
                narrow(operation.get("parameters", []))
                complete(method, operation, path)
                if "requestBody" in operation:
                    operation["requestBody"] = given(parts["schemas"], operation["requestBody"])
    narrow(parts["parameters"].values())
    close(parts["responses"])
    parts["schemas"] = {name: closed(schema) for name, schema in parts["schemas"].items()}
    return described


def main(source, target):
    served = without_internal(complete_description(source))
    pathlib.Path(target).write_text(json.dumps(served, ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    main(*sys.argv[1:])
