#!/usr/bin/python3
"""Plays the cases of the public WebSocket conformance suite (sections 1 to 7, 9, 10, 12 and 13) against the client.

    conformance.py ECHO_CLIENT [--full] [-v] [SECTION ...]

The server is Debian's python3-autobahn, which is independent of this project; the cases are written from the suite's
public descriptions and keep its numbers. --full: with the suite's sizes and counts, where a short test has fewer.
-v: every case has a line. SECTION: only cases whose numbers begin so, such as 6.4. Exit code 1: a case failed.
"""

import asyncio
import collections
import sys
import time

import closing
import compression
import framing
import limits
import server
import utf8

SECTIONS = {
    "1": "framing",
    "2": "pings and pongs",
    "3": "reserved bits",
    "4": "opcodes",
    "5": "fragmentation",
    "6": "UTF-8",
    "7": "close handshake",
    "9": "limits, performance",
    "10": "frames of one size",
    "12": "compression: data",
    "13": "compression: parameters",
}


def _belongs(name, sections):
    return not sections or any((name + ".").startswith(section.rstrip(".") + ".") for section in sections)


async def _ask(client, line):
    """The client's line about the connection that `line` tells it to make."""
    client.stdin.write(line.encode())
    await client.stdin.drain()
    return (await client.stdout.readline()).decode().rstrip("\n")


async def _play(factory, client, port, case):
    factory.case, factory.play = case, None
    offer = case.deflate.offer if case.deflate else "off"
    try:
        async with asyncio.timeout(2 * server.patience_seconds):
            told = await _ask(client, f"ws://127.0.0.1:{port}/case?{case.name} {offer}\n")
            if factory.play is not None:
                await factory.play.gone.wait()
                factory.play.task.cancel()
                await asyncio.gather(factory.play.task, return_exceptions=True)
    except TimeoutError:
        return "no end"
    return server.judge(case, factory.play, told) if told else "the client is gone"


def _print_table(counts, seconds):
    print(f"{'':4}{'section':26}{'cases':>7}{'failed':>8}{'seconds':>9}")
    for section, title in SECTIONS.items():
        if counts[section]:
            failed = counts[section, "failed"]
            print(f"{section:>3} {title:26}{counts[section]:7}{failed:8}{seconds[section]:9.1f}")


async def run(program, full, verbose, sections):
    cases = [case for part in (framing, utf8, closing, limits, compression) for case in part.cases(full)]
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), "a number is given twice"
    cases = [case for case in cases if _belongs(case.name, sections)]
    if full:
        server.patience_seconds *= 20
    listener, factory = await server.listen()
    port = listener.sockets[0].getsockname()[1]
    pipe = asyncio.subprocess.PIPE
    client = await asyncio.create_subprocess_exec(program, stdin=pipe, stdout=pipe)
    counts, seconds, failed = collections.Counter(), collections.Counter(), 0
    for case in cases:
        begin = time.monotonic()
        wrong = await _play(factory, client, port, case)
        section = case.name.split(".")[0]
        counts[section] += 1
        seconds[section] += time.monotonic() - begin
        if wrong:
            failed += 1
            counts[section, "failed"] += 1
        if wrong or verbose:
            print(f"{case.name:8} {case.about}: {wrong or 'ok'}", flush=True)
        if wrong in ("no end", "the client is gone"):
            break  # nothing after it could be told from it
    client.stdin.close()
    if client.returncode is None and failed:
        client.kill()
    await client.wait()
    listener.close()
    _print_table(counts, seconds)
    played = sum(counts[section] for section in SECTIONS)
    print(f"{played - failed} of {len(cases)} cases passed")
    return 0 if cases and played == len(cases) and failed == 0 else 1


def main(arguments):
    options = {"--full", "-v"}
    names = [argument for argument in arguments if argument not in options]
    if not names or any(name.startswith("-") for name in names):
        print(__doc__, file=sys.stderr)
        return 2
    return asyncio.run(run(names[0], "--full" in arguments, "-v" in arguments, names[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
