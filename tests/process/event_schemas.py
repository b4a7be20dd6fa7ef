"""Validates events against the published schemas (schema/events).

Checked where the package jsonschema is: in every test that takes its packages from requirements.txt, and in the others
when the system has it (python3-jsonschema).
"""

import collections
import functools
import json
import pathlib
import sqlite3
import warnings

try:
    import jsonschema
except ImportError:
    jsonschema = None

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "schema" / "events"
EACH_MAX = 100  # events of a type that are looked at


def types():
    return {path.stem for path in FOLDER.glob("*.json")} - {"envelope"}


@functools.cache
def validator_of(kind):
    """A validator of that type of event; a type without a schema is an error."""
    schema = json.loads((FOLDER / f"{kind}.json").read_text())
    base = FOLDER.as_uri() + "/"
    known = {base + path.name: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the version in Debian 12 has no other resolver
        resolver = jsonschema.RefResolver(base, schema, store=known)
        return jsonschema.Draft202012Validator(schema, resolver=resolver)


def problems_of(event):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        found = validator_of(event["type"]).iter_errors(event)
        return [f"{event['type']} {one.json_path}: {one.message}" for one in found]


def check_store(folder):
    """Looks at the events of a server that has ended; an AssertionError names what is wrong."""
    file = pathlib.Path(folder) / "scimd.db"
    if jsonschema is None or not file.exists():
        return
    seen, problems = collections.Counter(), []
    try:
        with sqlite3.connect(file) as store:
            for kind, body in store.execute("select type, body from events order by id"):
                seen[kind] += 1
                if seen[kind] <= EACH_MAX:
                    problems += problems_of(json.loads(body))
    except sqlite3.Error:
        return  # damaged on purpose
    assert not problems, "\n".join(problems[:10])
