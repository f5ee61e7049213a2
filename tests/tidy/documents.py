"""Rules: what is there in two languages says the same in both, exit codes are the code's, what is named or linked is
there, and the version is one."""

import fnmatch
import re

import cpp
import markdown
from tree import Breach, room_of

CHINESE_ENDING = ".zh-CN.md"
VERSION = "common/version.h"
CHANGELOG = "CHANGELOG.md"
BUILD = "CMakeLists.txt"
EXIT_CODES = "common/exit_code.h"
_PATH = re.compile(r"(?:agent|common|controller|proto|tests|deploy|docs)/[\w./*<>-]+")
_CHINESE_TEXT = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")


class FlagRow:
    """A row of a flag table: some flags, and a default for all of them or for each."""

    def __init__(self, line, cells):
        self.line = line
        self.flags = [text.lstrip("-") for text in markdown.quoted(cells[0])]
        # A value that the program shows stands in backticks; any other word only tells what no value means.
        parts = re.split(r", |、", cells[1])
        values = [markdown.quoted(part) for part in parts]
        self.defaults = ["".join(value) for value in values]
        if len(self.defaults) == 1:
            self.defaults *= len(self.flags)


class FlagTable:
    """One whose header names the program: | flag of `wsload` | default | … |"""

    def __init__(self, table):
        self.line = table.line
        self.program = markdown.quoted(table.header[0])[0]
        self.rows = [FlagRow(line, cells) for line, cells in table.rows]


def flag_tables(lines):
    """The tables whose first header cell names a program and whose rows begin with flags."""
    found = []
    for table in markdown.tables(lines):
        if markdown.quoted(table.header[0]) and table.rows and table.rows[0][1][0].startswith("`-"):
            found.append(FlagTable(table))
    return found


def _check_rows(path, tables):
    for table in tables:
        for row in table.rows:
            if len(row.defaults) != len(row.flags):
                text = f"{len(row.flags)} flags with {len(row.defaults)} defaults; want one for all, or one for each"
                yield Breach(path, row.line, text)


def pairs(tree):
    """(page, the same page in Chinese), of all that there are."""
    for path in tree.files:
        english = path.removesuffix(CHINESE_ENDING) + ".md"
        if path.endswith(CHINESE_ENDING) and tree.exists(english):
            yield english, path


def _check_same_flags(tree, page, translation):
    english = flag_tables(tree.lines(page))
    chinese = flag_tables(tree.lines(translation))
    yield from _check_rows(page, english)
    yield from _check_rows(translation, chinese)
    if [table.program for table in english] != [table.program for table in chinese]:
        yield Breach(translation, 0, f"has not the flag tables that {page} has")
        return
    for ours, theirs in zip(english, chinese):
        for row, other in zip(ours.rows, theirs.rows):
            if row.flags != other.flags:
                yield Breach(translation, other.line, f"has not the flags of {page}:{row.line}")
            elif row.defaults != other.defaults:
                yield Breach(translation, other.line, f"has not the defaults of {page}:{row.line}")
        if len(ours.rows) != len(theirs.rows):
            yield Breach(translation, theirs.line, f"has not as many rows as {page}:{ours.line}")


def _plain(block):
    """A block's lines without what a translation may change: comments, and the language that is asked for."""
    lines = [re.sub(r"\s+//\s.*$", "", line).replace(" -lang=zh", "").rstrip() for line in block.lines]
    return [line for line in lines if line]


def _check_same_blocks(tree, page, translation):
    english = markdown.code_blocks(tree.lines(page))
    chinese = markdown.code_blocks(tree.lines(translation))
    if len(english) != len(chinese):
        yield Breach(translation, 0, f"has {len(chinese)} code blocks, and {page} has {len(english)}")
        return
    for ours, theirs in zip(english, chinese):
        # What a program prints is translated; what is typed is not.
        translated = any(_CHINESE_TEXT.search(line) for line in _plain(theirs))
        if not translated and (ours.language != theirs.language or _plain(ours) != _plain(theirs)):
            yield Breach(translation, theirs.line, f"is not the code block of {page}:{ours.line}")


def _check_same_headings(tree, page, translation):
    english = markdown.headings(tree.lines(page))
    chinese = markdown.headings(tree.lines(translation))
    for ours, theirs in zip(english, chinese):
        if ours[1] != theirs[1]:
            yield Breach(translation, theirs[0], f"is no heading of the level of {page}:{ours[0]}")
            return
    if len(english) != len(chinese):
        yield Breach(translation, 0, f"has {len(chinese)} headings, and {page} has {len(english)}")


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
    for page in pairs(tree):
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
        file, _, fragment = target.partition("#")
        folder = room_of(path)
        parts = []
        for part in ((folder + "/" + file) if file else path).strip("/").split("/"):
            if part == "..":
                parts.pop()
            else:
                parts.append(part)
        linked = "/".join(parts)
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


def check(tree):
    breaches = []
    for path in tree.files:
        if path.endswith(".md"):
            breaches += _check_links(tree, path)
        if path.endswith((".md", ".h", ".cc")):
            breaches += _check_paths(tree, path)
    for page, translation in pairs(tree):
        breaches += _check_same_flags(tree, page, translation)
        breaches += _check_same_blocks(tree, page, translation)
        breaches += _check_same_headings(tree, page, translation)
    if tree.exists(EXIT_CODES):
        breaches += _check_exit_codes(tree)
    if tree.exists(CHANGELOG):
        breaches += _check_version(tree)
    return breaches
