#!/usr/bin/env bash
# Makes the Debian package and installs it on a bare Debian 12 of its own, made by debootstrap; there the programs have
# to be found, tell their version, carry out a run, and go without a trace. One PASS or FAIL line for each check; exit
# code 0 when all passed. As root; everything that it made is removed at the end.
#
#   deploy/test-package.sh [PACKAGE.deb]    without a package: one of build/release, built first
#
#   MIRROR=URL     the Debian mirror; without it, debootstrap's own choice
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

die() {
  echo "test-package: $1" >&2
  exit 1
}

[ "$(id -u)" -eq 0 ] || die "run it as root: it makes a root directory of its own"
for program in debootstrap chroot dpkg-deb; do
  command -v "$program" >/dev/null || die "$program is missing"
done
work=$(mktemp -d)
root=$work/root
failed=0
export work root

cleanup() {
  mountpoint -q "$root/proc" && umount "$root/proc"
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT

# check WHAT COMMAND...: its output is shown when it fails.
check() {
  local what=$1
  shift
  # Functions too: in a shell of their own, as they have a deadline.
  if timeout 1200 bash -c '"$@"' check "$@" >"$work/output" 2>&1; then
    echo "PASS $what"
  else
    echo "FAIL $what"
    sed 's/^/     /' "$work/output" | tail -n 30
    failed=$((failed + 1))
  fi
}

inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"; }

# The package's list of what it has, without what others have too.
has() { grep -qx "$1" "$work/files"; }

# A mock gateway, two agents and a controller, all of the package.
run_a_load() {
  inside bash -c '
    set -eu
    cd "$(mktemp -d)"
    trap "kill \$(jobs -p) 2>/dev/null; wait" EXIT
    await() {
      for _ in $(seq 100); do
        grep -q "listening on" "$1" && break
        sleep 0.1
      done
      sed -n "s/.*listening on //p" "$1"
    }
    wsload-gateway -listen=127.0.0.1:0 >gateway &
    wsload-agent -listen=127.0.0.1:0 >one 2>one.log &
    wsload-agent -listen=127.0.0.1:0 >two 2>two.log &
    code=0
    wsload -server="$(await gateway)" -agents="$(await one),$(await two)" -clients=20 -mps=20 -duration=2s \
      -ramp-up=100ms -out=result || code=$?
    # 103: this machine was too busy for exact figures.
    [ "$code" -eq 0 ] || [ "$code" -eq 103 ]
    grep -q "\"success\": 40" result/result.json
    code=0
    wsload selftest -duration=5s || code=$?
    [ "$code" -eq 0 ] || [ "$code" -eq 103 ]'
}

export -f inside has run_a_load

package=${1:-}
if [ -z "$package" ]; then
  check "the programs are built" bash -c 'cmake --preset release && cmake --build --preset release --target guides'
  check "the package is made" bash -c "cd build/release && cpack -G DEB -B '$work'"
  package=$(echo "$work"/wsload_*.deb)
fi
[ -f "$package" ] || die "there is no package $package"
dpkg-deb --info "$package"

check "a bare Debian is made" debootstrap --variant=minbase bookworm "$root" ${MIRROR:+"$MIRROR"}
[ "$failed" -eq 0 ] || exit 1
mount -t proc proc "$root/proc" || die "no /proc can be mounted"
# Without the users that apt would fall to, and which a container may not have.
echo 'APT::Sandbox::User "root";' >"$root/etc/apt/apt.conf.d/99test"
# Debian's slim images leave documentation out; this one is to have it.
rm -f "$root"/etc/dpkg/dpkg.cfg.d/*
inside dpkg-query -W -f '${Package}\n' | sort >"$work/before"
cp "$package" "$root/tmp/wsload.deb"
check "it is installed with all it needs" \
  inside env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends /tmp/wsload.deb
inside dpkg -L wsload >"$work/files" 2>/dev/null

for program in wsload wsload-agent wsload-gateway; do
  check "$program is on the PATH" inside "$program" version
  check "$program has a man page" has "/usr/share/man/man1/$program.1.gz"
  check "$program has a Chinese man page" has "/usr/share/man/zh_CN/man1/$program.1.gz"
  check "$program is completed by bash" has "/usr/share/bash-completion/completions/$program"
  check "$program is completed by zsh" has "/usr/share/zsh/vendor-completions/_$program"
  check "$program is completed by fish" has "/usr/share/fish/vendor_completions.d/$program.fish"
done
for file in changelog.gz copyright README.md docs/measurement.md examples/prometheus/prometheus.yml; do
  check "the documentation has $file" has "/usr/share/doc/wsload/$file"
done
check "systemd would find the agent" has /usr/lib/systemd/system/wsload-agent.service
check "no program asks for what is not there" inside bash -c '! ldd /usr/bin/wsload* | grep "not found"'
check "a load is carried out" run_a_load
check "it is removed" inside env DEBIAN_FRONTEND=noninteractive apt-get purge -y wsload
check "nothing of it is left" bash -c "! find '$root/usr' '$root/etc' -name '*wsload*' | grep ."

[ "$failed" -eq 0 ] || die "$failed checks failed"
echo "test-package: all passed"
