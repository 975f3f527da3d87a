"""Tables of the simulated Odoo: one transaction per call, rolled back on error, write_date from its start."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from crossdock.connectors.odoo.simulator.faults import invalid, missing
from crossdock.connectors.odoo.simulator.schema import READ_ONLY, Field, schema

Row = dict[str, Any]
SECOND = 1_000_000
_EMPTY: dict[str, Any] = {"float": 0.0, "integer": 0}
Computed = Callable[["Database", Row], Any]


class Database:
    """Rows by model and id; dates are kept in epoch microseconds as PostgreSQL does, and shown in whole seconds."""

    def __init__(self, major: int) -> None:
        """Empty tables of Odoo ``major``."""
        self.major = major
        self.schema = dict(schema(major))
        self.rows: dict[str, dict[int, Row]] = {name: {} for name in self.schema}
        self.indexed = False
        self.external: dict[tuple[str, int], str] = {}
        self._named: dict[str, tuple[str, int]] = {}
        self.computed: dict[tuple[str, str], Computed] = {}
        self._next: dict[str, int] = {}
        self._links: dict[str, dict[str, dict[int, set[int]]]] = {}
        self._undo: list[Callable[[], object]] = []
        self._now = 0
        self.touched: list[tuple[str, int]] = []
        self.changes: dict[tuple[str, int], Row | None] = {}

    @contextmanager
    def transaction(self, now: int) -> Iterator[None]:
        """Everything inside is kept or nothing is; all of it is dated ``now``."""
        self._undo, self._now, self.touched, self.changes = [], now, [], {}
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
        self.check_fields(model, values)
        row_id = self.next_number(model)
        self._next[model] = row_id + 1
        dates = {"create_date": self._now, "write_date": self._now}
        self.adopt(model, row_id, {**dates, **self._stored(model, values)})
        self._undo.append(lambda: self._drop(model, row_id))
        self.touched.append((model, row_id))
        self.changes.setdefault((model, row_id), None)
        return row_id

    def next_number(self, model: str) -> int:
        """The id the next new row will have."""
        found = self._next.get(model, 1)
        while found in self.rows[model]:
            found += 1
        return found

    def start_at(self, model: str, row_id: int) -> None:
        """Number new rows of a model from here on."""
        self._next[model] = row_id

    def adopt(self, model: str, row_id: int, row: Row) -> None:
        """Put a row under a given id, replacing what is there."""
        self._drop(model, row_id)
        row["id"] = row_id
        self.rows[model][row_id] = row
        self._link(model, row)

    def _drop(self, model: str, row_id: int) -> None:
        row = self.rows[model].pop(row_id, None)
        if row is not None:
            self._unlink(model, row)

    def write(self, model: str, ids: Iterable[int], values: Mapping[str, Any], uid: int) -> None:
        """Change rows; equal values bump write_date too, as in the real one."""
        self.check_fields(model, values)
        stored = self._stored(model, values)
        for row_id in ids:
            row = self.rows[model].get(row_id)
            if row is None:
                raise missing(model, row_id, uid)
            joined = {name: linked(values[name], row.get(name) or ()) for name in self._joins(model, values)}
            self._replace(model, row, {**row, **stored, **joined, "write_date": self._now})
            self.touched.append((model, row_id))

    def _joins(self, model: str, values: Mapping[str, Any]) -> list[str]:
        found = (name for name, value in values.items() if isinstance(value, list) and name not in READ_ONLY)
        return [name for name in found if self.schema[model][name].type == "many2many"]

    def _replace(self, model: str, row: Row, after: Row) -> None:
        before = dict(row)
        self.changes.setdefault((model, row["id"]), before)
        self._undo.append(lambda: self._set(model, row, before))
        self._set(model, row, after)

    def _set(self, model: str, row: Row, content: Row) -> None:
        self._unlink(model, row)
        row.clear()
        row.update(content)
        self._link(model, row)

    def delete(self, model: str, row_id: int) -> None:
        """Remove a row without a trace."""
        row = self.rows[model][row_id]
        self.changes.setdefault((model, row_id), dict(row))
        self._drop(model, row_id)
        self._undo.append(lambda: self.adopt(model, row_id, row))
        self.touched.append((model, row_id))

    def of(self, model: str, field: str, value: int) -> list[Row]:
        """Rows of ``model`` whose relation ``field`` leads to ``value``, oldest first."""
        table = self.rows[model]
        return [table[each] for each in sorted(self._linked_to(model, field).get(value, ()))]

    def name(self, model: str, row_id: int, external_id: str, *, noupdate: bool = False) -> None:
        """Give a row an external id, with its row in ir.model.data."""
        module, _, name = external_id.partition(".")
        about = {"module": module, "name": name, "model": model, "res_id": row_id, "noupdate": noupdate}
        self.create("ir.model.data", about)
        self.bind(external_id, model, row_id)

    def is_kept(self, external_id: str) -> bool:
        """Whether the row of an external id is not to be written by updates."""
        module, _, name = external_id.partition(".")
        rows = self.rows["ir.model.data"].values()
        return any(row["noupdate"] for row in rows if (row["module"], row["name"]) == (module, name))

    def bind(self, external_id: str, model: str, row_id: int) -> None:
        """Let an external id lead to a row."""
        self.external[model, row_id] = external_id
        self._named[external_id] = (model, row_id)
        self._undo.append(lambda: self.forget(external_id))

    def forget(self, external_id: str) -> None:
        """Take an external id away."""
        self.external.pop(self._named.pop(external_id, ("", 0)), None)

    def named(self, external_id: str) -> tuple[str, int] | None:
        """(model, id) of an external id whose row is still there."""
        found = self._named.get(external_id)
        return found if found and found[1] in self.rows.get(found[0], {}) else None

    def row(self, model: str, row_id: Any) -> Row:
        """A row by its id; an empty one where there is none."""
        return self.rows[model].get(row_id or 0, {})

    def _linked_to(self, model: str, field: str) -> dict[int, set[int]]:
        """The index of one relation, made when it is first asked for."""
        links = self._links.setdefault(model, {})
        if field not in links:
            links[field] = {}
            for row in self.rows[model].values():
                if row.get(field):
                    links[field].setdefault(row[field], set()).add(row["id"])
        return links[field]

    def _link(self, model: str, row: Row) -> None:
        for field, links in self._links.get(model, {}).items():
            if row.get(field):
                links.setdefault(row[field], set()).add(row["id"])

    def _unlink(self, model: str, row: Row) -> None:
        for field, links in self._links.get(model, {}).items():
            if row.get(field):
                links.get(row[field], set()).discard(row["id"])

    def value(self, model: str, row: Row, name: str) -> Any:
        """A field's value as stored or computed: ids for relations, microseconds for dates, ``False`` when empty."""
        field = self.schema[model][name]
        if (model, name) in self.computed:
            return self.computed[model, name](self, row)
        if field.constant or field.related:
            return field.constant or self._follow(model, row, field.related)
        if field.type == "one2many":
            return self._children(field, row)
        if name == "display_name":
            return self.display_name(model, row["id"])
        found = row.get(name)
        if field.type == "many2many":
            return list(found or [])
        return _EMPTY.get(field.type, False) if found is None else found

    def _children(self, field: Field, row: Row) -> list[int]:
        rows = self.of(field.relation, field.inverse, row["id"])
        return [other["id"] for other in sorted(rows, key=lambda other: other.get("sequence") or 0)]

    def display_name(self, model: str, row_id: int) -> str:
        """What people see of a record."""
        row = self.rows[model].get(row_id, {})
        if (model, "complete_name") in self.computed and row:
            return str(self.computed[model, "complete_name"](self, row))
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
        if field.type == "date":
            return str(value)[:10] if value else False
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
            elif kind == "float" and not isinstance(value, int | float):
                stored[name] = _number(value)
            elif kind == "many2many" and isinstance(value, list):
                stored[name] = linked(value)
            else:
                stored[name] = value
        return stored

    def check_fields(self, model: str, values: Mapping[str, Any]) -> None:
        """Refuse what the model has no field for. Raises `OdooFault`."""
        for name in values:
            if name not in self.schema[model]:
                where = f"in '{model}'" if self.major >= 19 else f"on model '{model}'"
                raise invalid(f"Invalid field '{name}' {where}")


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


def linked(value: list[Any], before: Iterable[int] = ()) -> list[int]:
    """Ids of a many2many given as ids or as commands: (6, 0, ids), (4, id), (3, id), (5,)."""
    found = list(before)
    for part in value:
        if isinstance(part, int):
            found.append(part)
        elif isinstance(part, list | tuple) and part:
            found = _commanded(found, part)
    return list(dict.fromkeys(found))


def _commanded(found: list[int], command: Any) -> list[int]:
    match command[0]:
        case 6:
            return list(command[2])
        case 5:
            return []
        case 4:
            return [*found, command[1]]
        case 3 | 2:
            return [each for each in found if each != command[1]]
        case _:
            return found


def _number(value: Any) -> float:
    try:
        return float(value or 0)
    except (TypeError, ValueError) as reason:
        raise invalid(str(reason)) from None
