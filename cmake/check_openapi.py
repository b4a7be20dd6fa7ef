"""Fails when schema/openapi.yaml and the routes that are written by hand in src/api/routes.cpp do not agree.

The routes of the management API are generated from the YAML (openapi_cpp.py). Those of SCIM are described by RFC 7644
and by the discovery endpoints, not by OpenAPI.
"""

import pathlib
import re
import sys

root = pathlib.Path(__file__).parent.parent


def served():
    table = (root / "src/api/routes.cpp").read_text()
    rows = set(re.findall(r'route\{"([A-Z]+)",\s*"([^"]+)"', table))
    return {row for row in rows if not row[1].startswith("/directory/")}


def described():
    rows, path = set(), None
    for line in (root / "schema/openapi.yaml").read_text().splitlines():
        if found := re.match(r"  (/\S+):$", line):
            path = found[1]
        elif found := re.match(r"    (get|post|put|patch|delete):$", line):
            rows.add((found[1].upper(), path))
    return {row for row in rows if not row[1].startswith("/api/v1/")}


def main():
    routes, documented = served(), described()
    for method, path in sorted(routes - documented):
        print(f"schema/openapi.yaml lacks {method} {path}")
    for method, path in sorted(documented - routes):
        print(f"schema/openapi.yaml has {method} {path}, which is not served")
    return 0 if routes and routes == documented else 1


if __name__ == "__main__":
    sys.exit(main())
