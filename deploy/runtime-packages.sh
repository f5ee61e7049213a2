#!/usr/bin/env bash
# Prints the packages that hold the shared libraries of the given programs, one a line.
set -euo pipefail

for program in "$@"; do
  libraries=$(ldd "$program")
  if missing=$(grep 'not found' <<<"$libraries"); then
    echo "runtime-packages: $program: $missing" >&2
    exit 1
  fi
  awk '$2 == "=>" { print $3 }' <<<"$libraries"
done | sort -u | while read -r library; do
  # Where /lib is a link to /usr/lib, a package may own either spelling.
  real=$(realpath "$library")
  owner=$(dpkg-query -S "$library" 2>/dev/null || dpkg-query -S "$real" 2>/dev/null ||
    dpkg-query -S "/usr$library" 2>/dev/null || dpkg-query -S "${real#/usr}")
  echo "${owner%%:*}"
done | sort -u
