"""Rule: a room includes what ARCHITECTURE.md's folder table says it may include, and nothing else."""

import dataclasses
import os
import re

import cpp
import markdown
from tree import Breach, room_of

TABLE = "ARCHITECTURE.md"
HEADER = "folder"
# Whose includes are written in quotes too: its headers ask for that.
_OTHERS_IN_QUOTES = ("absl",)
_GENERATED = re.compile(r"(?:\.grpc)?\.pb\.h$")
_FILE = re.compile(r"\.(?:h|cc)$")
_ENTRY = re.compile(r"`([^`]+)`(?:\s+\(((?:`[^`]+`(?:,\s+|\s+and\s+)?)+)\s+alone\))?")


@dataclasses.dataclass
class Allowance:
    line: int
    room: str  # whose row it is in
    target: str  # a room, or one file
    files: tuple  # the files of `room` that it holds for; none: all
    used: set = dataclasses.field(default_factory=set)

    def covers(self, file, included):
        if self.target not in (room_of(included), included):
            return False
        name = file[len(self.room) + 1 :]
        if self.files and name not in self.files:
            return False
        self.used.add(name if self.files else "")
        return True


@dataclasses.dataclass
class Row:
    line: int
    room: str
    below: bool  # its folders below it too
    everything: bool
    allowances: list

    def holds(self, room):
        return room == self.room or (self.below and room.startswith(self.room + "/"))


def _read_row(line, cells, breaches):
    def complain(text):
        breaches.append(Breach(TABLE, line, text))

    rooms = markdown.quoted(cells[0])
    if len(cells) != 3 or len(rooms) != 1 or not re.fullmatch(r"[\w/.-]+/(\*\*)?", rooms[0]):
        complain("want three cells, the first with one folder: `a/b/`, or `a/b/**` with all that is below it")
        return None
    room, may = rooms[0], cells[2]
    row = Row(line, room.rstrip("*").rstrip("/"), room.endswith("**"), may == "everything", [])
    if may in ("everything", "nothing"):
        return row
    rest = _ENTRY.sub("", may)
    if re.sub(r",|\band\b|\s", "", rest):
        complain(f'cannot read "{rest.strip(" ,")}": want `room`, or `room` (`file.cc` alone), nothing or everything')
    for target, files in _ENTRY.findall(may):
        names = tuple(name for text in markdown.quoted(files) for name in markdown.expand(text))
        for one in markdown.expand(target):
            row.allowances.append(Allowance(line, row.room, one.rstrip("/"), names))
    return row


def read_table(tree, breaches):
    table = markdown.rows_of_table(tree, TABLE, HEADER, breaches)
    rows = [_read_row(line, cells, breaches) for line, cells in table]
    return [row for row in rows if row is not None]


def _row_of(rows, room):
    fitting = [row for row in rows if row.holds(room)]
    return max(fitting, key=lambda row: len(row.room), default=None)


def _included_file(path):
    """A quoted path as the file of this repository that it names; None: it is somebody else's."""
    if _GENERATED.search(path):
        return "proto/" + _GENERATED.sub(".proto", path)
    return None if path.split("/")[0] in _OTHERS_IN_QUOTES else path


def _includes(tree):
    """(file, line, file of this repository that it includes)."""
    for file in tree.cpp_files():
        for line, path in cpp.includes(tree.lines(file)):
            included = _included_file(path[1:-1]) if path[0] == '"' else None
            if included is not None:
                yield file, line, included
    for file in tree.files:
        if file.endswith(".proto"):
            for line, text in enumerate(tree.lines(file), 1):
                match = re.match(r'\s*import (?:public )?"([^"]+)"', text)
                if match and tree.exists("proto/" + match[1]):
                    yield file, line, "proto/" + match[1]


def _check_include(tree, rows, file, line, included):
    if not tree.exists(included):
        return Breach(file, line, f"there is no {included}; paths begin at the root, and others' headers stand in <>")
    room, target = room_of(file), room_of(included)
    if target == room or room == "":
        return None
    if target.split("/")[0] == "tests" and file.split("/")[0] != "tests":
        return Breach(file, line, f"includes {included}; what is outside tests/ does not depend on tests")
    row = _row_of(rows, room)
    if row is None or row.everything:
        return None
    # All of them are asked, so that each knows whether it was of use.
    if any([allowance.covers(file, included) for allowance in row.allowances]):
        return None
    return Breach(
        file, line, f"{room}/ may not include {included}; move what is shared down, or allow it ({TABLE}:{row.line})"
    )


def _check_rows(tree, rows):
    # A folder that only builds what is below it is no room.
    rooms = {room_of(file) for file in tree.files if "/" in file and os.path.basename(file) != "CMakeLists.txt"}
    for row in rows:
        same = [other for other in rows if other.room == row.room]
        if same[0] is not row:
            yield Breach(TABLE, row.line, f"{row.room}/ has a row already, on line {same[0].line}")
        if not any(row.holds(room) for room in rooms):
            yield Breach(TABLE, row.line, f"there is no {row.room}/ with files in it")
        for allowance in row.allowances:
            for name in allowance.files or ("",):
                if name not in allowance.used:
                    who = f"{row.room}/{name}"
                    yield Breach(TABLE, row.line, f"{who} includes nothing of {allowance.target}; remove the allowance")
    for room in sorted(rooms):
        if _row_of(rows, room) is None:
            first = next(file for file in tree.files if room_of(file) == room)
            yield Breach(first, 0, f"{room}/ has no row in {TABLE}'s folder table")


def _check_order(rows):
    """What stands above may not include what stands below: so there are no circles."""
    for index, row in enumerate(rows):
        for allowance in row.allowances:
            target = allowance.target if _FILE.search(allowance.target) is None else room_of(allowance.target)
            if target not in {other.room for other in rows[:index]}:
                yield Breach(TABLE, row.line, f"{row.room}/ may include rooms above it only, and not {target}")


def check(tree):
    breaches = []
    rows = read_table(tree, breaches)
    if not rows:
        return breaches
    for file, line, included in _includes(tree):
        breach = _check_include(tree, rows, file, line, included)
        if breach is not None:
            breaches.append(breach)
    breaches += _check_rows(tree, rows)
    breaches += _check_order(rows)
    return breaches
