"""Filters as trees (RFC 7644 §3.4.2.2): written out for the server, evaluated here."""

import json
from dataclasses import dataclass

from .schema import Path, comparable


@dataclass(frozen=True)
class Compare:
    path: Path
    operator: str
    value: object

    def __str__(self):
        return f"{self.path} {self.operator} {json.dumps(self.value, ensure_ascii=False)}"

    def holds(self, look):
        if self.value is None:
            return look.is_present(self.path) == (self.operator == "ne")
        return any(self.holds_for(value) for value in look.values(self.path))

    def holds_for(self, held):
        if held is None or held == "":
            return self.operator == "ne"
        leaf = self.path.leaf
        if leaf.kind == "complex":
            leaf = leaf.part("value")
        held = comparable(leaf, held)
        wanted = comparable(leaf, self.value, self.operator in ("co", "sw", "ew"))
        match self.operator:
            case "eq":
                return held == wanted
            case "ne":
                return held != wanted
            case "co":
                return wanted in held
            case "sw":
                return held.startswith(wanted)
            case "ew":
                return held.endswith(wanted)
            case "gt":
                return held.encode() > wanted.encode()
            case "ge":
                return held.encode() >= wanted.encode()
            case "lt":
                return held.encode() < wanted.encode()
            case "le":
                return held.encode() <= wanted.encode()
        raise ValueError(self.operator)


@dataclass(frozen=True)
class Present:
    path: Path

    def __str__(self):
        return f"{self.path} pr"

    def holds(self, look):
        return look.is_present(self.path)


@dataclass(frozen=True)
class And:
    terms: tuple

    def __str__(self):
        return " and ".join(f"({term})" if isinstance(term, Or) else str(term) for term in self.terms)

    def holds(self, look):
        return all(term.holds(look) for term in self.terms)


@dataclass(frozen=True)
class Or:
    terms: tuple

    def __str__(self):
        return " or ".join(map(str, self.terms))

    def holds(self, look):
        return any(term.holds(look) for term in self.terms)


@dataclass(frozen=True)
class Not:
    term: object

    def __str__(self):
        return f"not ({self.term})"

    def holds(self, look):
        return not self.term.holds(look)


@dataclass(frozen=True)
class OfOne:
    """emails[…]: one and the same value meets the condition."""

    path: Path
    condition: object  # its paths have parts of the attribute alone

    def __str__(self):
        return f"{self.path}[{self.condition}]"

    def holds(self, look):
        return any(self.condition.holds(Element(element)) for element in look.elements(self.path))


def is_assigned(value):
    if isinstance(value, (dict, list)):
        return any(map(is_assigned, value.values() if isinstance(value, dict) else value))
    return value is not None and value != ""


class Resource:
    """A whole resource, to look paths up in."""

    def __init__(self, resource):
        self.resource = resource

    def elements(self, path):
        container = self.resource.get(path.urn, {}) if path.urn else self.resource
        value = container.get(path.attribute.name)
        if not is_assigned(value):
            return []
        return value if isinstance(value, list) else [value]

    def values(self, path):
        elements = self.elements(path)
        if not elements:
            return [None]
        part = path.part or path.attribute.part("value")
        return [element.get(part.name) if isinstance(element, dict) else element for element in elements]

    def is_present(self, path):
        if path.part is None:
            return bool(self.elements(path))
        return any(map(is_assigned, self.values(path)))


class Element:
    """One value of a multi-valued attribute; paths are names of its parts."""

    def __init__(self, element):
        self.element = element

    def values(self, path):
        return [self.element.get(path.attribute.name)]

    def is_present(self, path):
        return is_assigned(self.element.get(path.attribute.name))


def sort_key(path, resource):
    """RFC 7644 §3.4.2.3: the primary value or else the first; None when there is none."""
    elements = Resource(resource).elements(path)
    for element in [
        one for one in elements if isinstance(one, dict) and one.get("primary") is True
    ] + elements:
        part = path.part or path.attribute.part("value")
        value = element.get(part.name) if isinstance(element, dict) else element
        if not is_assigned(value):
            return None
        value = comparable(part or path.attribute, value)
        return value.encode() if isinstance(value, str) else value
    return None
