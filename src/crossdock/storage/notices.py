"""Customers' notices (`crossdock.ports.stores_notices.NoticeBook`)."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, and_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from crossdock.model.notices import Kind
from crossdock.ports.stores_notices import NoticeRow, Pause, Refusal
from crossdock.storage.statements import insert_new
from crossdock.storage.tables import STATE
from crossdock.storage.tables_notices import NOTICE, UNSUBSCRIBED
from crossdock.storage.tables_work import BREAKER_MOVE, TIMER

_INSERT = insert(NOTICE)
_NEW = _INSERT.excluded
_NOTE = _INSERT.on_conflict_do_update(
    index_elements=["subject", "kind"],
    set_={
        "step": _NEW.step,
        "reason": _NEW.reason,
        "at": _NEW.at,
        "mail": _NEW.mail,
        **{name: func.coalesce(func.nullif(_NEW[name], ""), NOTICE.c[name]) for name in ("order_name", "language")},
        "recipient": func.coalesce(func.nullif(_NEW.recipient, ""), NOTICE.c.recipient),
    },
)
_REFUSE = insert_new(UNSUBSCRIBED)
_COLUMNS = [NOTICE.c[name] for name in NoticeRow.__struct_fields__]
_OF_ORDER = select(*_COLUMNS).where(NOTICE.c.subject == bindparam("of")).order_by(NOTICE.c.since, NOTICE.c.kind)
_COUNTS = select(NOTICE.c.step, NOTICE.c.reason, func.count()).group_by(NOTICE.c.step, NOTICE.c.reason)
_UNSENT = (
    select(func.count())
    .select_from(NOTICE)
    .where(NOTICE.c.step == "due", NOTICE.c.mail, NOTICE.c.at < bindparam("before"))
)
_UNTOLD = (
    select(func.count())
    .select_from(
        STATE.outerjoin(NOTICE, and_(NOTICE.c.subject == STATE.c.subject, NOTICE.c.kind == bindparam("called")))
    )
    .where(
        STATE.c.milestone.in_(bindparam("codes", expanding=True)),
        STATE.c.updated_at >= bindparam("since"),
        STATE.c.updated_at < bindparam("before"),
        NOTICE.c.subject.is_(None),
    )
)
_REFUSALS = (
    select(UNSUBSCRIBED.c.seq, UNSUBSCRIBED.c.recipient, UNSUBSCRIBED.c.at)
    .where(UNSUBSCRIBED.c.seq > bindparam("after"))
    .order_by(UNSUBSCRIBED.c.seq)
)
_REFUSED = select(UNSUBSCRIBED.c.at).where(UNSUBSCRIBED.c.recipient == bindparam("who"))
_PAUSES = (
    select(BREAKER_MOVE.c.seq, BREAKER_MOVE.c.partner, BREAKER_MOVE.c.at, BREAKER_MOVE.c.state)
    .where(BREAKER_MOVE.c.seq > bindparam("after"), BREAKER_MOVE.c.state.in_(("paused", "resumed")))
    .order_by(BREAKER_MOVE.c.seq)
)
_HEADS = select(
    select(func.max(UNSUBSCRIBED.c.seq)).scalar_subquery(), select(func.max(BREAKER_MOVE.c.seq)).scalar_subquery()
)
_HASTEN = (
    update(TIMER)
    .where(TIMER.c.name == bindparam("called"), TIMER.c.due_at > bindparam("now"))
    .values(due_at=bindparam("now"))
)


class SqlNotices:
    """Where notices stand, who unsubscribed, and which outages are declared."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def note(self, rows: Sequence[NoticeRow]) -> None:
        """Where notices stand now, the last word of each."""
        latest: dict[tuple[str, str], NoticeRow] = {}
        for row in rows:
            latest[row.subject, row.kind] = row
        for name in sorted(latest):
            row = latest[name]
            values = {field: getattr(row, field) for field in row.__struct_fields__}
            self._connection.execute(_NOTE, {**values, "since": row.since or row.at})

    def refuse(self, recipients: Sequence[tuple[str, int]]) -> None:
        """Addresses that want no mail."""
        for recipient, at in sorted(recipients):
            self._connection.execute(_REFUSE, {"recipient": recipient, "at": at})

    def refused_at(self, recipient: str) -> int:
        """Since when an address wants no mail; 0: it may be written to."""
        return int(self._connection.execute(_REFUSED, {"who": recipient}).scalar_one_or_none() or 0)

    def of_order(self, subject: str) -> list[NoticeRow]:
        """All of one order, oldest first."""
        return [NoticeRow(*row) for row in self._connection.execute(_OF_ORDER, {"of": subject})]

    def counts(self) -> dict[tuple[str, str], int]:
        """How many stand where."""
        return {(step, reason): count for step, reason, count in self._connection.execute(_COUNTS)}

    def unsent(self, before: int) -> int:
        """Due by mail before that moment and not out."""
        return int(self._connection.execute(_UNSENT, {"before": before}).scalar_one())

    def untold(self, milestones: Mapping[Kind, Sequence[str]], since: int, before: int) -> int:
        """Orders at a milestone without its notice."""
        found = 0
        for kind, codes in milestones.items():
            row = {"called": kind, "codes": list(codes), "since": since, "before": before}
            found += int(self._connection.execute(_UNTOLD, row).scalar_one()) if codes else 0
        return found

    def heads(self) -> tuple[int, int]:
        """The greatest numbers there are."""
        refusals, moves = self._connection.execute(_HEADS).one()
        return refusals or 0, moves or 0

    def refusals(self, after: int) -> list[Refusal]:
        """Those with a greater number."""
        return [Refusal(*row) for row in self._connection.execute(_REFUSALS, {"after": after})]

    def pauses(self, after: int) -> list[Pause]:
        """Outages declared and ended, with a greater number."""
        rows = self._connection.execute(_PAUSES, {"after": after})
        return [Pause(seq, partner, at, state == "paused") for seq, partner, at, state in rows]

    def hasten(self, timer: str, now: int) -> int:
        """Every order that waits for this timer waits no longer."""
        return self._connection.execute(_HASTEN, {"called": timer, "now": now}).rowcount
