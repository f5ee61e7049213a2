#!/usr/bin/env python3
"""One run that holds up to a million live connections on one host.

One controller, as many agents and gateways as the descriptor limit asks for, all
on loopback addresses in a network namespace of their own. The agents share one
-server URL whose name stands for every gateway, and connect from several
-local-addrs each. Ends with 0 only when all that the agents say and all that
the gateways saw adds up. Needs root, and nothing else on the host.
"""

import argparse
import ctypes
import fcntl
import json
import math
import os
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STAGE = "WSLOAD_MILLION_STAGE"
SERVER = "gateways"
PORT = 9002
# Descriptors of a process that are no connection: loop, control streams, logs.
SPARE_DESCRIPTORS = 500
SOURCES_PER_AGENT = 4
PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=1_000_000)
    parser.add_argument("--connect-rate", type=int, default=4000, help="connections opened per second")
    parser.add_argument("--mps", type=int, default=1000, help="messages per second, over all connections")
    parser.add_argument("--heartbeats", type=int, default=4000, help="heartbeats per second, over all connections")
    parser.add_argument("--hold", type=int, default=0, help="seconds; 0: until every connection had a heartbeat")
    parser.add_argument("--per-process", type=int, default=0, help="connections per process; 0: as the limit allows")
    parser.add_argument("--out", default="", help="directory for result.json, gateways.json and the logs")
    parser.add_argument("--bin", default=os.path.join(ROOT, "build", "release", "bin"))
    return parser.parse_args()


def read(path):
    with open(path, encoding="ascii", errors="replace") as file:
        return file.read()


def write_sysctl(name, value):
    try:
        with open("/proc/sys/" + name.replace(".", "/"), "w", encoding="ascii") as file:
            file.write(value)
    except OSError as error:
        print(f"  {name} stays as it is: {error.strerror}")


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        get_flags, set_flags, up = 0x8913, 0x8914, 0x1
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, get_flags, request))[1]
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14x", b"lo", flags | up))


def enter_namespaces(args):
    """Two, one in the other: the table of established connections is the host's, and small, unless the parent namespace
    orders an own one."""
    stage = os.environ.get(STAGE, "0")
    if stage == "2":
        return
    if stage == "0":
        if os.geteuid() != 0:
            sys.exit("million: needs root for its namespaces")
        tcp_mem = int(read("/proc/sys/net/ipv4/tcp_mem").split()[2]) * PAGE
        print(f"host: load {read('/proc/loadavg').split()[0]}, {os.cpu_count()} cores, "
              f"{meminfo()['MemAvailable'] >> 20} MiB free, tcp_mem at most {tcp_mem >> 20} MiB")
        sys.stdout.flush()
    else:
        slots = 1 << max(16, (2 * args.connections - 1).bit_length())
        write_sysctl("net.ipv4.tcp_child_ehash_entries", str(min(slots, 1 << 22)))
    os.environ[STAGE] = str(int(stage) + 1)
    os.execvp("unshare", ["unshare", "--net", "--mount", sys.executable, os.path.abspath(__file__)] + sys.argv[1:])


def set_up_namespace(directory, gateways):
    loopback_up()
    write_sysctl("net.ipv4.ip_local_port_range", "1024 65535")
    write_sysctl("net.core.somaxconn", "65535")
    hosts = os.path.join(directory, "hosts")
    with open(hosts, "w", encoding="ascii") as file:
        file.write("127.0.0.1 localhost\n")
        file.writelines(f"{gateway_address(i)} {SERVER}\n" for i in range(gateways))
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)


def gateway_address(index):
    return f"127.1.{index // 200}.{index % 200 + 1}"


def source_range(index):
    return f"127.2.{index}.1-127.2.{index}.{SOURCES_PER_AGENT}"


def meminfo():
    return {line.split(":")[0]: int(line.split()[1]) << 10 for line in read("/proc/meminfo").splitlines()}


def sockets():
    """Open TCP sockets of the namespace, and the kernel's pages for their data, of the whole host."""
    for line in read("/proc/net/sockstat").splitlines():
        words = line.split()
        if words[0] == "TCP:":
            fields = dict(zip(words[1::2], words[2::2]))
            return int(fields["inuse"]), int(fields["mem"]) * PAGE
    return 0, 0


class Program:
    """A process that ends with this one."""

    def __init__(self, command, log):
        self.log = open(log, "w+", encoding="utf-8")
        die_with_parent = ctypes.CDLL(None).prctl
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True,
                                        preexec_fn=lambda: die_with_parent(1, signal.SIGKILL))

    def listening_on(self):
        line = self.process.stdout.readline()
        if "listening on " not in line:
            self.log.seek(0)
            raise RuntimeError(f"{self.process.args[0]} did not start: {line}{self.log.read()}")
        return line.rsplit(" ", 1)[1].strip()

    def pss(self):
        for line in read(f"/proc/{self.process.pid}/smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
        return 0

    def cpu_s(self):
        fields = read(f"/proc/{self.process.pid}/stat").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def total(programs, what):
    return sum(getattr(program, what)() for program in programs)


class Watch:
    """What the run takes, at the moments that matter."""

    def __init__(self, connections, agents, gateways, controller):
        self.connections, self.agents, self.gateways, self.controller = connections, agents, gateways, controller
        self.before = self.look()
        self.held = None
        self.peak_sockets = 0
        self.began = time.monotonic()

    def look(self):
        memory = meminfo()
        tcp_sockets, tcp_memory = sockets()
        return {"at": time.monotonic(), "available": memory["MemAvailable"], "slab": memory["Slab"],
                "sockets": tcp_sockets, "tcp_memory": tcp_memory, "agents": total(self.agents, "pss"),
                "gateways": total(self.gateways, "pss"),
                "controller": self.controller.pss() if self.controller else 0,
                "agents_cpu": total(self.agents, "cpu_s"), "gateways_cpu": total(self.gateways, "cpu_s"),
                "controller_cpu": self.controller.cpu_s() if self.controller else 0}

    def until_end(self, controller):
        self.controller = controller
        said = 0
        while controller.process.poll() is None:
            count = max(0, sockets()[0] - self.before["sockets"]) // 2
            self.peak_sockets = max(self.peak_sockets, count)
            if self.held is None and count >= self.connections:
                self.held = self.look()
                self.held["after"] = time.monotonic() - self.began
                load = read("/proc/loadavg").split()[0]
                print(f"  all open after {self.held['after']:.1f} s; load {load}", flush=True)
            if time.monotonic() - said > 15:
                said = time.monotonic()
                print(f"  {time.monotonic() - self.began:5.0f} s  {count:>8} open, "
                      f"{meminfo()['MemAvailable'] >> 20} MiB free", flush=True)
            time.sleep(0.5)


def report(watch, connections, cpu):
    held, before = watch.held, watch.before
    if held is None:
        return
    users = {who: held[who] - before[who] for who in ("agents", "gateways", "controller")}
    users["kernel (slab)"] = held["slab"] - before["slab"]
    print(f"memory with {connections} connections, beyond what the programs had before:")
    for name, value in [*users.items(), ("in all", sum(users.values()))]:
        print(f"  {name:<18} {value / 2**20:8.0f} MiB  {value / connections / 1024:6.2f} KiB per connection")
    print(f"  programs before    {(before['agents'] + before['gateways']) / 2**20:8.0f} MiB; "
          f"socket buffers then {held['tcp_memory'] / 2**20:.0f} MiB; "
          f"available memory fell by {(before['available'] - held['available']) / 2**20:.0f} MiB")
    print("CPU seconds until all were open / in all:")
    for who in ("agents", "gateways", "controller"):
        spent = held[who + "_cpu"] - before[who + "_cpu"]
        print(f"  {who:<18} {spent:8.1f} / {cpu[who] - before[who + '_cpu']:.1f}   "
              f"{spent / connections * 1e6:6.1f} us per connection opened")


def check(result, truths, connections):
    """Every line that does not add up."""
    wrong = []

    def equal(what, left, right):
        if left != right:
            wrong.append(f"{what}: {left} and {right}")

    def seen(*path):
        values = []
        for truth in truths:
            for name in path:
                truth = truth[name]
            values.append(truth)
        return sum(values)

    totals = result["totals"]
    dialled = totals["connections"]
    equal("connections opened, of the plan", dialled["opened"], connections)
    equal("connections open at once, agents and plan", dialled["active_peak"], connections)
    equal("connections lost", dialled["lost"], 0)
    equal("connections opened, agents and gateways", dialled["opened"], seen("handshakes", "accepted"))
    equal("connections open at once, agents and gateways", dialled["active_peak"], seen("connections", "peak"))
    equal("users", seen("distinct_user_ids"), connections)
    equal("users that came twice", seen("duplicate_user_ids"), 0)
    equal("closed by the agents", seen("connections", "closed_by_client"), connections)
    equal("broken", seen("connections", "broken"), 0)
    failures = totals["failures"]
    sent = totals["scheduled"] - totals["unsent"] - failures.get("send_error", 0)
    equal("messages scheduled and accounted for", totals["scheduled"],
          totals["success"] + totals["failed"] + totals["unsent"])
    equal("messages sent and received", sent, seen("messages", "upstream"))
    equal("acknowledgements sent and received", seen("messages", "acks_sent"), totals["success"] + totals["late_acks"])
    equal("heartbeats sent and received", totals["heartbeats"], seen("messages", "heartbeats"))
    equal("heartbeats sent and answered", totals["heartbeats"], totals["heartbeats_acked"])
    accepted = [truth["handshakes"]["accepted"] for truth in truths]
    if max(accepted) - min(accepted) > 1:
        wrong.append(f"gateways got from {min(accepted)} to {max(accepted)} connections: not even")
    by_agent = {}
    for truth in truths:
        for peer, count in truth["handshakes"]["peers"].items():
            sources = by_agent.setdefault(peer.rsplit(".", 1)[0], {})
            sources[peer] = sources.get(peer, 0) + count
    equal("agents and networks that connections came from", len(by_agent), len(result["agents"]))
    for network, sources in by_agent.items():
        if len(sources) != SOURCES_PER_AGENT or max(sources.values()) - min(sources.values()) > 1:
            wrong.append(f"not even over the sources {network}.*: {sources}")
    return wrong


def main():
    args = options()
    enter_namespaces(args)
    limit = args.per_process or int(subprocess.check_output(["sh", "-c", "ulimit -Hn"]).decode()) - SPARE_DESCRIPTORS
    processes = math.ceil(args.connections / limit)
    heartbeat = max(10, args.connections // args.heartbeats)
    hold = args.hold or heartbeat + 10
    directory = args.out or tempfile.mkdtemp(prefix="wsload-million-")
    os.makedirs(directory, exist_ok=True)
    set_up_namespace(directory, processes)
    print(f"{args.connections} connections: {processes} agents, {processes} gateways, {args.connect_rate}/s, "
          f"then {hold} s with {args.mps} messages/s and a heartbeat each every {heartbeat} s", flush=True)

    def log(name):
        return os.path.join(directory, name + ".log")

    gateways = [Program([f"{args.bin}/wsload-gateway", f"-listen={gateway_address(i)}:{PORT}"], log(f"gateway-{i}"))
                for i in range(processes)]
    agents = [Program([f"{args.bin}/wsload-agent", "-listen=127.0.0.1:0", f"-name=agent-{i}", "-workers=1",
                       f"-local-addrs={source_range(i)}"], log(f"agent-{i}")) for i in range(processes)]
    for gateway in gateways:
        gateway.listening_on()
    addresses = [agent.listening_on() for agent in agents]
    watch = Watch(args.connections, agents, gateways, None)
    controller = Program(
        [f"{args.bin}/wsload", "-agents=" + ",".join(addresses), f"-server=ws://{SERVER}:{PORT}/ws",
         f"-clients={args.connections}", f"-ramp-up={args.connections / args.connect_rate:.3f}s", "-conn-timeout=60s",
         f"-mps={args.mps}", f"-duration={hold}s", "-resp-timeout=10s", f"-heartbeat={heartbeat}s", "-agent-lease=30s",
         f"-out={directory}", "-json"], log("controller"))
    with open(os.path.join(directory, "stdout.json"), "w", encoding="utf-8") as sink:
        threading.Thread(target=shutil.copyfileobj, args=(controller.process.stdout, sink), daemon=True).start()
        watch.until_end(controller)
    # Only the controller has ended, and what mounted and counted.
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = {"agents": total(agents, "cpu_s"), "gateways": total(gateways, "cpu_s"),
           "controller": children.ru_utime + children.ru_stime}

    truths = []
    for gateway in gateways:
        gateway.process.send_signal(signal.SIGTERM)
    for gateway in gateways:
        truths.append(json.loads(gateway.process.communicate(timeout=120)[0].strip().splitlines()[-1]))
    for agent in agents:
        agent.process.send_signal(signal.SIGTERM)
    with open(os.path.join(directory, "gateways.json"), "w", encoding="utf-8") as file:
        json.dump(truths, file)

    if not os.path.exists(os.path.join(directory, "result.json")):
        print(read(log("controller")))
        sys.exit("million: FAILED: the run left no result")
    with open(os.path.join(directory, "result.json"), encoding="utf-8") as file:
        result = json.load(file)
    report(watch, args.connections, cpu)
    latency = result["latency_us"]
    for name in ("connect", "response", "send_lag"):
        print(f"{name:<10} p50 {latency[name]['p50'] / 1000:.1f} ms, p99 {latency[name]['p99'] / 1000:.1f} ms, "
              f"max {latency[name]['max'] / 1000:.1f} ms")
    for phase in result["phases"]:
        print(f"phase {phase['phase']:<8} {phase['duration_ns'] / 1e9:8.1f} s")
    verdict = result["verdict"]
    reasons = [reason["text"] for reason in verdict["reasons"]]
    print(f"verdict {verdict['code']}, exit code {controller.process.returncode}: {reasons}")
    wrong = check(result, truths, args.connections)
    # A host that carries all agents and all gateways makes messages late; what is asked here is who was held and
    # counted.
    if controller.process.returncode not in (0, 103):
        wrong.append(f"exit code {controller.process.returncode}")
    for line in wrong:
        print(f"FAILED: {line}")
    print(f"files in {directory}")
    print("million: " + ("FAILED" if wrong else f"OK: {args.connections} connections held, all accounted for"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
