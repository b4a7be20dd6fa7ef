"""The attributes that the model knows (RFC 7643 §4, §8.7.1), and how their values are compared."""

import unicodedata
from dataclasses import dataclass

USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


BLANKS = " \t\r\n"
# What SCIM 1.1 and templates call the enterprise extension, and the core schemas.
LEGACY_ENTERPRISE = (
    "urn:scim:schemas:extension:enterprise:1.0",
    "urn:scim:schemas:extension:enterprise:2.0",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0User",
)


@dataclass(frozen=True)
class Attribute:
    name: str
    kind: str = "string"  # string, boolean, reference, complex
    is_many: bool = False
    is_exact: bool = False
    is_required: bool = False
    mutability: str = "readWrite"
    returned: str = "default"
    parts: tuple = ()
    words: tuple = ()  # canonicalValues
    is_name: bool = False  # compared without the blanks around it

    def part(self, name):
        found = named(self.parts, name)
        if found is None and self.name == "manager" and name.lower() == "managerid":
            return named(self.parts, "value")
        return found


def named(attributes, name):
    """RFC 7643 §2.1: names of attributes know no case."""
    for attribute in attributes:
        if attribute.name.lower() == name.lower():
            return attribute
    return None


def plural(name, *words):
    parts = (
        Attribute("value"),
        Attribute("display"),
        Attribute("type", words=words),
        Attribute("primary", kind="boolean"),
    )
    return Attribute(name, kind="complex", is_many=True, parts=parts)


COMMON = (
    Attribute("schemas", kind="reference", is_many=True, mutability="readOnly", returned="always"),
    Attribute("id", is_exact=True, mutability="readOnly", returned="always"),
    Attribute("externalId", is_exact=True),
    Attribute(
        "meta",
        kind="complex",
        mutability="readOnly",
        parts=tuple(
            Attribute(name, is_exact=True, mutability="readOnly")
            for name in ("resourceType", "created", "lastModified", "location", "version")
        ),
    ),
)

USER = COMMON + (
    Attribute("userName", is_required=True, is_name=True),
    Attribute(
        "name",
        kind="complex",
        parts=tuple(Attribute(name) for name in ("formatted", "familyName", "givenName", "middleName")),
    ),
    Attribute("displayName", is_name=True),
    Attribute("nickName"),
    Attribute("title"),
    Attribute("active", kind="boolean"),
    Attribute("password", is_exact=True, mutability="writeOnly", returned="never"),
    plural("emails", "work", "home", "other"),
    plural("phoneNumbers", "work", "home", "mobile", "fax", "pager", "other"),
    plural("roles"),
    Attribute(
        "groups",
        kind="complex",
        is_many=True,
        mutability="readOnly",
        parts=(
            Attribute("value", is_exact=True, mutability="readOnly"),
            Attribute("$ref", kind="reference", is_exact=True, mutability="readOnly"),
            Attribute("display", mutability="readOnly"),
            Attribute("type", mutability="readOnly"),
        ),
    ),
)

ENTERPRISE = (
    Attribute("employeeNumber"),
    Attribute("department"),
    Attribute(
        "manager",
        kind="complex",
        parts=(
            Attribute("value", is_exact=True),
            Attribute("$ref", kind="reference", is_exact=True),
            Attribute("displayName", mutability="readOnly"),
        ),
    ),
)

GROUP = COMMON + (
    Attribute("displayName", is_required=True, is_name=True),
    Attribute(
        "members",
        kind="complex",
        is_many=True,
        parts=(
            Attribute("value", is_exact=True, mutability="immutable"),
            Attribute("$ref", kind="reference", is_exact=True, mutability="immutable"),
            Attribute("display"),
            Attribute("type", mutability="immutable"),
        ),
    ),
)


@dataclass(frozen=True)
class ResourceType:
    name: str
    endpoint: str
    urn: str
    attributes: tuple
    unique: str
    extensions: tuple = ()  # (URN, attributes)

    def extension(self, urn):
        for known, attributes in self.extensions:
            if known.lower() == urn.lower():
                return known, attributes
        return None


TYPES = {
    "User": ResourceType("User", "/Users", USER_URN, USER, "userName", ((ENTERPRISE_URN, ENTERPRISE),)),
    "Group": ResourceType("Group", "/Groups", GROUP_URN, GROUP, "displayName"),
}


def fold(text):
    """RFC 7644 §5, RFC 8265: width and case make no difference."""
    for _ in range(2):
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", text).casefold())
    return text


def comparable(attribute, value, is_part=False):
    """The form in which a value is compared; of a part of one, as that of `co`, the blanks are its own."""
    if isinstance(value, str) and not attribute.is_exact and attribute.kind != "reference":
        folded = fold(value)
        return folded.strip(BLANKS) if attribute.is_name and not is_part else folded
    return value


@dataclass(frozen=True)
class Path:
    """attribute.part, of the extension `urn` unless that is empty."""

    urn: str
    attribute: Attribute
    part: Attribute | None = None

    @property
    def leaf(self):
        return self.part or self.attribute

    def __str__(self):
        prefix = f"{self.urn}:" if self.urn else ""
        return prefix + self.attribute.name + (f".{self.part.name}" if self.part else "")


def find_path(resource_type, text):
    """The path of a text, None when it names nothing (RFC 7644 §3.10)."""
    for legacy in LEGACY_ENTERPRISE:
        if text.lower().startswith(legacy.lower() + ":") and resource_type.extensions:
            text = ENTERPRISE_URN + text[len(legacy) :]
    urn, attributes, rest = "", resource_type.attributes, text
    for known, own in resource_type.extensions:
        if text.lower().startswith(known.lower() + ":"):
            urn, attributes, rest = known, own, text[len(known) + 1 :]
    if not urn and text.lower().startswith(resource_type.urn.lower() + ":"):
        rest = text[len(resource_type.urn) + 1 :]
    name, dot, part_name = rest.partition(".")
    attribute = named(attributes, name)
    if attribute is None and rest == text:
        for known, own in resource_type.extensions:
            if named(own, name):
                urn, attribute = known, named(own, name)
    if attribute is None:
        return None
    part = attribute.part(part_name) if dot else None
    if dot and part is None:
        return None
    return Path(urn, attribute, part)
