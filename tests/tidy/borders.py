"""Rule: a library, a clock or a system call stays where ARCHITECTURE.md's second table says that it is used."""

import re

import cpp
import markdown
from tree import Breach, room_of

TABLE = "ARCHITECTURE.md"
HEADER = "what"


class _Pattern:
    """`<asio` begins the path of an include and `.grpc.pb.h` ends it. Everything else is code: `gcry_*` any name with
    this beginning, `now()` a call with whatever arguments."""

    def __init__(self, text):
        self.text = text
        self.of_includes = text[0] in "<."
        if self.of_includes:
            self._regex = re.compile((r"^" if text[0] == "<" else r".*") + re.escape(text))
            return
        begin = r"(?<![\w.>])" if re.match(r"\w", text) else ""
        end = r"(?!\w)" if re.search(r"\w$", text) else ""
        if text.endswith("*"):
            text, end = text[:-1], r"\w+"
        elif text.endswith("()"):
            text, end = text[:-1], ""
        self._regex = re.compile(begin + re.escape(text) + end)

    def line_of(self, source):
        """The first line that has it; 0: none."""
        lines = source.includes if self.of_includes else source.code
        return next((number for number, line in lines if self._regex.search(line)), 0)


class _Place:
    """A room, a room with all below it, or one file."""

    def __init__(self, text):
        self.text = text
        self._below = text.endswith("/**")
        self._path = text.removesuffix("**").rstrip("/")
        self.used = False

    def holds(self, file):
        if self._path in (file, room_of(file)) or (self._below and file.startswith(self._path + "/")):
            self.used = True
            return True
        return False


class _Source:
    """A file as the patterns see it: its includes, and its code without includes, comments and texts."""

    def __init__(self, tree, file):
        self.includes = [(number, path.strip('"')) for number, path in cpp.includes(tree.lines(file))]
        of_includes = {number for number, _ in self.includes}
        code = enumerate(cpp.strip(tree.text(file) or "").split("\n"), 1)
        self.code = [(number, line) for number, line in code if line.strip() and number not in of_includes]


class _Row:
    def __init__(self, line, cells):
        self.line = line
        self.where = cells[1].replace("`", "")
        self.patterns = [_Pattern(text) for text in markdown.quoted(cells[0])]
        self.places = [_Place(one) for text in markdown.quoted(cells[1]) for one in markdown.expand(text)]

    def check(self, file, source):
        for pattern in self.patterns:
            line = pattern.line_of(source)
            # All of them are asked, so that each knows whether it was of use.
            if line > 0 and not any([place.holds(file) for place in self.places]):
                yield Breach(file, line, f'"{pattern.text}" belongs to {self.where} alone ({TABLE}:{self.line})')


def _read_rows(tree, breaches):
    rows = []
    for line, cells in markdown.rows_of_table(tree, TABLE, HEADER, breaches):
        places = len(cells) == 3 and (markdown.quoted(cells[1]) or cells[1] == "nowhere")
        if places and markdown.quoted(cells[0]) and cells[2]:
            rows.append(_Row(line, cells))
        else:
            breaches.append(Breach(TABLE, line, "want three cells: `texts` of code, `places` or nowhere, and why"))
    return rows


def check(tree):
    breaches = []
    rows = _read_rows(tree, breaches)
    for file in tree.cpp_files():
        source = _Source(tree, file)
        for row in rows:
            breaches += row.check(file, source)
    for row in rows:
        for place in row.places:
            if not place.used:
                breaches.append(Breach(TABLE, row.line, f"{place.text} makes no use of it; remove the allowance"))
    return breaches
