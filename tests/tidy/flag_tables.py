#!/usr/bin/env python3
"""Holds the documents' flag tables, and the flags that any document names, to what the programs say themselves.

    tests/tidy/flag_tables.py DIR [ROOT]    DIR has the programs

Exit code 0: they agree; 1: one line on stdout for each that does not.
"""

import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True

import markdown
import translations
from tree import Breach, Tree

# What has a table.
TABLED = ("wsload", "wsload-agent", "wsload-gateway", "wsload selftest", "wsload certs", "wsload compare",
          "wsload find-max")
_PROGRAMS = {name.split()[0] for name in TABLED}
# Commands whose table has only what they do not have in common with another.
EXTENDS = {"wsload find-max": "wsload"}
# Commands with the flags of another.
ALIKE = {"wsload run": "wsload", "wsload doctor": "wsload", "wsload-agent healthcheck": "wsload-agent"}
# Speaks of programs of its own.
_OTHER_PROGRAMS = ("tests/bench/",)
# Every program has them, and -helpfull does not list itself.
EVERYWHERE = ("help", "helpfull", "flagfile", "version")


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


def _check_missing(first, tables, programs):
    """`tables`: (path, table) of one language; `first`: its first page."""
    for program in TABLED:
        own = [(path, table) for path, table in tables if table.program == program]
        if not own:
            yield Breach(first, 0, f"has no flag table of {program}")
            continue
        listed = {flag for _, table in own for row in table.rows for flag in row.flags}
        base = programs.get(EXTENDS.get(program), {})
        common = {flag for flag in base if programs[program].get(flag) == base[flag]}
        for flag in sorted(programs[program].keys() - listed - common):
            path, table = own[-1]
            yield Breach(path, table.line, f"-{flag} of {program} is in no table")


def _check_mentions(path, lines, programs):
    known = set(EVERYWHERE).union(*programs.values())
    for number, line in markdown.prose(lines):
        # A table's own flags are looked at with their program.
        mentions = line.split("|", 2)[2] if line.startswith("| `-") else line
        for text in markdown.quoted(mentions):
            # Two dashes are other programs' way.
            match = re.match(r"-([a-z][a-z-]*[a-z])(?:[= ]|$)", text)
            if match and match[1] not in known:
                yield Breach(path, number, f"no program has -{match[1]}")


def _whole_lines(block):
    """(line number, line) with what a backslash continues in the line where it began."""
    whole, begin = "", None
    for number, line in enumerate(block.lines, block.line + 1):
        begin = begin or number
        whole += line.removesuffix("\\")
        if not line.endswith("\\"):
            yield begin, whole
            whole, begin = "", None


def _commands(block):
    """(line number, program, words after it) of every command of ours in a code block."""
    for number, line in _whole_lines(block):
        for part in re.split(r"&&|\|\||[;|]", line):
            words = part.split()
            # The last one: in `docker run wsload wsload doctor` the first is an image.
            begin = max((i for i, word in enumerate(words) if os.path.basename(word) in _PROGRAMS), default=None)
            if begin is None:
                continue
            program = os.path.basename(words[begin])
            command = " ".join([program] + words[begin + 1 : begin + 2])
            is_command = command in TABLED or command in ALIKE
            yield number, command if is_command else program, words[begin + 1 :]


def _check_commands(path, lines, programs):
    for block in markdown.code_blocks(lines):
        for number, program, words in _commands(block):
            known = programs[ALIKE.get(program, program)].keys() | set(EVERYWHERE)
            for word in words:
                match = re.match(r"--?([a-z][a-z-]*)", word)
                if match and match[1] not in known:
                    yield Breach(path, number, f"{program} has no -{match[1]}")


def check(tree, programs):
    """`programs`: program -> its flags, as read_help() gives them."""
    breaches = []
    for pages in zip(*translations.pairs(tree)):
        tables = [(path, table) for path in pages for table in translations.flag_tables(tree.lines(path))]
        for path, table in tables:
            if table.program in programs:
                breaches += _check_table(path, table, programs[table.program])
            else:
                breaches.append(Breach(path, table.line, f"there is no program {table.program}"))
        breaches += _check_missing(pages[0], tables, programs)
    for path in tree.files:
        if path.endswith(".md") and not path.startswith(_OTHER_PROGRAMS):
            breaches += _check_mentions(path, tree.lines(path), programs)
            breaches += _check_commands(path, tree.lines(path), programs)
    return sorted(set(breaches))


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    here = os.path.dirname(os.path.abspath(__file__))
    tree = Tree(arguments[1] if len(arguments) == 2 else os.path.join(here, "..", ".."))
    programs = {program: ask(arguments[0], program) for program in TABLED}
    breaches = check(tree, programs)
    for breach in breaches:
        print(breach)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
