"""Bodies made documents (RFC 7643 §2): values read as their attributes want them, nothing empty, nothing unknown."""

import re

from .schema import BLANKS, LEGACY_ENTERPRISE, comparable, find_path, fold, named

USER_ID = re.compile(r"U~\d+~")
USERS = "/Users/U~"


class Refused(Exception):
    def __init__(self, status, scim_type=""):
        super().__init__(f"{status} {scim_type}")
        self.reason = (status, scim_type)


def invalid_value():
    return Refused(400, "invalidValue")


def is_blank(value):
    return value is None or value == "" or value == [] or value == {}


def is_kept(attribute):
    return attribute.mutability not in ("readOnly", "writeOnly")


def only(value):
    """A list of one is the one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def read(attribute, value, as_element=False):
    """A value as the attribute wants it; None when it unassigns (RFC 7643 §2.5)."""
    if not attribute.is_many:
        value = only(value)
    if is_blank(value):
        return None
    if attribute.is_many and not as_element:
        return read_list(attribute, value)
    if attribute.kind == "boolean":
        return read_boolean(value)
    if attribute.kind == "complex":
        return read_complex(attribute, value) or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise invalid_value()
    return value


def read_boolean(value):
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise invalid_value()


def wrapped(attribute, value):
    """A bare text is the value of what has one."""
    is_text = isinstance(value, str) and value != ""
    return {"value": value} if is_text and attribute.kind == "complex" and attribute.part("value") else value


def read_complex(attribute, value, keeps_none=False):
    value = wrapped(attribute, value)
    if not isinstance(value, dict):
        raise invalid_value()
    made = {}
    for name, given in value.items():
        part = attribute.part(name)
        if part is None or part.mutability == "readOnly":
            continue
        if part.name.lower() != name.lower() and any(one.lower() == part.name.lower() for one in value):
            continue  # an old name beside the right one
        one = read(part, given)
        if one is not None or keeps_none:
            made[part.name] = one
    return made


def read_list(attribute, value):
    elements = value if isinstance(value, list) else [value]
    made = [one for one in (read(attribute, element, True) for element in elements) if one is not None]
    if sum(map(is_primary, made)) > 1:
        raise invalid_value()
    return made or None


def is_primary(element):
    return isinstance(element, dict) and element.get("primary") is True


def identity(attribute, element):
    """RFC 7643 §2.4: a type and a value stand once; without a value, everything but `primary` tells."""
    if "value" in element:
        names = ("type", "value")
    else:
        names = tuple(part.name for part in attribute.parts if part.name != "primary")
    return tuple((name, comparable(attribute.part(name), element.get(name))) for name in names)


def without_duplicates(attribute, elements):
    made = {}
    for element in elements:
        key = identity(attribute, element)
        if key not in made:
            made[key] = dict(element)
            continue
        for name, value in element.items():
            if "value" in element and name in ("value", "type"):
                continue
            if "value" not in element and name != "primary":
                continue
            made[key][name] = value
    return list(made.values())


def pruned(value):
    """Without what is empty; None when nothing is left."""
    if isinstance(value, dict):
        value = {name: pruned(one) for name, one in value.items()}
        value = {name: one for name, one in value.items() if one is not None}
    elif isinstance(value, list):
        value = [one for one in map(pruned, value) if one is not None]
    return None if is_blank(value) else value


def tidy(attributes, container):
    made = {}
    for attribute in attributes:
        value = pruned(container.get(attribute.name))
        if attribute.is_many and attribute.part("value") and value:
            value = [element for element in value if "value" in element] or None
        if value is None or not is_kept(attribute):
            continue
        if attribute.is_many:
            value = without_duplicates(attribute, value)
            if sum(map(is_primary, value)) > 1:
                raise invalid_value()
        made[attribute.name] = value
    return made


def normal(resource_type, document):
    """What holds of every document: nothing empty, nothing twice, one primary, what is required is there."""
    made = tidy(resource_type.attributes, document)
    for urn, attributes in resource_type.extensions:
        extension = tidy(attributes, with_reference(document.get(urn, {})))
        if extension:
            made[urn] = extension
    for attribute in resource_type.attributes:
        if attribute.is_required and attribute.name not in made:
            raise invalid_value()
    return made


def with_reference(extension):
    """A manager who is named by the id of a user has the $ref that goes with it, unless the client gave another."""
    manager = extension.get("manager")
    if not isinstance(manager, dict) or not str(manager.get("$ref") or USERS).startswith(USERS):
        return extension
    manager = {name: value for name, value in manager.items() if name != "$ref"}
    if USER_ID.fullmatch(manager.get("value") or ""):
        manager["$ref"] = "/Users/" + manager["value"]
    return {**extension, "manager": manager}


def read_members(value):
    """Ids and displays, each id once, in the order of their first mention."""
    if value is None or value == "" or value == []:
        return {}
    made = {}
    for element in value if isinstance(value, list) else [value]:
        if element is None:
            continue
        if isinstance(element, str) and element:
            element = {"value": element}
        if not isinstance(element, dict) or not isinstance(element.get("value"), str) or not element["value"]:
            raise invalid_value()
        display = element.get("display")
        if display is not None and not isinstance(display, str):
            raise invalid_value()
        made.setdefault(element["value"], display or "")
    return made


def read_body(resource_type, body):
    """The document of a POST or PUT, and its members: None when it does not name them."""
    if not isinstance(body, dict):
        raise Refused(400, "invalidSyntax")
    body = with_standard_names(resource_type, body)
    document, members = {}, None
    for name, value in body.items():
        attribute = named(resource_type.attributes, name)
        extension = resource_type.extension(name)
        if attribute and attribute.name == "schemas":
            check_schemas(value)
        elif attribute and attribute.name == "members":
            members = read_members(value)
        elif attribute and is_kept(attribute):
            document[attribute.name] = read(attribute, value)
        elif extension and not is_blank(only(value)):
            value = only(value)
            if not isinstance(value, dict):
                raise invalid_value()
            urn, attributes = extension
            document[urn] = read_extension(attributes, value)
    made = normal(resource_type, document)
    check_visible(resource_type, made, {})
    return made, members


def check_visible(resource_type, document, before):
    """A name holds something that can be seen; one of before stays as it is."""
    for attribute in resource_type.attributes:
        name = document.get(attribute.name)
        if attribute.is_name and attribute.is_required and name != before.get(attribute.name):
            if not fold(name).strip(BLANKS):
                raise invalid_value()


def with_standard_names(resource_type, body):
    """Old URNs, and names that are paths, where nothing stands under the right name."""
    made = with_standard_urns(resource_type, body)
    for name in list(made):
        if named(resource_type.attributes, name) or resource_type.extension(name) or is_blank(made[name]):
            continue
        path = find_path(resource_type, name)
        if path is not None and put_at(made, path, made[name]):
            del made[name]
    return made


def with_standard_urns(resource_type, body):
    made = {}
    for name, value in body.items():
        known = [urn for urn, _ in resource_type.extensions]
        is_old = known and name.lower() in [one.lower() for one in LEGACY_ENTERPRISE]
        if is_old and not any(one.lower() == known[0].lower() for one in body):
            name = known[0]
        made[name] = value
    return made


def put_at(body, path, value):
    holder = object_under(body, path.urn) if path.urn else body
    if holder is not None and path.part:
        holder = object_under(holder, path.attribute.name)
    if holder is None or any(one.lower() == path.leaf.name.lower() for one in holder):
        return False
    holder[path.leaf.name] = value
    return True


def object_under(holder, name):
    for one, value in holder.items():
        if one.lower() == name.lower():
            holder[one] = dict(value) if isinstance(value, dict) else value
            return holder[one] if isinstance(value, dict) else None
    holder[name] = {}
    return holder[name]


def read_extension(attributes, value):
    made = {}
    for name, given in value.items():
        attribute = named(attributes, name)
        if attribute and is_kept(attribute):
            made[attribute.name] = read(attribute, given)
    return made


def check_schemas(value):
    if value is None:
        return
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Refused(400, "invalidSyntax")


def schemas_of(resource_type, document):
    return [resource_type.urn] + [urn for urn, _ in resource_type.extensions if urn in document]


def projected(resource_type, resource, attributes, excluded):
    """RFC 7644 §3.9. Both are lists of names, None when the parameter was not given."""
    made = {}
    for name, value in resource.items():
        extension = resource_type.extension(name)
        if extension is None:
            made.update(select(resource_type.attributes, {name: value}, attributes, excluded or []))
            continue
        urn, own = extension
        listed = None if attributes is None else tails(attributes, urn)
        kept = select(own, value, listed, tails(excluded or [], urn))
        if kept:
            made[name] = kept
    return made


def tails(names, urn):
    """What full names say of an extension's attributes; "" stands for all of them."""
    inside = [name[len(urn) :] for name in names if name.lower().startswith(urn.lower())]
    return [rest.removeprefix(":") for rest in inside if rest == "" or rest.startswith(":")]


def select(attributes, values, listed, excluded):
    made = {}
    for name, value in values.items():
        attribute = named(attributes, name)
        if attribute.returned == "always":
            made[name] = value
            continue
        if listed is None:
            kept = value
        else:
            kept = listed_parts(attribute, value, listed)
        kept = without_excluded(attribute, kept, excluded)
        if not is_blank(kept):
            made[name] = kept
    return made


def parts_named(attribute, names):
    """Whether the attribute is named itself, and its parts that are."""
    whole = any(name == "" or name.lower() == attribute.name.lower() for name in names)
    prefix = attribute.name.lower() + "."
    return whole, [name[len(prefix) :].lower() for name in names if name.lower().startswith(prefix)]


def listed_parts(attribute, value, names):
    whole, parts = parts_named(attribute, names)
    if whole:
        return value
    return with_parts(value, lambda name: name.lower() in parts) if parts else None


def without_excluded(attribute, value, names):
    whole, parts = parts_named(attribute, names)
    if whole or value is None:
        return None
    return with_parts(value, lambda name: name.lower() not in parts) if parts else value


def with_parts(value, keeps):
    if isinstance(value, dict):
        return {name: one for name, one in value.items() if keeps(name)}
    if isinstance(value, list):
        return [one for one in (with_parts(element, keeps) for element in value) if one]
    return value
