"""Inbound messages: accepted in groups, translated by partition, settled, reopened, and relieved of their bytes."""

import itertools
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, bindparam, delete, func, insert, literal_column, or_, select, text, update

from crossdock.model.identifiers import PARTITIONS
from crossdock.ports.stores import Fenced
from crossdock.ports.stores_inbound import Correction, Inbound, NewExchange, Receipt, RefusedBody, Settlement
from crossdock.storage.bodies import Bodies
from crossdock.storage.periods import period_of
from crossdock.storage.statements import ForMany, UpdateMany, among, change_in, insert_new, rows_in, words
from crossdock.storage.tables_exchange import BYTES_KEPT, CORRECTION, DELIVERY, EXCHANGE, RECEIVED, REFUSED

_ENCODE = msgspec.json.Encoder().encode
_HEADERS: msgspec.json.Decoder[dict[str, str]] = msgspec.json.Decoder(dict[str, str])
_IN_ROW_ORDER = (EXCHANGE.c.received_at, EXCHANGE.c.id)

_DELIVERED = ForMany(insert_new(DELIVERY))
_KNOWN = select(DELIVERY).where(among(DELIVERY.c.delivery_id)).order_by(DELIVERY.c.period.desc())
_LATE = 600_000_000
"""Microseconds into a month in which somebody else may still write to the month before, and clocks may differ."""
_KEEP = ForMany(insert(EXCHANGE))
_WHOLE = select(
    EXCHANGE.c.id,
    EXCHANGE.c.partner,
    EXCHANGE.c.channel,
    EXCHANGE.c.body,
    EXCHANGE.c.received_at,
    EXCHANGE.c.trace_id,
    EXCHANGE.c.content_type,
    EXCHANGE.c.headers,
    EXCHANGE.c.path,
    EXCHANGE.c.replay,
    EXCHANGE.c.location,
)
_WAITING = _WHOLE.where(RECEIVED).order_by(*_IN_ROW_ORDER).limit(bindparam("most"))
_WAITING_IN = _WAITING.where(among(EXCHANGE.c.partition))
_WAITING_OF = _WAITING.where(EXCHANGE.c.partner == bindparam("of"), EXCHANGE.c.received_at >= bindparam("since"))
_WAITING_OF_IN = _WAITING_OF.where(among(EXCHANGE.c.partition))
_NEXT_PARTNER = select(func.min(EXCHANGE.c.partner)).where(EXCHANGE.c.partner > bindparam("of"))
_OPEN = select(EXCHANGE.c.id).where(among(EXCHANGE.c.id), RECEIVED).order_by(EXCHANGE.c.id).with_for_update()
_SETTLE = UpdateMany(EXCHANGE, "id", only=EXCHANGE.c.status == literal_column("'received'"))
_HAS_BYTES = text(f"({BYTES_KEPT.text})")
_CLOSED = EXCHANGE.c.status.not_in(["received", "corrected"])
_KEPT = _WHOLE.where(among(EXCHANGE.c.id), _CLOSED, _HAS_BYTES)
_REOPEN = (
    update(EXCHANGE)
    .where(among(EXCHANGE.c.id), _CLOSED)
    .values(status="received", replay=bindparam("mode"), settled_at=0, operator="", engineer="")
)
_REPLAY = _REOPEN.where(_HAS_BYTES)
_CLOSE = (
    update(EXCHANGE)
    .where(EXCHANGE.c.id == bindparam("which"), EXCHANGE.c.status == "parked")
    .values(status="corrected", settled_at=bindparam("now"))
)
_CORRECT = insert(CORRECTION)
_ORIGINAL = _WHOLE.where(EXCHANGE.c.id == bindparam("which"))
_OLD = (
    select(EXCHANGE.c.id, EXCHANGE.c.location)
    .where(EXCHANGE.c.received_at < bindparam("before"), EXCHANGE.c.status != "received", _HAS_BYTES)
    .order_by(*_IN_ROW_ORDER)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_PURGE = update(EXCHANGE).where(among(EXCHANGE.c.id)).values(body=None, location="")
_REFUSE = insert_new(REFUSED)
_OLDEST_KEPT = (
    select(REFUSED.c.received_at, REFUSED.c.id)
    .where(REFUSED.c.partner == bindparam("of"))
    .order_by(REFUSED.c.received_at.desc(), REFUSED.c.id.desc())
    .limit(1)
    .offset(bindparam("ring"))
)
_FORGET = delete(REFUSED).where(
    REFUSED.c.partner == bindparam("of"),
    or_(
        REFUSED.c.received_at < bindparam("at"),
        and_(REFUSED.c.received_at == bindparam("at"), REFUSED.c.id <= bindparam("last")),
    ),
)


class SqlExchanges:
    """The ledger of inbound messages (`crossdock.ports.stores_inbound.Exchanges`)."""

    def __init__(self, connection: Connection, bodies: Bodies) -> None:
        """Large bodies go to ``bodies``."""
        self._connection = connection
        self._bodies = bodies

    def accept(self, batch: Sequence[NewExchange]) -> list[Receipt]:
        """Keep a batch; one whose (partner, channel, delivery_id) is known is not kept again."""
        first = self._first_deliveries([each for each in batch if each.delivery_id])
        receipts = [Receipt(owner, repeated=owner != each.id) for each in batch for owner in [_owner(first, each)]]
        fresh = [self._row(each) for each, receipt in zip(batch, receipts, strict=True) if not receipt.repeated]
        _KEEP.run(self._connection, fresh)
        return receipts

    def _first_deliveries(self, numbered: Sequence[NewExchange]) -> Mapping[tuple[str, str, str], str]:
        """Which exchange each delivery id belongs to, after ours were written down where nobody was first.

        Writing before asking makes two acceptors of one delivery wait for each other; sorting keeps them from a
        deadlock. They meet in a month: around its beginning an id is written to both. The oldest month's word holds.
        """
        if not numbered:
            return {}
        rows = [
            {"delivery_id": words(each.delivery_id), "partner": each.partner, "channel": each.channel,
             "period": period, "exchange_id": each.id}
            for each in sorted(numbered, key=lambda each: (each.delivery_id, each.partner, each.channel))
            for period in sorted({period_of(each.received_at - _LATE), period_of(each.received_at)})
        ]  # fmt: skip
        _DELIVERED.run(self._connection, rows)
        known = list(rows_in(self._connection, _KNOWN, [row["delivery_id"] for row in rows]))
        return {(partner, channel, delivery): exchange for delivery, partner, channel, _, exchange in known}

    def _row(self, each: NewExchange) -> dict[str, Any]:
        size = len(each.body)
        filed = self._bodies.takes(size)
        return {
            "id": each.id,
            "partner": each.partner,
            "channel": each.channel,
            "status": each.status,
            "partition": zlib.crc32(each.id.encode()) % PARTITIONS,
            "received_at": each.received_at,
            "trace_id": each.trace_id,
            "content_type": words(each.content_type),
            "headers": _ENCODE(each.headers).decode(),
            "path": words(each.path),
            "size": size,
            "location": self._bodies.write("exchanges", each.id, each.body) if filed else "",
            "body": None if filed else each.body,
        }

    def refuse(self, bodies: Sequence[RefusedBody], ring: int = 200) -> None:
        """Keep refused bodies, the last ``ring`` per partner."""
        if not bodies:
            return
        rows = [msgspec.structs.asdict(each) for each in bodies]
        for row in rows:
            row |= {name: words(row[name]) for name in ("channel", "operator", "engineer")}
        self._connection.execute(_REFUSE, rows)
        for partner in sorted({each.partner for each in bodies}):
            over = self._connection.execute(_OLDEST_KEPT, {"of": partner, "ring": ring}).first()
            if over is not None:
                self._connection.execute(_FORGET, {"of": partner, "at": over[0], "last": over[1]})

    def received(self, partitions: Iterable[int], limit: int) -> list[Inbound]:
        """Messages not yet translated whose id hashes to ``partitions``, oldest first.

        Where more wait than are asked for, every partner has its part: one that floods us delays its own.
        """
        wanted = set(partitions)
        among = {} if len(wanted) >= PARTITIONS else {"many": sorted(wanted)}
        rows = list(self._connection.execute(_WAITING_IN if among else _WAITING, {"most": limit, **among}))
        if len(rows) == limit:
            rows = self._shared(rows, among, limit)
        return [self._inbound(row) for row in rows]

    def _shared(self, oldest: Sequence[Any], among: Mapping[str, Any], limit: int) -> list[Any]:
        """Each partner's oldest in equal parts, what is left to the oldest of all; in order for every partner."""
        partners = self._partners()
        if len(partners) == 1:
            return list(oldest)
        share = max(1, limit // len(partners))
        asked = _WAITING_OF_IN if among else _WAITING_OF
        given = {"since": oldest[0].received_at, "most": share, **among}
        rows = [row for name in partners for row in self._connection.execute(asked, {"of": name, **given})]
        chosen = {row.id: row for row in [*rows, *oldest]}
        return sorted(itertools.islice(chosen.values(), limit), key=lambda row: (row.received_at, row.id))

    def _partners(self) -> list[str]:
        """All that ever sent anything, by steps along the index."""
        found: list[str] = []
        while (
            name := self._connection.execute(_NEXT_PARTNER, {"of": found[-1] if found else ""}).scalar()
        ) is not None:
            found.append(name)
        return found

    def _inbound(self, row: Sequence[Any]) -> Inbound:
        exchange_id, partner, channel, body, received_at, trace_id, content_type, headers, path, replay, location = row
        if body is None:
            body = (self._bodies.read(location) if location else None) or b""
        return Inbound(
            exchange_id,
            partner,
            channel,
            body,
            received_at,
            trace_id,
            content_type,
            _HEADERS.decode(headers),
            path,
            replay,
        )

    def kept(self, ids: Iterable[str]) -> list[Inbound]:
        """Those of the messages that are settled and whose bytes are still there, oldest first."""
        found = [self._inbound(row) for row in rows_in(self._connection, _KEPT, ids)]
        return sorted(found, key=lambda each: (each.received_at, each.id))

    def settle_all(self, settlements: Sequence[Settlement], now: int) -> None:
        """End messages, each once. Raises `Fenced` when any of them is not ``received``: somebody else ended it."""
        ended = _SETTLE.run(self._connection, [_ended(each, now) for each in settlements])
        if ended != len(settlements):
            raise Fenced(f"{len(settlements) - ended} of {len(settlements)} messages were ended by somebody else")

    def settle(self, settlements: Sequence[Settlement], now: int) -> set[str]:
        """End messages that are still ``received``; gives the ids this call ended."""
        still = {row[0] for row in rows_in(self._connection, _OPEN, [each.id for each in settlements])}
        last = {each.id: each for each in reversed(settlements) if each.id in still}
        self.settle_all(list(last.values()), now)
        return still

    def reopen(self, ids: Sequence[str], mode: str) -> int:
        """Put settled messages back to ``received``; a replay (``mode``) leaves out those whose bytes are gone."""
        return change_in(self._connection, _REPLAY if mode else _REOPEN, ids, mode=mode)

    def correct(self, correction: Correction, body: bytes) -> bool:
        """Close a parked message as ``corrected`` and keep ``body`` in its place; False where it is not parked.

        Closing comes first: of two who correct one message, the second waits here and then finds it closed.
        """
        which = {"which": correction.original_id}
        if not self._connection.execute(_CLOSE, which | {"now": correction.at}).rowcount:
            return False
        original = self._inbound(self._connection.execute(_ORIGINAL, which).one())
        made = NewExchange(
            correction.exchange_id, original.partner, original.channel, body, original.received_at, original.trace_id,
            original.content_type, original.headers, original.path,
        )  # fmt: skip
        _KEEP.run(self._connection, [self._row(made)])
        row = msgspec.structs.asdict(correction)
        self._connection.execute(_CORRECT, row | {name: words(row[name]) for name in ("actor", "reason")})
        return True

    def purge(self, before: int, limit: int) -> int:
        """Drop the bodies (not the rows) of settled messages received before; how many."""
        old = self._connection.execute(_OLD, {"before": before, "most": limit}).all()
        for _, location in old:
            if location:
                self._bodies.drop(location)
        return change_in(self._connection, _PURGE, [row[0] for row in old])


def _owner(first: Mapping[tuple[str, str, str], str], each: NewExchange) -> str:
    return first[each.partner, each.channel, words(each.delivery_id)] if each.delivery_id else each.id


def _ended(each: Settlement, now: int) -> dict[str, Any]:
    return {
        "id": each.id,
        "status": each.status,
        "subject": each.subject,
        "settled_at": now,
        "operator": words(each.operator),
        "engineer": words(each.engineer),
    }
