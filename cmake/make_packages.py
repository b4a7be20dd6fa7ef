"""Installs packages into a folder of their own; does nothing when they are there already.

    python3 cmake/make_packages.py <folder> <requirements.txt or package.json>

Of PyPI into a virtual environment, of npm into node_modules.
"""

import hashlib
import pathlib
import shutil
import subprocess
import sys
import venv


def install_from_pypi(folder, wanted):
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--requirement", str(wanted)], check=True)


def install_from_npm(folder, wanted):
    folder.mkdir(parents=True)
    shutil.copy(wanted, folder / "package.json")
    npm = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    subprocess.run(npm, cwd=folder, check=True)


def main(folder, wanted):
    digest = hashlib.sha256(wanted.read_bytes()).hexdigest()
    made = folder / "made-from"
    if made.exists() and made.read_text() == digest:
        return
    shutil.rmtree(folder, ignore_errors=True)
    install = install_from_npm if wanted.suffix == ".json" else install_from_pypi
    install(folder, wanted)
    made.write_text(digest)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
