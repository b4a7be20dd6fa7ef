"""Writes schema/openapi.yaml as JSON, as it is served at /openapi.json: openapi_json.py <yaml> <json>

The YAML leaves out what holds for every request; it is added here. Members of a body that are not described are
refused, and one that need not be there may be null; members of an answer that are not described are not there. Any request can be a bad one; an application's may lack a good
token, be beyond what its client may do, or come from an address that sends too many without one; a body may be too large; what is the operator's alone is not there for
others. A POST takes an Idempotency-Key, unless x-without-idempotency-key says why not.
"""

import json
import pathlib
import sys

import yaml


def or_null(schema):
    """The same schema that takes null, too."""
    if "$ref" in schema:
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        return {"anyOf": [{"$ref": schema["$ref"]}, {"type": "null"}], **beside}
    made = dict(schema)
    if isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    if "enum" in made:
        made["enum"] = [*made["enum"], None]
    return made


def strict(schema):
    """A schema of a request, inside and out."""
    made = dict(schema)
    if "properties" in made:
        needed = made.get("required", [])
        described = {name: strict(member) for name, member in made["properties"].items()}
        made["properties"] = {
            name: member if name in needed else or_null(member) for name, member in described.items()
        }
        made.setdefault("additionalProperties", False)
    if "items" in made:
        made["items"] = strict(made["items"])
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


def main(source, target):
    described = yaml.safe_load(pathlib.Path(source).read_text())
    for path, item in described["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                complete(method, operation, path)
    parts = described["components"]
    close(parts["responses"])
    parts["schemas"] = {name: closed(schema) for name, schema in parts["schemas"].items()}
    pathlib.Path(target).write_text(json.dumps(described, ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    main(*sys.argv[1:])
