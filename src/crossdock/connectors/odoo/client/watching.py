"""Which documents have changed: every watched model is paged by write_date, the rest follows from relations.

A corrected address, product or quantity does not touch a transfer's own write_date, so those models are watched too
and lead back to the documents that use them. One cheap question (`stirred`) says whether any of it is worth reading.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from crossdock.connectors.odoo.client.cursor import Cursor, Scan, seconds, text_of
from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.session import OdooSession, Row

PICKING = "stock.picking"
OUTGOING = ("picking_type_code", "=", "outgoing")
READY = ("state", "=", "assigned")
UNDELIVERED = ("pending", "started", "partial")
"""Values of sale.order.delivery_status of orders from which goods are still to leave."""
PACKAGE = "stock.package"
"""Packages by their name since 19; a watch of them takes the name this version has."""
Expression = tuple[Any, ...]
"""One condition, or several joined in Odoo's prefix notation."""
_ARCHIVED_TOO = {"active_test": False}
NOT_READABLE = frozenset({"AccessError", "Forbidden", "NotFound", "UserError", "KeyError"})
"""Odoo's errors where a model may not be read, or is not installed (the name of that differs by dialect)."""


class Watch(Struct, frozen=True):
    """A model beside the document: ``paths`` lead from a document to it, the conditions of ``domain`` narrow what is
    read of it. A change there concerns open documents only, unless ``closed_too``.
    """

    model: str
    paths: tuple[str, ...]
    domain: Expression = ()
    closed_too: bool = False

    @property
    def needs(self) -> str:
        """The field of a document the first path starts with; without it (module not installed) nothing is watched."""
        return self.paths[0].split(".", 1)[0]


class Source(Struct, frozen=True):
    """What a feed watches: documents of ``model`` in ``scope``.

    Those that are ``open`` are read whenever they were changed; those that are ``closed`` only if that was since the
    feed began; ``silent`` states are read and tell nothing but that there is nothing more to come.
    """

    feed: str
    model: str
    scope: tuple[Expression, ...]
    open: Expression
    closed: Expression
    watches: tuple[Watch, ...]
    silent: tuple[str, ...] = ()


class Looked(Struct, frozen=True):
    """What a look brought: rows not seen before, and whether there is more to read."""

    news: int = 0
    more: bool = False


_OF_READY = (("picking_id.picking_type_code", "=", "outgoing"), ("picking_id.state", "=", "assigned"))
WATCHES = (
    Watch("stock.move", ("move_ids",), _OF_READY),
    Watch("stock.move.line", ("move_line_ids",), _OF_READY),
    Watch("sale.order", ("sale_id",), (("state", "=", "sale"),)),
    Watch("res.partner", ("partner_id", "partner_id.parent_id")),
    Watch("product.product", ("move_ids.product_id",)),
)
"""What a delivery is told from, beside its transfer and its packages."""


async def look(
    session: OdooSession, source: Source, watches: Sequence[Watch], cursor: Cursor, now: int, *, settle: bool = False
) -> Looked:
    """Read one page of every watched model at ``now`` (seconds) and note changed documents in ``cursor.pending``.

    ``settle`` says that it was quiet for longer than the overlap: if it still is, the cursor settles.
    """
    if not cursor.horizon:
        cursor.horizon = await _newest(session, source)
        if not cursor.horizon:
            return Looked()  # not one document yet, so nothing that could have changed
    changed, news, more = await _own_changes(session, source, cursor)
    related: list[Expression] = []
    for watch in watches:
        ids, again = await _page(session, cursor, watch.model, source, list(watch.domain), [])
        more, news = more or again, news + len(ids)
        if ids:
            paths = [((path, "in", [row["id"] for row in ids]),) for path in watch.paths]
            related.append(any_of(paths) if watch.closed_too else both(source.open, any_of(paths)))
    if related:
        changed += await session.search(source.model, [*scope_of(session, source), *any_of(related)])
    cursor.changed(changed, now, session.config.overlap)
    if not more:
        cursor.passed(session.config.overlap, settle=settle and not news)
    return Looked(news, more)


async def stirred(session: OdooSession, source: Source, watches: Sequence[Watch], cursor: Cursor) -> bool:
    """Whether a document or anything it is told from was written after what was seen of it: one call.

    Late commits of the seconds already read escape this question; a `look` now and then finds them.
    """
    terms = [both(_own(session, source, cursor), (_since(cursor, source.model),))]
    for watch in watches:
        _, _, moment = _since(cursor, watch.model)
        paths = [_seen_from(path, watch, moment) for path in watch.paths]
        terms.append(any_of(paths) if watch.closed_too else both(source.open, any_of(paths)))
    arguments = {"domain": [*scope_of(session, source), *any_of(terms)], "order": "id", "limit": 1}
    return bool(await session.call(Call(source.model, "search", arguments=arguments, context=_ARCHIVED_TOO)))


def scope_of(session: OdooSession, source: Source) -> list[Any]:
    """The source's documents of the configured companies, as conditions that all hold."""
    companies = session.config.company_ids
    scope = [term for expression in source.scope for term in expression]
    return [*scope, ("company_id", "in", list(companies))] if companies else scope


async def watches_of(session: OdooSession, source: Source) -> tuple[tuple[Watch, ...], tuple[str, ...]]:
    """The watches this Odoo and this user allow, packages under the name this version has; and the models refused."""
    known = await session.fields(source.model)
    model = await package_model(session)
    wanted = [
        Watch(model, watch.paths, watch.domain, watch.closed_too) if watch.model == PACKAGE else watch
        for watch in source.watches
        if watch.model != PACKAGE or model
    ]
    allowed, refused = [], []
    for watch in wanted:
        if watch.needs not in known:
            continue
        if await readable(session, watch.model):
            allowed.append(watch)
        else:
            refused.append(watch.model)
    return tuple(allowed), tuple(refused)


async def readable(session: OdooSession, model: str) -> bool:
    """Whether ``model`` is there and this user may read it. Raises `Failed` for any other reason."""
    try:
        await session.search(model, [], limit=1)
    except Failed as failed:
        if failed.name in NOT_READABLE:
            return False
        raise
    return True


async def package_model(session: OdooSession) -> str:
    """``stock.quant.package`` or, since 19, ``stock.package``."""
    lines = await session.fields("stock.move.line")
    return str(lines.get("result_package_id", {}).get("relation", ""))


async def adapted(session: OdooSession, source: Source) -> Source:
    """``source`` with the fields this Odoo has: a condition on a missing field holds as it would on an empty one."""
    known = await session.fields(source.model)
    return msgspec.structs.replace(source, open=_with(known, source.open), closed=_with(known, source.closed))


def any_of(expressions: Sequence[Expression]) -> Expression:
    """One expression that holds when one of ``expressions`` does.

    >>> any_of([(("a", "=", 1),), (("b", "=", 2),)])
    ('|', ('a', '=', 1), ('b', '=', 2))
    """
    return (*["|"] * (len(expressions) - 1), *_chained(expressions))


def both(first: Expression, second: Expression) -> Expression:
    """One expression that holds when both do."""
    return ("&", *first, *second)


def _with(known: Mapping[str, Any], expression: Expression) -> Expression:
    made: list[Any] = []
    for term in expression:
        missing = not isinstance(term, str) and term[0].split(".", 1)[0] not in known
        made.append(("id", "=" if term[1] in {"=", "in"} else "!=", 0) if missing else term)
    return tuple(made)


def _chained(expressions: Iterable[Expression]) -> list[Any]:
    return [term for expression in expressions for term in expression]


def _own(session: OdooSession, source: Source, cursor: Cursor) -> Expression:
    """Open documents, and closed ones that were written since the feed began."""
    since = text_of(max(cursor.horizon - session.config.overlap, 0))
    return any_of([source.open, both(source.closed, (("write_date", ">=", since),))])


def _since(cursor: Cursor, model: str) -> tuple[str, str, str]:
    scan = cursor.scans.get(model)
    return ("write_date", ">=", text_of(scan.at + 1 if scan else cursor.horizon))


def _seen_from(path: str, watch: Watch, moment: str) -> Expression:
    """The row at the end of ``path`` was written since ``moment``; its own narrowing holds too where that matters.

    Narrowing by the way back (``picking_id.…``) is what an open document is, so it need not be said again.
    """
    expression: Expression = ((f"{path}.write_date", ">=", moment),)
    for name, operator, value in watch.domain:
        if "." not in name:
            expression = both(expression, ((f"{path}.{name}", operator, value),))
    return expression


async def _own_changes(session: OdooSession, source: Source, cursor: Cursor) -> tuple[list[int], int, bool]:
    domain = [*scope_of(session, source), *_own(session, source, cursor)]
    rows, more = await _page(session, cursor, source.model, source, domain, ["state"])
    for row in rows:
        if row.get("state") in source.silent:
            cursor.forget(row["id"])
    return [row["id"] for row in rows if row.get("state") not in source.silent], len(rows), more


async def _page(
    session: OdooSession, cursor: Cursor, model: str, source: Source, domain: list[Any], fields: list[str]
) -> tuple[list[Row], bool]:
    """The rows of the next page that are new to the cursor, and whether the pass goes on."""
    overlap, limit = session.config.overlap, session.config.page_size
    start = Scan() if model == source.model else Scan(at=cursor.horizon)
    scan = cursor.scans.setdefault(model, start)
    if scan.done:
        return [], False
    window: list[Any] = [("write_date", ">=", text_of(scan.lower(overlap)))]
    order = "write_date, id"
    if scan.after:
        window += [("write_date", "<", text_of(scan.next + 1)), ("id", ">", scan.after)]
        order = "id"
    found = await _find(session, model, [*domain, *window], ["write_date", *fields], order, limit)
    rows = [(row["id"], seconds(row.get("write_date"))) for row in found]
    fresh = set(scan.news(rows))
    more = scan.turn_page(rows, limit, overlap)
    scan.done = not more
    return [row for row in found if row["id"] in fresh], more


async def _find(
    session: OdooSession, model: str, domain: list[Any], fields: list[str], order: str, limit: int
) -> list[Row]:
    """Rows, archived ones too: an archived consignee of an open transfer is still its consignee."""
    arguments = {"domain": domain, "fields": fields, "order": order, "limit": limit}
    found = await session.call(Call(model, "search_read", arguments=arguments, context=_ARCHIVED_TOO))
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


async def _newest(session: OdooSession, source: Source) -> int:
    """Odoo's time of the last change to any document: its clock, not ours."""
    scope = scope_of(session, source)
    rows = await session.find(source.model, scope, ["write_date"], order="write_date desc", limit=1)
    return seconds(rows[0].get("write_date")) if rows else 0
