"""The mail server's side: a session per connection (RFC 5321), a mailbox, and scripted failures."""

from collections.abc import Mapping
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Literal

import msgspec
from msgspec import Struct

from crossdock.connectors.mail.simulator.server import SmtpServer
from crossdock.ports.clock import Clock
from crossdock.ports.wire import HttpRequest, HttpResponse
from crossdock.sim.ledger import Ledger
from crossdock.sim.restful import answer
from crossdock.sim.simulator import UnknownAction
from crossdock.sim.webhooks import OutgoingWebhook

Stage = Literal["sender", "recipient", "data", "message"]


class SimulatorSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What can be chosen: whether a Message-ID that was seen is delivered again, and where SMTP listens (0: any)."""

    deduplicates: bool = False
    smtp_port: int = 0
    seed: int = 0


class Failure(Struct, forbid_unknown_fields=True):
    """What goes wrong ``times`` times: ``stage`` is answered with ``code``; code 0 takes the letter or the line and
    lets the connection die without an answer.
    """

    stage: Stage
    code: int = 0
    text: str = "as scripted"
    times: int = 1


class Letter(Struct, frozen=True):
    """A mail that was delivered."""

    at: int
    sender: str
    recipient: str
    message_id: str
    subject: str
    language: str
    text: str
    html: str
    headers: Mapping[str, str]


class MailSimulator:
    """Implements `crossdock.sim.simulator.Simulator`; letters come in by SMTP (`SmtpServer`)."""

    def __init__(self, settings: SimulatorSettings = SimulatorSettings()) -> None:  # noqa: B008 - immutable
        self.settings = settings
        self.letters: list[Letter] = []
        self.failures: list[Failure] = []
        self._ledger = Ledger()
        self._seen: set[tuple[str, str]] = set()

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where its mailbox is shown."""
        return ("mail.sim",)

    @property
    def ledger(self) -> Ledger:
        """What happened here."""
        return self._ledger

    def beside(self, clock: Clock) -> SmtpServer:
        """The SMTP side, to be started in the running loop."""
        return SmtpServer(self, clock, self.settings.smtp_port)

    def fails(self, stage: Stage) -> Failure | None:
        """What goes wrong at this stage now; counts it."""
        found = next((each for each in self.failures if each.stage == stage and each.times > 0), None)
        if found is not None:
            found.times -= 1
        return found

    def take(self, sender: str, recipient: str, message: bytes, now: int) -> None:
        """A whole message arrived: deliver it, unless it was delivered before and this server tells."""
        mail: EmailMessage = message_from_bytes(message, policy=default)
        name = str(mail["Message-ID"] or "").strip()
        if self.settings.deduplicates and (name, recipient) in self._seen:
            self._ledger.note(now, "mail.duplicate", name)
            return
        self._seen.add((name, recipient))
        self._ledger.note(now, "mail.delivered", name)
        text, html = mail.get_body(("plain",)), mail.get_body(("html",))
        self.letters.append(
            Letter(
                now,
                sender,
                recipient,
                name,
                str(mail["Subject"]),
                str(mail["Content-Language"] or ""),
                text.get_content() if text else "",
                html.get_content() if html else "",
                {each: str(value) for each, value in mail.items()},
            )
        )

    def handle(self, request: HttpRequest, now: int) -> HttpResponse:  # noqa: ARG002 - the protocol's signature
        """The mailbox, for people who try things out."""
        return answer(200, self.letters)

    def control(self, action: str, arguments: Mapping[str, Any], now: int) -> object:  # noqa: ARG002 - as above
        """``script`` adds a `Failure`; ``forget`` empties the mailbox."""
        if action == "script":
            try:
                self.failures.append(msgspec.convert(dict(arguments), Failure))
            except msgspec.ValidationError as problem:
                raise UnknownAction(f"script: {problem}") from None
            return self.failures
        if action == "forget":
            self.letters.clear()
            return []
        raise UnknownAction(f"there is no '{action}'; there are script and forget")

    def state(self) -> object:
        """The mailbox and what will go wrong."""
        return {"letters": self.letters, "failures": self.failures}

    def take_webhooks(self, now: int) -> list[OutgoingWebhook]:  # noqa: ARG002 - as above
        """A mail server sends none."""
        return []

    def webhook_answered(self, webhook: OutgoingWebhook, status: int, now: int) -> None:
        """A mail server sends none."""
