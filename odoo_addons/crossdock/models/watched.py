"""A model whose changes the outside needs to know: noted where Odoo writes to the database, so that computed fields
(the state of a transfer) and every way of writing are seen, and only what really changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoo import api, models

from ..muting import muted_now
from ..news import belongings, news_of


class CrossdockWatched(models.AbstractModel):
    """Inherit and name the fields that matter. Where ``_crossdock_owner`` names a many2one, its record is what changed
    (a move changes its transfer) as long as there is one.
    """

    _name = "crossdock.watched"
    _description = "Watched by Crossdock"
    _crossdock_fields: frozenset[str] = frozenset()
    _crossdock_owner = ""
    _crossdock_owner_field = ""

    def _crossdock_changed(self, action: str, names: Iterable[str]) -> None:
        watched = self._crossdock_fields.intersection(names)
        if (watched or action != "write") and self._ids:
            news_of(self.env).add(self, action, watched, muted_now())

    def _write(self, vals: dict[str, Any]) -> None:
        """Odoo 17 flushes through this one."""
        self._crossdock_changed("write", vals)
        return super()._write(vals)

    def _write_multi(self, vals_list: list[dict[str, Any]]) -> None:
        """Odoo 18 and later flush through this one."""
        for record, values in zip(self, vals_list, strict=True):
            record._crossdock_changed("write", values)
        return super()._write_multi(vals_list)

    @api.model_create_multi
    def create(self, vals_list: list[dict[str, Any]]) -> Any:
        """Note what is new."""
        records = super().create(vals_list)
        records._crossdock_changed("create", ())
        return records

    def unlink(self) -> bool:
        """Note what goes, while it is still known whose it was."""
        belongs = belongings(self) if self._ids else {}
        result = super().unlink()
        if self._ids:
            news_of(self.env).delete(self, belongs, muted_now())
        return result
