#!/usr/bin/env bash
# From nothing to a result: installs what is needed, builds, puts the programs on the PATH, starts the mock gateway and
# two agents, and drives a distributed run against it. Everything listens on loopback only.
#
#   PREFIX=DIR    where the programs go (/usr/local)
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "quickstart: $1" >&2
  exit 1
}

echo "== 1/5 packages"
deploy/install-packages.sh

echo "== 2/5 build (the first one takes a few minutes)"
work=$(mktemp -d)
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
cmake --preset release >"$work/cmake" 2>&1 || { tail -n 20 "$work/cmake" >&2; fail "cmake failed"; }
cmake --build --preset release --target guides

prefix=${PREFIX:-/usr/local}
echo "== 3/5 install to $prefix"
install=(cmake --install build/release --prefix "$prefix")
if "${install[@]}" >"$work/install" 2>&1; then
  :
elif [ "$(id -u)" -ne 0 ] && command -v sudo >/dev/null; then
  sudo "${install[@]}" | tail -n 0
else
  tail -n 5 "$work/install" >&2
  fail "cannot write to $prefix: run it as root, install sudo, or name another place, PREFIX=\$HOME/.local"
fi
bin=$prefix/bin
case ":$PATH:" in
  *":$bin:"*) ;;
  *) echo "$bin is not on your PATH: export PATH=$bin:\$PATH" ;;
esac

# Prints what follows "listening on " in the file, once it is there.
listening_on() {
  for _ in $(seq 100); do
    if line=$(grep -m1 'listening on ' "$1" 2>/dev/null); then
      echo "${line##*listening on }"
      return
    fi
    sleep 0.1
  done
  cat "$1" >&2
  fail "$2 did not start"
}

echo "== 4/5 a mock gateway and two agents"
"$bin/wsload-gateway" -listen=127.0.0.1:0 -ack-delay=20ms >"$work/gateway" 2>"$work/gateway.err" &
pids+=($!)
gateway_pid=$!
server=$(listening_on "$work/gateway" wsload-gateway)
agents=()
for n in 1 2; do
  "$bin/wsload-agent" -listen=127.0.0.1:0 -name="agent-$n" >"$work/agent-$n" 2>"$work/agent-$n.err" &
  pids+=($!)
  agents+=("$(listening_on "$work/agent-$n" wsload-agent)")
done
echo "gateway: $server"
echo "agents:  ${agents[*]}"

echo "== 5/5 a distributed run: 200 users, 500 messages/s for 10 s"
status=0
"$bin/wsload" -server="$server" -agents="$(IFS=,; echo "${agents[*]}")" \
  -clients=200 -mps=500 -duration=10s -ramp-up=2s -stats-interval=3s -out=wsload-results/quickstart || status=$?

kill -TERM "$gateway_pid"
wait "$gateway_pid" || true
echo
echo "what the gateway itself counted:"
tail -n 1 "$work/gateway"
echo
# A machine that was busy with other things is no fault of what was installed here: the run noticed it and said so.
result=wsload-results/quickstart/result.json
if [ "$status" -eq 103 ] && ! grep -qE '"kind": ?"(agent_|connections_|gap|unaccounted|ended_early|schedule_incomplete|no_descriptors|no_ports)' "$result"; then
  echo "quickstart: everything works. This machine was too busy for exact figures (GENERATOR_LIMITED, see above):"
  echo "quickstart: the latencies describe the machine rather than the gateway. Run it again when the machine is idle."
elif [ "$status" -ne 0 ]; then
  fail "the run ended with exit code $status (see above; docs/flags.md lists the codes)"
fi
echo "quickstart: done. The result is in $result"
echo "quickstart: next, a load of your own: wsload -server=ws://HOST:PORT/PATH -clients=100 -mps=50 (wsload -help)"
