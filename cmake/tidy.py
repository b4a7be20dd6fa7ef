"""Runs clang-tidy on the sources of src/, several of a module together, and remembers which contents were clean.

    python3 cmake/tidy.py <clang-tidy> <build folder>

Most of the work on a source is to read what it includes; sources that are included into one have that read once.
They are read without the prelude. A batch is checked again when a source in it, a header of ours that one reaches,
the compile command, .clang-tidy or the tool has changed. The memory is <build folder>/tidy/: one empty file a clean
content.
"""

import collections
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
BATCH = 8
FOREIGN = ("boost_impl.cpp",)  # libraries compiled once; nothing of ours is in them


def modules(build):
    """The sources of each module, and how they are compiled: {(folder, command): [source]}."""
    found = collections.defaultdict(list)
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = entry["file"]
        if source.startswith(f"{ROOT}/src/") and source.endswith(".cpp") and not source.endswith(FOREIGN):
            command = PRELUDE.sub("", entry["command"]).rsplit(" -o ", 1)[0]
            found[entry["directory"], command].append(source)
    return found


def batches(build, memory):
    """[(the file that includes the sources of a batch, they, its entry)]"""
    made = []
    for (folder, command), sources in sorted(modules(build).items(), key=lambda module: min(module[1])):
        sources.sort()
        for first in range(0, len(sources), BATCH):
            batch = sources[first : first + BATCH]
            whole = memory / f"{pathlib.Path(batch[0]).parent.name}_{first // BATCH}.cpp"
            whole.write_text("".join(f'#include "{source}"\n' for source in batch))
            entry = {"directory": folder, "file": str(whole), "command": f"{command} -c {whole}"}
            made.append((whole, batch, entry))
    return made


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


def fingerprint(whole, entry, common):
    search = [pathlib.Path(folder) for folder in re.findall(r"-I\s*(\S+)", entry["command"])]
    digest = hashlib.sha256(common + entry["command"].encode())
    for path, content in sorted(reached(whole, search).items()):
        digest.update(str(path).encode() + b"\0" + content + b"\0")
    return digest.hexdigest()


def main():
    tool, build = sys.argv[1], pathlib.Path(sys.argv[2])
    memory = build / "tidy"
    memory.mkdir(exist_ok=True)
    version = subprocess.run([tool, "--version"], capture_output=True, check=True).stdout
    common = version + (ROOT / ".clang-tidy").read_bytes()

    all_batches = batches(build, memory)
    (memory / "compile_commands.json").write_text(json.dumps([entry for _, _, entry in all_batches]))
    prints = {whole: fingerprint(whole, entry, common) for whole, _, entry in all_batches}
    stale = [whole for whole, mark in prints.items() if not (memory / mark).exists()]

    def check(whole):
        # What the two compilers see differently is not the lint's business: flags that only one has, and
        # parts of the standard library that it uses itself although it calls them deprecated.
        muted = ["--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Wno-deprecated-declarations"]
        command = [tool, "-p", str(memory), "--config-file", str(ROOT / ".clang-tidy"), "--quiet", *muted, str(whole)]
        return whole, subprocess.run(command, capture_output=True, text=True)

    faults = 0
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for whole, outcome in pool.map(check, stale):
            if outcome.returncode == 0:
                (memory / prints[whole]).touch()
            else:
                faults += 1
                print(outcome.stdout, outcome.stderr, sep="\n", flush=True)
    sources = sum(len(batch) for _, batch, _ in all_batches)
    print(f"{sources} sources in {len(prints)} batches, {len(stale)} checked now, {faults} with faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
