"""Tables of the simulated Odoo: one transaction per call, rolled back on error, write_date from its start."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from crossdock.connectors.odoo.simulator.faults import OdooFault, invalid, missing
from crossdock.connectors.odoo.simulator.schema import READ_ONLY, Field, schema

Row = dict[str, Any]
SECOND = 1_000_000
_EMPTY: dict[str, Any] = {"float": 0.0, "integer": 0}
REQUIRED = {"ir.attachment": ("name", "Name", "Attachment"), "res.partner": ("name", "Name", "Contact")}


class Database:
    """Rows by model and id; dates are kept in epoch microseconds as PostgreSQL does, and shown in whole seconds."""

    def __init__(self, major: int) -> None:
        """Empty tables of Odoo ``major``."""
        self.major = major
        self.schema = schema(major)
        self.rows: dict[str, dict[int, Row]] = {name: {} for name in self.schema}
        self.external: dict[tuple[str, int], str] = {}
        self._next: dict[str, int] = {}
        self._undo: list[Callable[[], object]] = []
        self._now = 0
        self.touched: list[tuple[str, int]] = []

    @contextmanager
    def transaction(self, now: int) -> Iterator[None]:
        """Everything inside is kept or nothing is; all of it is dated ``now``."""
        self._undo, self._now, self.touched = [], now, []
        try:
            yield
        except BaseException:
            for undo in reversed(self._undo):
                undo()
            raise

    @property
    def now(self) -> int:
        """When the running transaction started."""
        return self._now

    def field(self, model: str, name: str) -> Field | None:
        """A field's definition."""
        return self.schema[model].get(name)

    def create(self, model: str, values: Mapping[str, Any]) -> int:
        """A new row; the mandatory field must be there."""
        table, row_id = self.rows[model], self._next.get(model, 1)
        self._check_fields(model, values)
        self._check_required(model, values)
        while row_id in table:
            row_id += 1
        self._next[model] = row_id + 1
        table[row_id] = {"id": row_id, "create_date": self._now, "write_date": self._now, **self._stored(model, values)}
        self._undo.append(lambda: table.pop(row_id, None))
        self.touched.append((model, row_id))
        return row_id

    def write(self, model: str, ids: Iterable[int], values: Mapping[str, Any], uid: int) -> None:
        """Change rows; equal values bump write_date too, as in the real one."""
        self._check_fields(model, values)
        stored = self._stored(model, values)
        for row_id in ids:
            row = self.rows[model].get(row_id)
            if row is None:
                raise missing(model, row_id, uid)
            before = dict(row)
            self._undo.append(lambda row=row, before=before: (row.clear(), row.update(before)))  # type: ignore[misc]
            row.update(stored)
            row["write_date"] = self._now
            self.touched.append((model, row_id))

    def delete(self, model: str, row_id: int) -> None:
        """Remove a row without a trace."""
        row = self.rows[model].pop(row_id)
        self._undo.append(lambda: self.rows[model].__setitem__(row_id, row))

    def value(self, model: str, row: Row, name: str) -> Any:
        """A field's value as stored or computed: ids for relations, microseconds for dates, ``False`` when empty."""
        field = self.schema[model][name]
        if field.constant:
            return field.constant
        if field.related:
            return self._follow(model, row, field.related)
        if field.type == "one2many":
            table = self.rows[field.relation].values()
            return sorted(other["id"] for other in table if other.get(field.inverse) == row["id"])
        if name == "display_name":
            return self.display_name(model, row["id"])
        if field.type == "many2many":
            return list(row.get(name) or [])
        found = row.get(name)
        return _EMPTY.get(field.type, False) if found is None else found

    def display_name(self, model: str, row_id: int) -> str:
        """What people see of a record."""
        row = self.rows[model].get(row_id, {})
        name = str(row.get("name") or f"{model},{row_id}")
        if model == "product.product" and row.get("default_code"):
            return f"[{row['default_code']}] {name}"
        return name

    def shown(self, model: str, row: Row, name: str, *, classic: bool) -> Any:
        """A field's value as the API gives it."""
        value = self.value(model, row, name)
        field = self.schema[model][name]
        if field.type == "datetime":
            return shown_date(value) if value else False
        if field.type == "many2one" and value and classic:
            return [value, self.display_name(field.relation, value)]
        return value

    def _follow(self, model: str, row: Row, path: str) -> Any:
        step, _, rest = path.partition(".")
        field = self.schema[model][step]
        found = self.value(model, row, step)
        if not rest:
            return found
        target = self.rows[field.relation].get(found)
        return self._follow(field.relation, target, rest) if target else False

    def _stored(self, model: str, values: Mapping[str, Any]) -> Row:
        stored: Row = {}
        for name, value in values.items():
            if name in READ_ONLY:
                continue
            kind = self.schema[model][name].type
            if kind == "datetime" and isinstance(value, str):
                stored[name] = parse_date(value, zoned=self.major < 19)
            elif kind == "many2many" and isinstance(value, list):
                stored[name] = _linked(value)
            else:
                stored[name] = value
        return stored

    def _check_fields(self, model: str, values: Mapping[str, Any]) -> None:
        for name in values:
            if name not in self.schema[model]:
                where = f"in '{model}'" if self.major >= 19 else f"on model '{model}'"
                raise invalid(f"Invalid field '{name}' {where}")

    def _check_required(self, model: str, values: Mapping[str, Any]) -> None:
        name, label, title = REQUIRED.get(model, ("", "", ""))
        if not name or values.get(name):
            return
        if self.major >= 19:
            text = (
                f"The operation cannot be completed: Missing required value for the field '{label}' ({name}).\n"
                f"Model: '{title}' ({model})\n- create/update: a mandatory field is not set\n"
                "- delete: another model requires the record being deleted, you can archive it instead\n"
            )
        else:
            text = (
                "The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n"
                "- Delete: another model requires the record being deleted. If possible, archive it instead.\n\n"
                f"Model: {title} ({model})\nField: {label} ({name})\n"
            )
        raise OdooFault("odoo.exceptions.ValidationError", text)


def shown_date(value: int) -> str:
    """Epoch microseconds as the API shows them: naive UTC, whole seconds."""
    return datetime.fromtimestamp(value // SECOND, UTC).strftime("%Y-%m-%d %H:%M:%S")


def parse_date(text: str, *, zoned: bool) -> int:
    """A date-time text in epoch microseconds. Raises `OdooFault`; a zone is only taken up to Odoo 18."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as reason:
        raise invalid(str(reason)) from None
    if moment.tzinfo is not None and not zoned:
        raise invalid(f"expecting only datetimes with no timezone: {text!r}")
    return int(moment.replace(tzinfo=UTC).timestamp() * SECOND)


def _linked(value: list[Any]) -> list[int]:
    """Ids of a many2many given as ids or as commands (6, 0, ids) and (4, id)."""
    found: list[int] = []
    for part in value:
        if isinstance(part, int):
            found.append(part)
        elif isinstance(part, list) and part and part[0] == 6:
            found += part[2]
        elif isinstance(part, list) and part and part[0] == 4:
            found.append(part[1])
    return found
