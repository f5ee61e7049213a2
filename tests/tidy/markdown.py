"""What the rules read from Markdown: tables, headings, code blocks and links, each with its line."""

import dataclasses
import os
import re

from tree import Breach, room_of


@dataclasses.dataclass(frozen=True)
class Table:
    line: int  # of the header
    header: tuple
    rows: tuple  # of (line, cells)


@dataclasses.dataclass(frozen=True)
class Block:
    line: int  # of the opening fence
    language: str
    lines: tuple


def _cells(line):
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def code_blocks(lines):
    blocks, begin = [], None
    for number, line in enumerate(lines, 1):
        if not line.lstrip().startswith("```"):
            continue
        if begin is None:
            begin = number
        else:
            language = lines[begin - 1].strip().strip("`")
            blocks.append(Block(begin, language, tuple(lines[begin : number - 1])))
            begin = None
    return blocks


def prose(lines):
    """(line number, line) of everything outside code blocks."""
    inside = False
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("```"):
            inside = not inside
        elif not inside:
            yield number, line


def headings(lines):
    """(line number, level, text)."""
    found = []
    for number, line in prose(lines):
        match = re.match(r"(#+) +(.*)", line)
        if match:
            found.append((number, len(match[1]), match[2].strip()))
    return found


def tables(lines):
    found, rows, begin = [], [], None
    for number, line in list(prose(lines)) + [(len(lines) + 1, "")]:
        if line.startswith("|"):
            if begin is None:
                begin = number
            rows.append((number, _cells(line)))
        elif begin is not None:
            # The second line is the rule under the header.
            found.append(Table(begin, rows[0][1], tuple(rows[2:])))
            rows, begin = [], None
    return found


def links(lines):
    """(line number, target) of every link that is not a URL."""
    for number, line in prose(lines):
        for target in re.findall(r"\]\(([^)\s]+)\)", line):
            if "://" not in target:
                yield number, target


def urls(lines):
    """(line number, URL) of every link that is one."""
    for number, line in prose(lines):
        for target in re.findall(r"\]\(([^)\s]+)\)", line):
            if "://" in target:
                yield number, target


def resolve(path, target):
    """(file, fragment) of what a page's link leads to, the file from the root on."""
    file, _, fragment = target.partition("#")
    return os.path.normpath(os.path.join(room_of(path), file)) if file else path, fragment


def anchor(heading):
    """The name that a heading's link has."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def quoted(cell):
    """The texts in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def expand(text):
    """`a/{b,c}/d` as the list a/b/d, a/c/d."""
    match = re.search(r"\{([^{}]*)\}", text)
    if not match:
        return [text]
    expanded = []
    for part in match[1].split(","):
        expanded += expand(text[: match.start()] + part.strip() + text[match.end() :])
    return expanded


def rows_of_table(tree, path, first_header, breaches):
    """(line, cells) of the table whose first column has this header; a page without it is a breach."""
    lines = tree.lines(path) if tree.exists(path) else ()
    for table in tables(lines):
        if table.header[0] == first_header:
            return table.rows
    breaches.append(Breach(path, 0, f'has no table whose first column is "{first_header}"'))
    return ()
