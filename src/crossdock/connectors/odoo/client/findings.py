"""What `crossdock doctor` wants to know of an Odoo database, without writing to it."""

from crossdock.connectors.odoo.client.dialects import JSON2
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.session import OdooSession
from crossdock.connectors.odoo.client.watching import OUTGOING, PICKING, READY, WATCHES, package_model

_TRACKING = "carrier_tracking_ref"


async def findings(session: OdooSession) -> tuple[str, ...]:
    """Lines of what was found. Raises `Failed` where Odoo refuses what the connector needs."""
    serie = await session.version()
    dialect = await session.dialect()
    spoken = "JSON-2" if dialect == JSON2 else "JSON-RPC"
    config = session.config
    lines = [f"Odoo {serie} at {config.url}, spoken to by {spoken}"]
    waiting = await session.search(PICKING, [OUTGOING, READY], limit=1000)
    count = "1000 or more" if len(waiting) == 1000 else str(len(waiting))
    lines.append(f"database {config.database}: {count} outgoing transfers are ready")
    if config.login:
        users = await session.find("res.users", [("login", "=", config.login)], ["name", "email"], limit=1)
        mail = "" if users and users[0].get("email") else " (without an email address: Odoo 18 then refuses notes)"
        lines.append(f"user {config.login}{mail}")
    package = await package_model(session)
    for model in [*(watch.model for watch in WATCHES), package, "ir.attachment", "mail.message"]:
        await session.search(model, [], limit=1)
    lines.append("all models needed can be read")
    if _TRACKING not in await session.fields(PICKING):
        lines.append("transfers have no tracking reference: install the module stock_delivery")
    lines.append(await _key_age(session))
    return tuple(lines)


async def _key_age(session: OdooSession) -> str:
    """Keys of ordinary users expire; who may read them is told when."""
    try:
        keys = await session.find("res.users.apikeys", [], ["name", "expiration_date"], order="id")
    except Failed:
        return "the age of API keys cannot be read by this user"
    ends = sorted(str(key["expiration_date"]) for key in keys if key.get("expiration_date"))
    return f"first API key of this user to expire: {ends[0]}" if ends else "no API key of this user expires"
