"""What is done about gaps, each in the ordinary way and once: a document is taken in like any other message, a command
is ordered again, a question becomes a business exception that closes when the gap is gone.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import msgspec
from msgspec import Struct, field, structs

from crossdock.model.beliefs import Statement, document
from crossdock.model.commands import CommandBody, RecordShipping
from crossdock.model.events import Fact
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.identifiers import digest, trace_id_of
from crossdock.model.instants import from_epoch_us, rfc3339
from crossdock.ports.clock import Ids
from crossdock.ports.process import Priority
from crossdock.ports.reconcile import GAP, Gap, Healing, Reconciling, Rewrite
from crossdock.ports.stores import NewEvent, Store, Transaction
from crossdock.ports.stores_delivery import NewCommand
from crossdock.ports.stores_inbound import NewExchange

_PAGE = 200
_DECODE_STATE = msgspec.json.Decoder(FulfilmentState).decode
_DECODE_COMMAND: msgspec.json.Decoder[CommandBody] = msgspec.json.Decoder(CommandBody)
_ENCODE = msgspec.json.Encoder().encode


class Standing(Struct, frozen=True):
    """A gap a person was asked about and that is not closed."""

    subject: str
    pointer: str

    @property
    def thing(self) -> tuple[str, str, str]:
        """The key of the thing it is about: partner, kind and id."""
        parts = self.pointer.split("/")
        return parts[1], parts[2], "/".join(parts[3:-1])


class Healed(Struct):
    """What was done: gaps by healing and by kind, and those that were being dealt with already."""

    done: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    standing: int = 0
    in_flight: int = 0

    def note(self, gap: Gap, healing: Healing) -> None:
        """One gap more."""
        self.done[healing] += 1
        self.kinds[gap.kind] += 1


class _Deeds(Struct):
    """What one page's gaps lead to, gathered for one transaction."""

    messages: list[tuple[NewExchange, tuple[Gap, ...]]] = field(default_factory=list)
    asked: list[Gap] = field(default_factory=list)
    resent: list[Gap] = field(default_factory=list)


class Healer:
    """Carries out what the policy chose."""

    def __init__(self, store: Store, ids: Ids) -> None:
        """Writes into ``store`` only; whoever holds the lease does the rest."""
        self._store = store
        self._ids = ids

    async def standing(self, partner: str) -> list[Standing]:
        """Gaps of ``partner`` that wait for a person."""
        found: list[Standing] = []
        after = ""
        while True:
            rows, after = await self._store.read(partial(_open_gaps, after=after))
            found += [row for row in rows if row.thing[0] == partner]
            if not after:
                return found

    async def heal(
        self,
        connector: Reconciling,
        gaps: Sequence[Gap],
        theirs: Iterable[Statement],
        standing: Iterable[Standing],
        now: int,
    ) -> Healed:
        """Heal what can be healed, in one transaction."""
        told, asked = {each.key: each for each in theirs}, {(each.subject, each.pointer) for each in standing}
        healed, deeds = Healed(), _Deeds()
        for thing, of_thing in _by_thing(gaps).items():
            self._fetch(connector, told.get(thing), of_thing, deeds, now)
        deeds.resent = [gap for gap in gaps if gap.healing is Healing.RESEND and gap.subject]
        deeds.asked += [gap for gap in gaps if gap.healing is Healing.ASK]
        await self._store.run(lambda tx: self._write(tx, deeds, asked, healed, now))
        for topic in ("inbound", "log", "outbound"):
            self._store.wake(topic)
        return healed

    async def resolve(self, closed: Sequence[Standing], now: int) -> int:
        """Close exceptions whose gap is gone; how many."""
        if not closed:
            return 0
        appended = await self._store.run(lambda tx: len(tx.log.append(_resolutions(tx, closed, now), now)))
        self._store.wake("log")
        return appended

    def _fetch(
        self, connector: Reconciling, told: Statement | None, gaps: Sequence[Gap], deeds: _Deeds, now: int
    ) -> None:
        """The partner's document as one message for all of a thing's gaps; where it has none, a person is asked."""
        wanted = tuple(gap for gap in gaps if gap.healing is Healing.FETCH)
        if not wanted:
            return
        message = connector.message(told, max(gap.ours_at for gap in wanted), now) if told is not None else None
        if message is None:
            deeds.asked += wanted
            return
        sha256 = hashlib.sha256(message.body).hexdigest()
        exchange = NewExchange(
            self._ids.fresh(now), wanted[0].partner, message.channel, message.body, now, sha256[:32],
            content_type=message.content_type, delivery_id=f"reconciliation-{sha256[:32]}",
        )  # fmt: skip
        deeds.messages.append((exchange, wanted))

    def _write(self, tx: Transaction, deeds: _Deeds, asked: set[tuple[str, str]], healed: Healed, now: int) -> None:
        receipts = tx.exchanges.accept([exchange for exchange, _ in deeds.messages]) if deeds.messages else []
        for receipt, (_, gaps) in zip(receipts, deeds.messages, strict=True):
            for gap in gaps:
                if receipt.repeated:
                    healed.in_flight += 1
                else:
                    healed.note(gap, Healing.FETCH)
        questions = [*deeds.asked]
        for gap in deeds.resent:
            commands = [self._again(tx, gap, rewrite, now) for rewrite in gap.rewrites]
            found = [command for command in commands if command is not None]
            tx.lanes.enqueue(found)
            if len(found) == len(commands):
                healed.note(gap, Healing.RESEND)
            else:
                questions.append(gap)
        new = [gap for gap in questions if gap.subject and (gap.subject, gap.pointer) not in asked]
        healed.standing += sum((gap.subject, gap.pointer) in asked for gap in questions)
        if new:
            tx.log.append([_question(gap, now) for gap in new], now)
        for gap in new:
            healed.note(gap, Healing.ASK)

    def _again(self, tx: Transaction, gap: Gap, rewrite: Rewrite, now: int) -> NewCommand | None:
        """The command that wrote what is missing, under a key of its own for this gap and day."""
        body = _written(tx, gap, rewrite)
        if body is None:
            return None
        row = tx.states.load([gap.subject]).get(gap.subject)
        if row is not None and isinstance(body, RecordShipping):
            body = structs.replace(body, tracking_numbers=_DECODE_STATE(row.state).tracking_numbers())
        day = rfc3339(now)[:10]
        return NewCommand(
            id=self._ids.fresh(now),
            key=digest("reconciliation", gap.partner, gap.subject, rewrite.command, rewrite.about, day),
            partner=gap.partner,
            subject=gap.subject,
            kind=rewrite.command,
            body=_ENCODE(body),
            priority=Priority.BATCH,
            due_at=now,
            created_at=now,
            trace_id=trace_id_of(gap.subject),
            cause="",
        )


def _by_thing(gaps: Iterable[Gap]) -> Mapping[tuple[str, str, str], list[Gap]]:
    found: dict[tuple[str, str, str], list[Gap]] = {}
    for gap in gaps:
        found.setdefault((gap.partner, gap.thing, gap.id), []).append(gap)
    return found


def _open_gaps(tx: Transaction, after: str) -> tuple[list[Standing], str]:
    rows, following = tx.views.exceptions(kind=GAP, after=after, limit=_PAGE)
    return [Standing(row.subject, row.pointer) for row in rows], following


def _written(tx: Transaction, gap: Gap, rewrite: Rewrite) -> CommandBody | None:
    """The newest command of this kind that was carried out about this; None where its bytes are gone."""
    after = ""
    while True:
        rows, after = tx.views.exchanges(
            subject=gap.subject, partner=gap.partner, direction="outbound", statuses=("done",), after=after, limit=_PAGE
        )
        for row in rows:
            detail = tx.views.exchange(row.id) if row.kind == rewrite.command else None
            if detail is None or not detail.body:
                continue
            body = _DECODE_COMMAND.decode(detail.body)
            if _is_about(body, rewrite.about):
                return body
        if not after:
            return None


def _is_about(body: CommandBody, about: str) -> bool:
    number = str(getattr(body, "tracking_number", ""))
    return about in {number, document("", number)[1:], str(getattr(body, "marker", ""))}


def _question(gap: Gap, now: int) -> NewEvent:
    """Both values, who says them and since when; a new one each time, so that it can be opened again."""
    text = (
        f"{gap.thing} {gap.id}, {gap.aspect}: {gap.partner} says '{gap.theirs}'{_since(gap.theirs_at)}, Crossdock says "
        f"'{gap.ours}'{_since(gap.ours_at)}. Compare the two and put the wrong one right."
    )
    return _event(gap.subject, ExceptionRaised(GAP, text, gap.pointer, digest(gap.pointer, str(now)), gap.partner), now)


def _since(at: int) -> str:
    return f" since {rfc3339(at)[:19]}Z" if at else ""


def _resolutions(tx: Transaction, closed: Sequence[Standing], now: int) -> list[NewEvent]:
    events = []
    for each in closed:
        open_causes: dict[str, None] = {}
        for event in tx.log.of_subject(each.subject):
            match event.body:
                case ExceptionRaised(kind=kind, pointer=pointer, cause=cause) if (kind, pointer) == (GAP, each.pointer):
                    open_causes[cause] = None
                case ExceptionResolved(kind=kind, cause=cause) if kind == GAP:
                    open_causes.pop(cause, None)
        events += [_event(each.subject, ExceptionResolved(GAP, each.pointer, cause), now) for cause in open_causes]
    return events


def _event(subject: str, body: ExceptionRaised | ExceptionResolved, now: int) -> NewEvent:
    fact = Fact(body, from_epoch_us(now), subject=subject)
    return NewEvent(fact.key(subject), subject, fact, now, "", "", trace_id_of(subject))
