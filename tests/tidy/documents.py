"""Rules: README says the same in both languages, exit codes are the code's, what is named or linked is there."""

import fnmatch
import re

import cpp
import markdown
from tree import Breach, room_of

ENGLISH = "README.md"
CHINESE = "README.zh-CN.md"
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


def _check_same_flags(tree):
    english = flag_tables(tree.lines(ENGLISH))
    chinese = flag_tables(tree.lines(CHINESE))
    yield from _check_rows(ENGLISH, english)
    yield from _check_rows(CHINESE, chinese)
    if [table.program for table in english] != [table.program for table in chinese]:
        yield Breach(CHINESE, 0, f"has not the flag tables that {ENGLISH} has")
        return
    for ours, theirs in zip(english, chinese):
        for row, other in zip(ours.rows, theirs.rows):
            if row.flags != other.flags:
                yield Breach(CHINESE, other.line, f"has not the flags of {ENGLISH}:{row.line}")
            elif row.defaults != other.defaults:
                yield Breach(CHINESE, other.line, f"has not the defaults of {ENGLISH}:{row.line}")
        if len(ours.rows) != len(theirs.rows):
            yield Breach(CHINESE, theirs.line, f"has not as many rows as {ENGLISH}:{ours.line}")


def _plain(block):
    """A block's lines without what a translation may change: comments, and the language that is asked for."""
    lines = [re.sub(r"\s+//\s.*$", "", line).replace(" -lang=zh", "").rstrip() for line in block.lines]
    return [line for line in lines if line]


def _check_same_blocks(tree):
    english = markdown.code_blocks(tree.lines(ENGLISH))
    chinese = markdown.code_blocks(tree.lines(CHINESE))
    if len(english) != len(chinese):
        yield Breach(CHINESE, 0, f"has {len(chinese)} code blocks, and {ENGLISH} has {len(english)}")
        return
    for ours, theirs in zip(english, chinese):
        # What a program prints is translated; what is typed is not.
        translated = any(_CHINESE_TEXT.search(line) for line in _plain(theirs))
        if not translated and (ours.language != theirs.language or _plain(ours) != _plain(theirs)):
            yield Breach(CHINESE, theirs.line, f"is not the code block of {ENGLISH}:{ours.line}")


def _check_same_headings(tree):
    english = markdown.headings(tree.lines(ENGLISH))
    chinese = markdown.headings(tree.lines(CHINESE))
    for ours, theirs in zip(english, chinese):
        if ours[1] != theirs[1]:
            yield Breach(CHINESE, theirs[0], f"is no heading of the level of {ENGLISH}:{ours[0]}")
            return
    if len(english) != len(chinese):
        yield Breach(CHINESE, 0, f"has {len(chinese)} headings, and {ENGLISH} has {len(english)}")


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
    for path in (ENGLISH, CHINESE):
        table_line, in_table = _exit_code_rows(tree.lines(path))
        for code in sorted(in_code.keys() - in_table.keys()):
            yield Breach(path, table_line, f"exit code {code} of {EXIT_CODES}:{in_code[code]} is in no table")
        for code in sorted(in_table.keys() - in_code.keys()):
            yield Breach(path, in_table[code], f"{EXIT_CODES} has no exit code {code}")


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
    if tree.exists(ENGLISH) and tree.exists(CHINESE):
        breaches += _check_same_flags(tree)
        breaches += _check_same_blocks(tree)
        breaches += _check_same_headings(tree)
        if tree.exists(EXIT_CODES):
            breaches += _check_exit_codes(tree)
    return breaches
