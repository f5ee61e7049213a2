"""The repository as the rules see it: its files, their lines, and what is found wrong with them."""

import dataclasses
import functools
import os

# Data that is what it is: found by the fuzzer, or produced by another program.
DATA_FOLDERS = ("tests/fuzz/corpus/", "tests/vectors/")


@dataclasses.dataclass(frozen=True, order=True)
class Breach:
    """One place that breaks a rule. `line` counts from 1; 0 is the file as a whole."""

    file: str
    line: int
    text: str

    def __str__(self):
        return f"{self.file}:{self.line}: {self.text}"


class Tree:
    """A repository below `root`. Paths are relative to it and written with slashes."""

    def __init__(self, root):
        self.root = os.path.abspath(root)
        self.files = sorted(self._walk())

    def _walk(self):
        ignored = {line.strip().strip("/") for line in self._ignore_file()}
        for folder, folders, names in os.walk(self.root):
            inside = os.path.relpath(folder, self.root)
            inside = "" if inside == "." else inside + "/"
            folders[:] = [
                name
                for name in folders
                if not name.startswith(".")
                and name != "__pycache__"
                and inside + name not in ignored
                # A build tree, whatever its name.
                and not os.path.exists(os.path.join(folder, name, "CMakeCache.txt"))
            ]
            for name in names:
                is_link = os.path.islink(os.path.join(folder, name))
                if not name.startswith(".") and not is_link and inside + name not in ignored:
                    yield inside + name

    def _ignore_file(self):
        path = os.path.join(self.root, ".gitignore")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return file.read().splitlines()

    @functools.lru_cache(maxsize=None)
    def text(self, path):
        """The file's content; None: it is not a text in UTF-8, or it is data."""
        if path.startswith(DATA_FOLDERS):
            return None
        with open(os.path.join(self.root, path), "rb") as file:
            content = file.read()
        try:
            return None if b"\0" in content else content.decode("utf-8")
        except UnicodeDecodeError:
            return None

    @functools.lru_cache(maxsize=None)
    def lines(self, path):
        """The file's lines without their ends; none when it is not a text."""
        return tuple((self.text(path) or "").split("\n"))

    def exists(self, path):
        return os.path.exists(os.path.join(self.root, path))

    def cpp_files(self):
        return [path for path in self.files if path.endswith((".h", ".cc"))]


def room_of(path):
    """The folder that a file is in."""
    return os.path.dirname(path)
