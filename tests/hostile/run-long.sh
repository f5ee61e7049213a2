#!/usr/bin/env bash
# The attacks that take minutes, on top of those that every test run makes. Builds what it needs; run tests/run-all.sh
# once before, which installs it.
#
#   tests/hostile/run-long.sh [PRESET]    release (default), debug, asan, tsan
set -euo pipefail
cd "$(dirname "$0")/../.."
preset=${1:-release}
cmake --preset "$preset" > /dev/null
cmake --build --preset "$preset" --target hostile_test
HOSTILE_LONG=1 "build/$preset/tests/hostile_test" "${@:2}"
