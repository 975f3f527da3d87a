"""What a transaction has changed, gathered and written to the outbox before it commits: a record makes one row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import push

_SLOT = "crossdock.news"
Belongings = dict[int, tuple[int | None, int | None]]
"""Owner and company by id."""
_ON = ("1", "true", "yes", "on")

_INSERT = """
    INSERT INTO crossdock_outbox (model, res_id, action, names, company, written_at)
    SELECT new.*, clock_timestamp() AT TIME ZONE 'UTC'
    FROM unnest(%s::varchar[], %s::int[], %s::varchar[], %s::varchar[], %s::int[]) AS new
    RETURNING id
"""


class Change:
    """What happened to one record: the strongest action, the fields, whose it is, and who must not hear of it."""

    __slots__ = ("action", "company", "fields", "muted", "owner")

    def __init__(self) -> None:
        """Nothing happened yet."""
        self.action = "write"
        self.fields: set[str] = set()
        self.muted: frozenset[int] = frozenset()
        self.owner: int | None = None
        self.company: int | None = None

    def add(self, action: str, fields: Iterable[str], muted: frozenset[int]) -> None:
        """Join another change of the same record; only what was muted every time stays muted."""
        self.muted = muted if not self.fields and self.action == "write" else self.muted & muted
        self.fields.update(fields)
        if action == "delete" or (action == "create" and self.action == "write"):
            self.action = action

    def belongs_to(self, owner: int | None, company: int | None) -> None:
        """Remember whose it is."""
        self.owner, self.company = owner, company


class News:
    """The changes of one transaction since its last flush, by model and id: plain data, as Odoo's tests copy it."""

    def __init__(self) -> None:
        """Made by ``news_of``."""
        self.changes: dict[tuple[str, int], Change] = {}

    def add(self, records: Any, action: str, fields: Iterable[str], muted: frozenset[int]) -> None:
        """Note a change of ``records``; drafts in somebody's form are none."""
        for id_ in records._ids:
            if isinstance(id_, int):
                self.changes.setdefault((records._name, id_), Change()).add(action, fields, muted)

    def delete(self, records: Any, belongs: Belongings, muted: frozenset[int]) -> None:
        """Note that ``records`` are gone; ``belongs`` was asked while they were there."""
        self.add(records, "delete", (), muted)
        for id_, (owner, company) in belongs.items():
            self.changes[records._name, id_].belongs_to(owner, company)

    def rows(self, env: Any) -> list[tuple[str, int, str, str, int | None]]:
        """One row for each record that is named in the outbox: the record itself or its owner."""
        told: dict[tuple[str, int], Change] = {}
        for (model, id_), change in self.changes.items():
            owner = env[model]._crossdock_owner
            place = (owner, change.owner) if owner and change.owner else (model, id_)
            if place[0] == "stock.picking" and place[1] in change.muted:
                continue
            if place == (model, id_):
                _join(told, place, change, change.action, change.fields)
            else:
                _join(told, place, change, "write", {f"{model}.{name}" for name in change.fields} or {model})
        return [
            (model, id_, change.action, ",".join(sorted(change.fields)), change.company)
            for (model, id_), change in sorted(told.items())
        ]


def news_of(env: Any) -> News:
    """The news of the running transaction; they are written when it flushes for the last time."""
    callbacks = env.cr.precommit
    if _SLOT not in callbacks.data:
        callbacks.data[_SLOT] = News()
        system = env(user=1, su=True, context={})
        callbacks.add(lambda: _write(system))
    return callbacks.data[_SLOT]


def belongings(records: Any) -> Belongings:
    """Owner and company of ``records`` by id, from the database itself."""
    ids = [id_ for id_ in records._ids if isinstance(id_, int)]
    owner = records._crossdock_owner_field or "NULL::int"
    company = records._fields.get("company_id")
    column = "company_id" if company is not None and company.store else "NULL::int"
    # The names are those of the models of this addon, never from outside.
    records.env.cr.execute(f"SELECT id, {owner}, {column} FROM {records._table} WHERE id = ANY(%s)", [ids])  # noqa: S608
    return {id_: (owned_by, of_company) for id_, owned_by, of_company in records.env.cr.fetchall()}


def _write(env: Any) -> None:
    """Write the rows and order the push."""
    news: News | None = env.cr.precommit.data.pop(_SLOT, None)
    if not (news and news.changes and _is_on(env)):
        return
    of_model: dict[str, list[int]] = {}
    for (model, id_), change in news.changes.items():
        if change.action != "delete":
            of_model.setdefault(model, []).append(id_)
    for model, ids in of_model.items():
        for id_, (owner, company) in belongings(env[model].browse(ids)).items():
            news.changes[model, id_].belongs_to(owner, company)
    rows = news.rows(env)
    if rows:
        env.cr.execute(_INSERT, list(map(list, zip(*rows, strict=True))))
        ids = [id_ for (id_,) in env.cr.fetchall()]
        push.after_commit(env, min(ids), max(ids))


def _is_on(env: Any) -> bool:
    return str(env["ir.config_parameter"].get_param("crossdock.outbox", "1")).lower() in _ON


def _join(
    told: dict[tuple[str, int], Change], place: tuple[str, int], of: Change, action: str, names: set[str]
) -> None:
    change = told.setdefault(place, Change())
    change.add(action, names, frozenset())
    change.company = change.company or of.company
