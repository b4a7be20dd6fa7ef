"""What requirements.md, regressions.md and the proofs of docs/compatibility.md name exists, every case is named in
one of the first two, and each MUST names a case or a test; that of a gap shows what is done instead.

Usage: requirements_test.py BUILD_FOLDER
"""

import json
import pathlib
import re
import subprocess
import sys

FOLDER = pathlib.Path(__file__).parent
ABSOLUTE = {"MUST", "MUST NOT", "SHALL", "SHALL NOT", "REQUIRED"}
LEVELS = ABSOLUTE | {"SHOULD", "SHOULD NOT", "MAY"}


def cases():
    """Every case as "suite: name"."""
    found = []
    for part, root in (("cases", "cases"), ("idp", "."), ("custom/cases", "custom/cases")):
        for file in sorted((FOLDER / part).rglob("*.json")):
            suite = file.relative_to(FOLDER / root).with_suffix("")
            if part == "custom/cases":
                suite = pathlib.PurePath("custom") / suite
            read = json.loads(file.read_text(encoding="utf-8"))
            found += [f"{suite}: {case['name']}" for case in (read if isinstance(read, list) else [read])]
    return found


def tests(build):
    listed = subprocess.run(
        ["ctest", "--test-dir", build, "--show-only=json-v1"], capture_output=True, text=True, check=True
    )
    return [test["name"] for test in json.loads(listed.stdout)["tests"]]


def rows(page):
    """Number, level and proof of each row."""
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"[ABC]\d+", cells[0]):
            yield cells[0], cells[2], "|".join(cells[4:])


def proofs(page):
    """What stands in the last column of each table that calls it Proof."""
    is_proof = False
    for line in page.splitlines():
        if not line.startswith("|"):
            is_proof = False
            continue
        last = line.strip("|").split("|")[-1].strip()
        if last == "Proof":
            is_proof = True
        elif is_proof:
            yield from re.findall(r"`([^`]+)`", last)


def is_there(proof, known_cases, known_tests):
    """A case, a suite of cases, or a test, with or without its room and the end of its name."""
    if "/" in proof:
        return proof in known_cases or any(case.startswith(f"{proof}: ") for case in known_cases)
    start = proof.removesuffix("*")
    return any(test.startswith(start) or f".{start}" in test for test in known_tests)


def complaints(page, known_cases, known_tests):
    named = re.findall(r"`([^`]+)`", page)
    wildcards = [name.removesuffix("*") for name in named if name.endswith(": *")]
    for name in named:
        if name.startswith("ctest: "):
            if not any(test.startswith(name.removeprefix("ctest: ")) for test in known_tests):
                yield f"no such test: {name}"
        elif re.match(r"[\w-]+/[\w/-]+: ", name) and not name.endswith("*") and name not in known_cases:
            yield f"no such case: {name}"
    for case in known_cases:
        if case not in named and not any(case.startswith(wildcard) for wildcard in wildcards):
            yield f"named nowhere: {case}"
    numbers = [number for number, _, _ in rows(page)]
    yield from (f"stands twice: {number}" for number in set(numbers) if numbers.count(number) > 1)
    for number, level, proof in rows(page):
        if level not in LEVELS:
            yield f"{number}: {level} is no level"
        if level in ABSOLUTE and not re.search(r"`(?:ctest: |[\w-]+/[\w/-]+: )", proof):
            yield f"{number}: neither a case nor a test, not even of a gap"
    if not numbers:
        yield "no requirement was read"


def main():
    page = "\n".join(
        (FOLDER / name).read_text(encoding="utf-8") for name in ("requirements.md", "regressions.md")
    )
    known_cases, known_tests = set(cases()), tests(sys.argv[1])
    found = list(complaints(page, known_cases, known_tests))
    compatibility = (FOLDER.parent / "docs" / "compatibility.md").read_text(encoding="utf-8")
    named = list(proofs(compatibility))
    found += [f"no such proof: {proof}" for proof in named if not is_there(proof, known_cases, known_tests)]
    if not named:
        found.append("docs/compatibility.md has no proofs")
    print("\n".join(sorted(found)) or f"{len(list(rows(page)))} requirements hold")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
