"""Sections 1 to 5: framing, pings, reserved bits, opcodes, fragments."""

from case import PING, PONG, Case, Frame, Send, binary, echoed, fails, more, text, ways

SIZES = (0, 125, 126, 127, 128, 65535, 65536)


def framing():
    for number, size in enumerate(SIZES, 1):
        payload = b"*" * size
        yield Case(f"1.1.{number}", f"text of {size} bytes", (Send((text(payload),)),), echoed(payload))
    payload = b"*" * 65536
    yield Case("1.1.8", "text, 997 bytes at a time", (Send((text(payload),), chop=997),), echoed(payload))
    for number, size in enumerate(SIZES, 1):
        payload = b"\xfe" * size
        answers = (("binary", payload),)
        yield Case(f"1.2.{number}", f"binary message of {size} bytes", (Send((binary(payload),)),), answers)
    payload = b"\xfe" * 65536
    answers = (("binary", payload),)
    yield Case("1.2.8", "binary message, 997 bytes at a time", (Send((binary(payload),), chop=997),), answers)


def pings():
    def ping(payload):
        return Frame(PING, payload)

    def pongs(*payloads):
        return tuple(("pong", payload) for payload in payloads)

    full = b"\xfe" * 125
    unasked = Frame(PONG, b"unasked for")
    ten = [f"payload-{number}".encode() for number in range(10)]
    yield Case("2.1", "ping without a payload", (Send((ping(b""),)),), pongs(b""))
    yield Case("2.2", "ping with text", (Send((ping(b"Hello, world!"),)),), pongs(b"Hello, world!"))
    bytes_ = b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"
    yield Case("2.3", "ping with bytes that are no text", (Send((ping(bytes_),)),), pongs(bytes_))
    yield Case("2.4", "ping of 125 bytes", (Send((ping(full),)),), pongs(full))
    yield fails("2.5", "ping of 126 bytes", (Send((ping(full + b"\xfe"),)),))
    yield Case("2.6", "ping of 125 bytes, byte by byte", (Send((ping(full),), chop=1),), pongs(full))
    yield Case("2.7", "pong without a payload, unasked for", (Send((Frame(PONG),)),))
    yield Case("2.8", "pong with a payload, unasked for", (Send((unasked,)),))
    yield Case("2.9", "pong unasked for, then a ping", (Send((unasked, ping(b"ping"))),), pongs(b"ping"))
    frames = tuple(ping(payload) for payload in ten)
    yield Case("2.10", "ten pings", (Send(frames),), pongs(*ten))
    yield Case("2.11", "ten pings, byte by byte", (Send(frames, chop=1),), pongs(*ten))


def reserved_bits():
    hello = text("Hello, world!")

    def after_hello(rsv):
        return (hello, text("Hello, world!", rsv=rsv), Frame(PING))

    yield fails("3.1", "text with bit 3 set", (Send((text("Hello, world!", rsv=1),)),))
    for number, rsv in enumerate((2, 3, 4), 2):
        _, step = ways(*after_hello(rsv))[number - 2]
        about = f"text with bits {rsv:03b}, after a good one"
        yield fails(f"3.{number}", about, (step,), answers=echoed("Hello, world!"))
    yield fails("3.5", "binary message with bits 101", (Send((binary(b"\xff\x00", rsv=5),)),))
    yield fails("3.6", "ping with bits 110", (Send((Frame(PING, b"Hello", rsv=6),)),))
    yield fails("3.7", "close with bits 111", (Send((Frame(8, b"\x03\xe8", rsv=7),)),))


def opcodes():
    for group, first, kind in ((1, 3, "data"), (2, 11, "control")):
        for number in range(5):
            frame = Frame(first + number, b"reserved" if number % 2 else b"")
            about = f"reserved {kind} opcode {first + number}"
            if number < 2:
                yield fails(f"4.{group}.{number + 1}", about, (Send((frame,)),))
            else:
                _, step = ways(text("Hello, world!"), frame, Frame(PING))[number - 2]
                answers = echoed("Hello, world!")
                yield fails(f"4.{group}.{number + 1}", about + " behind text", (step,), answers=answers)


def fragments():
    one, two = "fragment1", "fragment2"
    both = echoed(one + two)
    ping = Frame(PING, b"ping payload")
    pong = (("pong", b"ping payload"),)
    yield fails("5.1", "ping in two fragments", (Send((Frame(PING, b"a", fin=False), more("b", fin=True))),))
    yield fails("5.2", "pong in two fragments", (Send((Frame(PONG, b"a", fin=False), more("b", fin=True))),))
    for number, (how, step) in enumerate(ways(text(one, fin=False), more(two, fin=True)), 3):
        yield Case(f"5.{number}", f"text in two fragments, {how}", (step,), both)
    frames = (text(one, fin=False), ping, more(two, fin=True))
    for number, (how, step) in enumerate(ways(*frames), 6):
        yield Case(f"5.{number}", f"a ping between two fragments, {how}", (step,), pong + both)
    # A continuation of nothing is wrong whether or not it is the last.
    for first, fin in ((9, True), (12, False)):
        frames = (more("continues nothing", fin=fin), text("Hello, world!"))
        for number, (how, step) in enumerate(ways(*frames), first):
            yield fails(f"5.{number}", f"continuation (FIN {fin:d}) of nothing, {how}", (step,))
    frames = (text(one, fin=False), more(two, fin=True), more("nothing"), text("Hello, world!"))
    yield fails("5.15", "continuation of nothing behind a whole message", (Send(frames),), answers=both)
    for number, fin in ((16, False), (17, True)):
        frames = (more("nothing", fin=fin), text(one, fin=False), more(two, fin=True)) * 2
        yield fails(f"5.{number}", f"continuation (FIN {fin:d}) of nothing before a message, twice", (Send(frames),))
    yield fails("5.18", "a message within a message", (Send((text(one, fin=False), text(two))),))
    parts = [f"fragment{number}" for number in range(1, 6)]
    pings = [Frame(PING, f"pongme {number}!".encode()) for number in (1, 2)]
    frames = (text(parts[0], fin=False), more(parts[1]), pings[0], more(parts[2]), more(parts[3]), pings[1])
    last = (more(parts[4], fin=True),)
    answers = tuple(("pong", frame.payload) for frame in pings) + echoed("".join(parts))
    yield Case("5.19", "five fragments with pings between", (Send(frames), Send(last)), answers)
    step = Send(frames + last, framewise=True)
    yield Case("5.20", "five fragments with pings between, in a write each", (step,), answers)
    # Binary ones, and empty fragments: not in the public list.
    frames = (binary(b"\x00", fin=False), more(b""), more(b"\xff"), more(b"", fin=True))
    for number, (how, step) in enumerate(ways(*frames), 21):
        yield Case(f"5.{number}", f"binary fragments, some empty, {how}", (step,), (("binary", b"\x00\xff"),))


def cases(_full):
    for section in (framing, pings, reserved_bits, opcodes, fragments):
        yield from section()
