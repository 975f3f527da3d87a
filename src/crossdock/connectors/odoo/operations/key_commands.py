"""`crossdock odoo keys list|create|rotate|revoke`: the integration user's keys, renewed with no failed call between."""

from collections.abc import Sequence

from crossdock.connectors.odoo.client.cursor import seconds
from crossdock.connectors.odoo.client.session import Row
from crossdock.connectors.odoo.connector import OdooConnector
from crossdock.connectors.odoo.operations.calling import with_key
from crossdock.connectors.odoo.operations.keys import Way, by_key, ends, listed, way_of, works
from crossdock.connectors.odoo.operations.saying import changed, error, warning, well
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Errand, OperationStopped, Report, Step, StepStatus

WARN_DAYS = 14
_DAY = 86_400
_LIVES_ON = "Odoo 17 and 18 remember a revoked key in running workers: it ends for good when Odoo is restarted."
_NO_FILE = (
    "the secret is not a file, so the new key is shown: put it there, restart, then run: crossdock odoo keys revoke"
)


async def list_keys(connector: OdooConnector, errand: Errand) -> Report:
    """Every key of the integration user, and how long it lives."""
    rows = await listed(connector.session, errand.surroundings.config.login)
    data = [{key: row.get(key) for key in ("id", "name", "scope", "create_date", "expiration_date")} for row in rows]
    return Report(tuple(age(rows, _now(errand))), {"keys": data})


def age(rows: Sequence[Row], now: int) -> list[Step]:
    """One step per key; one that ends within 14 days of ``now`` (epoch seconds), or has ended, warns."""
    return [_age(row, now) for row in rows] or [
        warning("API key", "this user shows none", "crossdock odoo keys create makes one")
    ]


def _age(row: Row, now: int) -> Step:
    subject, end = f"API key {row['id']} '{row['name']}'", row.get("expiration_date")
    if not end:
        return well(subject, "does not end")
    left = (seconds(str(end)) - now) / _DAY
    do = "run: crossdock odoo keys rotate"
    if left < 0:
        return warning(subject, f"ended on {end}", "crossdock odoo keys revoke removes it")
    if left <= WARN_DAYS:
        return warning(subject, f"ends on {end}, in {left:.1f} days", do)
    return well(subject, f"ends on {end}, in {left:.0f} days")


async def create(connector: OdooConnector, errand: Errand) -> Report:
    """A further key, shown once, or kept where ``--save`` says."""
    way, days = await way_of(errand, connector.session), int(errand.options["days"])
    name = f"crossdock {ends(errand, 0)[:10]}"
    if errand.dry_run:
        return Report((Step(StepStatus.WOULD, "API key", f"would be made {way.name}, for {days} days"),))
    key = await _made(errand, way, name, days)
    step = changed("API key", "made", f"'{name}', {way.name}, ends on {ends(errand, days)}", dry=False)
    place = str(errand.options.get("save") or "")
    if place and errand.keep(place, key):
        return Report((step, changed("secret", "written", place, dry=False)))
    return Report((step,), shown=(key,))


async def rotate(connector: OdooConnector, errand: Errand) -> Report:
    """A new key takes the old one's place: made, tried, written, and only then is the old one revoked."""
    config, secrets = errand.surroundings.config, errand.surroundings.secrets
    try:
        old = secrets.reveal(config.api_key)
    except UnknownSecret as unknown:
        raise OperationStopped(
            "There is no key to rotate: crossdock odoo keys create makes one.", str(unknown)
        ) from None
    way, days = await way_of(errand, connector.session), int(errand.options["days"])
    if errand.dry_run:
        text = f"would be made {way.name}, tried, written to {config.api_key}; the old one revoked {_after(errand)}"
        return Report((Step(StepStatus.WOULD, "API key", text),))
    before = [int(row["id"]) for row in await listed(connector.session, config.login)]
    key = await _made(errand, way, f"crossdock {ends(errand, 0)[:10]}", days)
    steps = [changed("API key", "made and tried", f"{way.name}, ends on {ends(errand, days)}", dry=False)]
    if not errand.keep(config.api_key, key):
        return Report((*steps, warning("secret", _NO_FILE, f"it belongs to {config.api_key}")), shown=(key,))
    steps.append(changed("secret", "written", f"{config.api_key}: running servers read it within 10 s", dry=False))
    await errand.surroundings.clock.sleep(float(errand.options["grace"]))
    steps.append(await _revoke_old(errand, way, key, old, before))
    return Report(tuple(steps))


async def _made(errand: Errand, way: Way, name: str, days: int) -> str:
    """A new key that was tried."""
    key = await way.make(name, days)
    if not await works(errand, key):
        text = "Odoo made a key and does not take it; the old one stays in use."
        raise OperationStopped(f"{text} Look at the user's keys: crossdock odoo keys list", "the new key is refused")
    return key


def _after(errand: Errand) -> str:
    return f"{errand.options['grace']} s later"


async def _revoke_old(errand: Errand, way: Way, key: str, old: str, before: Sequence[int]) -> Step:
    """The old key, by itself where the way can; by its record only when there was no other it could be."""
    fresh = with_key(errand, key)
    if way.name.startswith("with the key"):
        done = await by_key(errand, fresh).revoke(old, 0)
    else:
        done = await way.revoke(old, before[0] if len(before) == 1 and "password" in way.name else 0)
    if not done:
        text = f"the old key could not be told from {len(before)} others and still works"
        return warning("old API key", text, "crossdock odoo keys list, then: crossdock odoo keys revoke ID")
    note = _LIVES_ON if not (await fresh.version()).startswith(("19", "2")) else "no longer accepted"
    return changed("old API key", "revoked", f"{note} ({_after(errand)})", dry=False)


async def revoke(connector: OdooConnector, errand: Errand) -> Report:
    """End one key, by the id that ``keys list`` shows."""
    record = int(errand.options["id"]) if str(errand.options["id"]).isdecimal() else 0
    rows = {int(row["id"]): row for row in await listed(connector.session, errand.surroundings.config.login)}
    if record not in rows:
        raise OperationStopped(
            f"This user has no key {errand.options['id']}: crossdock odoo keys list", "no such record"
        )
    subject = f"API key {record} '{rows[record]['name']}'"
    if len(rows) == 1:
        return Report(
            (error(subject, "is the only key of this user", "make another first: crossdock odoo keys rotate"),)
        )
    way = await way_of(errand, connector.session)
    if way.name.startswith("with the key"):
        raise OperationStopped(
            "A key is ended by its id only by an administrator (--admin-login) or with the password (--with-password).",
            "res.users.apikeys.revoke wants the key itself",
        )
    if errand.dry_run:
        return Report((changed(subject, "revoked", way.name, dry=True),))
    await way.revoke("", record)
    modern = (await connector.session.version()).startswith(("19", "2"))
    return Report((changed(subject, "revoked", way.name if modern else _LIVES_ON, dry=False),))


def _now(errand: Errand) -> int:
    return errand.surroundings.clock.now() // 1_000_000
