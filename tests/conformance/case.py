"""What a case is: what the server does, what the client must answer, and how it must end."""

import dataclasses
import struct

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
NAMES = {TEXT: "text", BINARY: "binary", CLOSE: "close", PING: "ping", PONG: "pong"}

# The client's own word for why a connection ended, by the close code that it must send.
CAUSES = {1002: "protocol_error", 1007: "bad_utf8"}


@dataclasses.dataclass(frozen=True)
class Frame:
    opcode: int
    payload: bytes = b""
    fin: bool = True
    rsv: int = 0


@dataclasses.dataclass(frozen=True)
class Send:
    """Frames: in one segment, each in a write of its own, or `chop` bytes at a time."""

    frames: tuple
    chop: int = 0
    framewise: bool = False


@dataclasses.dataclass(frozen=True)
class Message:
    """A whole message through the server's own sending path: compressed as agreed, `fragment` bytes a frame."""

    payload: bytes
    binary: bool
    fragment: int = 0


@dataclasses.dataclass(frozen=True)
class Partial:
    """The beginning of a text frame that is to have `size` bytes."""

    payload: bytes
    size: int


class AwaitFailure:
    """The client must have failed the connection before anything more is sent."""


@dataclasses.dataclass(frozen=True)
class Deflate:
    """What the client offers, and how the server answers: window bits of 0 are not spoken of."""

    offer: str
    request_no_context: bool = False
    request_bits: int = 0
    own_bits: int = 0


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    about: str
    steps: tuple
    # What the client says, in this order: ("text", bytes), ("pong", bytes), ..., without the end.
    answers: tuple = ()
    # The code of the client's close frame; None: it has no payload.
    code: int | None = 1000
    # How the client calls that end; empty: as the code has it.
    cause: str = ""
    # Whether the server begins the close handshake once all answers are there.
    closes: bool = True
    deflate: Deflate | None = None


def text(payload, fin=True, rsv=0):
    return Frame(TEXT, payload.encode() if isinstance(payload, str) else payload, fin, rsv)


def binary(payload, fin=True, rsv=0):
    return Frame(BINARY, payload, fin, rsv)


def more(payload, fin=False):
    return Frame(CONTINUATION, payload.encode() if isinstance(payload, str) else payload, fin)


def close(code=None, reason=b""):
    return Frame(CLOSE, b"" if code is None else struct.pack("!H", code) + reason)


def echoed(*payloads):
    """The echoes of text messages."""
    return tuple(("text", one.encode() if isinstance(one, str) else one) for one in payloads)


def ways(*frames):
    """The same frames in one segment, in a write each, and byte by byte."""
    return (
        ("in one segment", Send(frames)),
        ("in a write each", Send(frames, framewise=True)),
        ("byte by byte", Send(frames, chop=1)),
    )


def fails(name, about, steps, code=1002, answers=(), **rest):
    """A case in which the client must fail the connection with `code`."""
    return Case(name, about, steps, answers, code, CAUSES[code], closes=False, **rest)
