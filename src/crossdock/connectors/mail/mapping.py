"""Notices as letters, and links that were followed as facts; pure."""

from collections.abc import Mapping
from urllib.parse import quote

from msgspec import Struct

from crossdock.connectors.mail.wire import Letter
from crossdock.model.events import Fact
from crossdock.model.identifiers import digest
from crossdock.model.instants import from_epoch_us
from crossdock.model.notices import UNSUBSCRIBED, CustomerNotified, CustomerUnsubscribed, NoticeDecided, NotifyCustomer
from crossdock.notices.links import InvalidLink, Link, read, recipient_hash, token_in, unsubscribe_url
from crossdock.notices.rendering import Templates
from crossdock.notices.tracking_links import DAY, TrackingLink, sign
from crossdock.ports.connector import Received, Translation, Unreadable
from crossdock.ports.verdicts import Explanation


class Sender(Struct, frozen=True):
    """Who writes: address and name, what links begin with, and the secret they are signed with."""

    partner: str
    address: str
    name: str
    reply_to: str
    public_url: str
    secret: str
    tracking_url: str
    languages: tuple[str, ...]
    default_language: str
    tracking_secret: str = ""
    tracking_days: int = 60


def language_of(sender: Sender, wanted: str) -> str:
    """The language a letter is written in."""
    return wanted if wanted in sender.languages else sender.default_language


def letter(sender: Sender, templates: Templates, notice: NotifyCustomer, key: str, subject: str, now: int) -> Letter:
    """The letter of a notice. ``key`` is the command's: its Message-ID is the same however often it is sent. Raises
    `crossdock.notices.rendering.UnusableTemplate`.
    """
    language = language_of(sender, notice.language)
    link = Link(recipient_hash(sender.secret, notice.recipient), subject)
    unsubscribe = unsubscribe_url(sender.public_url, sender.partner, sender.secret, link)
    values = {
        "tracking_url": _tracking_url(sender, notice.values, subject, language, now),
        **notice.values,
        "shop": sender.name or sender.address.rpartition("@")[2],
        "unsubscribe_url": unsubscribe,
    }
    words = templates.render(notice.template, language, values)
    return Letter(
        sender=sender.address,
        sender_name=sender.name,
        recipient=notice.recipient,
        subject=words.subject,
        text=words.text,
        html=words.html,
        message_id=message_id(sender, key),
        sent_at=now,
        language=language,
        reply_to=sender.reply_to,
        unsubscribe=unsubscribe,
    )


def message_id(sender: Sender, key: str) -> str:
    """What a letter is known by (RFC 5322, 3.6.4), from the idempotency key of its command."""
    return f"<{digest('mail', key)}@{sender.address.rpartition('@')[2]}>"


def notified(sender: Sender, notice: NotifyCustomer, key: str, subject: str, now: int, *, assumed: bool) -> Fact:
    """The fact that a letter went out; the address is in it as a hash."""
    body = CustomerNotified(
        sender.partner,
        notice.template,
        recipient_hash(sender.secret, notice.recipient),
        message_id(sender, key),
        language_of(sender, notice.language),
        assumed,
    )
    return Fact(body, from_epoch_us(now), subject=subject)


def stale(notice: NotifyCustomer, subject: str, now: int) -> Fact:
    """The fact that a letter waited for so long that nobody wants it any more."""
    body = NoticeDecided(
        notice.template, "dropped", notice.milestone, from_epoch_us(now), "stale", notice.order_name, notice.language
    )
    return Fact(body, from_epoch_us(now), subject=subject)


def unsubscribed(secret: str, message: Received) -> Translation:
    """Who unsubscribed, told of the address and of the order whose mail held the link."""
    try:
        link = read(secret, token_in(message.body))
    except (InvalidLink, UnicodeDecodeError) as problem:
        why = Explanation("This is no link of ours to unsubscribe by; nothing is to be done.", str(problem))
        return Translation(problems=(Unreadable("", why),))
    occurred, body = from_epoch_us(message.received_at), CustomerUnsubscribed(link.recipient)
    subjects = [f"{UNSUBSCRIBED}{link.recipient}", *([link.subject] if link.subject else [])]
    return Translation(tuple(Fact(body, occurred, subject=each) for each in subjects))


def _tracking_url(sender: Sender, values: Mapping[str, str], subject: str, language: str, now: int) -> str:
    pattern = sender.tracking_url
    number, order = values.get("tracking_number", "").partition(",")[0].strip(), values.get("order", "")
    if ("{tracking_number}" in pattern and not number) or ("{order}" in pattern and not order):
        return ""
    if "{link}" in pattern:
        link = sign(sender.tracking_secret, TrackingLink(subject, now + sender.tracking_days * DAY))
        pattern = pattern.replace("{link}", f"{link}?lang={language}" if pattern.endswith("{link}") else link)
    return pattern.replace("{tracking_number}", quote(number, safe="")).replace("{order}", quote(order, safe=""))
