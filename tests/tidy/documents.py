"""Rules: exit codes are the code's, what is named or linked is there, and the version is one."""

import fnmatch
import re

import cpp
import markdown
import translations
from tree import Breach

VERSION = "common/version.h"
CHANGELOG = "CHANGELOG.md"
BUILD = "CMakeLists.txt"
EXIT_CODES = "common/exit_code.h"
_PATH = re.compile(r"(?:agent|common|controller|proto|tests|deploy|docs)/[\w./*<>-]+")


def _exit_code_rows(lines):
    for table in markdown.tables(lines):
        if table.rows and all(re.fullmatch(r"\d+", cells[0]) for _, cells in table.rows):
            return table.line, {int(cells[0]): line for line, cells in table.rows}
    return 0, {}


def _check_exit_codes(tree):
    in_code = {}
    for number, line in enumerate(tree.lines(EXIT_CODES), 1):
        match = re.match(r"\s*k\w+ = (\d+),", line)
        if match:
            in_code[int(match[1])] = number
    for page in translations.pairs(tree):
        for path in page:
            table_line, in_table = _exit_code_rows(tree.lines(path))
            # One page of each language has them.
            if not in_table:
                continue
            for code in sorted(in_code.keys() - in_table.keys()):
                yield Breach(path, table_line, f"exit code {code} of {EXIT_CODES}:{in_code[code]} is in no table")
            for code in sorted(in_table.keys() - in_code.keys()):
                yield Breach(path, in_table[code], f"{EXIT_CODES} has no exit code {code}")


def _versions(tree):
    """(file, line, version) of each place that names it; version "": it does not."""
    for path, pattern in (
        (VERSION, r'kVersion\[\] = "([^"]*)"'),
        (BUILD, r"project\(wsload VERSION (\S+)"),
        (CHANGELOG, r"## (\S+)"),
    ):
        lines = enumerate(tree.lines(path), 1)
        found = ((number, re.search(pattern, line)) for number, line in lines)
        number, match = next(((number, match) for number, match in found if match), (0, None))
        yield path, number, match[1] if match else ""


def _check_version(tree):
    """The newest version of the changelog is the one that is built."""
    _, _, wanted = next(_versions(tree))
    for path, line, version in _versions(tree):
        if version != wanted or not version:
            yield Breach(path, line, f'has the version "{version}", and {VERSION} has "{wanted}"')


def _check_links(tree, path):
    for number, target in markdown.links(tree.lines(path)):
        linked, fragment = markdown.resolve(path, target)
        if not tree.exists(linked):
            yield Breach(path, number, f"links to {target}, and there is no {linked}")
        elif fragment and linked.endswith(".md"):
            anchors = {markdown.anchor(text) for _, _, text in markdown.headings(tree.lines(linked))}
            if fragment not in anchors:
                yield Breach(path, number, f"links to {target}, and {linked} has no such heading")


def _stands_for(tree, path):
    """Whether there is such a file or folder, its ending left out or not; `*` is any name, `<...>` a variable."""
    if "<" in path:
        return True
    whole = path.rstrip("/.")
    if "*" in whole:
        return any(fnmatch.fnmatch(file, whole) for file in tree.files)
    return any(tree.exists(whole + ending) for ending in ("", ".h", ".cc"))


def _check_paths(tree, path):
    """Paths of this repository that a document or a comment names."""
    if path.endswith(".md"):
        named = [(number, text) for number, line in markdown.prose(tree.lines(path)) for text in markdown.quoted(line)]
    else:
        comments = cpp.comments(tree.text(path) or "")
        named = [(number, word) for number, line in comments for word in re.findall(r"[\w./*<>-]+", line)]
    for number, text in named:
        for one in markdown.expand(text):
            if _PATH.fullmatch(one) and not _stands_for(tree, one):
                yield Breach(path, number, f"speaks of {one}, and there is none")


def _tests(tree):
    """`Suite.Test` of all tests there are."""
    for path in tree.files:
        if path.startswith("tests/") and path.endswith(".cc"):
            for suite, test in re.findall(r"^TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\)", tree.text(path) or "", re.M):
                yield f"{suite}.{test}"


def _check_tests(tree, path):
    """Tests that a document names, as `Suite.Test`."""
    known = set(_tests(tree))
    for number, line in markdown.prose(tree.lines(path)):
        for text in markdown.quoted(line):
            if re.fullmatch(r"[A-Z]\w+\.[A-Z]\w+", text) and text not in known:
                yield Breach(path, number, f"speaks of the test {text}, and there is none")


def check(tree):
    breaches = []
    for path in tree.files:
        if path.endswith(".md"):
            breaches += _check_links(tree, path)
        if path.endswith((".md", ".h", ".cc")):
            breaches += _check_paths(tree, path)
    for path in tree.files:
        if path.startswith("docs/security") and path.endswith(".md"):
            breaches += _check_tests(tree, path)
    if tree.exists(EXIT_CODES):
        breaches += _check_exit_codes(tree)
    if tree.exists(CHANGELOG):
        breaches += _check_version(tree)
    return breaches
