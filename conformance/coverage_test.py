"""Every recorded request of idp/STEPS.txt is played by some case, and no case claims one that is not listed."""

import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).parent


def claimed(folder):
    """The recorded requests that cases name, each with the files that name it."""
    files_of = {}
    for file in sorted(folder.rglob("*.json")):
        cases = json.loads(file.read_text(encoding="utf-8"))
        for case in cases if isinstance(cases, list) else [cases]:
            for step in case.get("corpus", []):
                files_of.setdefault(step, set()).add(file)
    return files_of


def main():
    listed = (FOLDER / "idp" / "STEPS.txt").read_text(encoding="utf-8").split()
    files_of = claimed(FOLDER / "idp")
    complaints = [f"listed twice: {step}" for step in set(listed) if listed.count(step) > 1]
    complaints += [f"played by no case: {step}" for step in listed if step not in files_of]
    complaints += [f"not listed: {step}" for step in files_of if step not in listed]
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
