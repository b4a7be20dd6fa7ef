"""PATCH (RFC 7644 §3.5.2), with decisions C2, C10, C15 of docs/compatibility.md and those below them.

Two passes: every operation is read before any is applied, so that a request that makes no sense changes nothing.
"""

import copy
from dataclasses import dataclass

from . import document as documents
from .document import Refused, invalid_value, is_blank, is_primary
from .filters import And, Compare, Element
from .schema import Path, find_path


@dataclass(frozen=True)
class Target:
    """What the path of an operation says: attribute[condition].part, or an extension as a whole."""

    path: Path | None
    condition: object = None
    urn: str = ""  # of the extension as a whole

    def __str__(self):
        if self.path is None:
            return self.urn
        if self.condition is None:
            return str(self.path)
        whole = Path(self.path.urn, self.path.attribute)
        return f"{whole}[{self.condition}]" + (f".{self.path.part.name}" if self.path.part else "")


@dataclass(frozen=True)
class Unknown:
    """A path that is well written and names nothing."""

    text: str
    reason: str = "invalidPath"  # of the refusal when no operation is about anything else

    def __str__(self):
        return self.text


@dataclass(frozen=True)
class Operation:
    """One as a client writes it. `target` is None without a path, a text when it is meant to be wrong."""

    op: str
    target: object = None
    value: object = None
    has_value: bool = True

    def to_json(self):
        made = {"op": self.op}
        if self.target is not None:
            made["path"] = str(self.target)
        if self.has_value:
            made["value"] = self.value
        return made


@dataclass(frozen=True)
class Step:
    """One target of an operation."""

    op: str
    target: Target
    value: object


def steps_of(resource_type, operation):
    """RFC 7644 §3.5.2.1, §3.5.2.3: without a path each member of the value is a target."""
    if operation.op not in ("add", "remove", "replace"):
        raise Refused(400, "invalidSyntax")
    target = operation.target
    if isinstance(target, str):
        raise Refused(400, "invalidPath")
    if isinstance(target, Unknown):
        return []  # a customer's mapping, which no other operation has to suffer from: Model.patch looks at all
    if target is None:
        if operation.op == "remove":
            raise Refused(400, "noTarget")
        value = documents.only(operation.value)
        if not isinstance(value, dict) or not operation.has_value:
            raise invalid_value()
        value = documents.with_standard_urns(resource_type, value)
        return steps_of_members(resource_type, operation.op, value, "")
    if target.path is None:
        return steps_of_extension(resource_type, operation)
    if "readOnly" in (target.path.attribute.mutability, target.path.leaf.mutability):
        raise Refused(400, "mutability")
    return [checked(Step(operation.op, target, operation.value), operation.has_value)]


def steps_of_extension(resource_type, operation):
    urn = operation.target.urn
    value = documents.only(operation.value)
    empties = operation.has_value and is_blank(value) and value != {}
    if operation.op == "remove" or (operation.op == "replace" and empties):
        return [Step("remove", operation.target, None)]
    if empties:
        return []
    if not isinstance(value, dict) or not operation.has_value:
        raise invalid_value()
    return steps_of_members(resource_type, operation.op, value, urn + ":")


def steps_of_members(resource_type, op, value, prefix):
    steps = []
    for name, given in value.items():
        extension = None if prefix else resource_type.extension(name)
        if extension:
            steps += steps_of_extension(resource_type, Operation(op, Target(None, urn=extension[0]), given))
            continue
        path = find_path(resource_type, prefix + name)
        if path is None or "readOnly" in (path.attribute.mutability, path.leaf.mutability):
            continue  # clients send what they have
        steps.append(checked(Step(op, Target(path), given), True))
    return steps


def checked(step, has_value):
    """The step with its value read as the target wants it."""
    path = step.target.path
    if path.attribute.name == "members":
        return checked_members(step, has_value)
    if path.attribute.mutability == "writeOnly":
        return step  # never stored, so never looked at
    is_list = path.attribute.is_many and path.part is None and step.target.condition is None
    if step.op == "remove" and path.attribute.name == "active":
        raise invalid_value()
    if step.op == "remove":
        lists = is_list and has_value and step.value is not None and step.value != ""
        return Step(
            "remove", step.target, documents.read(path.attribute, step.value) or [] if lists else None
        )
    if not has_value:
        raise invalid_value()
    value = read_for(path, step.target.condition is not None, step.value)
    if step.op == "replace" and path.attribute.name == "active" and value is None:
        raise invalid_value()
    return Step(step.op, step.target, value)


def read_for(path, is_element, value):
    if path.part:
        return documents.read(path.part, value)
    if path.attribute.is_many and not is_element:
        return documents.read(path.attribute, value)
    if path.attribute.kind != "complex":
        return documents.read(path.attribute, value)
    value = documents.only(value)
    if is_blank(value) and value != {}:
        return None
    return documents.read_complex(path.attribute, value, keeps_none=True)


def checked_members(step, has_value):
    part = step.target.path.part
    if part and part.name != "display":
        raise Refused(400, "mutability")
    if part:
        if step.op != "remove" and not has_value:
            raise invalid_value()
        return Step(step.op, step.target, documents.read(part, step.value) if step.op != "remove" else None)
    if step.op == "remove":
        lists = step.target.condition is None and has_value and step.value is not None and step.value != ""
        return Step("remove", step.target, documents.read_members(step.value) if lists else None)
    if not has_value:
        raise invalid_value()
    return Step(step.op, step.target, documents.read_members(step.value))


# ---- applying ----


def apply(resource_type, steps, document):
    """The document after the steps on it, in order."""
    made = copy.deepcopy(document)
    for step in steps:
        path = step.target.path
        if path is None:
            made.pop(step.target.urn, None)
            continue
        if path.attribute.name in ("members", "schemas") or path.attribute.mutability == "writeOnly":
            continue
        holder = made.setdefault(path.urn, {}) if path.urn else made
        if not path.attribute.is_many and not meets_single(holder, step.target):
            continue
        if step.op == "remove":
            remove(holder, step)
        elif step.value is None:
            if step.op == "replace":
                unassign(holder, step)
        elif path.attribute.is_many:
            set_many(holder, step)
        else:
            set_single(holder, step)
    made = documents.normal(resource_type, made)
    documents.check_visible(resource_type, made, document)
    return made


def meets_single(holder, target):
    """A complex value that is not in a list is a list of one: a filter chooses it, or nothing is changed."""
    if target.condition is None:
        return True
    element = holder.get(target.path.attribute.name)
    return element is not None and meets(target, element)


def set_single(holder, step):
    path = step.target.path
    if path.part:
        holder.setdefault(path.attribute.name, {})[path.part.name] = step.value
    elif path.attribute.kind == "complex":
        merge(holder.setdefault(path.attribute.name, {}), step.value)
    else:
        holder[path.attribute.name] = step.value


def merge(element, changes):
    for name, value in changes.items():
        if value is None:
            element.pop(name, None)
        else:
            element[name] = value


def remove(holder, step):
    if step.target.path.leaf.is_required:
        raise Refused(400, "mutability")
    unassign(holder, step)


def unassign(holder, step):
    path, name = step.target.path, step.target.path.attribute.name
    if path.leaf.is_required:
        raise invalid_value()
    if name not in holder:
        return
    if not path.attribute.is_many:
        if path.part:
            holder[name].pop(path.part.name, None)
        else:
            del holder[name]
        return
    elements = holder[name]
    if isinstance(step.value, list):
        holder[name] = [one for one in elements if not is_listed(path.attribute, one, step.value)]
    elif path.part:
        for element in elements:
            if meets(step.target, element):
                element.pop(path.part.name, None)
    else:
        holder[name] = [one for one in elements if not meets(step.target, one)]


def is_listed(attribute, element, listed):
    for one in listed:
        if "type" in one or "value" not in one:
            if documents.identity(attribute, one) == documents.identity(attribute, element):
                return True
        else:
            untyped = {name: value for name, value in element.items() if name != "type"}
            if "value" in element and documents.identity(attribute, one) == documents.identity(
                attribute, untyped
            ):
                return True
    return False


def meets(target, element):
    return target.condition is None or target.condition.holds(Element(element))


def set_many(holder, step):
    path, target = step.target.path, step.target
    elements = holder.setdefault(path.attribute.name, [])
    if path.part is None and target.condition is None:
        if step.op == "replace":
            holder[path.attribute.name] = step.value
        else:
            append(path.attribute, elements, step.value)
        return
    touched = [element for element in elements if meets(target, element)]
    if not touched:
        touched = [made_element(step)]
        elements += touched
    for element in touched:
        set_element(element, step)
    demote_others(elements, touched)


def set_element(element, step):
    if step.target.path.part:
        element[step.target.path.part.name] = step.value
    elif step.op == "add":
        merge(element, step.value)
    else:
        kept = literals(step.target.condition)
        element.clear()
        element.update(kept)
        merge(element, step.value)


def append(attribute, elements, added):
    touched = []
    for one in added:
        key = documents.identity(attribute, one)
        known = next((have for have in elements if documents.identity(attribute, have) == key), None)
        if known is None:
            known = dict(one)
            elements.append(known)
        else:
            skipped = ("value", "type") if "value" in one else [name for name in one if name != "primary"]
            known.update({name: value for name, value in one.items() if name not in skipped})
        if is_primary(one):
            touched.append(known)
    demote_others(elements, touched)


def demote_others(elements, touched):
    """RFC 7644 §3.5.2: a value made primary takes that from the others."""
    if not any(map(is_primary, touched)):
        return
    for element in elements:
        if is_primary(element) and not any(element is one for one in touched):
            element["primary"] = False


def equalities(condition):
    terms = condition.terms if isinstance(condition, And) else (condition,)
    if all(isinstance(term, Compare) and term.operator == "eq" for term in terms):
        return terms
    return ()


def literals(condition):
    return {term.path.attribute.name: term.value for term in equalities(condition) if term.value is not None}


def made_element(step):
    """C2: what no element matches is created if the filter defines it; for replace, only in a named place."""
    if step.target.condition is None:
        return {}
    terms = equalities(step.target.condition)
    if not terms or (step.op == "replace" and not all(map(names_a_place, terms))):
        raise Refused(400, "noTarget")
    made = literals(step.target.condition)
    if not made or not step.target.condition.holds(Element(made)):
        raise Refused(400, "noTarget")
    return made


def names_a_place(term):
    attribute = term.path.attribute
    if attribute.name == "type" and isinstance(term.value, str):
        return term.value.lower() in attribute.words
    return attribute.name == "primary" and term.value is True
