#!/usr/bin/env bash
# Installs what is needed, builds everything and runs all tests: unit,
# integration, end to end and a short fuzzing of the parsers.
#
#   tests/run-all.sh [PRESET]    release (default), debug, asan, tsan
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}

echo "== 1/3 packages"
deploy/install-packages.sh
deploy/install-packages.sh tests/apt-packages.txt
echo "== 2/3 build ($preset)"
cmake --preset "$preset"
cmake --build --preset "$preset"
echo "== 3/3 tests ($preset)"
# Several load tests at once would measure each other: unit tests side by side, the rest one by one.
failed=0
ctest --preset "$preset" -L unit -j "$(nproc)" --progress || failed=1
ctest --preset "$preset" -LE unit --progress || failed=1
if [ "$failed" -ne 0 ]; then
  echo "tests: FAILED ($preset)"
  exit 1
fi
echo "tests: all passed ($preset)"
