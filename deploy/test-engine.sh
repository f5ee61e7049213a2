#!/usr/bin/env bash
# A Docker engine for tests, where none runs: started by hand, in a folder and a network namespace of its own, so that
# its bridges, netfilter rules and images are gone with it. Wants root and Debian's docker.io, iproute2 and debootstrap.
#
#   deploy/test-engine.sh start DIR [build|run]    DOCKER_HOST=unix://DIR/docker.sock then reaches it
#   deploy/test-engine.sh base DIR                 makes the Dockerfile's base image from Debian's packages
#   deploy/test-engine.sh stop DIR                 stops it; images stay for the next start
#   deploy/test-engine.sh remove DIR               stops it and deletes all
#
# build (the default): on this host's network, without bridges and rules: "docker build --network host" reaches the
# package mirror. run: in the namespace, where containers reach one another and nothing else.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

fail() {
  echo "test-engine: $1" >&2
  exit 1
}

usage="usage: test-engine.sh start|base|stop|remove DIR [build|run]"
[ $# -ge 2 ] || fail "$usage"
command=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
mode=${3:-build}
export DOCKER_HOST="unix://$dir/docker.sock"
namespace=wsload-engine-$(cksum <<<"$dir" | cut -d' ' -f1)

alive() { [ -f "$dir/dockerd.pid" ] && kill -0 "$(cat "$dir/dockerd.pid")" 2>/dev/null; }

start() {
  [ "$(id -u)" -eq 0 ] || fail "run as root"
  for program in dockerd containerd ip; do
    command -v "$program" >/dev/null || fail "$program is missing: apt-get install docker.io iproute2"
  done
  alive && fail "an engine runs in $dir already"
  local inside=() network=(--bridge=none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false)
  if [ "$mode" = run ]; then
    ip netns add "$namespace"
    ip netns exec "$namespace" ip link set lo up
    # Not "ip netns exec": that hides the control groups.
    inside=(nsenter "--net=/var/run/netns/$namespace")
    network=()
  fi
  rm -f "$dir/dockerd.pid"
  nohup "${inside[@]}" dockerd --host "$DOCKER_HOST" --data-root "$dir/data" --exec-root "$dir/exec" \
    --pidfile "$dir/dockerd.pid" "${network[@]}" >"$dir/dockerd.log" 2>&1 </dev/null &
  for _ in $(seq 60); do
    if docker version >/dev/null 2>&1; then
      echo "test-engine: $(docker version --format '{{.Server.Version}}') in $dir ($mode)"
      return
    fi
    sleep 0.5
  done
  tail -n 5 "$dir/dockerd.log" >&2
  stop
  fail "dockerd did not start; its last lines are above"
}

base() {
  local tag root
  tag=$(sed -n 's/^ARG BASE=//p' "$here/Dockerfile")
  if docker image inspect "$tag" >/dev/null 2>&1; then
    echo "test-engine: $tag is there"
    return
  fi
  command -v debootstrap >/dev/null || fail "debootstrap is missing: apt-get install debootstrap"
  root=$(mktemp -d "$dir/base.XXXXXX")
  debootstrap --variant=minbase bookworm "$root" >"$dir/debootstrap.log" 2>&1 || {
    tail -n 5 "$dir/debootstrap.log" >&2
    fail "debootstrap failed"
  }
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
  tar -C "$root" -c . | docker import -c 'CMD ["bash"]' - "$tag" >/dev/null
  rm -rf "$root"
  echo "test-engine: made $tag"
}

stop() {
  if alive; then
    local pid
    pid=$(cat "$dir/dockerd.pid")
    kill "$pid"
    for _ in $(seq 60); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.5
    done
    kill -KILL "$pid" 2>/dev/null || true
  fi
  if ip netns list 2>/dev/null | grep -q "^$namespace\b"; then ip netns delete "$namespace"; fi
}

remove() {
  stop
  # What a killed engine leaves mounted would be deleted with the folder.
  awk -v dir="$dir/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r -n1 umount -l
  rm -rf "$dir"
}

case "$command" in
  start | base | stop | remove) "$command" ;;
  *) fail "$usage" ;;
esac
