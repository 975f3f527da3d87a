"""Outbound commands: order inside a lane (partner and subject) is the order of enqueueing, lanes go by priority."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    Connection,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    text,
    update,
)

from crossdock.ports.stores_delivery import NEVER_SENT, Claimed, Given, NewCommand, Outcome, Term, Withdrawn
from crossdock.storage.statements import ForMany, UpdateMany, among, change_in, insert_new, rows_in, words
from crossdock.storage.tables_exchange import ATTEMPT, COMMAND, OPEN

_EARLIER = COMMAND.alias("earlier")
_NOW: Any = bindparam("now")
_AGREED: Any = bindparam("agreed")
_LANES_AT_ONCE = 64
_LONGEST_RUN = 50
"""Commands of one lane in one call: a lane that was held up for long does not crowd out all others."""
_SETTLED = frozenset({"done", "parked", "refused", "discarded", "withdrawn"})

_KNOWN = select(COMMAND.c.key).where(among(COMMAND.c.key))
_ENQUEUE = ForMany(insert_new(COMMAND))
_UNDER_WAY = and_(_EARLIER.c.status == "sending", _EARLIER.c.claimed_until > _AGREED)
_BLOCKED = exists().where(
    _EARLIER.c.partner == COMMAND.c.partner,
    _EARLIER.c.subject == COMMAND.c.subject,
    text("earlier.status IN ('queued', 'sending', 'retry', 'in_doubt')"),
    or_(_EARLIER.c.seq < COMMAND.c.seq, and_(_EARLIER.c.seq > COMMAND.c.seq, _UNDER_WAY)),
)
_DUE = case((COMMAND.c.status == "sending", COMMAND.c.claimed_until <= _AGREED), else_=COMMAND.c.due_at <= _NOW)
_FIND = (
    select(
        COMMAND.c.seq,
        COMMAND.c.id,
        COMMAND.c.key,
        COMMAND.c.partner,
        COMMAND.c.subject,
        COMMAND.c.kind,
        COMMAND.c.body,
        COMMAND.c.attempt,
        or_(COMMAND.c.doubt, COMMAND.c.status.in_(["sending", "in_doubt"])).label("doubtful"),
        COMMAND.c.priority,
        COMMAND.c.trace_id,
        COMMAND.c.created_at,
        COMMAND.c.due_at,
        COMMAND.c.withdrawn,
    )
    .where(COMMAND.c.partner == bindparam("of"), text("command." + OPEN.text), _DUE, ~_BLOCKED)
    .order_by(COMMAND.c.priority, COMMAND.c.due_at, COMMAND.c.seq)
    .limit(bindparam("most"))
    .with_for_update(of=COMMAND, skip_locked=True)
)
_KINDS: Any = bindparam("kinds", expanding=True)
_FIND_BUT = _FIND.where(COMMAND.c.kind.not_in(_KINDS))
_FIND_KINDS = _FIND.where(COMMAND.c.kind.in_(_KINDS))
_FOLLOWING = (
    select(*_FIND.selected_columns, COMMAND.c.status)
    .where(COMMAND.c.partner == bindparam("of"), among(COMMAND.c.subject), text("command." + OPEN.text))
    .order_by(COMMAND.c.subject, COMMAND.c.seq)
)
_CLAIM = (
    update(COMMAND)
    .where(among(COMMAND.c.seq))
    .values(
        status="sending",
        attempt=COMMAND.c.attempt + 1,
        owner=bindparam("who"),
        claimed_until=bindparam("until"),
        doubt=or_(COMMAND.c.doubt, COMMAND.c.status.in_(["sending", "in_doubt"])),
    )
)
_MINE = update(COMMAND).where(
    COMMAND.c.id == bindparam("which"),
    COMMAND.c.owner == bindparam("who"),
    COMMAND.c.attempt == bindparam("numbered"),
    COMMAND.c.status == literal_column("'sending'"),
)
_STANDING = (
    select(COMMAND.c.id, COMMAND.c.owner, COMMAND.c.attempt, COMMAND.c.claimed_until)
    .where(among(COMMAND.c.id), COMMAND.c.status == "sending")
    .order_by(COMMAND.c.seq)
    .with_for_update()
)
_SETTLE = UpdateMany(COMMAND, "id", owner=literal_column("''"), claimed_until=literal_column("0"))
_RENEW = UpdateMany(COMMAND, "id")
_RELEASE = _MINE.values(
    status=case((COMMAND.c.doubt, "in_doubt"), else_="queued"),
    attempt=COMMAND.c.attempt - 1,
    due_at=bindparam("due"),
    owner="",
    claimed_until=0,
)
_ATTEMPTED = ForMany(insert(ATTEMPT))
_RETRY = (
    update(COMMAND)
    .where(among(COMMAND.c.id), COMMAND.c.status.in_(["parked", "refused", "retry", "in_doubt"]))
    .values(
        status=case(
            (or_(COMMAND.c.doubt, COMMAND.c.status == "in_doubt"), literal("in_doubt", String)), else_="queued"
        ),
        due_at=_NOW,
        settled_at=0,
    )
)
_DISCARD = update(COMMAND).where(among(COMMAND.c.id)).values(status="discarded", settled_at=_NOW)
_UNKNOWN = frozenset({"InDoubt", "Broken"})
"""Verdicts after which nobody knows what the partner did."""
_NEVER_SENT = frozenset({"queued", "retry", "parked", "refused"})
"""Without doubt these were not carried out: a retry certainly did not happen."""

_GIVEN = select(
    COMMAND.c.id, COMMAND.c.key, COMMAND.c.partner, COMMAND.c.subject, COMMAND.c.kind, COMMAND.c.cause,
    COMMAND.c.status, or_(COMMAND.c.doubt, COMMAND.c.status.in_(["sending", "in_doubt"])),
).order_by(COMMAND.c.seq)  # fmt: skip
_GIVEN_KEYS = _GIVEN.where(among(COMMAND.c.key))
_GIVEN_FOR = _GIVEN.where(among(COMMAND.c.subject))
_STANDING_NOW = (
    select(
        COMMAND.c.id,
        COMMAND.c.key,
        COMMAND.c.partner,
        COMMAND.c.subject,
        COMMAND.c.kind,
        COMMAND.c.body,
        COMMAND.c.engineer,
        COMMAND.c.status,
        COMMAND.c.doubt,
    )
    .order_by(COMMAND.c.seq)
    .with_for_update()
)
_STOPPED = _STANDING_NOW.where(among(COMMAND.c.id), COMMAND.c.status.in_(["parked", "refused"]))
_OPEN_OR_STOPPED = _STANDING_NOW.where(
    among(COMMAND.c.key), COMMAND.c.status.not_in(["done", "discarded", "withdrawn"])
)
_TAKE_BACK = (
    update(COMMAND).where(among(COMMAND.c.id)).values(status="withdrawn", withdrawn=True, settled_at=_NOW, owner="")
)
_MARK_BACK = (
    update(COMMAND)
    .where(among(COMMAND.c.id))
    .values(
        withdrawn=True,
        status=case((COMMAND.c.status == "sending", literal("sending", String)), else_="in_doubt"),
        due_at=_NOW,
        settled_at=0,
    )
)
_FLAGS = select(COMMAND.c.id, COMMAND.c.withdrawn).where(among(COMMAND.c.id)).order_by(COMMAND.c.seq).with_for_update()
_HASTEN = (
    update(COMMAND)
    .where(COMMAND.c.partner == bindparam("of"), text("status IN ('retry', 'in_doubt')"))
    .values(due_at=COMMAND.c.created_at)
)
_ANY_DUE = select(COMMAND.c.seq).where(text("command." + OPEN.text), _DUE).limit(1)
_DEPTH = (
    select(COMMAND.c.partner, COMMAND.c.status, func.count(), func.min(COMMAND.c.created_at))
    .where(OPEN)
    .group_by(COMMAND.c.partner, COMMAND.c.status)
    .order_by(COMMAND.c.partner, COMMAND.c.status)
)


class SqlLanes:
    """Outbound commands (`crossdock.ports.stores_delivery.Lanes`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def enqueue(self, commands: Sequence[NewCommand]) -> int:
        """Add those whose key is new; how many that were."""
        known = {row[0] for row in rows_in(self._connection, _KNOWN, [each.key for each in commands])}
        new = {each.key: each for each in reversed(commands) if each.key not in known}
        _ENQUEUE.run(self._connection, [_row(each) for each in reversed(new.values())])
        return len(new)

    def claim(self, term: Term, limit: int, partners: Iterable[str], but: Sequence[str] = ()) -> list[Claimed]:
        """Lock up to ``limit`` due heads of lanes of these partners for ``term``, leaving out the kinds ``but``.

        A row that somebody claimed since the snapshot is judged again when its lock is taken, and left out. Partners
        are asked one by one, because only then is the index in the order that is wanted.
        """
        find, given = (_FIND_BUT, {"kinds": list(but)}) if but else (_FIND, {})
        rows = [
            row
            for partner in sorted(set(partners))
            for row in self._connection.execute(find, {"of": partner, **_times(term), "most": limit, **given})
        ]
        rows = sorted(rows, key=lambda row: (row.priority, row.due_at, row.seq))[: max(0, limit)]
        return self._taken(rows, term)

    def claim_together(self, term: Term, limit: int, partner: str, kinds: Sequence[str]) -> list[Claimed]:
        """Lock up to ``limit`` due commands of these kinds: heads of lanes, and what follows each without a gap.

        A lane's run comes before the next lane's head, so that what is about one record travels together. Nobody else
        can take what follows while its head is open, and the heads are locked first.
        """
        given = {"of": partner, **_times(term), "most": limit, "kinds": list(kinds)}
        heads = list(self._connection.execute(_FIND_KINDS, given))
        taken: list[Any] = []
        for start in range(0, len(heads), _LANES_AT_ONCE):
            some = heads[start : start + _LANES_AT_ONCE]
            lanes: dict[str, list[Any]] = {row.subject: [] for row in some}
            for row in rows_in(self._connection, _FOLLOWING, lanes, of=partner):
                lanes[row.subject].append(row)
            for head in some:
                following = itertools.takewhile(lambda row: _follows(row, term.now, kinds), lanes[head.subject][1:])
                taken += [head, *itertools.islice(following, _LONGEST_RUN - 1)]
            if len(taken) >= limit:
                break
        return self._taken(taken[:limit], term)

    def _taken(self, rows: Sequence[Any], term: Term) -> list[Claimed]:
        change_in(self._connection, _CLAIM, [row[0] for row in rows], who=term.owner, until=term.until)
        return [_claimed(row, term.owner) for row in rows]

    def renew(self, commands: Sequence[Claimed], until: int) -> list[bool]:
        """Keep claims that still stand locked until ``until``, or for longer where they are; which those are."""
        standing = self._standing(commands)
        rows = [
            {"id": each.id, "claimed_until": max(until, ends)}
            for each, ends in zip(commands, standing, strict=True)
            if ends is not None
        ]
        _RENEW.run(self._connection, rows)
        return [ends is not None for ends in standing]

    def _standing(self, commands: Sequence[Claimed]) -> list[int | None]:
        """Until when each claim stands that is still its owner's attempt; the rows are locked, in the order of all who
        lock them.
        """
        rows = rows_in(self._connection, _STANDING, [each.id for each in commands])
        standing = {(row.id, row.owner, row.attempt): int(row.claimed_until) for row in rows}
        return [standing.get((each.id, each.owner, each.attempt)) for each in commands]

    def settle(self, outcomes: Sequence[tuple[Claimed, Outcome]]) -> list[bool]:
        """Write outcomes; False (and nothing written) for a claim that is no longer its owner's attempt, and for what
        followed it in its lane: somebody else carries that lane now, from there on.
        """
        standing = self._standing([command for command, _ in outcomes])
        mine = _unbroken(outcomes, [ends is not None for ends in standing])
        held = list(itertools.compress(outcomes, mine))
        _SETTLE.run(self._connection, [_settled(*each) for each in held])
        _ATTEMPTED.run(self._connection, [_attempted(*each) for each in held])
        return mine

    def release(self, command: Claimed, due_at: int) -> bool:
        """Give a claim back unsent: the attempt does not count."""
        return bool(self._connection.execute(_RELEASE, {**_fence(command), "due": due_at}).rowcount)

    def retry(self, ids: Sequence[str], now: int) -> int:
        """Put parked, refused or waiting commands back into their lanes, due now; doubt is kept. How many."""
        return change_in(self._connection, _RETRY, ids, now=now)

    def discard(self, ids: Sequence[str], now: int) -> list[Withdrawn]:
        """End parked or refused commands for good, by a person's decision; those that were ended."""
        ended = list(rows_in(self._connection, _STOPPED, ids))
        change_in(self._connection, _DISCARD, [row.id for row in ended], now=now)
        return [_withdrawn((*row[:5], bytes(row.body), row.engineer, bool(row.doubt))) for row in ended]

    def withdraw(self, keys: Sequence[str], now: int) -> list[Withdrawn]:
        """Take commands back: those certainly not carried out end at once and are given; of the others it is settled
        what became of them, without sending them again.
        """
        found = list(rows_in(self._connection, _OPEN_OR_STOPPED, keys))
        certain = [row for row in found if row.status in NEVER_SENT and not row.doubt]
        change_in(self._connection, _TAKE_BACK, [row.id for row in certain], now=now)
        change_in(self._connection, _MARK_BACK, [row.id for row in found if row not in certain], now=now)
        return [_withdrawn((*row[:5], bytes(row.body), row.engineer)) for row in certain]

    def withdrawn(self, ids: Sequence[str]) -> set[str]:
        """Those of the commands that were taken back meanwhile; all are locked until the transaction ends."""
        return {row.id for row in rows_in(self._connection, _FLAGS, ids) if row.withdrawn}

    def given(self, keys: Iterable[str]) -> list[Given]:
        """Those of the commands with these keys that there are, whatever became of them."""
        return [_given(row) for row in rows_in(self._connection, _GIVEN_KEYS, keys)]

    def given_for(self, subjects: Iterable[str]) -> list[Given]:
        """All commands of these subjects, in the order they were given."""
        return [_given(row) for row in rows_in(self._connection, _GIVEN_FOR, subjects)]

    def hasten(self, partner: str) -> int:
        """A partner is back: everything that waits for it is due now, in the order it was enqueued. How many."""
        return self._connection.execute(_HASTEN, {"of": partner}).rowcount

    def depth(self, now: int) -> list[tuple[str, str, int, int]]:  # noqa: ARG002 - times are given as they are
        """Unsettled commands as (partner, status, how many, created_at of the oldest)."""
        return [(row[0], row[1], row[2], row[3]) for row in self._connection.execute(_DEPTH)]

    def any_due(self, now: int, agreed: int) -> bool:
        """Whether any command may have to be claimed: without locks, and whoever it waits for."""
        return self._connection.execute(_ANY_DUE, {"now": now, "agreed": agreed}).first() is not None


def _times(term: Term) -> dict[str, int]:
    return {"now": term.now, "agreed": term.agreed}


def _claimed(row: Any, owner: str) -> Claimed:
    body, doubtful = bytes(row.body), bool(row.doubtful)
    values = (*row[1:6], body, row.attempt + 1, doubtful, *row[9:12], owner, bool(row.withdrawn))
    return Claimed(*values)


def _unbroken(outcomes: Sequence[tuple[Claimed, Outcome]], mine: list[bool]) -> list[bool]:
    """``mine`` without what comes after a command of its lane that is not."""
    if all(mine):
        return mine
    lost: set[tuple[str, str]] = set()
    kept = []
    for (command, _), held in zip(outcomes, mine, strict=True):
        lane = (command.partner, command.subject)
        if not held:
            lost.add(lane)
        kept.append(held and lane not in lost)
    return kept


def _given(row: Sequence[Any]) -> Given:
    id_, key, partner, subject, kind, cause, status, doubt = row
    return Given(id_, key, partner, subject, kind, cause, status, bool(doubt))


def _withdrawn(values: Sequence[Any]) -> Withdrawn:
    return Withdrawn(*values)


def _follows(row: Any, now: int, kinds: Sequence[str]) -> bool:
    """Whether the next of a lane may travel with its head: untouched so far, due, and of the same kinds."""
    return row.status == "queued" and row.due_at <= now and row.kind in kinds


def _settled(command: Claimed, outcome: Outcome) -> dict[str, Any]:
    return {
        "id": command.id,
        "status": outcome.status,
        "doubt": _still_doubtful(command, outcome),
        "due_at": outcome.due_at,
        "settled_at": outcome.attempt.finished_at if outcome.status in _SETTLED else 0,
        "operator": words(outcome.attempt.operator),
        "engineer": words(outcome.attempt.engineer),
    }


def _attempted(command: Claimed, outcome: Outcome) -> dict[str, Any]:
    row = msgspec.structs.asdict(outcome.attempt)
    texts = {name: words(row[name]) for name in ("operator", "engineer")}
    return row | texts | {"exchange_id": command.id, "number": command.attempt}


def _fence(command: Claimed) -> dict[str, Any]:
    return {"which": command.id, "who": command.owner, "numbered": command.attempt}


def _still_doubtful(command: Claimed, outcome: Outcome) -> bool:
    """A retry certainly did not happen and what is done is certain; parking settles nothing about the partner."""
    if outcome.status in {"retry", "done"}:
        return False
    return command.doubtful or outcome.status == "in_doubt" or outcome.attempt.verdict in _UNKNOWN


def _row(each: NewCommand) -> dict[str, Any]:
    return {
        "id": each.id,
        "key": each.key,
        "partner": each.partner,
        "subject": each.subject,
        "kind": each.kind,
        "status": "queued",
        "priority": each.priority,
        "due_at": each.due_at,
        "created_at": each.created_at,
        "trace_id": each.trace_id,
        "cause": each.cause,
        "size": len(each.body),
        "body": each.body,
    }
