"""What people and programs read of an alert: a letter in plain text, and a CloudEvent."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import msgspec

from crossdock.model.exception_kinds import kind_of
from crossdock.model.instants import rfc3339
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
        "",
        f"All of this cause: crossdock exceptions list --group {alert.cause_group}",
        "This is told once while any exception of the cause is open.",
    ]
    return "\n".join(rows) + "\n"


def body_of(alert: Alert) -> bytes:
    """A CloudEvent in structured mode; ``data`` is the alert with times as RFC 3339."""
    data = {
        name: getattr(alert, name)
        for name in ("occasion", "kind", "partner", "category", "queue", "severity", "owner", "told", "subject", "text")
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
