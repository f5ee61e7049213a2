"""Section 6: text that is UTF-8, and text that is not."""

from case import AwaitFailure, Case, Partial, Send, echoed, fails, more, text

GREEK = "κόσμε".encode()
MIXED = "Hello-µ@ßöäüàá-UTF-8!!".encode()


def _whole(name, about, payload, valid):
    step = (Send((text(payload),)),)
    if valid:
        return Case(name, about, step, echoed(payload))
    return fails(name, about, step, 1007)


def _group(number, about, payloads, valid):
    for index, payload in enumerate(payloads, 1):
        good = valid if isinstance(valid, bool) else valid[index - 1]
        yield _whole(f"6.{number}.{index}", f"{about}: {payload[:12].hex(' ')}", payload, good)


def _bytewise(payload):
    """A fragment a byte."""
    parts = [payload[at : at + 1] for at in range(len(payload))]
    frames = [text(parts[0], fin=False)] + [more(part) for part in parts[1:]] + [more(b"", fin=True)]
    return tuple(frames)


def empty():
    yield Case("6.1.1", "empty text", (Send((text(""),)),), echoed(""))
    frames = (text("", fin=False), more(""), more("", fin=True))
    yield Case("6.1.2", "empty text in three fragments", (Send(frames),), echoed(""))
    frames = (text("", fin=False), more("middle frame payload"), more("", fin=True))
    yield Case("6.1.3", "empty fragments around one", (Send(frames),), echoed("middle frame payload"))


def fragmented():
    yield Case("6.2.1", "valid, in one frame", (Send((text(MIXED),)),), echoed(MIXED))
    cut = MIXED.index("ß".encode())
    frames = (text(MIXED[:cut], fin=False), more(MIXED[cut:], fin=True))
    yield Case("6.2.2", "valid, cut between characters", (Send(frames),), echoed(MIXED))
    yield Case("6.2.3", "valid, a fragment a byte", (Send(_bytewise(MIXED)),), echoed(MIXED))
    yield Case("6.2.4", "valid Greek, a fragment a byte", (Send(_bytewise(GREEK)),), echoed(GREEK))
    wrong = GREEK + b"\xed\xa0\x80edited"
    yield fails("6.3.1", "a surrogate, in one frame", (Send((text(wrong),)),), 1007)
    yield fails("6.3.2", "a surrogate, a fragment a byte", (Send(_bytewise(wrong)),), 1007)


def fail_fast():
    """What is wrong must be seen when it comes, not when the message has ended."""
    above = b"\xf4\x90"  # begins a character beyond the last one
    steps = (Send((text(GREEK, fin=False),)), Send((more(above + b"\x80\x80"),)), AwaitFailure())
    yield fails("6.4.1", "wrong second fragment of three", steps, 1007)
    steps = (Send((text(GREEK + b"\xf4", fin=False),)), Send((more(b"\x90"),)), AwaitFailure())
    yield fails("6.4.2", "character that goes wrong over a fragment's border", steps, 1007)
    # Of these the frame itself does not end: its length says that more is to come.
    steps = (Partial(GREEK + above + b"\x80\x80edited", 200), AwaitFailure())
    yield fails("6.4.3", "wrong within one frame that goes on", steps, 1007)
    steps = (Partial(GREEK + above, 200), AwaitFailure())
    yield fails("6.4.4", "wrong at the last byte that has come of a frame", steps, 1007)


def prefixes():
    for index in range(1, len(GREEK) + 1):
        payload = GREEK[:index]
        try:
            payload.decode()
            valid = True
        except UnicodeDecodeError:
            valid = False
        yield _whole(f"6.6.{index}", f"the first {index} bytes of a Greek word", payload, valid)
    for index, payload in enumerate((b"Hello", "Grüße".encode(), GREEK, "水".encode(), "🀄".encode()), 1):
        yield _whole(f"6.5.{index}", "words in several scripts", payload, True)


def boundaries():
    yield from _group(7, "first of its length", (b"\x00", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80"), True)
    longer = (b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80")
    yield from _group(8, "first of a length there is not", longer, False)
    yield from _group(9, "last of its length", (b"\x7f", b"\xdf\xbf", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf"), True)
    beyond = (b"\xf7\xbf\xbf\xbf", b"\xfb\xbf\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf\xbf")
    yield from _group(10, "last of a length, beyond Unicode", beyond, False)
    around = (b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd", b"\xf4\x8f\xbf\xbf", b"\xf4\x90\x80\x80")
    yield from _group(11, "at a boundary", around, (True, True, True, True, False))


def malformed():
    alone = [b"\x80", b"\xbf"] + [b"\x80\xbf" * (size // 2) + b"\x80" * (size % 2) for size in range(2, 8)]
    yield from _group(12, "continuation bytes alone", alone + [bytes(range(0x80, 0xC0))], False)
    starts = (range(0xC0, 0xE0), range(0xE0, 0xF0), range(0xF0, 0xF8), range(0xF8, 0xFC), range(0xFC, 0xFE))
    yield from _group(13, "start bytes alone", [b"".join(bytes((b, 0x20)) for b in some) for some in starts], False)
    first = (b"\xc0", b"\xe0\x80", b"\xf0\x80\x80", b"\xf8\x80\x80\x80", b"\xfc\x80\x80\x80\x80")
    last = (b"\xdf", b"\xef\xbf", b"\xf7\xbf\xbf", b"\xfb\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf")
    yield from _group(14, "without its last byte", first + last, False)
    yield from _group(15, "one after the other without their last bytes", (b"".join(first + last),), False)
    yield from _group(16, "bytes that are never there", (b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"), False)
    slash = (b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf", b"\xfc\x80\x80\x80\x80\xaf")
    yield from _group(17, "an overlong slash", slash, False)
    most = (b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf8\x87\xbf\xbf\xbf", b"\xfc\x83\xbf\xbf\xbf\xbf")
    yield from _group(18, "the largest that is overlong", most, False)
    zero = (b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf8\x80\x80\x80\x80", b"\xfc\x80\x80\x80\x80\x80")
    yield from _group(19, "an overlong zero", zero, False)


def _encoded(*code_points):
    """As UTF-8 would write them if they were characters."""
    return b"".join(chr(point).encode("utf-8", "surrogatepass") for point in code_points)


def surrogates():
    single = (0xD800, 0xDB7F, 0xDB80, 0xDBFF, 0xDC00, 0xDF80, 0xDFFF)
    yield from _group(20, "a surrogate alone", [_encoded(point) for point in single], False)
    high, low = (0xD800, 0xDB7F, 0xDB80, 0xDBFF), (0xDC00, 0xDFFF)
    yield from _group(21, "a pair of surrogates", [_encoded(one, two) for one in high for two in low], False)


def unusual():
    ends = [plane * 0x10000 + low for plane in range(17) for low in (0xFFFE, 0xFFFF)]
    yield from _group(22, "no character, but valid", [_encoded(point) for point in ends], True)
    specials = (0xFEFF, 0xFFF9, 0xFFFA, 0xFFFB, 0xFFFC, 0xFFFD, 0x200B)
    yield from _group(23, "special, but valid", [_encoded(point) for point in specials], True)


def cases(_full):
    for section in (empty, fragmented, fail_fast, prefixes, boundaries, malformed, surrogates, unusual):
        yield from section()
