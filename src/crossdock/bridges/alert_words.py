"""What people and programs read of an alert: a letter in plain text, and a CloudEvent."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import msgspec

from crossdock.model.exception_kinds import kind_of
from crossdock.model.instants import rfc3339
from crossdock.model.money import Money
from crossdock.ports.stores_exceptions import Alert

TYPE = "alert.v1"
"""Type of an alert, as CloudEvents ``crossdock.alert.v1``."""
_SECOND = 1_000_000
_OCCASIONS = {"raised": "new", "warned": "soon late", "breached": "late"}


def letter_of(alert: Alert, sender: str, recipient: str, now: int) -> EmailMessage:
    """The letter; its Message-ID is made of the alert's id, so that a second one is known for what it is."""
    letter = EmailMessage(policy=SMTP)
    occasion = _OCCASIONS.get(alert.occasion) or f"escalated, {alert.occasion.replace('-', ' ')}"
    title = kind_of(alert.kind).title or alert.kind
    subject = f"[{alert.severity}] {occasion}: {title}{f' ({alert.partner})' if alert.partner else ''}"
    letter["From"], letter["To"] = sender, recipient
    letter["Subject"] = " ".join(subject.split())[:200]
    letter["Date"] = format_datetime(datetime.fromtimestamp(now // _SECOND, UTC))
    letter["Message-ID"] = f"<alert-{alert.id}@{sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(_text(alert))
    return letter


def _text(alert: Alert) -> str:
    rows = [
        alert.text or kind_of(alert.kind).title,
        "",
        f"What to do: {kind_of(alert.kind).do}",
        f"Severity: {alert.severity}    Team: {alert.owner}    Since: {rfc3339(alert.raised_at)}",
        f"First concerned: {alert.subject}",
        f"At stake: {_stake(alert)}",
        "",
        f"All of this cause: crossdock exceptions list --group {alert.cause_group}",
        "This is told once while any exception of the cause is open.",
    ]
    return "\n".join(rows) + "\n"


def _stake(alert: Alert) -> str:
    """The order's value, the customer's tier and what was promised, as far as they are known."""
    parts = [
        f"goods of {Money(alert.value, alert.currency)}" if alert.currency else "",
        f"a customer of tier {alert.tier}" if alert.tier else "",
        f"promised by {rfc3339(alert.promised_at)[:16]}Z" if alert.promised_at else "",
    ]
    return ", ".join(part for part in parts if part) or "nothing that is known"


def body_of(alert: Alert) -> bytes:
    """A CloudEvent in structured mode; ``data`` is the alert with times as RFC 3339."""
    data = {
        name: getattr(alert, name)
        for name in ("occasion", "kind", "partner", "category", "queue", "severity", "owner", "told", "subject", "text")
    }
    data |= {
        "value": str(Money(alert.value, alert.currency)) if alert.currency else "",
        "tier": alert.tier,
        "promised_by": rfc3339(alert.promised_at) if alert.promised_at else "",
    }
    data |= {"cause": alert.cause_group, "raised_at": rfc3339(alert.raised_at), "do": kind_of(alert.kind).do}
    event = {
        "specversion": "1.0",
        "id": alert.id,
        "source": "/crossdock",
        "type": f"crossdock.{TYPE}",
        "subject": alert.subject,
        "time": rfc3339(alert.raised_at),
        "datacontenttype": "application/json",
        "data": data,
    }
    return msgspec.json.encode(event)
