"""Section 7: the close handshake."""

from case import PING, Case, Frame, Send, close, echoed, fails, more, text

HELLO = "Hello World!"
VALID = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
INVALID = (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999)


def handshake():
    def played(number, about, *frames, answers=()):
        return Case(f"7.1.{number}", about, (Send(frames),), answers, closes=False)

    yield played(1, "a message, then close", text(HELLO), close(1000), answers=echoed(HELLO))
    yield played(2, "close twice", close(1000), close(1000))
    yield played(3, "a ping after close", close(1000), Frame(PING))
    yield played(4, "text after close", close(1000), text(HELLO))
    frames = (text("fragment1", fin=False), close(1000), more("fragment2", fin=True))
    yield played(5, "close within a message", *frames)
    large = b"BAsd7&jh23" * 26215
    yield played(6, "a large message, close, a ping", text(large), close(1000), Frame(PING), answers=echoed(large))


def payloads():
    def played(number, about, frame, code=1000):
        return Case(f"7.3.{number}", about, (Send((frame,)),), code=code, closes=False)

    yield played(1, "close without a payload", close(), code=None)
    yield fails("7.3.2", "close with a payload of one byte", (Send((Frame(8, b"a"),)),))
    yield played(3, "close with a code", close(1000))
    yield played(4, "close with a reason", close(1000, b"Hello World!"))
    yield played(5, "close with the longest reason", close(1000, b"*" * 123))
    yield fails("7.3.6", "close with a longer reason", (Send((close(1000, b"*" * 124),)),))
    yield fails("7.5.1", "close with a reason that is not UTF-8", (Send((close(1000, b"\xce\xba\xed\xa0\x80"),)),))


def codes():
    for number, code in enumerate(VALID, 1):
        yield Case(f"7.7.{number}", f"close code {code}", (Send((close(code),)),), code=code, closes=False)
    for number, code in enumerate(INVALID, 1):
        yield fails(f"7.9.{number}", f"close code {code}, which none may send", (Send((close(code),)),))
    for number, code in enumerate((5000, 65535), 1):
        yield fails(f"7.13.{number}", f"close code {code}, which means nothing", (Send((close(code),)),))


def cases(_full):
    for section in (handshake, payloads, codes):
        yield from section()
