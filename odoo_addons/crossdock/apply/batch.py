"""One call: known events apart, the rest in bulk, and where something raises, halved until the culprit is alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from odoo import _
from odoo.exceptions import AccessError, MissingError

from ..muting import muted
from . import documents, notes, timeline
from .effects import effects_of
from .failures import OF_THE_CALL, named
from .fulfil import Fulfilment
from .items import Item, read_item
from .stocktake import Stocktake

_FETCHED = ["company_id", "carrier_tracking_ref", "crossdock_marks"]
Answer = dict[str, Any]


class Batch:
    """The items of one call and what became of each."""

    def __init__(self, env: Any, notes_of: str) -> None:
        """``notes_of``: which items leave a note (all, noteworthy, none)."""
        self.env = env
        self._notes_of = notes_of
        self._answers: dict[int, Answer] = {}
        self._companies: dict[int, int] = {}
        self._done: list[Item] = []

    def run(self, events: list[Any]) -> list[Answer]:
        """Apply ``events`` and answer in their order."""
        items = self._permitted(self._unknown(self._read(events)))
        light = [item for item in items if not item.moves_stock]
        if light:
            self._halving(light, self._apply_light)
        for item in items:
            if item.moves_stock:
                self._halving([item], self._apply_heavy)
        notes.post(self.env, self._done, self._notes_of)
        return [self._answers[position] for position in range(len(events))]

    def _read(self, events: list[Any]) -> list[Item]:
        """The items that can be read; a key that comes twice is a duplicate of its first."""
        now = self.env.cr.now().replace(microsecond=0)
        items: dict[str, Item] = {}
        for position, raw in enumerate(events):
            try:
                item = read_item(raw, position, now)
            except ValueError as error:
                self._fail(position, _key_of(raw), error)
                continue
            if item.key in items:
                self._answers[position] = {"id": item.key, "result": "duplicate"}
            else:
                items[item.key] = item
        return list(items.values())

    def _unknown(self, items: list[Item]) -> list[Item]:
        there = timeline.known(self.env.cr, [item.key for item in items]) if items else {}
        for item in items:
            if item.key in there:
                self._answers[item.position] = {"id": item.key, "result": "duplicate", "record": there[item.key]}
        return [item for item in items if item.key not in there]

    def _permitted(self, items: list[Item]) -> list[Item]:
        """The items whose transfer is there and may be written by this user: asked once for all of them."""
        asked = self.env["stock.picking"].browse({item.picking for item in items if item.picking})
        present = asked.exists()
        allowed = _writable(present)
        allowed.fetch(_FETCHED)
        self._companies = {picking.id: picking.company_id.id for picking in allowed}
        permitted = []
        for item in items:
            if not item.picking or item.picking in self._companies:
                permitted.append(item)
            elif item.picking in present._ids:
                self._fail(item.position, item.key, AccessError(_("You may not change this transfer.")))
            else:
                self._fail(item.position, item.key, MissingError(_("The transfer does not exist.")))
        return permitted

    def _halving(self, items: list[Item], apply: Callable[[list[Item]], None]) -> None:
        """Apply ``items`` as one; where that raises, undo it and apply each half, down to the item that raises."""
        try:
            with self.env.cr.savepoint():
                apply(items)
        except OF_THE_CALL:
            raise
        except Exception as error:  # noqa: BLE001  (code of any other addon may stand behind it)
            if len(items) == 1:
                self._fail(items[0].position, items[0].key, error)
                return
            middle = len(items) // 2
            self._halving(items[:middle], apply)
            self._halving(items[middle:], apply)
        else:
            self._done += [item for item in items if self._answers[item.position]["result"] != "duplicate"]

    def _apply_light(self, items: list[Item]) -> None:
        ids = timeline.insert(self.env, items, self._companies)
        new = [item for item in items if item.key in ids]
        labels = documents.attach(self.env, new)
        stale = self._write(new, labels)
        for item in items:
            self._answer(item, ids, stale)

    def _apply_heavy(self, items: list[Item]) -> None:
        ids = timeline.insert(self.env, items, self._companies)
        new = [item for item in items if item.key in ids]
        with muted({item.picking for item in new}):
            for item in new:
                if item.kind == "done":
                    Fulfilment(self.env).fulfil(item)
                Stocktake(self.env).adjust(item)
            self.env.flush_all()
        labels = documents.attach(self.env, new)
        stale = self._write(new, labels)
        for item in items:
            self._answer(item, ids, stale)

    def _write(self, items: list[Item], labels: dict[int, int]) -> set[str]:
        """Write each transfer once, those with equal values together, and flush while the outbox is muted for them."""
        of_picking: dict[int, list[Item]] = defaultdict(list)
        for item in items:
            if item.picking:
                of_picking[item.picking].append(item)
        pickings = _quiet(self.env["stock.picking"].browse(sorted(of_picking)))
        pickings.fetch(_FETCHED)
        stale: set[str] = set()
        with muted(of_picking):
            for picking in pickings:
                told = of_picking[picking.id]
                values, old = effects_of(told, picking.crossdock_marks or {}, picking.carrier_tracking_ref or "")
                if picking.id in labels:
                    values["crossdock_label_id"] = labels[picking.id]
                stale |= old
                if values:
                    picking.write(values)
            self.env.flush_all()
        return stale

    def _answer(self, item: Item, ids: dict[str, int], stale: set[str]) -> None:
        if item.key not in ids:
            self._answers[item.position] = {"id": item.key, "result": "duplicate"}
            return
        result = "stale" if item.key in stale else "applied"
        self._answers[item.position] = {"id": item.key, "result": result, "record": ids[item.key]}

    def _fail(self, position: int, key: str, error: Exception) -> None:
        self._answers[position] = {"id": key, "result": "error", "error": named(error)}


def _key_of(raw: Any) -> str:
    key = raw.get("id") if isinstance(raw, dict) else None
    return key[:64] if isinstance(key, str) else ""


def _quiet(pickings: Any) -> Any:
    """The transfers for writing: rights were checked for all at once, so not again for each; and what nobody tracks
    (somebody may have made the tracking number tracked) is not looked at for tracking.
    """
    tracked = pickings._track_get_fields() if pickings else ()
    written = {name for name in pickings._fields if name.startswith("crossdock_")} | {"carrier_tracking_ref"}
    return pickings.sudo() if written.intersection(tracked) else pickings.sudo().with_context(tracking_disable=True)


def _writable(pickings: Any) -> Any:
    """Those that rights and record rules let this user write. Odoo 17 asks for the two apart."""
    if hasattr(pickings, "_filtered_access"):
        return pickings._filtered_access("write")
    pickings.check_access_rights("write")
    return pickings._filter_access_rules("write")
