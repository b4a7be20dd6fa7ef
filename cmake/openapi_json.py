"""Writes schema/openapi.yaml as JSON, as it is served at /openapi.json: openapi_json.py <yaml> <json>

The YAML leaves out what holds for every request body; it is added here: members that are not described are
refused, and one that need not be there may be null.
"""

import json
import pathlib
import sys

import yaml


def or_null(schema):
    """The same schema that takes null, too."""
    if "$ref" in schema:
        return {"anyOf": [{"$ref": schema["$ref"]}, {"type": "null"}]}
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


def main(source, target):
    described = yaml.safe_load(pathlib.Path(source).read_text())
    for path in described["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict) and "requestBody" in operation:
                body = operation["requestBody"]["content"].get("application/json")
                if body and "schema" in body:
                    body["schema"] = strict(body["schema"])
    pathlib.Path(target).write_text(json.dumps(described, ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    main(*sys.argv[1:])
