"""Procure to receive: what a purchase brings is announced, received once per goods receipt, and its faults are said.

planned ──▶ announced ──▶ expected ──▶ receiving ──▶ partly ──▶ received
   └── a supplier's notice (ASN) is written onto the waiting receipt on the way

Its subject is the incoming transfer. Backorders of it are received under it, as long as a warehouse is told of them.
"""

import msgspec

from crossdock.model.changes import DocumentRemoved, TransferChanged
from crossdock.model.instants import epoch_us
from crossdock.model.returning import AsnReceived
from crossdock.model.transfers import Transfer
from crossdock.ports.process import Chart, Decision, Move, Process, Situation, Stage
from crossdock.processes.receiving_steps import (
    Notice,
    Receiving,
    ReceivingPolicy,
    advance,
    announce,
    follow,
    is_here,
    notify,
)
from crossdock.processes.receiving_waits import acknowledged, overdue, wait_for_notice
from crossdock.processes.stepping import ANSWERS, Course

NAME = "procure_to_receive"
_FACTS = frozenset(
    {"transfer.changed.v1", "document.removed.v1", "asn.received.v1", "goods.received.v1", "deadline.passed.v1"}
)
_STAGES = (
    Stage("planned", "Goods were ordered.", "the supplier"),
    Stage("announced", "The warehouse was told.", "the warehouse", hours=1.0),
    Stage("expected", "The goods are on their way.", "the supplier"),
    Stage("receiving", "A receipt is being written.", "the system of record", hours=1.0),
    Stage("partly", "Part of it has come.", "the supplier", hours=168.0),
    Stage("attention", "A step was refused.", "a person", hours=8.0),
    Stage("received", "Everything that was to come has come.", final=True),
    Stage("cancelled", "Nothing is to come any more.", final=True),
)
_COMING = ("planned", "announced", "expected")
_HERE = ("receiving", "partly", "received")
_ALL = (*_COMING, *_HERE, "cancelled")
_LEADS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("transfer.changed.v1", _ALL, ("announced", "receiving", "received", "cancelled")),
    ("transfer.changed.v1", ("cancelled", "received"), (*_COMING, "partly")),
    ("transfer.changed.v1", _COMING, ("partly",)),
    ("document.removed.v1", _ALL, ("cancelled",)),
    ("asn.received.v1", ("planned",), ("announced", "expected")),
    ("goods.received.v1", (*_COMING, "partly", "received", "cancelled"), ("receiving", "partly", "received")),
    ("inbound.announced.v1", ("announced",), ("expected",)),
    ("inbound.announced.v1", ("attention",), _ALL),
    ("record.written.v1", ("receiving",), ("partly", "received", "cancelled")),
    ("record.written.v1", ("attention",), _ALL),
    ("command.withdrawn.v1", ("receiving", "announced"), ("expected", "partly", "received", "cancelled")),
    ("command.withdrawn.v1", ("attention",), _ALL),
    ("command.failed.v1", _ALL, ("attention",)),
)
"""What may lead from any of the first stages to any of the second."""
_THEN = {"announced": "tell the warehouse", "receiving": "write the receipt", "attention": "an exception is raised"}


def procure_to_receive(policy: ReceivingPolicy) -> Process:
    """The process under ``policy``."""

    def decide(situation: Situation) -> Decision:
        own = _DECODE(situation.process) if situation.process else Receiving()
        course = Course(NAME, situation, own)
        _take_in(course, own)
        if not own.stage and not _concerns(course, own):
            return Decision(situation.process)
        announce(course, own, policy)
        notify(course, own)
        follow(course, own, policy)
        advance(course, own, policy)
        wait_for_notice(course, own, policy)
        acknowledged(course, own, policy)
        overdue(course, own, policy)
        own.stage = standing(own)
        return course.decision()

    return Process(NAME, 1, _FACTS | ANSWERS, decide, CHART, of=("tr:",))


_DECODE = msgspec.json.Decoder(Receiving).decode


def _concerns(course: Course, own: Receiving) -> bool:
    """Whether goods are to come in. What customers send back is received by return_to_refund."""
    if own.transfer is None:
        return bool(own.notices or course.state.inbound)
    return own.transfer.direction == "incoming" and not own.transfer.return_of


def _take_in(course: Course, own: Receiving) -> None:
    course.heard()
    match course.event.body:
        case TransferChanged(transfer) if transfer.id == course.event.subject:
            _newest(own, transfer, course.event.key)
        case DocumentRemoved(kind="transfer"):
            own.removed = True
        case AsnReceived(number=number, lines=lines, expected=when):
            told = own.notices.get(number)
            if told is None:
                own.notices[number] = Notice(lines, when)
            elif (told.lines, told.expected) != (lines, when):
                text = f"The supplier's notice {number} was said again with other goods. Compare it with the receipt."
                course.raise_exception("asn.changed", text, f"/notices/{number}")
        case _:
            pass


def _newest(own: Receiving, transfer: Transfer, key: str) -> None:
    version = (epoch_us(transfer.changed_at), key)
    if own.transfer is None or version > own.version:
        own.transfer, own.version = transfer, version


def standing(own: Receiving) -> str:
    """The stage: what is worst, else what is being done, else how far the goods are."""
    if own.failed():
        return "attention"
    writing = any(name.startswith("receive/") and step.standing == "sent" for name, step in own.steps.items())
    if writing or any(f"receive/{name}" not in own.steps and found.lines for name, found in own.receipts.items()):
        return "receiving"
    if own.removed or (own.transfer is not None and own.transfer.state == "cancelled"):
        return "cancelled"
    if is_here(own):
        return "received"
    return "partly" if own.receipts else _announced(own)


def _announced(own: Receiving) -> str:
    given = [name for name in own.steps if name.startswith("announce/")]
    if any(not own.is_over(name) for name in given):
        return "announced"
    return "expected" if given or own.notices else "planned"


CHART = Chart(
    "What a purchase brings is announced, received once per goods receipt, and its faults are said.",
    _STAGES,
    tuple(
        Move(before, after, on, _THEN.get(after, ""))
        for on, befores, afters in _LEADS
        for before in befores
        for after in afters
        if before != after
    ),
)
