"""Rules: how long functions, files and lines are, how a file begins and ends, and no code in comments."""

import re

import cpp
from tree import Breach

MAX_FUNCTION_LINES = 70
MAX_PRODUCT_LINES = 500
MAX_TEST_LINES = 700
MAX_COLUMNS = 120
# A statement in a comment: what is declared, assigned or called, up to the end of its line.
_COMMENTED_OUT = re.compile(
    r"""(?:(?:if|for|while|switch)\ \(.*\)\ ?(?:\{|.*;)
        | \}\ (?:else\b.*|//.*)
        | \#(?:include|define|if|ifdef|endif)\b.*
        | (?:return|delete|throw|using|namespace|break|continue)\b[^.,]*;
        | (?:const\ |auto\ |static\ |constexpr\ )*[\w:<>*&,\ ]+\ =\ [^.]*;
        | [\w:]+(?:(?:\.|->)\w+)*\([^.]*\);
        )$""",
    re.VERBOSE,
)


def _check_text(tree, path):
    text = tree.text(path)
    if not text:
        return
    if not text.endswith("\n"):
        yield Breach(path, text.count("\n") + 1, "the last line has no end")
    elif text.endswith("\n\n"):
        yield Breach(path, text.count("\n"), "ends with an empty line")
    for number, line in enumerate(tree.lines(path), 1):
        if line.endswith((" ", "\t", "\r")):
            yield Breach(path, number, "has blanks at its end")
        if "\t" in line:
            yield Breach(path, number, "has a tab; write spaces")


def _check_columns(tree, path):
    for number, line in enumerate(tree.lines(path), 1):
        if len(line) > MAX_COLUMNS:
            yield Breach(path, number, f"has {len(line)} columns, more than {MAX_COLUMNS}")


def _check_file_length(tree, path):
    most = MAX_TEST_LINES if path.startswith("tests/") else MAX_PRODUCT_LINES
    length = len(tree.lines(path)) - 1
    if length > most:
        yield Breach(path, length, f"has {length} lines, more than {most}; a file has one reason to change")


def _check_functions(tree, path):
    try:
        functions = cpp.functions(tree.text(path) or "")
    except ValueError as error:
        yield Breach(path, 0, f"cannot be read as C++: {error}")
        return
    for function in functions:
        if function.length > MAX_FUNCTION_LINES:
            yield Breach(
                path,
                function.first,
                f"{function.name} has {function.length} lines, more than {MAX_FUNCTION_LINES}; take a step out of it",
            )


def _check_opening(tree, path):
    lines = tree.lines(path)
    is_header = path.endswith(".h")
    is_program = path.endswith(".cc") and any(re.match(r"int main\(", line) for line in lines)
    if (is_header or is_program) and not lines[0].startswith("//"):
        yield Breach(path, 1, "has no opening comment; say what the file is for")
    if is_header and "#pragma once" not in lines:
        yield Breach(path, 1, "has no #pragma once")


def _check_comments(tree, path):
    for number, text in cpp.comments(tree.text(path) or ""):
        if _COMMENTED_OUT.match(text.strip()):
            yield Breach(path, number, "is code in a comment; delete it, the history keeps it")


def check(tree):
    breaches = []
    for path in tree.files:
        breaches += _check_text(tree, path)
        if path.endswith((".h", ".cc", ".py")):
            breaches += _check_columns(tree, path)
    for path in tree.cpp_files():
        breaches += _check_file_length(tree, path)
        breaches += _check_functions(tree, path)
        breaches += _check_opening(tree, path)
        breaches += _check_comments(tree, path)
    return breaches
