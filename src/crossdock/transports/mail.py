"""Mail submission by SMTP (RFC 5321, RFC 6409): TLS from the start or STARTTLS, always verified; one message a call.

What matters to callers is what is certain. Before the message's last line has left, nothing was taken (`NotSent`); once
it has, only the server's answer says whether the mail goes out (`NoAnswer` where there is none). SMTP has no way of
asking later: a server keeps no message that could be looked up.
"""

import ssl
from typing import Literal

import aiosmtplib
from msgspec import Struct

from crossdock.model.mailboxes import is_address, without_addresses
from crossdock.ports.wire import NoAnswer, NotSent
from crossdock.transports.recorder import call_noted, stay_ours

Security = Literal["tls", "starttls", "none"]
Stage = Literal["greeting", "tls", "login", "sender", "recipient", "message"]
LARGEST_MESSAGE = 5 * 1024 * 1024
"""Bytes of a message at most; servers commonly take 10 MiB and more, a notice is a few KiB."""


class MailServer(Struct, frozen=True):
    """Where and how mail is handed in. ``timeout`` is in seconds, per step; ``authority`` a file of certificates to
    trust beside the machine's; ``hello`` what we call ourselves.
    """

    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str = ""
    timeout: float = 30.0
    authority: str = ""
    hello: str = ""


class Envelope(Struct, frozen=True):
    """One message to one recipient; ``message`` is RFC 5322 with CRLF line ends, ``message_id`` what it is known by."""

    sender: str
    recipient: str
    message: bytes
    message_id: str


class Refusal(Exception):
    """The server said no: its three-digit code and its words, without addresses, and at which stage."""

    def __init__(self, stage: Stage, code: int, text: str) -> None:
        """``text`` is kept on one line."""
        self.stage = stage
        self.code = code
        self.text = without_addresses(" ".join(text.split()))[:500]
        super().__init__(f"{code} at {stage}: {self.text}")


async def submit(server: MailServer, envelope: Envelope) -> str:
    """Hand one message in; the server's last words, without addresses. Raises `Refusal`, `NotSent` or `NoAnswer`, and
    `ValueError` for addresses that are none and messages that are too large.
    """
    if not (is_address(envelope.sender) and is_address(envelope.recipient)):
        raise ValueError("sender and recipient must be one plain address each")
    if len(envelope.message) > LARGEST_MESSAGE:
        raise ValueError(f"the message has {len(envelope.message)} bytes; {LARGEST_MESSAGE} are sent at most")
    place = f"smtp://{server.host}:{server.port}"
    with call_noted("SMTP", place, f"{envelope.message_id}, {len(envelope.message)} bytes") as row:
        try:
            said = await _hand_in(server, envelope)
        except Refusal as refusal:
            row["status"], row["response_body"] = refusal.code, refusal.text
            raise
        row["status"], row["response_body"] = 250, said
        return said


async def greet(server: MailServer) -> str:
    """Connect, secure, log in and leave again, without effect: what the server can do. Raises as `submit` does."""
    client = _client(server)
    try:
        await _open(client, server)
        return ", ".join(sorted(client.esmtp_extensions)) or "no extensions"
    finally:
        await _leave(client)


async def _hand_in(server: MailServer, envelope: Envelope) -> str:
    client = _client(server)
    try:
        await _open(client, server)
        _can_write_to(client, envelope)
        await _step("sender", server, client.mail(envelope.sender, options=_options(client, envelope)))
        await _step("recipient", server, client.rcpt(envelope.recipient))
        await stay_ours(2 * server.timeout)  # the word DATA and the message are a step each
        return await _message(client, server, envelope.message)
    finally:
        await _leave(client)


def _client(server: MailServer) -> aiosmtplib.SMTP:
    context = None
    if server.security != "none":
        context = ssl.create_default_context()
        if server.authority:
            context.load_verify_locations(server.authority)
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.security == "tls",
        start_tls=False,
        timeout=server.timeout,
        tls_context=context,
        local_hostname=server.hello or "crossdock.invalid",
    )


async def _open(client: aiosmtplib.SMTP, server: MailServer) -> None:
    await _step("greeting", server, client.connect())
    if server.security == "starttls":
        await _step("tls", server, client.starttls())
    if server.user:
        await _step("login", server, client.login(server.user, server.password))
    else:
        await _step("greeting", server, client.ehlo())


async def _step(stage: Stage, server: MailServer, doing: object) -> None:
    """A step before the message: whatever fails, nothing was taken."""
    try:
        await doing  # type: ignore[misc]
    except aiosmtplib.SMTPResponseException as problem:
        raise Refusal(stage, problem.code, problem.message) from None
    except (aiosmtplib.SMTPException, OSError, ssl.SSLError, ValueError) as problem:
        raise NotSent(f"{server.host}:{server.port} at {stage}: {_words(problem)}") from None


async def _message(client: aiosmtplib.SMTP, server: MailServer, message: bytes) -> str:
    try:
        answer = await client.data(message)
    except aiosmtplib.SMTPResponseException as problem:
        raise Refusal("message", problem.code, problem.message) from None
    except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as problem:
        raise NoAnswer(f"{server.host}:{server.port} after the message: {_words(problem)}") from None
    return without_addresses(f"{answer.code} {answer.message}")[:500]


async def _leave(client: aiosmtplib.SMTP) -> None:
    """The answer is known by now; how the server takes our leave changes nothing."""
    try:
        await client.quit(timeout=2)
    except (aiosmtplib.SMTPException, OSError):
        client.close()


def _can_write_to(client: aiosmtplib.SMTP, envelope: Envelope) -> None:
    """An address beyond ASCII needs a server that knows RFC 6531."""
    if not ((envelope.recipient.isascii() and envelope.sender.isascii()) or client.supports_extension("smtputf8")):
        raise Refusal("recipient", 553, "the server does not know SMTPUTF8, which this address needs")


def _options(client: aiosmtplib.SMTP, envelope: Envelope) -> list[str]:
    size = [f"SIZE={len(envelope.message)}"] if client.supports_extension("size") else []
    utf8 = not envelope.recipient.isascii() or not envelope.sender.isascii()
    return size + (["SMTPUTF8"] if utf8 and client.supports_extension("smtputf8") else [])


def _words(problem: BaseException) -> str:
    return f"{type(problem).__name__} {without_addresses(str(problem))}".strip()[:500]
