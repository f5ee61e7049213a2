#!/usr/bin/env bash
# Tests the containers on a real engine: builds the images, scales to four agents, runs loads, takes agents away in
# mid-run, and holds every result against the gateway's own count. One PASS or FAIL line for each check; exit code 0 when
# all passed. Everything that it made is removed at the end (images stay).
#
#   deploy/test-compose.sh [--own-engine] [--no-build] [compose] [loss] [monitoring] [swarm]
#
#   --own-engine   starts an engine for the test (as root; see deploy/test-engine.sh) and removes it afterwards;
#                  otherwise the one that DOCKER_HOST names is used
#   --no-build     the images are there already
#   compose        runs over four agents, and one with a wrong token
#   loss           an agent is killed, or cut off, in mid-run, under each -on-agent-loss policy
#   monitoring     a Prometheus from Debian's package finds the agents, its totals are the run's, and it answers what
#                  the dashboard asks; Grafana itself is not started
#   swarm          the same file as a stack of three replicas; makes the engine a single-node swarm, which one that
#                  serves others should not be: it wants --own-engine, or SWARM_OK=1
#                  Default: compose loss, and monitoring and swarm with --own-engine.
#
#   COMPOSE="docker compose" or "docker-compose" chooses between v2 and v1; WSLOAD_ENGINE_DIR keeps the own engine's
#   folder, and so its images, for the next time.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

die() {
  echo "test-compose: $1" >&2
  exit 1
}

own_engine=no build=yes parts=()
for argument in "$@"; do
  case "$argument" in
    --own-engine) own_engine=yes ;;
    --no-build) build=no ;;
    compose | loss | monitoring | swarm) parts+=("$argument") ;;
    *) die "unknown argument $argument; see the first lines of this script" ;;
  esac
done
if [ ${#parts[@]} -eq 0 ]; then
  parts=(compose loss)
  [ "$own_engine" = no ] || parts+=(monitoring swarm)
fi
for program in docker python3 timeout; do
  command -v "$program" >/dev/null || die "$program is missing"
done
if [ -z "${COMPOSE:-}" ]; then
  if docker compose version >/dev/null 2>&1; then
    COMPOSE="docker compose"
  elif command -v docker-compose >/dev/null; then
    COMPOSE=docker-compose
  else
    die "no Compose: install docker-compose, or the compose plugin of docker"
  fi
fi

read -ra compose <<<"$COMPOSE"

work=$(mktemp -d)
project=wsload-test-$$
gateway=
engine_dir=${WSLOAD_ENGINE_DIR:-$work/engine}
passed=0 failed=0

# Limits as high as this host has them: an engine may be unable to raise its own.
hard=$(ulimit -Hn)
[ "$hard" = unlimited ] && hard=1048576
export WSLOAD_NOFILE=${WSLOAD_NOFILE:-$hard} WSLOAD_GATEWAY_ACK_DELAY=20ms
export WSLOAD_TOKEN_FILE=$work/agent-token
# Loads here must go to the containers alone, whatever the caller's environment says.
unset WSLOAD_AGENTS WSLOAD_SERVER WSLOAD_TOKEN
python3 -c 'import secrets; print(secrets.token_hex(32))' >"$WSLOAD_TOKEN_FILE"
chmod 644 "$WSLOAD_TOKEN_FILE"
chmod 755 "$work"

lab=("${compose[@]}" -p "$project" -f deploy/docker-compose.yml)
monitored_lab=("${lab[@]}" -f deploy/docker-compose.monitoring.yml)
# The published image comes from a registry; this one from the packages the others come from.
export WSLOAD_PROMETHEUS_IMAGE=wsload-test-prometheus

in_swarm=
leave_swarm() {
  [ -n "$in_swarm" ] || return 0
  timeout 60 docker stack rm "$project" >/dev/null 2>&1
  timeout 60 docker swarm leave --force >/dev/null 2>&1
  in_swarm=
}

cleanup() {
  trap - EXIT
  echo "== cleaning up"
  if docker version >/dev/null 2>&1; then
    leave_swarm
    timeout 120 "${monitored_lab[@]}" down --volumes --timeout 5 >/dev/null 2>&1
    docker ps -aq --filter "name=$project" | xargs -r docker rm -f >/dev/null 2>&1
  fi
  if [ "$own_engine" = yes ]; then
    if [ -n "${WSLOAD_ENGINE_DIR:-}" ]; then
      deploy/test-engine.sh stop "$engine_dir"
    else
      deploy/test-engine.sh remove "$engine_dir"
    fi
  fi
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

pass() {
  echo "PASS  $1"
  passed=$((passed + 1))
}
fails() {
  echo "FAIL  $1${2:+: $2}"
  failed=$((failed + 1))
}
# step NAME SECONDS COMMAND...: passes when the command ends well in time.
step() {
  local name=$1 seconds=$2 status=0
  shift 2
  timeout --kill-after=10 "$seconds" "$@" >"$work/step" 2>&1 || status=$?
  if [ "$status" -eq 0 ]; then
    pass "$name"
  else
    fails "$name" "exit code $status$([ "$status" -eq 124 ] && echo " (not done in $seconds s)")"
    tail -n 15 "$work/step" | sed 's/^/      /'
    return 1
  fi
}
# until_true SECONDS COMMAND...: repeats it until it succeeds.
until_true() {
  local seconds=$1 end=$((SECONDS + $1))
  shift
  until "$@" 2>/dev/null; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.2
  done
}
# holds NAME EXPRESSION: Python, over r (result.json) and t (what the gateway counted).
holds() {
  local said
  if said=$(python3 - "$work/result.json" "$work/truth.json" "$2" <<'PYTHON' 2>&1
import json, sys

try:
    t = json.load(open(sys.argv[2]))
    messages = t["messages"]
    text = open(sys.argv[1]).read()
    # A run that never began leaves none.
    r = json.loads(text) if text else {"totals": {}, "agents": [], "verdict": None}
except (OSError, ValueError) as error:
    sys.exit(f"no result: {error}")
totals = dict.fromkeys(("scheduled", "success", "failed", "unsent"), 0) | r["totals"]
states = sorted(agent["state"] for agent in r["agents"])
conserved = all(
    part["scheduled"] == part["success"] + part["failed"] + part["unsent"] + part.get("unaccounted", 0)
    for part in [totals] + [agent["totals"] for agent in r["agents"]]
) and totals["scheduled"] == sum(agent["totals"]["scheduled"] for agent in r["agents"])
if not eval(sys.argv[3]):
    figures = {name: totals.get(name) for name in ("scheduled", "success", "failed", "unsent", "unaccounted")}
    sys.exit(f"{sys.argv[3]} does not hold: {figures}, gateway {messages['upstream']} messages,"
             f" {messages['acks_sent']} acknowledgements, agents {states}, verdict {r['verdict']}")
PYTHON
  ); then
    pass "$1"
  else
    fails "$1" "$said"
  fi
}

# The gateway prints its count when it is asked to.
gateway_truth() {
  local before
  before=$(docker logs "$gateway" 2>/dev/null | grep -c '^{')
  docker kill -s USR1 "$gateway" >/dev/null || return 1
  until_true 10 test "$(docker logs "$gateway" 2>/dev/null | grep -c '^{')" -gt "$before" || true
  docker logs "$gateway" 2>/dev/null | grep '^{' | tail -n 1 >"$work/truth.json"
}
gateway_saw() { # at least so many messages
  gateway_truth && [ "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["messages"]["upstream"])' \
    "$work/truth.json")" -ge "$1" ]
}
fresh_gateway() {
  docker restart -t 10 "$gateway" >/dev/null
  until_true 20 sh -c "docker logs --since 30s $gateway 2>/dev/null | tail -n 1 | grep -q 'listening on'"
}

# Tells whether the last controller's exit code is one of those given.
exit_code_is() {
  local name=$1 wanted
  shift
  for wanted in "$@"; do
    if [ "$exit_code" -eq "$wanted" ]; then
      pass "$name: exit code $exit_code"
      return
    fi
  done
  fails "$name: exit code $exit_code, want $*" "$(tail -n 3 "$work/controller.err" | tr '\n' ' ')"
}

agents() { docker ps -aq --filter "name=${project}[-_]agent[-_]"; }
healthy() { [ "$(docker ps -q --filter "name=${project}[-_]agent[-_.]" --filter health=healthy | wc -l)" -eq "$1" ]; }

# controller FLAGS...: a run to its end; its exit code in exit_code.
controller() {
  exit_code=0
  timeout --kill-after=10 90 "${run_controller[@]}" "$@" -json -quiet >"$work/result.json" 2>"$work/controller.err" ||
    exit_code=$?
  echo "$exit_code" >"$work/exit_code"
}

# Where figures are right but the host was too busy to send in time, the product says so: that is its verdict's business.
plain_run() { # NAME MESSAGES CLIENTS AGENTS
  exit_code_is "$1" 0 103
  holds "$1: $4 agents took part to the end" "states == ['done'] * $4"
  holds "$1: every message scheduled, sent and acknowledged" \
    "conserved and totals['scheduled'] == $2 and totals['success'] == $2"
  holds "$1: the gateway counted the same" \
    "messages['upstream'] == $2 and messages['acks_sent'] == $2 and messages['duplicates'] == 0"
  holds "$1: as many users as clients" "t['distinct_user_ids'] == $3 and t['duplicate_user_ids'] == 0"
}

# lose_agent POLICY HOW: a run of 200 messages a second from which one of the four agents is taken away in the middle.
lose_agent() {
  local policy=$1 how=$2 name="agent $2, -on-agent-loss=$1" duration=12 victim network
  # Silence is only known for a loss when the lease (10 s) is over.
  [ "$how" = killed ] || duration=20
  local messages=$((200 * duration)) share=$((50 * duration))
  victim=$(agents | sort | head -n 1)
  network=$(docker inspect --format '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}' "$victim")
  fresh_gateway
  controller -clients=40 -mps=200 -duration="${duration}s" -ramp-up=1s -on-agent-loss="$policy" &
  local running=$!
  until_true 40 gateway_saw 300 || fails "$name: the run began"
  if [ "$how" = killed ]; then
    docker kill -s KILL "$victim" >/dev/null
  else
    docker network disconnect "$network" "$victim"
  fi
  wait "$running"
  exit_code=$(cat "$work/exit_code")
  gateway_truth
  # A generator that was late itself is the verdict that comes first; both mean that the figures are not to be trusted.
  exit_code_is "$name" 102 103
  holds "$name: the verdict names the lost agent" \
    "states == ['done', 'done', 'done', 'lost'] and any(reason['kind'] == 'agent_lost' for reason in r['verdict']['reasons'])"
  holds "$name: totals add up, and the gateway saw all that was reported" \
    "conserved and totals['success'] <= messages['acks_sent'] and messages['duplicates'] == 0"
  case "$policy" in
    fail) holds "$name: the others were stopped" "totals['scheduled'] < $messages - $share" ;;
    continue)
      holds "$name: the others went on with their own shares" \
        "all(a['totals']['scheduled'] == $share for a in r['agents'] if a['state'] == 'done')"
      ;;
    rebalance)
      holds "$name: the others took over its share" \
        "all(a['totals']['scheduled'] > $share for a in r['agents'] if a['state'] == 'done')"
      ;;
  esac
  if [ "$policy" != fail ]; then
    holds "$name: the gap is in the result, to the message" \
      "totals['scheduled'] + sum(gap['messages_not_scheduled'] for gap in r['gaps']) == $messages"
  fi
  if [ "$how" = killed ]; then
    docker start "$victim" >/dev/null
  else
    docker network connect --alias agent "$network" "$victim"
  fi
  until_true 60 healthy 4 || fails "$name: the agent is back"
}

start_lab() {
  [ -z "$gateway" ] || return 0
  step "four agents and a gateway start" 120 \
    "${lab[@]}" up -d --no-build --scale agent=4 gateway agent || return 1
  run_controller=("${lab[@]}" run -T --rm --no-deps controller)
  gateway=$(docker ps -q --filter "name=${project}[-_]gateway[-_]")
  until_true 60 healthy 4 || {
    fails "four agents are healthy"
    return 1
  }
  pass "four agents are healthy"
}

test_compose() {
  echo "== compose ($("${compose[@]}" version --short 2>/dev/null | head -n 1)): a gateway and four agents"
  step "the compose file is valid" 30 "${lab[@]}" config -q || return
  step "wsload selftest runs in its image" 60 \
    docker run --rm --network none "${WSLOAD_IMAGE:-wsload:0.2.0}" wsload selftest -duration=10s
  start_lab || return
  fresh_gateway
  controller -clients=40 -mps=200 -duration=5s -ramp-up=1s
  gateway_truth
  plain_run "a run over four agents" 1000 40 4

  fresh_gateway
  run_controller=("${lab[@]}" run -T --rm --no-deps -e WSLOAD_TOKEN_FILE= -e WSLOAD_TOKEN=not-the-token-of-these-agents
    controller)
  controller -clients=4 -mps=20 -duration=1s
  run_controller=("${lab[@]}" run -T --rm --no-deps controller)
  gateway_truth
  exit_code_is "a wrong token" 1
  holds "a wrong token: no load" "t['handshakes']['accepted'] == 0 and t['messages']['upstream'] == 0"
}

test_loss() {
  echo "== loss: one of four agents is taken away in mid-run"
  start_lab || return
  local policy
  for policy in fail continue rebalance; do lose_agent "$policy" killed; done
  for policy in fail continue rebalance; do lose_agent "$policy" "cut off"; done
  fresh_gateway
  controller -clients=40 -mps=200 -duration=3s -ramp-up=1s
  gateway_truth
  plain_run "after all that, a run over four agents" 600 40 4
}

monitored() { # promtool's answer to a query
  docker exec "$prometheus" promtool query instant http://127.0.0.1:9090 "$1"
}
monitored_is() { [ "$(monitored "$1" | sed -n 's/.*=> \([^ ]*\) @.*/\1/p')" = "$2" ]; }
# What the dashboard asks, one query a line, for all agents and its shortest interval.
dashboard_queries() {
  python3 - <<'PYTHON'
import json

with open("deploy/grafana/dashboards/agents.json") as file:
    panels = json.load(file)["panels"]
for panel in panels:
    for target in panel.get("targets", []):
        print(target["expr"].replace("$instance", ".*").replace("$__rate_interval", "20s"))
PYTHON
}

test_monitoring() {
  echo "== monitoring: Prometheus beside a gateway and four agents"
  step "the compose file with monitoring is valid" 30 "${monitored_lab[@]}" config -q || return
  step "four agents, a gateway and Prometheus start" 120 \
    "${monitored_lab[@]}" up -d --no-build --scale agent=4 gateway agent prometheus || return
  run_controller=("${monitored_lab[@]}" run -T --rm --no-deps controller)
  gateway=$(docker ps -q --filter "name=${project}[-_]gateway[-_]")
  prometheus=$(docker ps -q --filter "name=${project}[-_]prometheus[-_]")
  until_true 60 healthy 4 || fails "four agents are healthy"
  if until_true 60 monitored_is 'sum(up{job="wsload-agent"})' 4; then pass "Prometheus found the four agents"; else
    fails "Prometheus found the four agents" "$(docker logs --tail 3 "$prometheus" 2>&1 | tr '\n' ' ')"
    return
  fi
  fresh_gateway
  controller -clients=40 -mps=200 -duration=10s -ramp-up=1s
  gateway_truth
  plain_run "a monitored run" 2000 40 4
  local name query answer asked=0 bad=0
  for name in scheduled succeeded; do
    if until_true 15 monitored_is "sum(wsload_messages_${name}_total)" 2000; then
      pass "Prometheus has 2000 messages $name"
    else
      fails "Prometheus has 2000 messages $name" "$(monitored "sum(wsload_messages_${name}_total)")"
    fi
  done
  while read -r query; do
    asked=$((asked + 1))
    # There may be no failure, and no agent at work, to answer with.
    if ! answer=$(monitored "$query" 2>&1 </dev/null) ||
      { [ -z "$answer" ] && [[ $query != *"by (cause)"* && $query != *"_busy"* ]]; }; then
      bad=$((bad + 1))
      fails "the dashboard's query $query" "$answer"
    fi
  done < <(dashboard_queries)
  [ "$asked" -eq 0 ] || [ "$bad" -gt 0 ] || pass "Prometheus answers the dashboard's $asked queries"
  [ "$asked" -gt 0 ] || fails "the dashboard asks something"
}

build_prometheus() {
  step "an image of Debian's Prometheus is built" 600 docker build --network host -t "$WSLOAD_PROMETHEUS_IMAGE" - \
    <<'DOCKERFILE'
FROM debian:bookworm-slim
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends prometheus >/dev/null \
 && mkdir /prometheus && chown nobody /prometheus
USER nobody
ENTRYPOINT ["/usr/bin/prometheus"]
DOCKERFILE
}

swarm_task() { docker ps -q --filter "name=${project}_$1\\."; }
one_gateway() { [ "$(swarm_task gateway | wc -l)" -eq 1 ]; }

test_swarm() {
  echo "== swarm: a stack of a gateway and three agents on one node"
  [ "$own_engine" = yes ] || [ "${SWARM_OK:-}" = 1 ] || die "swarm changes the engine; add --own-engine, or SWARM_OK=1"
  timeout 60 "${monitored_lab[@]}" down --volumes --timeout 5 >/dev/null 2>&1
  step "the engine becomes a swarm of one" 60 docker swarm init --advertise-addr 127.0.0.1 || return
  in_swarm=yes
  step "the stack is deployed" 120 \
    docker stack deploy --resolve-image never -c deploy/docker-compose.yml "$project" || return
  step "its agents scale to three" 120 docker service scale --detach=false "${project}_agent=3" || return
  if until_true 60 healthy 3 && until_true 60 one_gateway; then pass "three tasks are healthy"; else
    fails "three tasks are healthy" "$(docker service ps --no-trunc --format '{{.Name}} {{.Error}}' "${project}_agent")"
    return
  fi
  gateway=$(swarm_task gateway)
  run_controller=(docker run --rm --name "$project-controller" --network "${project}_default"
    --volume "$WSLOAD_TOKEN_FILE:/run/secrets/agent_token:ro" "${WSLOAD_IMAGE:-wsload:0.2.0}"
    wsload -agents=dns:///agent:7400 -server=ws://gateway:9002/ws -token-file=/run/secrets/agent_token)
  controller -clients=30 -mps=150 -duration=4s -ramp-up=1s
  gateway_truth
  plain_run "a run over three replicas" 600 30 3
  leave_swarm
  gateway=
}

if [ "$own_engine" = yes ]; then
  echo "== an engine of our own"
  export DOCKER_HOST=unix://$engine_dir/docker.sock
  if [ "$build" = yes ]; then
    deploy/test-engine.sh start "$engine_dir" build || exit 1
    deploy/test-engine.sh base "$engine_dir" || exit 1
  fi
fi
docker version >/dev/null 2>&1 || [ "$own_engine" = yes ] || die "no engine answers; start one, or add --own-engine"
if [ "$build" = yes ]; then
  echo "== images (compiles the product: minutes)"
  step "the image of wsload is built" 3600 docker build --network host -f deploy/Dockerfile -t wsload:0.2.0 . || exit 1
  step "the image of the gateway is built" 3600 \
    docker build --network host -f deploy/Dockerfile --target gateway -t wsload-gateway:0.2.0 . || exit 1
  [[ " ${parts[*]} " != *" monitoring "* ]] || build_prometheus || exit 1
fi
if [ "$own_engine" = yes ]; then
  [ "$build" = no ] || deploy/test-engine.sh stop "$engine_dir"
  deploy/test-engine.sh start "$engine_dir" run || exit 1
fi

for part in "${parts[@]}"; do "test_$part"; done
echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
