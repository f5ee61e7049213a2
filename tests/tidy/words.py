"""Rule: the words of words.json are not used, in texts and in names of files."""

import json
import os
import re

from tree import Breach

LIST = "tests/tidy/words.json"
# The list itself, what tests it, and texts that are not ours to word.
_EXEMPT = (LIST, "tests/tidy/tidy_test.py", "LICENSE")


class _Word:
    """One entry of the list: a pattern for texts, or for names of files, and where it is meant to stand."""

    def __init__(self, entry):
        self.in_names = "name" in entry
        self.text = entry["name"] if self.in_names else entry["pattern"]
        self.pattern = re.compile(self.text)
        self.sentence = f'write {entry["instead"]}: {entry["why"]}'
        self.unused = set(entry.get("except", []))
        self.exceptions = sorted(self.unused)

    def excepts(self, path):
        for place in self.exceptions:
            if path == place or (place.endswith("/**") and path.startswith(place[:-2])):
                self.unused.discard(place)
                return True
        return False


def read_list(path):
    with open(path, encoding="utf-8") as file:
        return [_Word(entry) for entry in json.load(file)]


def _check_file(tree, path, word):
    if not word.pattern.search(path if word.in_names else tree.text(path) or ""):
        return
    lines = [(0, path)] if word.in_names else enumerate(tree.lines(path), 1)
    for number, line in lines:
        match = word.pattern.search(line)
        if match and not word.excepts(path):
            yield Breach(path, number, f'has "{match.group(0).strip()}"; {word.sentence}')


def check(tree):
    words = read_list(os.path.join(tree.root, LIST))
    breaches = []
    for path in tree.files:
        if path not in _EXEMPT:
            for word in words:
                breaches += _check_file(tree, path, word)
    for word in words:
        for place in sorted(word.unused):
            breaches.append(Breach(LIST, 0, f"{place} has nothing of {word.text}; remove the exception"))
    return breaches
