"""A letter as SMTP carries it: RFC 5322 headers, text and HTML side by side (RFC 2046), one click to unsubscribe
(RFC 8058).
"""

from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from msgspec import Struct

from crossdock.model.identifiers import digest


class UnsafeHeader(ValueError):
    """A value that would end a header line. The text names the header, not the value."""


class Letter(Struct, frozen=True):
    """One mail to one person. ``sent_at`` is in epoch microseconds; ``unsubscribe`` the address of one click."""

    sender: str
    sender_name: str
    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    sent_at: int
    language: str
    reply_to: str = ""
    unsubscribe: str = ""

    def encoded(self) -> bytes:
        """As bytes with CRLF line ends; the same letter gives the same bytes. Raises `UnsafeHeader`."""
        mail = EmailMessage(policy=SMTP)
        for name, value in self._headers():
            _judge(name, str(value))
            try:
                mail[name] = value
            except (ValueError, HeaderParseError):
                raise UnsafeHeader(f"{name} holds what no header may hold") from None
        mail.set_content(self.text)
        mail.add_alternative(self.html, subtype="html")
        mail["Content-Language"] = self.language  # before, it would move into the first part
        mail.set_boundary(f"notice-{digest(self.message_id)}")  # the library's own would be drawn by lot
        return mail.as_bytes()

    def _headers(self) -> list[tuple[str, str | Address]]:
        moment = datetime.fromtimestamp(self.sent_at / 1_000_000, UTC)
        headers: list[tuple[str, str | Address]] = [
            ("From", Address(self.sender_name, addr_spec=self.sender)),
            ("To", Address(addr_spec=self.recipient)),
            ("Subject", self.subject),
            ("Date", format_datetime(moment)),
            ("Message-ID", self.message_id),
            ("Auto-Submitted", "auto-generated"),
        ]
        if self.reply_to:
            headers.append(("Reply-To", Address(addr_spec=self.reply_to)))
        if self.unsubscribe:
            headers.append(("List-Unsubscribe", f"<{self.unsubscribe}>"))
            headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
        return headers


def _judge(name: str, value: str) -> None:
    if any(sign in value for sign in "\r\n\x00"):
        raise UnsafeHeader(f"{name} holds a line end")
