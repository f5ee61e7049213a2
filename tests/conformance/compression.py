"""Sections 12 and 13: permessage-deflate, with several kinds of data and all that a server may agree to."""

import json
import random

from case import Case, Deflate, Message

# (bytes of a message, bytes of a frame or 0 for one frame a message)
SHAPES = tuple((size, 0) for size in (16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072)) + (
    (8192, 256),
    (16384, 256),
    (32768, 256),
    (65536, 256),
    (131072, 256),
    (131072, 1024),
    (131072, 4096),
    (131072, 32768),
)
# What the server asks of the client's messages (no context, window bits), and the window of its own.
ANSWERS = (
    (False, 0, 0),
    (True, 0, 0),
    (False, 9, 0),
    (False, 15, 0),
    (True, 9, 0),
    (True, 15, 0),
    (False, 12, 9),
)
LARGEST = 131072


def _text_of(make, seed):
    """Lines that `make` makes until there is enough for the largest message."""
    chance = random.Random(seed)
    parts, size = [], 0
    while size < 2 * LARGEST:
        part = make(chance)
        parts.append(part)
        size += len(part)
    return "".join(parts).encode()


def _word(chance):
    return "".join(chance.choice("etaoinshrdlucmfw") for _ in range(chance.randint(2, 9)))


def _record(chance):
    fields = {"id": chance.randrange(10**9), "name": _word(chance), "ok": chance.random() < 0.5, "x": chance.random()}
    return json.dumps(fields) + ",\n"


def _prose(chance):
    return " ".join(_word(chance) for _ in range(chance.randint(4, 14))).capitalize() + ". "


def _page(chance):
    return f'<li class="{_word(chance)}"><a href="/{_word(chance)}/{chance.randrange(999)}">{_word(chance)}</a></li>\n'


def _picture():
    chance = random.Random(12)
    return bytes((at // 97 + at % 512 // 4 + chance.randrange(3)) & 0xFF for at in range(2 * LARGEST))


def _noise():
    return random.Random(13).randbytes(2 * LARGEST)


def _kinds():
    return (
        ("records", _text_of(_record, 1), False),
        ("picture", _picture(), True),
        ("prose", _text_of(_prose, 2), False),
        ("page", _text_of(_page, 3), False),
        ("noise", _noise(), True),
    )


def _messages(data, size, count, is_binary, fragment):
    """`count` messages, each from another place of `data`."""
    steps = []
    for number in range(count):
        begin = number * 7919 % (len(data) - size)
        steps.append(Message(data[begin : begin + size], is_binary, fragment))
    kind = "binary" if is_binary else "text"
    return tuple(steps), tuple((kind, step.payload) for step in steps)


def _count(size, full):
    """As the suite has it, or as many as a short test can have."""
    return 1000 if full else max(3, min(60, (256 << 10) // size))


def cases(full):
    kinds = _kinds()
    for number, (kind, data, is_binary) in enumerate(kinds, 1):
        for shape, (size, fragment) in enumerate(SHAPES, 1):
            count = _count(size, full)
            steps, answers = _messages(data, size, count, is_binary, fragment)
            about = f"{count} times {size} bytes of {kind}" + (f" in frames of {fragment}" if fragment else "")
            deflate = Deflate("no-context" if shape % 2 else "context")
            yield Case(f"12.{number}.{shape}", about, steps, answers, deflate=deflate)
    kind, data, is_binary = kinds[0]
    for offer, first in (("context", 1), ("no-context", 1 + len(ANSWERS))):
        for number, (no_context, bits, own_bits) in enumerate(ANSWERS, first):
            for shape, (size, fragment) in list(enumerate(SHAPES, 1))[:: 1 if full else 3]:
                count = _count(size, full)
                steps, answers = _messages(data, size, count, is_binary, fragment)
                agreed = f"{'no ' if no_context else ''}context and {bits or 15} bits"
                about = f"{offer} offered, {agreed} agreed, {size} bytes"
                deflate = Deflate(offer, no_context, bits, own_bits)
                yield Case(f"13.{number}.{shape}", about, steps, answers, deflate=deflate)
