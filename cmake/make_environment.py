"""Makes a virtual environment of packages from PyPI; does nothing when it is there already."""

import hashlib
import pathlib
import shutil
import subprocess
import sys
import venv


def main(folder, requirements):
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    made = folder / "made-from"
    if made.exists() and made.read_text() == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--requirement", str(requirements)], check=True)
    made.write_text(wanted)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
