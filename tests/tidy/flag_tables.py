#!/usr/bin/env python3
"""Holds README's flag tables, and the flags that it names elsewhere, to what the programs say themselves.

    tests/tidy/flag_tables.py DIR [ROOT]    DIR has the programs

Exit code 0: they agree; 1: one line on stdout for each that does not.
"""

import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True

import markdown
import documents
from tree import Breach, Tree

# What has a table in README, and what README only mentions.
TABLED = ("wsload", "wsload-agent", "wsload selftest", "wsload certs")
MENTIONED = ("wsload-gateway",)
# Every program has them, and -helpfull does not list itself.
EVERYWHERE = ("help", "helpfull", "flagfile")


def read_help(text):
    """name -> default ("": none), from what -helpfull prints."""
    flags, name = {}, None
    for line in text.split("\n"):
        match = re.match(r"  -(\S+)(?:\s{2,}(.*))?$", line)
        if match:
            name = match[1]
            flags[name] = match[2] or ""
        elif name and line.startswith("     "):
            flags[name] += " " + line.strip()
        else:
            name = None
    return {name: _default(help_text) for name, help_text in flags.items()}


def _default(help_text):
    match = re.search(r"\(default ([^()]*)\)", help_text)
    return match[1] if match else ""


def ask(directory, program):
    words = program.split()
    command = [os.path.join(directory, words[0])] + words[1:] + ["-helpfull"]
    # No variable of the caller's may change a default.
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, env={}, check=True)
    return read_help(answer.stdout)


def _check_table(path, table, known):
    for row in table.rows:
        for flag, default in zip(row.flags, row.defaults):
            if flag not in known:
                yield Breach(path, row.line, f"{table.program} has no -{flag}")
            elif default != known[flag]:
                shown = f"`{known[flag]}`" if known[flag] else "no value"
                yield Breach(path, row.line, f"-{flag} has the default {shown} in {table.program}")


def _check_missing(path, tables, programs):
    for program in TABLED:
        own = [table for table in tables if table.program == program]
        if not own:
            yield Breach(path, 0, f"has no flag table of {program}")
            continue
        listed = {flag for table in own for row in table.rows for flag in row.flags}
        for flag in sorted(programs[program].keys() - listed):
            yield Breach(path, own[-1].line, f"-{flag} of {program} is in no table")


def _check_mentions(path, lines, programs):
    known = set(EVERYWHERE).union(*programs.values())
    for number, line in markdown.prose(lines):
        # A table's own flags are looked at with their program.
        mentions = line.split("|", 2)[2] if line.startswith("| `-") else line
        for text in markdown.quoted(mentions):
            match = re.match(r"--?([a-z][a-z-]*[a-z])(?:[= ]|$)", text)
            if match and match[1] not in known:
                yield Breach(path, number, f"no program has -{match[1]}")


def check(tree, programs):
    """`programs`: program -> its flags, as read_help() gives them."""
    breaches = []
    for path in (documents.ENGLISH, documents.CHINESE):
        lines = tree.lines(path)
        tables = documents.flag_tables(lines)
        for table in tables:
            if table.program in programs:
                breaches += _check_table(path, table, programs[table.program])
            else:
                breaches.append(Breach(path, table.line, f"there is no program {table.program}"))
        breaches += _check_missing(path, tables, programs)
        breaches += _check_mentions(path, lines, programs)
    return sorted(set(breaches))


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    here = os.path.dirname(os.path.abspath(__file__))
    tree = Tree(arguments[1] if len(arguments) == 2 else os.path.join(here, "..", ".."))
    programs = {program: ask(arguments[0], program) for program in TABLED + MENTIONED}
    breaches = check(tree, programs)
    for breach in breaches:
        print(breach)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
