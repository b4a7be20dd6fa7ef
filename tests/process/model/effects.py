"""A request that succeeds has an effect that can be read back, or the log of requests says why not.

Held against answers and the log alone: nothing here knows what the model makes of a request.
"""

import re

from .document import is_blank, only
from .patch import Unknown
from .schema import find_path

SERVER_S = ("schemas", "id", "meta")


def objects_in(value):
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def under(holders, name):
    return [value for one in holders for key, value in one.items() if key.lower() == name.lower()]


def is_there(resource_type, name, answer):
    """Whether what a name means is in the answer, under the name that it has there."""
    path = find_path(resource_type, name)
    if path is None:
        return False
    holders = under([answer], path.urn) if path.urn else [answer]
    found = under(objects_in(holders), path.attribute.name)
    return bool(under([one for value in found for one in objects_in(value)], path.part.name) if path.part else found)


def lost_of_extension(resource_type, urn, value, answer):
    lost = []
    for one in objects_in(value):
        for name, given in one.items():
            if not is_unassigned(given) and not is_there(resource_type, f"{urn}:{name}", answer):
                lost.append(f"{urn}:{name}")
    return lost


def is_unassigned(value):
    """RFC 7643 §2.5, also of what holds nothing but that."""
    if isinstance(value, dict):
        return all(map(is_unassigned, value.values()))
    if isinstance(value, list):
        return all(map(is_unassigned, value))
    return is_blank(value)


def lost_in_body(resource_type, body, answer):
    """Names of a POST or PUT that say something, and nothing of which comes back."""
    lost = []
    for name, value in body.items():
        if is_unassigned(value) or name.lower() in SERVER_S:
            continue
        extension = find_path(resource_type, f"{name}:department")
        if extension is not None and extension.urn:
            lost += lost_of_extension(resource_type, extension.urn, value, answer)
        elif not is_there(resource_type, name, answer):
            lost.append(name)
    return lost


def lost_in_operations(resource_type, operations, answer):
    """The same of a PATCH, as far as one operation alone is about an attribute."""
    lost = []
    roots = [root_of(one.target) for one in operations]
    for operation, root in zip(operations, roots):
        if isinstance(operation.target, Unknown):
            lost.append(masked(str(operation.target)))
            continue
        if root is None or roots.count(root) > 1 or None in roots or root == "schemas":
            continue
        if operation.target.condition is not None or operation.target.path.attribute.name == "members":
            continue
        value = only(operation.value) if operation.has_value else None
        if operation.op != "remove" and not is_unassigned(value):
            if not is_there(resource_type, str(operation.target.path), answer):
                lost.append(str(operation.target.path))
        elif operation.op == "remove" and not operation.has_value:
            if is_there(resource_type, str(operation.target.path), answer):
                lost.append(str(operation.target.path))
    return lost


def masked(path):
    """The log does not repeat what a filter looks for."""
    return re.sub(r'"[^"]*"', '"***"', path)


def root_of(target):
    if target is None or isinstance(target, (str, Unknown)) or target.path is None:
        return None
    return f"{target.path.urn}:{target.path.attribute.name}"


def unexplained(lost, ignored):
    """Names that the log does not have either, nor what they are a part of."""
    known = [name.lower() for name in ignored]
    return [name for name in lost if not any(is_within(name.lower(), one) for one in known)]


def is_within(name, of):
    return name == of or name.startswith(of + ".") or of.startswith(name + ".") or of.startswith(name + ":")
