"""Every recorded request of idp/STEPS.txt is played by some case, and no case claims one that is not listed.

The dialogues of Entra's validator are as many as it has cases, and each provider has one of a whole life.
"""

import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).parent
# Of the Entra SCIM Validator: 25 mandatory cases, 13 on users and 12 on groups, and 7 preview ones.
VALIDATOR = {"validator-users": 13, "validator-groups": 12, "validator-preview": 7}


def cases_in(file):
    cases = json.loads(file.read_text(encoding="utf-8"))
    return cases if isinstance(cases, list) else [cases]


def claimed(folder):
    """The recorded requests that cases name, each with the files that name it."""
    files_of = {}
    for file in sorted(folder.rglob("*.json")):
        for case in cases_in(file):
            for step in case.get("corpus", []):
                files_of.setdefault(step, set()).add(file)
    return files_of


def missing_dialogues(folder):
    for name, count in VALIDATOR.items():
        written = len(cases_in(folder / "entra" / f"{name}.json"))
        if written != count:
            yield f"entra/{name} has {written} cases, the validator {count}"
    for provider in sorted(each for each in folder.iterdir() if each.is_dir()):
        if not (provider / "life.json").is_file():
            yield f"{provider.name} has no dialogue of a whole life"


def main():
    listed = (FOLDER / "idp" / "STEPS.txt").read_text(encoding="utf-8").split()
    files_of = claimed(FOLDER / "idp")
    complaints = [f"listed twice: {step}" for step in set(listed) if listed.count(step) > 1]
    complaints += [f"played by no case: {step}" for step in listed if step not in files_of]
    complaints += [f"not listed: {step}" for step in files_of if step not in listed]
    complaints += missing_dialogues(FOLDER / "idp")
    for step, files in files_of.items():
        provider = step.split("/")[0]
        complaints += [
            f"{file.relative_to(FOLDER)} plays {step} of another provider"
            for file in files
            if file.parent.name != provider
        ]
    print("\n".join(complaints) or f"{len(listed)} recorded requests are played")
    return 1 if complaints or not listed else 0


if __name__ == "__main__":
    sys.exit(main())
