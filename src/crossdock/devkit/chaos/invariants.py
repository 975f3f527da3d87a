"""What must hold when all is at rest, judged by the partners' own books and by the log."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from crossdock.backbone.decide import READER, Reducer
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.rebuild import Rebuilder
from crossdock.devkit.chaos.world import Chaos, processes
from crossdock.devkit.crashing import SeededIds
from crossdock.model.events import TrackingReported
from crossdock.model.fulfilment import FulfilmentState, summary_of
from crossdock.model.identifiers import PARTITIONS
from crossdock.ports.connector import Received
from crossdock.ports.rows import ExchangeDetail, ExchangeRow, ShipmentRow
from crossdock.ports.stores import Store, Transaction
from crossdock.sim.clock import VirtualClock

_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(FulfilmentState).decode
_MANY = 1000
_PROOF = "-proof.txt"
Row = TypeVar("Row")


class Finding(Struct, frozen=True):
    """A broken promise, and what shows it."""

    promise: str
    text: str


async def is_quiet(chaos: Chaos, store: Store) -> bool:
    """Whether nothing is on its way any more and every delivery order of Odoo is known."""
    counts = await store.read(lambda tx: tx.views.counts())
    if counts.received or counts.queued or counts.in_doubt or await store.read(_undecided):
        return False
    if await _without_owner(chaos, store):
        return False
    return not await _unknown(chaos, store) and await _unheard(chaos, store) == [] and _is_written(chaos)


async def _without_owner(chaos: Chaos, store: Store) -> list[str]:
    """Messages that wait for an owner and whose owner is known to somebody."""
    rows = await store.read(lambda tx: all_exchanges(tx, "inbound", ("waiting",)))
    return [row.id for row in rows if row.id not in chaos.strangers]


async def _unknown(chaos: Chaos, store: Store) -> set[str]:
    """Odoo's delivery orders that Crossdock never heard of, without those that were called off at once."""
    rows = await store.read(all_shipments)
    return set(chaos.odoo.state()) - {row.name for row in rows} - chaos.cancelled


async def _unheard(chaos: Chaos, store: Store) -> list[str]:
    """Orders that were called off in Odoo while Crossdock still believes in them."""
    rows = await store.read(all_shipments)
    subjects = {row.subject: row.name for row in rows if row.name in chaos.cancelled}
    states = await store.read(lambda tx: tx.states.load(subjects))
    return [subjects[name] for name, row in states.items() if not _DECODE(row.state).cancelled]


def _undecided(tx: Transaction) -> bool:
    """Whether the log holds events that nobody decided on yet."""
    return bool(tx.log.read(tx.log.cursors(READER, range(PARTITIONS)), 1))


def _is_written(chaos: Chaos) -> bool:
    """Whether Odoo has a reference for every transfer that was not called off, and an invoice where one is due."""
    rows = standing(chaos).values()
    return all(row["tracking"] for row in rows) and (not chaos.scenario.invoice or len(_invoices(chaos)) >= len(rows))


def standing(chaos: Chaos) -> dict[str, dict[str, Any]]:
    """Odoo's transfers by name, without those that were called off."""
    return {name: row for name, row in chaos.odoo.state().items() if name not in chaos.cancelled}


async def findings(chaos: Chaos, store: Store) -> list[Finding]:
    """Every broken promise."""
    found: list[Finding] = []
    for promise, judge in _PROMISES.items():
        found += [Finding(promise, text) for text in await judge(chaos, store)]
    return found


async def _nothing_stuck(chaos: Chaos, store: Store) -> list[str]:
    counts = await store.read(lambda tx: tx.views.counts())
    left = {name: getattr(counts, name) for name in ("received", "queued", "in_doubt")}
    left["waiting"] = len(await _without_owner(chaos, store))
    texts = [f"{number} messages are still {name}" for name, number in left.items() if number]
    if not await is_quiet(chaos, store) and not texts:
        texts.append(f"work is missing: Odoo has {chaos.odoo.state()}")
    return texts


async def _nothing_parked(chaos: Chaos, store: Store) -> list[str]:
    """A person is asked only about what was called off or made bad; a defect never."""
    rows = await _exchanges(store)
    parked = [row for row in rows if row.status in {"parked", "refused"} and row.id not in chaos.spoilt]
    allowed = set() if not chaos.cancelled else {"park"}
    return [f"{row.partner} {row.kind} of {row.subject}: {row.engineer}" for row in parked
            if not allowed or "defect" in row.operator]  # fmt: skip


async def _accounted_for(chaos: Chaos, store: Store) -> list[str]:
    """What was answered 202 is in the ledger, and came to an end."""
    rows = {row.id: row for row in await _exchanges(store)}
    lost = [identity for identity in chaos.accepted if identity not in rows]
    unsettled = (row for row in rows.values() if row.direction == "inbound" and row.status in {"received", "waiting"})
    open_ = [row.id for row in unsettled if row.id not in chaos.strangers]
    unknown = await _unknown(chaos, store)
    texts = [f"accepted and not kept: {lost}"] if lost else []
    texts += [f"accepted and never finished: {open_}"] if open_ else []
    return texts + ([f"Crossdock knows nothing of {sorted(unknown)}"] if unknown else [])


async def _facts_of_messages(chaos: Chaos, store: Store) -> list[str]:
    """What every message says, read anew, is in the log."""
    connectors = next((each.hub.connectors for each in chaos.machines if each.hub), {})
    subjects, keys, messages = await store.read(_messages)
    texts = []
    for message in messages:
        row = message.row
        received = Received(row.kind, message.body, message.headers, row.received_at, message.content_type)
        facts = connectors[row.partner].translate(received).facts
        lost = [
            fact
            for fact in facts
            if not any(fact.key(each) in keys for each in [fact.subject] * bool(fact.subject) or subjects)
        ]
        texts += [f"{row.partner} {row.kind} {row.id}: {type(fact.body).__name__} is not in the log" for fact in lost]
    return texts


def _messages(tx: Transaction) -> tuple[list[str], set[str], list[ExchangeDetail]]:
    """All subjects, the keys of all events, and the inbound messages that were translated."""
    _, events = _everything(tx)
    rows = [tx.views.exchange(row.id) for row in all_exchanges(tx, "inbound", ("translated",))]
    return sorted({event.subject for event in events}), {event.key for event in events}, [row for row in rows if row]


async def _one_label(chaos: Chaos, _store: Store) -> list[str]:
    """One live label per package, none for an order called off; and Odoo has exactly these."""
    bought: dict[str, list[str]] = defaultdict(list)
    for carrier in chaos.carriers.values():
        for reference, codes in carrier.live_labels().items():
            bought[reference] += codes
    texts = [
        f"package {reference} has {len(codes)} live labels" for reference, codes in bought.items() if len(codes) > 1
    ]
    rows = chaos.odoo.state()
    live = sorted(code for codes in bought.values() for code in codes)
    kept = sorted(code for name, row in rows.items() if name not in chaos.cancelled for code in _codes(row))
    if live != kept:
        texts.append(f"live labels {live}, references in Odoo {kept}")
    return texts


async def _written_once(chaos: Chaos, _store: Store) -> list[str]:
    texts = []
    for name, row in chaos.odoo.state().items():
        notes = {note: count for note, count in Counter(row["notes"]).items() if count > 1}
        files = {file: count for file, count in Counter(row["attachments"]).items() if count > 1}
        if notes:
            texts.append(f"{name} has a note more than once: {notes}")
        if files:
            texts.append(f"{name} has an attachment more than once: {files}")
        labels = sorted(file.partition(".")[0] for file in row["attachments"] if not file.endswith(_PROOF))
        if name not in chaos.cancelled and labels != sorted(_codes(row)):
            texts.append(f"{name} has the references {_codes(row)} and the attachments {row['attachments']}")
    return texts


async def _one_invoice(chaos: Chaos, _store: Store) -> list[str]:
    """One posted invoice and one stock move per delivery that arrived."""
    if not chaos.scenario.invoice:
        return []
    invoices = Counter(each["invoice_origin"] for each in _invoices(chaos))
    rows = standing(chaos)
    texts = [f"{name} has {count} posted invoices" for name, count in invoices.items() if count > 1]
    texts += [
        f"{row['sale']} was delivered and has no posted invoice" for row in rows.values() if not invoices[row["sale"]]
    ]
    texts += [f"{name} is '{row['state']}', not done" for name, row in rows.items() if row["state"] != "done"]
    drafts = [each for each in _moves(chaos) if each["state"] != "posted"]
    return texts + ([f"{len(drafts)} invoices were left behind as drafts"] if drafts else [])


def _moves(chaos: Chaos) -> list[dict[str, Any]]:
    rows: Iterable[dict[str, Any]] = chaos.odoo.database.rows["account.move"].values()
    return [row for row in rows if row["move_type"] == "out_invoice" and row["state"] != "cancel"]


def _invoices(chaos: Chaos) -> list[dict[str, Any]]:
    return [row for row in _moves(chaos) if row["state"] == "posted"]


async def _state_is_the_fold(chaos: Chaos, store: Store) -> list[str]:
    """Deciding on the whole log anew gives the same states and no command that is not there."""
    reducer = Reducer(store, processes(chaos), chaos, SeededIds(), Metrics(), summary_of)
    rows, events = await store.read(_everything)
    effects = reducer.decide({}, events, {}, 0)
    texts = []
    for name, row in rows.items():
        subject = effects.subjects.get(name)
        if subject is None:
            texts.append(f"{name} has a state and no event")
        elif _ENCODE(subject.fulfilment) != row.state or subject.processes != dict(row.processes):
            texts.append(f"the state of {name} is not the fold of its events")
    lacking = {each.key for each in effects.commands} - {each.key for each in _commands(chaos)}
    return texts + ([f"decided and never enqueued: {sorted(lacking)[:5]}"] if lacking else [])


async def _read_models(chaos: Chaos, store: Store) -> list[str]:
    """Lists, exceptions, deadlines and names are what a rebuild from the log would make of them."""
    report = await rebuilder(chaos, store).check()
    texts = [f"{each.subject}: {', '.join(each.parts)}" for each in report.differences]
    return texts + [f"{each} was decided otherwise" for each in report.otherwise]


def rebuilder(chaos: Chaos, store: Store) -> Rebuilder:
    """What checks and rebuilds the run's read models."""
    reducer = Reducer(store, processes(chaos), chaos, SeededIds(), Metrics(), summary_of)
    return Rebuilder(store, reducer, VirtualClock(chaos.now()), "judge")


def _everything(tx: Transaction) -> tuple[dict[str, Any], list[Any]]:
    subjects = [row.subject for row in all_shipments(tx)]
    events = sorted(
        (event for each in subjects for event in tx.log.of_subject(each)), key=lambda e: (e.partition, e.position)
    )
    return dict(tx.states.load(subjects)), events


async def _no_fact_twice(_chaos: Chaos, store: Store) -> list[str]:
    """A scan that came several times is in the log once."""
    _, events = await store.read(_everything)
    scans = Counter(event.body.identity() for event in events if isinstance(event.body, TrackingReported))
    return [f"{count} times in the log: {scan}" for scan, count in scans.items() if count > 1]


async def _lanes_in_order(chaos: Chaos, store: Store) -> list[str]:
    """Within a lane (partner and subject) what came of commands was learnt in the order they were given. Judged by
    the log, since clocks lie.
    """
    _, events = await store.read(_everything)
    learnt: dict[str, tuple[int, int]] = {}
    for event in events:
        learnt.setdefault(event.exchange_id, (event.partition, event.position))
    lanes: dict[tuple[str, str], list[tuple[tuple[int, int], str]]] = defaultdict(list)
    for each in _commands(chaos):
        if each.id in learnt:
            lanes[each.partner, each.subject].append((learnt[each.id], each.kind))
    return [
        f"lane {lane}: {[kind for _, kind in commands]} came in the order {[kind for _, kind in sorted(commands)]}"
        for lane, commands in lanes.items()
        if [place for place, _ in commands] != sorted(place for place, _ in commands)
    ]


_PROMISES: dict[str, Callable[[Chaos, Store], Awaitable[list[str]]]] = {
    "nothing is stuck": _nothing_stuck,
    "nobody is asked without need": _nothing_parked,
    "every accepted message is accounted for": _accounted_for,
    "what messages say is in the log": _facts_of_messages,
    "one live label per package": _one_label,
    "everything is written once": _written_once,
    "one posted invoice and one stock move per delivery": _one_invoice,
    "state is the fold of the log": _state_is_the_fold,
    "read models are what the log makes of them": _read_models,
    "no fact is twice in the log": _no_fact_twice,
    "lanes are in order": _lanes_in_order,
}


def _codes(row: dict[str, Any]) -> list[str]:
    return [code for code in row["tracking"].split(",") if code]


async def _exchanges(store: Store) -> list[ExchangeRow]:
    return await store.read(lambda tx: [row for way in ("inbound", "outbound") for row in all_exchanges(tx, way)])


def all_exchanges(tx: Transaction, direction: str, statuses: Sequence[str] = ()) -> list[ExchangeRow]:
    """Page by page, newest first."""
    return _pages(lambda after: tx.views.exchanges(direction=direction, statuses=statuses, after=after, limit=_MANY))


def all_shipments(tx: Transaction) -> list[ShipmentRow]:
    """Page by page, last changed first."""
    return _pages(lambda after: tx.views.shipments(after=after, limit=_MANY))


def _pages(ask: Callable[[str], tuple[Sequence[Row], str]]) -> list[Row]:
    rows, after = ask("")
    found = list(rows)
    while after:
        rows, after = ask(after)
        found += rows
    return found


class _Ordered(Struct, frozen=True):
    """A command as the database keeps it."""

    id: str
    key: str
    partner: str
    subject: str
    kind: str
    status: str


def _commands(chaos: Chaos) -> list[_Ordered]:
    """All commands in the order they were given, read past the code on trial."""
    with sqlite3.connect(f"file:{chaos.database}?mode=ro", uri=True) as connection:
        rows = connection.execute("select id, key, partner, subject, kind, status from command order by seq").fetchall()
    return [_Ordered(*row) for row in rows]
