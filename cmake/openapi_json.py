"""Writes schema/openapi.yaml as JSON, as it is served at /openapi.json: openapi_json.py <yaml> <json>"""

import json
import pathlib
import sys

import yaml


def main(source, target):
    described = yaml.safe_load(pathlib.Path(source).read_text())
    pathlib.Path(target).write_text(json.dumps(described, ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    main(*sys.argv[1:])
