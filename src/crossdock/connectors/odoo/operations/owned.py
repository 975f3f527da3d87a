"""Records in Odoo that Crossdock made: found again by external id, made when missing, corrected when they differ."""

from collections.abc import Mapping
from typing import Any

from crossdock.connectors.odoo.client.dialects import Call, ids_of
from crossdock.connectors.odoo.client.session import Row, identifier
from crossdock.connectors.odoo.operations.calling import Calls, find, search

MODULE = "crossdock_setup"
"""Not the name of the addon: uninstalling a module takes every record with it whose external id is in its name."""


class Owned:
    """The records of one database that carry our external ids. ``dry`` writes nothing; ids made then are 0."""

    def __init__(self, calls: Calls, *, dry: bool = False) -> None:
        """Calls as an administrator."""
        self.calls = calls
        self.dry = dry

    async def named(self, name: str, model: str, *, module: str = MODULE) -> int:
        """The id behind an external id, 0 when there is none or the record is gone."""
        domain = [("module", "=", module), ("name", "=", name), ("model", "=", model)]
        for row in await find(self.calls, "ir.model.data", domain, ["res_id"]):
            if await search(self.calls, model, [("id", "=", row["res_id"])]):
                return int(row["res_id"])
        return 0

    async def names(self, model: str, prefix: str) -> dict[str, int]:
        """Our external ids of a model that begin so, with the ids behind them."""
        domain = [("module", "=", MODULE), ("model", "=", model), ("name", "=like", f"{prefix}%")]
        rows = await find(self.calls, "ir.model.data", domain, ["name", "res_id"])
        return {str(row["name"]): int(row["res_id"]) for row in rows if str(row["name"]).startswith(prefix)}

    async def keep(
        self, name: str, model: str, values: Mapping[str, Any], *, module: str = MODULE, known: int = 0
    ) -> tuple[int, str]:
        """Id, and what was done: ``made``, ``corrected`` or "" when all was well. ``known`` adopts a record."""
        found = await self.named(name, model, module=module) or known
        if not found:
            return await self.make(name, model, values, module=module), "made"
        different = await self.differences(model, found, values)
        if different:
            await self.write(model, found, different)
        if found == known and not self.dry and not await self.named(name, model, module=module):
            await self._name(name, model, found, module)
        return found, "corrected" if different else ""

    async def make(self, name: str, model: str, values: Mapping[str, Any], *, module: str = MODULE) -> int:
        """A new record with an external id."""
        if self.dry:
            return 0
        made = ids_of(await self.calls.call(Call(model, "create", None, {"vals_list": [dict(values)]}, writes=True)))[0]
        await self._name(name, model, made, module)
        return made

    async def write(self, model: str, record: int, values: Mapping[str, Any]) -> None:
        """Write, unless dry."""
        if not self.dry:
            await self.calls.call(Call(model, "write", (record,), {"vals": dict(values)}, writes=True))

    async def drop(self, name: str, model: str, *, module: str = MODULE) -> bool:
        """Remove the record and its external id; False when there was none."""
        found = await self.named(name, model, module=module)
        if found and not self.dry:
            await self.calls.call(Call(model, "unlink", (found,), writes=True))
        domain = [("module", "=", module), ("name", "=", name), ("model", "=", model)]
        left = await search(self.calls, "ir.model.data", domain)
        if left and not self.dry:
            await self.calls.call(Call("ir.model.data", "unlink", tuple(left), writes=True))
        return bool(found)

    async def differences(self, model: str, record: int, values: Mapping[str, Any]) -> dict[str, Any]:
        """Of ``values`` what the record has otherwise. Relations: an id, or ``[[6, 0, ids]]``."""
        rows = await find(self.calls, model, [("id", "=", record)], list(values))
        present = rows[0] if rows else {}
        return {field: value for field, value in values.items() if not same(present.get(field), value)}

    async def _name(self, name: str, model: str, record: int, module: str) -> None:
        # noupdate: an update of a module of that name leaves the record alone.
        values = {"module": module, "name": name, "model": model, "res_id": record, "noupdate": True}
        await self.calls.call(Call("ir.model.data", "create", None, {"vals_list": [values]}, writes=True))


def same(present: object, wanted: object) -> bool:
    """Whether a field reads as it should.

    >>> same([7, "Stock"], 7), same([1, 2], [[6, 0, [2, 1]]]), same("a", "b")
    (True, True, False)
    """
    if isinstance(wanted, list) and len(wanted) == 1 and isinstance(wanted[0], list | tuple) and wanted[0][0] == 6:
        return isinstance(present, list) and set(present) == set(wanted[0][2])
    if isinstance(present, list) and isinstance(wanted, int):
        return identifier(present) == wanted
    if isinstance(present, str) and isinstance(wanted, str):
        return present.strip() == wanted.strip()
    return present == wanted


async def run_code(owned: Owned, code: str) -> Row:
    """Run a piece of code once as a server action that is gone afterwards, and what it sets as ``action``."""
    # Up to 18 who runs it must be allowed to write the model it is about; administrators may always write this one.
    about = await model_id(owned.calls, "ir.config_parameter")
    values = {"name": "Crossdock: set-up", "model_id": about, "state": "code", "code": code}
    made = ids_of(
        await owned.calls.call(Call("ir.actions.server", "create", None, {"vals_list": [values]}, writes=True))
    )
    try:
        found = await owned.calls.call(Call("ir.actions.server", "run", made, writes=True))
    finally:
        await owned.calls.call(Call("ir.actions.server", "unlink", made, writes=True))
    return found if isinstance(found, dict) else {}


async def model_id(calls: Calls, model: str) -> int:
    """The id of a model's description, 0 when its module is not installed."""
    found = await search(calls, "ir.model", [("model", "=", model)], limit=1)
    return found[0] if found else 0


async def reference(calls: Calls, external_id: str) -> int:
    """The id behind an external id of Odoo itself (``stock.group_stock_user``), 0 when there is none."""
    module, _, name = external_id.partition(".")
    rows = await find(calls, "ir.model.data", [("module", "=", module), ("name", "=", name)], ["res_id"])
    return int(rows[0]["res_id"]) if rows else 0
