#!/usr/bin/env python3
"""Holds the repository to its own written rules: one line with file and place for every breach.

    tests/tidy/tidy.py [ROOT]

Exit code 0: none; 1: some, on stdout.
"""

import os
import sys

sys.dont_write_bytecode = True

import borders
import layers
import documents
import shape
import translations
import words
from tree import Tree

RULES = (layers, borders, shape, words, documents, translations)


def check(root):
    tree = Tree(root)
    return sorted({breach for rule in RULES for breach in rule.check(tree)})


def main(arguments):
    if len(arguments) > 1:
        print(__doc__, file=sys.stderr)
        return 2
    here = os.path.dirname(os.path.abspath(__file__))
    breaches = check(arguments[0] if arguments else os.path.join(here, "..", ".."))
    for breach in breaches:
        print(breach)
    if breaches:
        print(f"breaches: {len(breaches)}; CONTRIBUTING.md says how to allow something")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
