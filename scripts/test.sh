#!/usr/bin/env bash
# Builds the development preset and runs every test and lint. Arguments pass on to ctest:
#
#   scripts/test.sh -L unit            only the unit tests
#   scripts/test.sh -R process.kill    one test
#
# The checks that take hours, with a summary at the end; one part or several may be named:
#
#   scripts/test.sh --long                  all of them
#   scripts/test.sh --long asan tsan        all tests under AddressSanitizer and UndefinedBehaviorSanitizer,
#                                           then under ThreadSanitizer; but for those that measure memory
#   scripts/test.sh --long fuzz             10 million executions of each fuzz target (SCIMD_FUZZ_RUNS)
#   scripts/test.sh --long kill             200 cycles of each kill test (SCIMD_KILL_CYCLES)
#   scripts/test.sh --long presets          every preset builds
#   scripts/test.sh --long --dry-run [...]  print the commands only
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$checkout"

long_parts=(asan tsan fuzz kill presets)
is_dry_run=no

run() {
    printf '+ %s\n' "$*"
    [[ $is_dry_run == yes ]] || "$@"
}

build() {
    run cmake --preset "$1" && run cmake --build --preset "$1"
}

# Sanitizers multiply the memory and the time that some tests measure.
sanitized() {
    build "$1" && run ctest --preset "$1" --parallel 2 --label-exclude measured
}

# A crash or a slow input is kept in build/fuzz/<target>-*.
fuzz() {
    local runs=${SCIMD_FUZZ_RUNS:-10000000} name
    build fuzz || return
    for name in tests/fuzz/*_fuzz.cpp; do
        name=$(basename "$name" _fuzz.cpp)
        run mkdir -p "build/fuzz/corpus/$name"
        run "build/fuzz/tests/fuzz/${name}_fuzz" "-runs=$runs" -timeout=10 "-artifact_prefix=build/fuzz/$name-" \
            -print_final_stats=1 -verbosity=0 "build/fuzz/corpus/$name" "tests/fuzz/seeds/$name" || return
    done
}

kill_cycles() {
    local cycles=${SCIMD_KILL_CYCLES:-200} name
    build dev || return
    for name in kill membership_kill webhook_kill; do
        run env "SCIMD_BINARY=$checkout/build/dev/scimd" "SCIMD_KILL_CYCLES=$cycles" \
            "SCIMD_WEBHOOK_KILL_CYCLES=$cycles" PYTHONDONTWRITEBYTECODE=1 \
            python3 "tests/process/${name}_test.py" --verbose || return
    done
}

presets() {
    local name
    for name in dev release asan tsan coverage fuzz bench; do
        build "$name" || return
    done
}

run_part() {
    case $1 in
        asan | tsan) sanitized "$1" ;;
        fuzz) fuzz ;;
        kill) kill_cycles ;;
        presets) presets ;;
    esac
}

run_long() {
    local parts=() part started has_failed=no summary=()
    for part in "$@"; do
        if [[ $part == --dry-run ]]; then
            is_dry_run=yes
        elif [[ " ${long_parts[*]} " == *" $part "* ]]; then
            parts+=("$part")
        else
            printf 'scripts/test.sh: --long has no part "%s"; its parts are: %s\n' "$part" "${long_parts[*]}" >&2
            return 2
        fi
    done
    ((${#parts[@]} > 0)) || parts=("${long_parts[@]}")
    [[ $is_dry_run == yes ]] || scripts/deps test
    for part in "${parts[@]}"; do
        started=$SECONDS
        if run_part "$part"; then
            summary+=("$part: passed, $((SECONDS - started)) s")
        else
            summary+=("$part: FAILED, $((SECONDS - started)) s")
            has_failed=yes
        fi
    done
    [[ $is_dry_run == no ]] || return 0
    printf '\nLong checks of %s:\n' "$(git rev-parse --short HEAD 2>/dev/null || echo 'this checkout')"
    printf '  %s\n' "${summary[@]}"
    [[ $has_failed == no ]]
}

if [[ ${1:-} == --long ]]; then
    shift
    run_long "$@"
    exit
fi

scripts/deps test
[[ -f build/dev/build.ninja ]] || cmake --preset dev
cmake --build --preset dev

# One more than the cores of a small machine: many tests wait for something most of their time.
exec ctest --preset dev --parallel 3 "$@"
