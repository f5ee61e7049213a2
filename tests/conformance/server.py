"""A server on python3-autobahn that plays one case for each connection and keeps what the client answers."""

import asyncio
import socket

from autobahn.asyncio.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept

from case import NAMES, PING, PONG, AwaitFailure, Message, Partial, Send

# For everything a case waits for. Generous: it only ends cases that fail.
patience_seconds = 30


class Play(WebSocketServerProtocol):
    """One connection. What the client does wrong by autobahn's rules ends up in `complaint`."""

    def onConnect(self, request):
        self.case = self.factory.case
        self.answers = []
        self.complaint = ""
        self.end = None  # code and reason of the client's close frame
        self.early_end = False  # whether it came before an AwaitFailure ran out
        self.changed = asyncio.Event()
        self.gone = asyncio.Event()
        self.factory.play = self

    def onOpen(self):
        self.task = asyncio.ensure_future(self._run())

    async def _run(self):
        try:
            await self._play()
        except Exception as error:  # a mistake of this script must not look like one of the client's
            self.complaint = f"the server: {error!r}"
            self.dropConnection(abort=True)

    async def _play(self):
        for step in self.case.steps:
            if isinstance(step, Send):
                await self._send_frames(step)
            elif isinstance(step, Message):
                self.sendMessage(step.payload, step.binary, fragmentSize=step.fragment or None)
                await asyncio.sleep(0)
            elif isinstance(step, Partial):
                self.beginMessage(isBinary=False)
                self.beginMessageFrame(step.size)
                self.sendMessageFrameData(step.payload)
            elif isinstance(step, AwaitFailure):
                await self._until(lambda: self.end is not None)
                self.early_end = self.end is not None
        if self.case.closes:
            await self._until(lambda: len(self.answers) >= len(self.case.answers) or self.end is not None)
            self.sendFrame(opcode=8, payload=b"\x03\xe8")
        await self._until(lambda: self.end is not None)
        if not self.gone.is_set():
            # The client, which waits for this, closes; what it sent beside its close frame is read before that.
            self._flush_and_end()

    def _flush_and_end(self):
        if self.send_queue:
            asyncio.get_running_loop().call_later(0.001, self._flush_and_end)
        elif self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()

    async def _send_frames(self, step):
        if step.chop > 0 or step.framewise:
            for frame in step.frames:
                if self.gone.is_set():
                    return
                self.sendFrame(frame.opcode, frame.payload, frame.fin, frame.rsv, chopsize=step.chop or None)
                await asyncio.sleep(0)
            return
        self._cork(1)
        for frame in step.frames:
            self.sendFrame(frame.opcode, frame.payload, frame.fin, frame.rsv)
        self._cork(0)

    def _cork(self, value):
        self.transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, value)

    async def _until(self, condition):
        try:
            async with asyncio.timeout(patience_seconds):
                while not condition() and not self.gone.is_set():
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            pass

    def _keep(self, kind, payload):
        if self.end is not None:
            self.complaint = f"a {kind} after the close frame"
        self.answers.append((kind, payload))
        self.changed.set()

    def onMessage(self, payload, isBinary):
        if not isBinary and not _is_utf8(payload):
            self.complaint = "text that is not UTF-8"
        self._keep("binary" if isBinary else "text", payload)

    def onPing(self, payload):
        self._keep(NAMES[PING], payload)

    def onPong(self, payload):
        self._keep(NAMES[PONG], payload)

    def onCloseFrame(self, code, reasonRaw):
        if self.end is not None:
            self.complaint = "a second close frame"
        try:
            self.end = (code, (reasonRaw or b"").decode())
        except UnicodeDecodeError:
            self.complaint = "a reason that is not UTF-8"
            self.end = (code, "")
        self.changed.set()

    def _fail_connection(self, code=1001, reason="going away"):
        self.complaint = f"{code} {reason}"
        super()._fail_connection(code, reason)

    def onClose(self, wasClean, code, reason):
        self.gone.set()
        self.changed.set()


def _is_utf8(payload):
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True


def _accept(factory, offers):
    wanted = factory.case.deflate
    for offer in offers:
        if wanted is not None and isinstance(offer, PerMessageDeflateOffer):
            return PerMessageDeflateOfferAccept(
                offer,
                request_no_context_takeover=wanted.request_no_context,
                request_max_window_bits=wanted.request_bits,
                window_bits=wanted.own_bits or None,
            )
    return None


async def listen():
    """The listening server and its factory, whose `case` the next connection plays and whose `play` it then is."""
    factory = WebSocketServerFactory()
    factory.protocol = Play
    factory.case = factory.play = None
    factory.setProtocolOptions(
        # Python's own decoder looks instead, which is as strict and a hundred times as fast.
        utf8validateIncoming=False,
        failByDrop=False,
        openHandshakeTimeout=patience_seconds,
        closeHandshakeTimeout=patience_seconds,
        perMessageCompressionAccept=lambda offers: _accept(factory, offers),
    )
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0)
    return server, factory


def judge(case, play, told):
    """What is wrong, or nothing. `told`: the client's own line about the end."""
    if play is None:
        return f"no connection: {told}"
    if play.complaint:
        return play.complaint
    if play.answers != list(case.answers):
        return f"answers {_brief(play.answers)}, want {_brief(case.answers)}"
    if play.end is None:
        return "no close frame"
    if play.end[0] != case.code:
        return f"close code {play.end[0]}, want {case.code}"
    if any(isinstance(step, AwaitFailure) for step in case.steps) and not play.early_end:
        return "failed only when the rest had come"
    cause = case.cause or f"closed_{case.code or 1005}"
    words = told.split(" ", 4)
    if len(words) < 4 or words[2] != cause:
        return f"the client calls it {told!r}, want {cause}"
    if (words[3] == "-") != (case.deflate is None):
        return f"agreed on {words[3]}"
    return ""


def _brief(answers):
    shown = [f"{kind}({len(payload)}: {payload[:20]!r})" for kind, payload in list(answers)[:4]]
    return f"{len(answers)}: " + ", ".join(shown)
