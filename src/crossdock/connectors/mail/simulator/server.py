"""SMTP on loopback (RFC 5321), as small as it may be: no TLS, no log-in, one message after another."""

import asyncio
import re
import socket
from contextlib import suppress
from typing import Literal, Protocol

from crossdock.ports.clock import Clock

_LARGEST = 10 * 1024 * 1024
_PATH = re.compile(rb"(?:FROM|TO):\s*<([^<>\s]*)>", re.IGNORECASE)
Stage = Literal["sender", "recipient", "data", "message"]


class Scripted(Protocol):
    """What a failure says."""

    @property
    def code(self) -> int:
        """The answer's code; 0 lets the connection die."""
        ...

    @property
    def text(self) -> str:
        """The answer's words."""
        ...


class Mailbox(Protocol):
    """Who takes the letters."""

    def fails(self, stage: Stage) -> Scripted | None:
        """What goes wrong now."""
        ...

    def take(self, sender: str, recipient: str, message: bytes, now: int) -> None:
        """A whole message arrived."""
        ...


class _Dies(Exception):
    """The connection ends without an answer."""


class SmtpServer:
    """Serves one mailbox; `start` gives the port."""

    def __init__(self, mailbox: Mailbox, clock: Clock, port: int = 0) -> None:
        """``port`` 0 is any free one."""
        self._mailbox = mailbox
        self._clock = clock
        self._socket = socket.create_server(("127.0.0.1", port))
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._socket.getsockname()[1])

    async def start(self) -> int:
        """Listen from now on; the port."""
        self._server = await asyncio.start_server(self._serve, sock=self._socket, limit=_LARGEST)
        return self.port

    async def stop(self) -> None:
        """Stop, and end the connections there are."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.close()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with suppress(_Dies, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._converse(reader, writer)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _say(writer, "220 mail.sim ESMTP")
        sender = recipient = ""
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"QUIT":
                await _say(writer, "221 bye")
                return
            if verb in {b"EHLO", b"HELO"}:
                await _say(writer, "250-mail.sim", f"250-SIZE {_LARGEST}", "250-SMTPUTF8", "250 8BITMIME")
            elif verb in {b"MAIL", b"RCPT"}:
                found = _PATH.search(line)
                who = found[1].decode(errors="replace") if found else ""
                sender, recipient = (who, recipient) if verb == b"MAIL" else (sender, who)
                await self._answer(writer, "sender" if verb == b"MAIL" else "recipient", "250 taken")
            elif verb == b"DATA":
                if await self._answer(writer, "data", "354 go on"):
                    await self._message(reader, writer, sender, recipient)
            else:
                await _say(writer, "250 fine")

    async def _message(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sender: str, recipient: str
    ) -> None:
        lines: list[bytes] = []
        while (line := await reader.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if not line:
            return  # the caller went away before the message was whole: nothing was taken
        failure = self._mailbox.fails("message")
        if failure is None or not failure.code:
            self._mailbox.take(sender, recipient, b"".join(lines), self._clock.now())
        if failure is None:
            await _say(writer, "250 queued")
        elif failure.code:
            await _say(writer, f"{failure.code} {failure.text}")
        else:
            raise _Dies

    async def _answer(self, writer: asyncio.StreamWriter, stage: Stage, fine: str) -> bool:
        failure = self._mailbox.fails(stage)
        if failure is None:
            await _say(writer, fine)
            return True
        if not failure.code:
            raise _Dies
        await _say(writer, f"{failure.code} {failure.text}")
        return False


async def _say(writer: asyncio.StreamWriter, *lines: str) -> None:
    writer.write("".join(f"{line}\r\n" for line in lines).encode())
    await writer.drain()
