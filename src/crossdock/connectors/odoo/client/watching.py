"""Which transfers have changed: every watched model is paged by write_date, the rest follows from relations.

A corrected address, product or quantity does not touch the transfer's own write_date, so those models are watched too
and lead back to the open transfers that use them.
"""

from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.client.cursor import Cursor, Scan, seconds, text_of
from crossdock.connectors.odoo.client.session import OdooSession, Row

PICKING = "stock.picking"
OUTGOING = ("picking_type_code", "=", "outgoing")
READY = ("state", "=", "assigned")


class Watch(Struct, frozen=True):
    """A model beside the transfer: ``paths`` lead from a transfer to it, ``domain`` narrows what is read of it."""

    model: str
    paths: tuple[str, ...]
    domain: tuple[Any, ...] = ()

    @property
    def needs(self) -> str:
        """The field of a transfer the first path starts with; without it (module not installed) nothing is watched."""
        return self.paths[0].split(".", 1)[0]


_OF_OPEN = (("picking_id.picking_type_code", "=", "outgoing"), ("picking_id.state", "=", "assigned"))
WATCHES = (
    Watch("stock.move", ("move_ids",), _OF_OPEN),
    Watch("stock.move.line", ("move_line_ids",), _OF_OPEN),
    Watch("sale.order", ("sale_id",), (("state", "=", "sale"),)),
    Watch("res.partner", ("partner_id", "partner_id.parent_id")),
    Watch("product.product", ("move_ids.product_id",)),
)


async def look(session: OdooSession, cursor: Cursor, now: int) -> bool:
    """Read one page of every watched model at ``now`` (seconds) and note changed transfers in ``cursor.pending``; True
    when there is more.
    """
    if not cursor.horizon:
        cursor.horizon = await _newest(session)
        if not cursor.horizon:
            return False  # not one transfer yet, so nothing that could have changed
    changed, more = await _own_changes(session, cursor)
    related: list[Any] = []
    known = await session.fields(PICKING)
    for watch in await _watches(session):
        if watch.needs in known:
            ids, again = await _page(session, cursor, watch.model, list(watch.domain), [])
            more = more or again
            if ids:
                related += [(path, "in", [row["id"] for row in ids]) for path in watch.paths]
    if related:
        domain = [*_scope(session), READY, *["|"] * (len(related) - 1), *related]
        changed += await session.search(PICKING, domain)
    cursor.changed(changed, now, session.config.overlap)
    if not more:
        # A model whose pass ended early waits for the others: passes that begin again alone would never end together.
        for scan in cursor.scans.values():
            scan.done = False
    return more


async def _own_changes(session: OdooSession, cursor: Cursor) -> tuple[list[int], bool]:
    since = text_of(max(cursor.horizon - session.config.overlap, 0))
    closed = ["&", ("state", "in", ["done", "cancel"]), ("write_date", ">=", since)]
    rows, more = await _page(session, cursor, PICKING, [*_scope(session), "|", READY, *closed], ["state"])
    for row in rows:
        if row.get("state") == "done":
            cursor.forget(row["id"])
    return [row["id"] for row in rows if row.get("state") != "done"], more


async def _page(
    session: OdooSession, cursor: Cursor, model: str, domain: list[Any], fields: list[str]
) -> tuple[list[Row], bool]:
    """The rows of the next page that are new to the cursor, and whether the pass goes on."""
    overlap, limit = session.config.overlap, session.config.page_size
    start = Scan() if model == PICKING else Scan(at=cursor.horizon)
    scan = cursor.scans.setdefault(model, start)
    if scan.done:
        return [], False
    window: list[Any] = [("write_date", ">=", text_of(scan.lower(overlap)))]
    order = "write_date, id"
    if scan.after:
        window += [("write_date", "<", text_of(scan.next + 1)), ("id", ">", scan.after)]
        order = "id"
    found = await session.find(model, [*domain, *window], ["write_date", *fields], order=order, limit=limit)
    rows = [(row["id"], seconds(row.get("write_date"))) for row in found]
    fresh = set(scan.news(rows))
    more = scan.turn_page(rows, limit, overlap)
    scan.done = not more
    return [row for row in found if row["id"] in fresh], more


async def _newest(session: OdooSession) -> int:
    """Odoo's time of the last change to any outgoing transfer: its clock, not ours."""
    rows = await session.find(PICKING, _scope(session), ["write_date"], order="write_date desc", limit=1)
    return seconds(rows[0].get("write_date")) if rows else 0


async def _watches(session: OdooSession) -> tuple[Watch, ...]:
    """The table, and packages under the name this version has for them (renamed in 19)."""
    model = await package_model(session)
    return (*WATCHES, Watch(model, ("move_line_ids.result_package_id",))) if model else WATCHES


async def package_model(session: OdooSession) -> str:
    """``stock.quant.package`` or, since 19, ``stock.package``."""
    lines = await session.fields("stock.move.line")
    return str(lines.get("result_package_id", {}).get("relation", ""))


def _scope(session: OdooSession) -> list[Any]:
    companies = session.config.company_ids
    return [OUTGOING, ("company_id", "in", list(companies))] if companies else [OUTGOING]
