"""C++ as far as the rules need it: code without its comments and texts, includes, functions."""

import dataclasses
import functools
import re

_TOKENS = re.compile(
    r"""(?P<comment>//[^\n]*(?:\\\n[^\n]*)*|/\*.*?\*/)
      | (?P<raw>\bu?8?[LuU]?R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)")
      | (?P<text>"(?:[^"\\\n]|\\.)*")
      | (?P<char>(?<![0-9A-Fa-f])'(?:[^'\\\n]|\\.)+')
    """,
    re.VERBOSE | re.DOTALL,
)
_INCLUDE = re.compile(r'\s*#\s*include\s*(["<][^">]+[">])')


@dataclasses.dataclass(frozen=True)
class Function:
    name: str
    first: int  # line of the signature
    last: int  # line of the closing brace

    @property
    def length(self):
        return self.last - self.first + 1


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


@functools.lru_cache(maxsize=None)
def strip(text):
    """`text` with its comments and the content of its literals made blank. Lines and columns stay what they were."""

    def replace(match):
        whole = match.group(0)
        if match.group("comment") is not None:
            return _blank(whole)
        return whole[-1] + _blank(whole[1:-1]) + whole[-1]

    return _TOKENS.sub(replace, text)


def includes(lines):
    """(line number, `"path"` or `<path>`)."""
    for number, line in enumerate(lines, 1):
        match = _INCLUDE.match(line)
        if match:
            yield number, match[1]


def comments(text):
    """(line number, text of the line) of every `//` comment that has its line for itself, slashes removed."""
    code = strip(text)
    for number, (line, bare) in enumerate(zip(text.split("\n"), code.split("\n")), 1):
        match = re.match(r"\s*///?<? ?(.*)", line)
        if match and not bare.strip():
            yield number, match[1]


def _without_directives(code):
    """Preprocessor lines, with what a backslash continues, made blank."""
    return re.sub(r"^[ \t]*#[^\n]*(?:\\\n[^\n]*)*", lambda match: _blank(match.group(0)), code, flags=re.MULTILINE)


def _kind(head, before):
    """What a brace opens outside of functions. `head`: what stands since the last `;`, `{` or `}` of this scope;
    `before`: the character before the brace. clang-format writes none between a name and the brace that initializes
    it, and a blank before every other."""
    if before not in " \n" or head.count("(") != head.count(")") or re.search(r"(?<![=!<>])=\s*$", head):
        return "value"
    # Base classes may have parentheses: class A : public B<int()>.
    is_type = re.match(r"\s*(?:template\s*<.*>\s*)?(?:class|struct|union|enum)\b", head, re.DOTALL)
    return "scope" if is_type or "(" not in head else "body"


def _name(head):
    """The function's name, for the message; "a function" when it has an unusual one."""
    while re.search(r"<[^<>]*>", head):
        head = re.sub(r"<[^<>]*>", "", head)
    named = re.search(r"([~\w:]*operator[^(]*|[~\w:]+)\s*\(", head)
    return named[1].strip() if named else "a function"


def functions(text):
    """The functions with a body that no other function holds, in the order of the text.

    ValueError: the braces do not match, and so nothing can be said.
    """
    code = _without_directives(strip(text))
    found = []
    # What each open brace is: of a function's body or inside one, of an initializer, or of any other scope.
    stack = []
    head_begin = 0
    body = None
    for match in re.finditer(r"[{};]|^[ \t]*(?:public|private|protected):", code, re.MULTILINE):
        at = match.start()
        if match.group(0) == "{":
            head = code[head_begin:at]
            stack.append("inside" if body is not None else _kind(head, code[at - 1 : at]))
            if stack[-1] == "body":
                body = head_begin + len(head) - len(head.lstrip())
            elif stack[-1] == "scope":
                head_begin = at + 1
        elif match.group(0) == "}":
            if not stack:
                raise ValueError(f"line {code.count(chr(10), 0, at) + 1} closes a brace that nothing opens")
            kind = stack.pop()
            if kind == "body":
                found.append(
                    Function(_name(code[body:at]), code.count("\n", 0, body) + 1, code.count("\n", 0, at) + 1)
                )
                body = None
            if kind in ("body", "scope"):
                head_begin = at + 1
        elif body is None and "value" not in stack:
            head_begin = match.end()
    if stack:
        raise ValueError("a brace is never closed")
    return found
