"""How long messages took, by partner and kind: percentiles of what did occur, by nearest rank, on both databases."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, case, func, select

from crossdock.ports.rows import Latency
from crossdock.storage.tables_exchange import COMMAND, EXCHANGE


def _percentiles(partner: Any, what: Any, took: Any, where: ColumnElement[bool]) -> Select[Any]:
    """One row for each (partner, what): messages, and the values at ranks ceil(n * 0.5) and ceil(n * 0.99)."""
    alike: dict[str, Any] = {"partition_by": (partner, what)}
    ranked = (
        select(
            partner.label("partner"),
            what.label("what"),
            took.label("took"),
            func.row_number().over(**alike, order_by=took).label("rank"),
            func.count().over(**alike).label("messages"),
        )
        .where(where)
        .subquery()
    )
    rank, messages = ranked.c.rank, ranked.c.messages
    half, most = (messages + 1) // 2, (messages * 99 + 99) // 100
    return (
        select(
            ranked.c.partner, ranked.c.what, messages,
            func.min(case((rank == half, ranked.c.took))), func.min(case((rank == most, ranked.c.took))),
        )
        .group_by(ranked.c.partner, ranked.c.what, messages)
        .order_by(ranked.c.partner, ranked.c.what)
    )  # fmt: skip


_IN = _percentiles(
    EXCHANGE.c.partner,
    EXCHANGE.c.channel,
    EXCHANGE.c.settled_at - EXCHANGE.c.received_at,
    (EXCHANGE.c.received_at >= bindparam("since"))
    & EXCHANGE.c.status.in_(["translated", "waiting", "repeated"])
    & (EXCHANGE.c.replay == ""),
)
_OUT = _percentiles(
    COMMAND.c.partner,
    COMMAND.c.kind,
    COMMAND.c.settled_at - COMMAND.c.created_at,
    (COMMAND.c.created_at >= bindparam("since")) & (COMMAND.c.status == "done"),
)


_FIRST = select(func.coalesce(func.min(EXCHANGE.c.received_at), 0)).where(
    EXCHANGE.c.partner == bindparam("partner"),
    EXCHANGE.c.channel == bindparam("channel"),
    EXCHANGE.c.received_at > bindparam("after"),
)


class FlowViews:
    """How long messages took (part of `crossdock.ports.rows.Views`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def latencies(self, since: int) -> list[Latency]:
        """By direction, partner and kind; messages that were read again by a replay are left out."""
        return [
            Latency(direction, *row)
            for direction, query in (("in", _IN), ("out", _OUT))
            for row in self._connection.execute(query, {"since": since})
        ]

    def first_heard(self, partner: str, channel: str, after: int) -> int:
        """When the first message on a channel was received behind ``after``; 0 for none."""
        given = {"partner": partner, "channel": channel, "after": after}
        return int(self._connection.execute(_FIRST, given).scalar_one())
