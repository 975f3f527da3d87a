"""Many records in few calls by ``load``, so that a bad one never takes its neighbours along.

``load`` is all or nothing: what it names as wrong is taken out and the rest tried again; what it does not name is found
by halving.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.client.failures import CONFLICT, Failed
from crossdock.connectors.odoo.client.flows.anchors import Anchors, parked
from crossdock.connectors.odoo.client.session import OdooSession
from crossdock.connectors.odoo.mapping.masterdata import Cell, text_of
from crossdock.ports.verdicts import ErrorClass, Explanation, Park, Refuse, Retry

Filled = tuple[str, dict[str, Cell]]
"""A record to write: its key (an external id, or a database id) and its cells by column."""

BATCH = 200
"""Records per call: beyond about a hundred ``load`` gets no faster, and a call should last a second or two at most."""
_QUIET = {"tracking_disable": True, "mail_create_nolog": True, "mail_notrack": True}
_LOST_RACE = "could not serialize access"
_NO_METHOD = frozenset({"AttributeError", "NotFound"})
_ROLES = {
    "product.product": "Product Creation (product.group_product_manager)",
    "product.packaging": "Product Creation (product.group_product_manager)",
    "product.uom": "Product Creation (product.group_product_manager)",
    "uom.uom": "Product Creation (product.group_product_manager)",
    "res.partner": "Contact Creation (base.group_partner_manager)",
    "delivery.carrier": "Inventory / Administrator (stock.group_stock_manager)",
}
_NO_RIGHT = "The integration user may not create {model} in Odoo: give it the role {role}, then retry."


class Loading:
    """Writes records of one model in batches."""

    def __init__(self, session: OdooSession, anchors: Anchors) -> None:
        """Writes through ``anchors``."""
        self._session = session
        self._anchors = anchors
        self._rights: dict[str, bool] = {}

    async def write(self, model: str, key: str, records: Sequence[Filled]) -> dict[str, int | str]:
        """By key, the id of the record or the reason it was declined. ``key`` is the column of the keys: ``id``
        (external ids, made when unknown) or ``.id``. Raises `Failed` when Odoo could not be asked to the end.
        """
        outcome: dict[str, int | str] = {}
        if records and not await self._allowed(model):
            # ``load`` would decline every record for it, as if each were at fault.
            role = _ROLES.get(model, "of an administrator")
            raise parked(_NO_RIGHT.format(model=model, role=role), f"{model}.has_access: no create")
        for columns, group in _alike(records).items():
            for start in range(0, len(group), BATCH):
                await self._batch(model, (key, *columns), group[start : start + BATCH], outcome)
        return outcome

    async def _allowed(self, model: str) -> bool:
        """Whether this user may create records of a model, asked once; 17 asks by another name."""
        if model not in self._rights:
            try:
                found = await self._session.call(Call(model, "has_access", (), {"operation": "create"}))
            except Failed as failed:
                if failed.name not in _NO_METHOD:
                    raise
                asked = {"operation": "create", "raise_exception": False}
                found = await self._session.call(Call(model, "check_access_rights", None, asked))
            self._rights[model] = bool(found)
        return self._rights[model]

    async def _batch(
        self, model: str, columns: Sequence[str], records: Sequence[Filled], outcome: dict[str, int | str]
    ) -> None:
        """One call; what was wrong is told and taken out, the rest goes on in as few calls as possible."""
        waiting = [list(records)]
        while waiting:
            batch = waiting.pop()
            ids, wrong, said = await self._load(model, columns, batch)
            if ids:
                outcome |= {key: number for (key, _), number in zip(batch, ids, strict=True)}
            elif wrong:
                outcome |= {batch[row][0]: why for row, why in wrong.items()}
                rest = [each for row, each in enumerate(batch) if row not in wrong]
                waiting += [rest] if rest else []
            elif len(batch) == 1:
                outcome[batch[0][0]] = said
            else:
                middle = len(batch) // 2
                waiting += [batch[:middle], batch[middle:]]

    async def _load(
        self, model: str, columns: Sequence[str], batch: Sequence[Filled]
    ) -> tuple[list[int], dict[int, str], str]:
        """(ids when all was written, reasons by row where Odoo names rows, else what it said)."""
        rows = [[key, *(text_of(cells[column]) for column in columns[1:])] for key, cells in batch]
        try:
            answer = await self._anchors.act(
                model, "load", None, {"fields": list(columns), "data": rows}, {"active_test": False, **_QUIET}
            )
        except Failed as failed:
            if isinstance(failed.verdict, Park | Refuse) and failed.name != "AccessError":
                return [], {}, failed.verdict.why.engineer
            raise
        found = answer if isinstance(answer, dict) else {}
        if ids := found.get("ids"):
            return [int(each) for each in ids], {}, ""
        errors = [each for each in found.get("messages") or [] if each.get("type") == "error"]
        said = "; ".join(_said(each) for each in errors) or "no record and no message"
        if _LOST_RACE in said:
            raise Failed(Retry(Explanation(CONFLICT, f"{model}.load: {said}"), ErrorClass.CONFLICT))
        return [], _by_row(errors, len(batch)), said


def _alike(records: Sequence[Filled]) -> dict[tuple[str, ...], list[Filled]]:
    """Records by the columns they fill: an empty cell would clear a field nobody spoke of."""
    groups: dict[tuple[str, ...], list[Filled]] = {}
    for key, cells in records:
        groups.setdefault(tuple(sorted(cells)), []).append((key, cells))
    return groups


def _by_row(errors: Sequence[Mapping[str, Any]], size: int) -> dict[int, str]:
    found: dict[int, str] = {}
    for each in errors:
        rows = each.get("rows")
        first = rows.get("from") if isinstance(rows, dict) else each.get("record")
        last = rows.get("to") if isinstance(rows, dict) else first
        if isinstance(first, int) and first == last and first < size:
            found.setdefault(first, _said(each))
    return found


def _said(message: Mapping[str, Any]) -> str:
    field = f"{message['field']}: " if message.get("field") else ""
    return field + " ".join(str(message.get("message")).split())
