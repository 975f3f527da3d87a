"""The declaration of mail to customers."""

from typing import Any

from crossdock.connectors.mail.config import MailConfig
from crossdock.connectors.mail.connector import MailConnector
from crossdock.ports.spec import ConnectorSpec, Kind, Stability, Webhook


def _hosts(config: Any) -> tuple[str, ...]:
    return (config.host,)


SPEC = ConnectorSpec(
    id="mail",
    title="Mail to customers",
    kind=Kind.MESSAGING,
    stability=Stability.EXPERIMENTAL,
    since="0.1",
    summary="Notices to customers over any SMTP submission server, in their language, with one click to unsubscribe.",
    config=MailConfig,
    build=MailConnector,
    commands=("customer.notify.v1",),
    emits=("customer.notified.v1", "customer.notice.v1", "customer.unsubscribed.v1"),
    webhooks=(Webhook("unsubscribe", "a link signed with HMAC-SHA-256", "A customer wants no more mails (RFC 8058)."),),
    aliases=("smtp",),
    hosts=_hosts,
)
