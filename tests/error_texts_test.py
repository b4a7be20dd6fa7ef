"""Every text of an error that a SCIM client can meet is expected by some test.

The texts are collected from the sources by how errors are made: `error{errc::…, text}` and calls of functions that
return an `error`. Where a text has gaps, its pieces must stand in one expectation in their order. Expectations are
the strings of the C++ tests and the details of the conformance cases.
"""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]

# The sources whose errors answer SCIM clients; those of schemas stop a start or answer an operator.
FOLDERS = "scim scim/filter scim/messages scim/patch service/groups service/lists service/scim api/scim".split()
FILES = """
    scim/schema/discovery scim/schema/format scim/schema/legacy_names scim/schema/schema scim/schema/hidden_attributes
    service/domains/admission api/auth/authenticate api/pipeline api/routes api/target
    base/json/json net/http/chunked_body net/http/framing net/http/http_session net/http/http_session_body app/dispatch
""".split()

# What no client can be made to read.
UNHEARD = {
    "The header cannot be parsed.": "check_head refuses more than the parser behind it",
    "The body was read before.": "no handler asks twice",
    "The connection ended before the body.": "no client is left to answer",
    "Filter: … is not comparable with a complex attribute at position ….": "refused by its attribute before",
}

LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"')
RAW_LITERAL = re.compile(r'R"(\w*)\((.*?)\)\1"', re.DOTALL)
NOISE = re.compile(RAW_LITERAL.pattern + "|" + LITERAL.pattern + r"|//[^\n]*|'(?:[^'\\\n]|\\.)'", re.DOTALL)
ADJACENT = re.compile(r'"\s*\n\s*"')
MADE_HERE = re.compile(r"\{\s*errc::\w+\s*,|\berror\{")
MAKER = re.compile(r"^\s*(?:static )?error (?:\w+::)?(\w+)\(", re.MULTILINE)
NAME_IN_PART = re.compile(r"(?:\w+::)*(?:string|move|excerpt|string_view)\((\w+)\)|(\w+)")
BRACKETS = {"{": "}", "(": ")", "[": "]"}
GAP = None  # in a text: what only a request can tell


def sources():
    files = [file for folder in FOLDERS for file in sorted((ROOT / "src" / folder).glob("*.cpp"))]
    return files + [ROOT / f"src/{name}.cpp" for name in FILES]


def spoken(literal):
    """The text that a literal of C++ stands for."""
    return re.sub(r"\\(.)", r"\1", literal[1:-1])


def without_noise(code):
    """Without comments, raw strings and characters, and with strings in one piece."""
    kept = NOISE.sub(lambda found: found.group() if found.group()[0] == '"' else "", code)
    return ADJACENT.sub("", kept)


def tokens(text, start):
    """Position, text and depth of each literal, bracket and other character from `start` on."""
    depth = 0
    position = start
    while position < len(text):
        literal = LITERAL.match(text, position)
        token = literal.group() if literal else text[position]
        depth -= token in BRACKETS.values()
        yield position, token, depth
        depth += token in BRACKETS
        position += len(token)


def enclosed(text, start):
    """What stands between the bracket at `start` and the one that closes it."""
    for position, token, depth in tokens(text, start):
        if position > start and depth == 0 and token in BRACKETS.values():
            return text[start + 1 : position]
    raise ValueError(f"no end of {text[start : start + 60]!r}")


def split(text, separator):
    """At the separators that stand in no bracket and no literal."""
    found, begin = [], 0
    for position, token, depth in tokens(text, 0):
        if depth == 0 and token == separator:
            found.append(text[begin:position].strip())
            begin = position + 1
    return [*found, text[begin:].strip()]


def parts_of(expression, names):
    """The pieces of a text that is put together with +, and what `names` knows by its name."""
    made = []
    for part in split(expression, "+"):
        known = NAME_IN_PART.fullmatch(part)
        if LITERAL.fullmatch(part):
            made.append(spoken(part))
        elif known and (known[1] or known[2]) in names:
            made += names[known[1] or known[2]]
        else:
            literals = [spoken(one) for one in LITERAL.findall(part)]
            made += [literals[0]] if part.startswith('std::string("') and len(literals) == 1 else [GAP]
    return made


class Sources:
    """The code of one file and the functions by which it makes errors."""

    def __init__(self, code, shared):
        self.code = code
        self.makers = {**shared, **{name: at for name, at in self.defined()}}
        names = "|".join(sorted(self.makers)) or "(?!)"
        self.call = re.compile(rf"(?<!error )(?<!error \w::)\b(?:filter_lexer::)?({names})\(")

    def defined(self):
        """Of each function that returns an error: the names of its parameters and what it returns."""
        for found in MAKER.finditer(self.code):
            parameters = enclosed(self.code, found.end() - 1)
            body_at = self.code.find("{", found.end() + len(parameters))
            body = enclosed(self.code, body_at) if body_at > 0 else ""
            returned = body.strip().removeprefix("return").strip().removesuffix(";")
            if body.count(";") == 1 and body.strip().startswith("return"):
                names = [
                    each.split("=")[0].split()[-1].strip("&*") for each in split(parameters, ",") if each
                ]
                yield found.group(1), (names, returned)

    def text(self, expression, names):
        """The text of `error{code, text}`, `{code, text}` or of a call of a maker."""
        called = self.call.match(expression)
        if called:
            given = split(enclosed(expression, called.end() - 1), ",")
            wanted, returned = self.makers[called.group(1)]
            bound = {name: parts_of(value, names) for name, value in zip(wanted, given)}
            return self.text(returned, bound)
        if expression.startswith(("{", "error{")):
            members = split(enclosed(expression, expression.index("{")), ",")
            return parts_of(members[1], names) if len(members) > 1 else []
        return []

    def texts(self):
        for found in (*MADE_HERE.finditer(self.code), *self.call.finditer(self.code)):
            yield self.text(self.code[found.start() :], {})


def pattern_of(text):
    return "".join(".+?" if part is GAP else re.escape(part) for part in text)


def shown(text):
    return "".join("…" if part is GAP else part for part in text)


def collected():
    """File names by pattern and text."""
    code = {file: without_noise(file.read_text(encoding="utf-8")) for file in sources()}
    shared = dict(Sources(code[ROOT / "src/scim/filter/filter_lexer.cpp"], {}).defined())
    found = {}
    for file, text in code.items():
        for made in Sources(text, shared).texts():
            if re.search("[A-Za-z]{2}", shown(made)):
                found.setdefault((pattern_of(made), shown(made)), file.relative_to(ROOT))
    return found


def details(value):
    """The expectations of a conformance case on the detail of an error."""
    if isinstance(value, list):
        for member in value:
            yield from details(member)
    if not isinstance(value, dict):
        return
    for name, member in value.items():
        if name.endswith("detail"):
            pattern = member.get("$regex", "") if isinstance(member, dict) else member
            yield re.sub(r"\\(.)", r"\1", pattern)
        yield from details(member)


def expected():
    texts = []
    for file in sorted((ROOT / "tests").rglob("*.cpp")):
        code = file.read_text(encoding="utf-8")
        texts += [raw for _, raw in RAW_LITERAL.findall(code)]
        texts += [spoken(found) for found in LITERAL.findall(without_noise(code))]
    for folder in ("cases", "custom/cases", "idp"):
        for file in sorted((ROOT / "conformance" / folder).rglob("*.json")):
            texts += details(json.loads(file.read_text(encoding="utf-8")))
    return "\n".join(texts)


def main():
    texts = collected()
    expectations = expected()
    missing = [
        f"{file}: {text}"
        for (pattern, text), file in texts.items()
        if text not in UNHEARD and not re.search(pattern, expectations)
    ]
    missing += [f"nowhere made: {text}" for text in UNHEARD if text not in {text for _, text in texts}]
    print("\n".join(missing) or f"{len(texts)} texts of errors are expected by tests")
    return 1 if missing or not texts else 0


if __name__ == "__main__":
    sys.exit(main())
