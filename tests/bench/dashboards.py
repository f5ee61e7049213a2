#!/usr/bin/env python3
"""What those who look on cost a run's controller: its CPU by thread, without anybody and with twelve dashboards open.

    dashboards.py BIN_DIR [--seconds=20] [--rounds=3] [--tabs=2] [--streams=10]

One run against the mock gateway, its agent in a process of its own, so that the controller does nothing but control.
Tabs are real ones, of Debian's Chromium; streams read /events as a page does. Without and with, in turn.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "page"))

from chromium import Chromium

PATIENCE_S = 60


def cpu_by_thread(pid):
    """Seconds by (id, name). In nanoseconds from the scheduler: ticks are too coarse for what is looked for."""
    threads = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/comm", encoding="utf-8") as file:
                name = file.read().strip()
            with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="utf-8") as file:
                threads[(thread, name)] = int(file.read().split()[0]) / 1e9
        except FileNotFoundError:
            pass
    return threads


def shares(pid, seconds):
    """Of a core, by thread."""
    before, began = cpu_by_thread(pid), time.monotonic()
    time.sleep(seconds)
    after, took = cpu_by_thread(pid), time.monotonic() - began
    return {thread: (used - before.get(thread, 0)) / took for thread, used in after.items()}


def find(stream, pattern):
    for line in stream:
        if found := re.search(pattern, line):
            return found.group(1)
    raise RuntimeError(f"no line with {pattern}")


class Stream:
    """Reads /events to its end, and counts what comes."""

    def __init__(self, url):
        self.intervals = 0
        self._answer = urllib.request.urlopen(url + "events", timeout=PATIENCE_S)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        try:
            for line in self._answer:
                self.intervals += line == b"event: interval\n"
        except (OSError, ValueError, AttributeError):
            pass

    def close(self):
        # Wakes the reader, which a mere close would wait for.
        try:
            self._answer.fp.raw._sock.shutdown(2)
        except OSError:
            pass
        self._thread.join(PATIENCE_S)


def measure(options, pid, url):
    alone, watched, by_thread = [], [], {}
    with Chromium() as browser:
        for round_number in range(options.rounds):
            alone.append(sum(shares(pid, options.seconds).values()))
            streams = [Stream(url) for _ in range(options.streams)]
            tabs = [browser.page(width=width) for width in (1440, 375) * options.tabs][: options.tabs]
            for tab in tabs:
                tab.open(url)
                tab.wait_for("page.live && page.live.result.series.length > 0")
            time.sleep(2)
            seen = sum(stream.intervals for stream in streams)
            threads = shares(pid, options.seconds)
            watched.append(sum(threads.values()))
            told = sum(stream.intervals for stream in streams) - seen
            for thread, used in threads.items():
                by_thread.setdefault(thread, []).append(used)
            print(f"round {round_number + 1}: alone {alone[-1]:.2%}, with {len(streams)} streams and {len(tabs)} tabs "
                  f"{watched[-1]:.2%} of a core; {told} intervals told", flush=True)  # fmt: skip
            for stream in streams:
                stream.close()
            for tab in tabs:
                tab.close()
            time.sleep(2)
    return alone, watched, by_thread


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tabs", type=int, default=2)
    parser.add_argument("--streams", type=int, default=10)
    options = parser.parse_args()
    program = lambda name: os.path.join(os.path.abspath(options.programs), name)
    started = []

    def start(*command, **pipes):
        started.append(subprocess.Popen(command, text=True, **pipes))
        return started[-1]

    with tempfile.TemporaryDirectory(prefix="wsload-dashboards-") as folder:
        try:
            pipe = subprocess.PIPE
            gateway = start(program("wsload-gateway"), "-listen=127.0.0.1:0", "-ack-delay=exp:5ms", stdout=pipe)
            server = find(gateway.stdout, r"(127\.0\.0\.1:\d+)")
            agent = start(program("wsload-agent"), "-listen=127.0.0.1:0", stdout=pipe, stderr=subprocess.DEVNULL)
            address = find(agent.stdout, r"(127\.0\.0\.1:\d+)")
            for stream in (agent.stdout, gateway.stdout):
                threading.Thread(target=lambda stream=stream: list(stream), daemon=True).start()
            run = start(program("wsload"), f"-server=ws://{server}/ws", f"-agents={address}", "-dashboard=127.0.0.1:0",
                        f"-out={folder}/out", "-clients=400", "-mps=800", "-ramp-up=1s", "-duration=1h", "-quiet",
                        "-threshold=p(99)<200ms", stdout=subprocess.DEVNULL, stderr=pipe)  # fmt: skip
            url = find(run.stderr, r"(http://\S+/)")
            threading.Thread(target=lambda: list(run.stderr), daemon=True).start()
            time.sleep(5)
            alone, watched, by_thread = measure(options, run.pid, url)
        finally:
            for process in reversed(started):
                process.terminate()
            for process in reversed(started):
                process.wait(timeout=PATIENCE_S)
    print("with viewers, by thread, median:")
    for (_, name), used in sorted(by_thread.items(), key=lambda each: -statistics.median(each[1])):
        if statistics.median(used) >= 0.0001:
            print(f"  {name:16} {statistics.median(used):.2%}")
    extra = statistics.median(watched) - statistics.median(alone)
    print(f"median of a core: alone {statistics.median(alone):.2%}, watched {statistics.median(watched):.2%}: "
          f"the viewers cost {extra:.2%}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
