"""Joins settings, mapping and client to the port; no decisions but the configured one about lost answers."""

from crossdock.connectors.mail import mapping
from crossdock.connectors.mail.client import deliver
from crossdock.connectors.mail.config import MailConfig
from crossdock.connectors.mail.wire import UnsafeHeader
from crossdock.model.mailboxes import is_address
from crossdock.model.notices import NotifyCustomer
from crossdock.notices.links import InvalidLink, read, token_in
from crossdock.notices.rendering import UnusableTemplate
from crossdock.ports.connector import Command, Documents, Page, Received, Rejected, Translation, Unreadable, Verified
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Done, Explanation, Park, Refuse, Retry, Verdict
from crossdock.transports.mail import Envelope, MailServer, greet


class MailConnector:
    """Implements `crossdock.ports.connector.Connector` for an SMTP server."""

    def __init__(self, surroundings: Surroundings) -> None:
        """``surroundings.config`` is a `MailConfig`."""
        self._config: MailConfig = surroundings.config
        self._partner = surroundings.partner
        self._clock = surroundings.clock
        self._secrets = surroundings.secrets
        self._templates = self._config.written()

    def verify(self, message: Received, now: int) -> Verified | Rejected:  # noqa: ARG002 - a link never expires
        """A link is ours by its signature."""
        try:
            read(self._secrets.reveal(self._config.link_secret), token_in(message.body))
        except UnknownSecret as problem:
            return Rejected(503, Explanation("The secret of the links is not in place: set it.", str(problem)))
        except (InvalidLink, UnicodeDecodeError) as problem:
            text = "This link to unsubscribe was not made here, or not copied whole. Use the one in the mail."
            return Rejected(401, Explanation(text, str(problem)))
        return Verified()

    def translate(self, message: Received) -> Translation:
        """Who unsubscribed."""
        try:
            secret = self._secrets.reveal(self._config.link_secret)
        except UnknownSecret as problem:
            why = Explanation("The secret of the links is not in place: set it, then retry.", str(problem))
            return Translation(problems=(Unreadable("", why),))
        return mapping.unsubscribed(secret, message)

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:  # noqa: ARG002 - the port's signature
        """There are no feeds."""
        return Refuse(Explanation("This feed does not exist.", f"mail has no feed '{feed}'"))

    async def send(self, command: Command, documents: Documents) -> Verdict:  # noqa: ARG002 - the port's signature
        """Write the letter and hand it in; one that waited for too long is dropped."""
        body, now = command.body, self._clock.now()
        if not isinstance(body, NotifyCustomer):
            return Refuse(Explanation("Mail cannot do this; the rule that asked for it is wrong.", "no such command"))
        if body.expires_at and now > body.expires_at:
            return Done((mapping.stale(body, command.subject, now),))
        found = self._envelope(body, command, now)
        if not isinstance(found, Envelope):
            return found
        answer = await deliver(self._server(), found)
        if not isinstance(answer, str):
            return answer
        return Done((mapping.notified(self._sender(), body, command.key, command.subject, now, assumed=False),))

    def _envelope(self, body: NotifyCustomer, command: Command, now: int) -> Envelope | Verdict:
        """The letter ready to be handed in, or why there is none."""
        if not is_address(body.recipient):
            text = "The customer's address is not one plain address: correct it in the order."
            return Park(Explanation(text, "recipient is no mailbox of RFC 5321"))
        sender = self._sender()
        try:
            written = mapping.letter(sender, self._templates, body, command.key, command.subject, now)
            return Envelope(sender.address, body.recipient, written.encoded(), written.message_id)
        except UnusableTemplate as problem:
            text = "A template cannot be used: run crossdock check, put it right, then retry."
            return Park(Explanation(text, str(problem)))
        except UnsafeHeader as problem:
            return Refuse(Explanation("This mail would carry headers that are not ours; it is not sent.", str(problem)))

    async def settle(self, command: Command, documents: Documents) -> Verdict:  # noqa: ARG002 - the port's signature
        """SMTP has no way to ask: what is done is configured."""
        body = command.body
        if not isinstance(body, NotifyCustomer):
            return Refuse(Explanation("Mail cannot do this; the rule that asked for it is wrong.", "no such command"))
        sender = self._sender()
        name = mapping.message_id(sender, command.key)
        if self._config.on_lost_answer == "resend":
            return Retry(Explanation("It is sent again; the server drops what it has seen.", f"{name}, on_lost_answer"))
        if self._config.on_lost_answer == "ask":
            text = "Nobody knows whether this mail went out: look in the mail server's log, then retry or discard it."
            return Park(Explanation(text, name))
        fact = mapping.notified(sender, body, command.key, command.subject, self._clock.now(), assumed=True)
        return Done((fact,))

    async def check(self) -> tuple[str, ...]:
        """Connect, secure, log in and leave. Raises what `crossdock.transports.mail.greet` raises."""
        config = self._config
        return (f"{config.host}:{config.port} ({config.security}) offers {await greet(self._server())}",)

    def _server(self) -> MailServer:
        config = self._config
        return config.server(self._secrets.reveal(config.password) if config.password else "")

    def _sender(self) -> mapping.Sender:
        config = self._config
        return mapping.Sender(
            self._partner,
            config.sender,
            config.sender_name,
            config.reply_to,
            config.public_url,
            self._secrets.reveal(config.link_secret),
            config.tracking_url,
            config.languages,
            config.default_language,
            self._secrets.reveal(config.tracking_secret) if config.tracking_secret else "",
            config.tracking_days,
        )
