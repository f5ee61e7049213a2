"""Rules: a page that is there in English and in Chinese is the same page, with the same headings, tables, flags, code
blocks, names and links, and each language's pages link to those of their language."""

import collections
import re

import markdown
from tree import Breach

CHINESE_ENDING = ".zh-CN.md"
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


def _is_flag_table(table):
    """Whether the first header cell names a program and the rows begin with flags."""
    return bool(markdown.quoted(table.header[0]) and table.rows and table.rows[0][1][0].startswith("`-"))


def flag_tables(lines):
    return [FlagTable(table) for table in markdown.tables(lines) if _is_flag_table(table)]


def _check_rows(path, tables):
    for table in tables:
        for row in table.rows:
            if len(row.defaults) != len(row.flags):
                text = f"{len(row.flags)} flags with {len(row.defaults)} defaults; want one for all, or one for each"
                yield Breach(path, row.line, text)


def _in_english(path):
    return path.removesuffix(CHINESE_ENDING) + ".md" if path.endswith(CHINESE_ENDING) else path


def _in_chinese(path):
    return path if path.endswith(CHINESE_ENDING) else path.removesuffix(".md") + CHINESE_ENDING


def pairs(tree):
    """(page, the same page in Chinese), of all that there are."""
    for path in tree.files:
        if path.endswith(CHINESE_ENDING) and tree.exists(_in_english(path)):
            yield _in_english(path), path


def _check_alone(tree):
    for path in tree.files:
        if path.endswith(CHINESE_ENDING) and not tree.exists(_in_english(path)):
            yield Breach(path, 0, f"is there in Chinese alone; there is no {_in_english(path)}")


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


def _in_no_language(command):
    return command.replace(" -lang=zh", "")


def _plain(block):
    """A block's lines without what a translation may change: comments, and the language that is asked for."""
    lines = [_in_no_language(re.sub(r"\s+//\s.*$", "", line)).rstrip() for line in block.lines]
    return [line for line in lines if line]


def _check_same_blocks(tree, page, translation):
    english = markdown.code_blocks(tree.lines(page))
    chinese = markdown.code_blocks(tree.lines(translation))
    if len(english) != len(chinese):
        yield Breach(translation, 0, f"has {len(chinese)} code blocks, and {page} has {len(english)}")
        return
    for ours, theirs in zip(english, chinese):
        # What a program prints is translated, line by line; what is typed is not.
        lines, other_lines = _plain(ours), _plain(theirs)
        translated = any(_CHINESE_TEXT.search(line) for line in other_lines)
        same = len(lines) == len(other_lines) if translated else lines == other_lines
        if ours.language != theirs.language or not same:
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


class _Names:
    """The names in backticks in some lines, each with the line of its first mention, and how many are in Chinese."""

    def __init__(self, lines):
        self.lines = {}
        self.translated = 0
        for number, line in lines:
            for name in map(_in_no_language, markdown.quoted(line)):
                if _CHINESE_TEXT.search(name):
                    self.translated += 1
                elif "<" not in name:  # What stands for something is called as the language calls it.
                    self.lines.setdefault(name, number)


def _check_same_names(page, ours, translation, theirs):
    """`ours`, `theirs`: (line number, text) of the same part of either page."""
    ours, theirs = _Names(ours), _Names(theirs)
    missing = [(name, line) for name, line in ours.lines.items() if name not in theirs.lines]
    # A formula, or what a program says, may be in Chinese.
    for name, line in missing[theirs.translated :]:
        yield Breach(translation, 0, f"has not the `{name}` of {page}:{line} where that stands")
    for name, line in theirs.lines.items():
        if name not in ours.lines:
            yield Breach(translation, line, f"has `{name}`, and {page} has not where that stands")


def _sections(lines):
    """The prose under each heading, with the heading and without tables: lists of (line number, line)."""
    sections = [[]]
    for number, line in markdown.prose(lines):
        if re.match(r"#+ ", line):
            sections.append([])
        if not line.startswith("|"):
            sections[-1].append((number, line))
    return sections


def _check_same_prose(tree, page, translation):
    for ours, theirs in zip(_sections(tree.lines(page)), _sections(tree.lines(translation))):
        yield from _check_same_names(page, ours, translation, theirs)


def _figures(cells):
    """The numbers of each cell, sorted, thousands with or without their commas."""
    return [sorted(re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3})", "", cell))) for cell in cells]


def _check_same_rows(page, ours, translation, theirs):
    """Two tables of as many rows."""
    # Of the flags and their defaults there is a rule of their own.
    first = 2 if _is_flag_table(ours) else 0
    rows = zip(((ours.line, ours.header), *ours.rows), ((theirs.line, theirs.header), *theirs.rows))
    for (line, cells), (other_line, other_cells) in rows:
        if len(cells) != len(other_cells):
            yield Breach(translation, other_line, f"has not as many cells as {page}:{line}")
            continue
        if _figures(cells[first:]) != _figures(other_cells[first:]):
            yield Breach(translation, other_line, f"has not the figures of {page}:{line}")
        texts = [(line, cell) for cell in cells[first:]], [(other_line, cell) for cell in other_cells[first:]]
        yield from _check_same_names(page, texts[0], translation, texts[1])


def _check_same_tables(tree, page, translation):
    english = markdown.tables(tree.lines(page))
    chinese = markdown.tables(tree.lines(translation))
    if len(english) != len(chinese):
        yield Breach(translation, 0, f"has {len(chinese)} tables, and {page} has {len(english)}")
        return
    for ours, theirs in zip(english, chinese):
        if len(ours.rows) != len(theirs.rows):
            yield Breach(translation, theirs.line, f"has not as many rows as {page}:{ours.line}")
        else:
            yield from _check_same_rows(page, ours, translation, theirs)


def _linked(tree, path):
    """(line, target, what it is in English) of every link: a URL, or a page and its heading's place in the page."""
    for line, target in markdown.links(tree.lines(path)):
        file, fragment = markdown.resolve(path, target)
        place = fragment
        if fragment and file.endswith(".md") and tree.exists(file):
            anchors = [markdown.anchor(text) for _, _, text in markdown.headings(tree.lines(file))]
            place = anchors.index(fragment) if fragment in anchors else fragment
        yield line, target, (_in_english(file), place)
    for line, url in markdown.urls(tree.lines(path)):
        yield line, url, (url, "")


def _check_same_links(tree, page, translation):
    english = list(_linked(tree, page))
    chinese = list(_linked(tree, translation))
    for path, links, others, other in ((translation, english, chinese, page), (page, chinese, english, translation)):
        there = collections.Counter(key for _, _, key in others)
        for line, target, key in links:
            if there[key] == 0:
                yield Breach(path, 0, f"has not the link to {target} of {other}:{line}")
            there[key] -= 1


def _check_links_keep_language(tree, page, translation):
    """Each page links to its other language once at least, and otherwise to pages of its own language."""
    for path, other, own_language in ((page, translation, _in_english), (translation, page, _in_chinese)):
        links = markdown.links(tree.lines(path))
        linked = [(line, target, markdown.resolve(path, target)[0]) for line, target in links]
        if not any(file == other for _, _, file in linked):
            yield Breach(path, 0, f"has no link to {other}")
        for line, target, file in linked:
            wanted = own_language(file) if file.endswith(".md") else file
            if file not in (wanted, other) and tree.exists(wanted):
                yield Breach(path, line, f"links to {target}, and there is {wanted}")


def check(tree):
    breaches = list(_check_alone(tree))
    for page, translation in pairs(tree):
        for rule in (
            _check_same_headings,
            _check_same_tables,
            _check_same_flags,
            _check_same_blocks,
            _check_same_prose,
            _check_same_links,
            _check_links_keep_language,
        ):
            breaches += rule(tree, page, translation)
    return breaches
