"""What requirements.md, regressions.md and the proofs of docs/compatibility.md name exists, every case is named in
one of the first two, and each MUST names a case or a test; that of a gap shows what is done instead. A case that a
row cites has steps that prove the row, and each of them asserts more than success.

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
    """Every case, by "suite: name"."""
    found = {}
    for part, root in (("cases", "cases"), ("idp", "."), ("custom/cases", "custom/cases")):
        for file in sorted((FOLDER / part).rglob("*.json")):
            suite = file.relative_to(FOLDER / root).with_suffix("")
            if part == "custom/cases":
                suite = pathlib.PurePath("custom") / suite
            read = json.loads(file.read_text(encoding="utf-8"))
            for case in read if isinstance(read, list) else [read]:
                found[f"{suite}: {case['name']}"] = case
    return found


def asserts(step):
    """Whether a step can fail though the request succeeds: 200, or a choice of statuses, is no assertion by itself."""
    expected = step["expect"]
    has_more = any(name in expected for name in ("headers", "body", "at", "absent", "empty", "milliseconds_max"))
    return has_more or (isinstance(expected["status"], int) and expected["status"] != 200)


def unproved(page, known_cases):
    """What the rows cite and the steps do not prove, and what the steps prove and no row cites."""
    cited = {(number, case) for number, _, proof in rows(page) for case in re.findall(r"`([^`]+)`", proof)}
    cited = {(number, case) for number, case in cited if case in known_cases}
    proved = set()
    for name, case in known_cases.items():
        for step in case["steps"]:
            for number in step.get("proves", []):
                proved.add((number, name))
                if not asserts(step):
                    yield f"{number}: asserts nothing: {name}, {step['note']}"
    yield from (f"{number}: no step proves it: {name}" for number, name in cited - proved)
    yield from (f"{number}: proved, but not cited: {name}" for number, name in proved - cited)


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
    all_cases, known_tests = cases(), tests(sys.argv[1])
    known_cases = set(all_cases)
    found = list(complaints(page, known_cases, known_tests)) + list(unproved(page, all_cases))
    compatibility = (FOLDER.parent / "docs" / "compatibility.md").read_text(encoding="utf-8")
    named = list(proofs(compatibility))
    found += [f"no such proof: {proof}" for proof in named if not is_there(proof, known_cases, known_tests)]
    if not named:
        found.append("docs/compatibility.md has no proofs")
    print("\n".join(sorted(found)) or f"{len(list(rows(page)))} requirements hold")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
