"""The presets and the long checks that scripts/test.sh makes of them."""

import json
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]
PRESETS = {one["name"]: one for one in json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]}


def variable(name, of):
    """The value of a cache variable, also when it is inherited."""
    preset = PRESETS[of]
    if name in preset.get("cacheVariables", {}):
        return preset["cacheVariables"][name]
    return variable(name, preset["inherits"]) if "inherits" in preset else None


def long_checks(*parts):
    return subprocess.run(
        [ROOT / "scripts" / "test.sh", "--long", *parts], capture_output=True, text=True, timeout=30
    )


class PresetsTest(unittest.TestCase):
    def test_warnings_are_errors_in_the_development_preset_alone(self):
        """Another compiler has other warnings, which must not refuse a release."""
        strict = [name for name in PRESETS if variable("SCIMD_WERROR", name) == "ON"]
        self.assertEqual(strict, ["dev"])

    def test_every_preset_that_is_configured_is_built_by_the_long_checks(self):
        planned = long_checks("--dry-run", "presets").stdout
        built = re.findall(r"^\+ cmake --build --preset (\S+)$", planned, re.MULTILINE)
        self.assertEqual(sorted(built), sorted(name for name, one in PRESETS.items() if not one.get("hidden")))

    def test_the_long_checks_are_all_parts_unless_some_are_named(self):
        planned = long_checks("--dry-run").stdout
        self.assertIn("+ ctest --preset asan", planned)
        self.assertIn("+ ctest --preset tsan", planned)
        self.assertIn("SCIMD_KILL_CYCLES=200", planned)
        for source in (ROOT / "tests" / "fuzz").glob("*_fuzz.cpp"):
            self.assertIn(f"/{source.stem} -runs=10000000 ", planned)
        planned = long_checks("--dry-run", "tsan").stdout
        self.assertIn("+ ctest --preset tsan", planned)
        self.assertNotIn("asan", planned)
        self.assertNotIn("fuzz", planned)

    def test_an_unknown_part_is_refused_with_the_names_of_all(self):
        refused = long_checks("tsam")
        self.assertEqual(refused.returncode, 2)
        self.assertIn('no part "tsam"; its parts are: asan tsan fuzz kill presets', refused.stderr)


if __name__ == "__main__":
    unittest.main()
