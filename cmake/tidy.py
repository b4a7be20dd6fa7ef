"""Runs clang-tidy on the sources of src/, two at a time, and remembers which contents were clean.

    python3 cmake/tidy.py <clang-tidy> <build folder>

Each is compiled without the prelude, so that a header which its source includes first is known to need nothing more.
A source is checked again when it, a header of ours that it reaches, its compile command, .clang-tidy or the
tool has changed. The memory is <build folder>/tidy/: one empty file a clean content.
"""

import concurrent.futures
import hashlib
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PRELUDE = re.compile(r"-Winvalid-pch -include \S+/cmake_pch\.hxx ")
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
JOBS = 2
FOREIGN = ("boost_impl.cpp",)  # libraries compiled once; nothing of ours is in them


def reached(source, search):
    """The source and every header of the project that it includes, directly or not."""
    seen, pending = {}, [source]
    while pending:
        path = pending.pop()
        if path in seen:
            continue
        seen[path] = path.read_bytes()
        for name in INCLUDE.findall(seen[path]):
            for folder in (path.parent, *search):
                candidate = folder / name.decode()
                if candidate.is_file():
                    pending.append(candidate)
                    break
    return seen


def fingerprint(entry, common):
    search = [pathlib.Path(folder) for folder in re.findall(r"-I\s*(\S+)", entry["command"])]
    digest = hashlib.sha256(common + entry["command"].encode())
    for path, content in sorted(reached(pathlib.Path(entry["file"]), search).items()):
        digest.update(str(path).encode() + b"\0" + content + b"\0")
    return digest.hexdigest()


def main():
    tool, build = sys.argv[1], pathlib.Path(sys.argv[2])
    memory = build / "tidy"
    memory.mkdir(exist_ok=True)
    version = subprocess.run([tool, "--version"], capture_output=True, check=True).stdout
    common = version + (ROOT / ".clang-tidy").read_bytes()

    entries = [
        {**entry, "command": PRELUDE.sub("", entry["command"])}
        for entry in json.loads((build / "compile_commands.json").read_text())
        if entry["file"].endswith(".cpp")
        and entry["file"].startswith(f"{ROOT}/src/")
        and not entry["file"].endswith(FOREIGN)
    ]
    (memory / "compile_commands.json").write_text(json.dumps(entries))
    prints = {entry["file"]: fingerprint(entry, common) for entry in entries}
    stale = sorted(file for file, mark in prints.items() if not (memory / mark).exists())

    def check(file):
        # What the two compilers see differently is not the lint's business: flags that only one has, and
        # parts of the standard library that it uses itself although it calls them deprecated.
        muted = ["--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Wno-deprecated-declarations"]
        command = [tool, "-p", str(memory), "--quiet", *muted, file]
        return file, subprocess.run(command, capture_output=True, text=True)

    faults = 0
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for file, outcome in pool.map(check, stale):
            if outcome.returncode == 0:
                (memory / prints[file]).touch()
            else:
                faults += 1
                print(outcome.stdout, outcome.stderr, sep="\n", flush=True)
    print(f"{len(prints)} sources, {len(stale)} checked now, {faults} with faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
