"""Sections 9 and 10: large messages, many messages, and messages in frames of one size."""

from case import Case, Message, Send, binary, echoed, text

KIB = 1024
MIB = 1024 * KIB


def _pattern(size):
    return (b"BAsd7&jh23" * (size // 10 + 1))[:size]


def _pair(payload):
    """(section's offset, whether binary, expected answer)."""
    return ((0, False, ("text", payload)), (1, True, ("binary", payload)))


def large(full):
    sizes = (64 * KIB, 256 * KIB, MIB, 4 * MIB) + ((8 * MIB, 16 * MIB) if full else ())
    for number, size in enumerate(sizes, 1):
        payload = _pattern(size)
        for offset, is_binary, answer in _pair(payload):
            frame = binary(payload) if is_binary else text(payload)
            yield Case(f"9.{1 + offset}.{number}", f"message of {size >> 10} KiB", (Send((frame,)),), (answer,))


def in_frames(full):
    size = 4 * MIB if full else MIB
    payload = _pattern(size)
    for number, part in enumerate((64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB), 1):
        if not full and part == 64:
            part = 128
        for offset, is_binary, answer in _pair(payload):
            about = f"message of {size >> 10} KiB in frames of {part} bytes"
            yield Case(f"9.{3 + offset}.{number}", about, (Message(payload, is_binary, part),), (answer,))


def in_pieces(full):
    size = MIB if full else 128 * KIB
    payload = _pattern(size)
    for number, chop in enumerate((128, 256, 512, 1024, 1500, 2048), 1):
        for offset, is_binary, answer in _pair(payload):
            frame = binary(payload) if is_binary else text(payload)
            about = f"message of {size >> 10} KiB, {chop} bytes at a time"
            yield Case(f"9.{5 + offset}.{number}", about, (Send((frame,), chop=chop),), (answer,))


def many(full):
    count = 1000 if full else 250
    for number, size in enumerate((0, 16, 64, 256, 1024, 4096), 1):
        payload = _pattern(size)
        for offset, is_binary, answer in _pair(payload):
            frame = binary(payload) if is_binary else text(payload)
            about = f"{count} messages of {size} bytes"
            yield Case(f"9.{7 + offset}.{number}", about, (Send((frame,) * count),), (answer,) * count)


def cases(full):
    for section in (large, in_frames, in_pieces, many):
        yield from section(full)
    payload = _pattern(64 * KIB)
    about = "message of 64 KiB in frames of 1300 bytes"
    yield Case("10.1.1", about, (Message(payload, False, 1300),), echoed(payload))
