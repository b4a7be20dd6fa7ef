#!/usr/bin/env bash
# Builds the development preset and runs every test and lint. Arguments pass on to ctest:
#
#   scripts/test.sh -L unit            only the unit tests
#   scripts/test.sh -R process.kill    one test
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$checkout"

scripts/deps test
[[ -f build/dev/build.ninja ]] || cmake --preset dev
cmake --build --preset dev

# One more than the cores of a small machine: many tests wait for something most of their time.
exec ctest --preset dev --parallel 3 "$@"
