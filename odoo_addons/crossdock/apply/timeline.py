"""The events' own table: which are known, and new ones written in one statement."""

from __future__ import annotations

import json
from typing import Any

from .items import Item

_KNOWN = """
    SELECT e.event_key, e.id
    FROM unnest(%s::varchar[]) AS asked(event_key)
    JOIN crossdock_event e ON e.event_key = asked.event_key
"""
"""A join: as a list of a thousand keys in WHERE ... IN, PostgreSQL needs three times as long."""

_INSERT = """
    INSERT INTO crossdock_event (event_key, picking_id, company_id, kind, milestone, exception, reason, occurred_at,
        occurred_text, rank, text, tracking, data, create_uid, write_uid, create_date, write_date)
    SELECT new.*, %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
    FROM unnest(%(event_key)s::varchar[], %(picking_id)s::int[], %(company_id)s::int[], %(kind)s::varchar[],
        %(milestone)s::varchar[], %(exception)s::varchar[], %(reason)s::varchar[], %(occurred_at)s::timestamp[],
        %(occurred_text)s::varchar[], %(rank)s::int[], %(text)s::text[], %(tracking)s::varchar[], %(data)s::jsonb[])
        AS new
    ON CONFLICT (event_key) DO NOTHING
    RETURNING event_key, id
"""
_COLUMNS = (
    "event_key",
    "picking_id",
    "company_id",
    "kind",
    "milestone",
    "exception",
    "reason",
    "occurred_at",
    "occurred_text",
    "rank",
    "text",
    "tracking",
    "data",
)


def known(cr: Any, keys: list[str]) -> dict[str, int]:
    """The ids of the events that are there already, by key, in one query."""
    cr.execute(_KNOWN, [keys])
    return dict(cr.fetchall())


def insert(env: Any, items: list[Item], companies: dict[int, int]) -> dict[str, int]:
    """Write the events and give their ids by key; one whose key another call has just written is missing in the answer.

    Sorted by key, so that two calls with the same events wait for each other instead of dead-locking. The unique
    constraint is what decides; under Odoo's isolation a lost race raises a serialization failure, and Odoo runs the
    call again. Not through the ORM: nothing is computed or tracked on an event, and rights were checked for the batch.
    """
    rows = [_row(item, companies.get(item.picking)) for item in sorted(items, key=lambda item: item.key)]
    env.cr.execute(_INSERT, {"uid": env.uid, **dict(zip(_COLUMNS, map(list, zip(*rows, strict=True)), strict=True))})
    ids = dict(env.cr.fetchall())
    env["stock.picking"].invalidate_model(["crossdock_event_ids"], flush=False)
    return ids


def _row(item: Item, company: int | None) -> tuple[Any, ...]:
    kept = item.kept()
    return (
        item.key,
        item.picking or None,
        company,
        item.kind,
        item.milestone or None,
        item.exception or None,
        item.reason or None,
        item.at,
        item.at_text or None,
        item.rank,
        item.text or None,
        ", ".join(item.tracking) or None,
        json.dumps(kept) if kept else None,
    )
