"""Return to refund: goods come back, are looked at, taken into stock and then refunded, each once and in that order.

requested ──▶ labelled ──▶ under_way ──▶ arrived ──▶ inspecting ──▶ accepted ──▶ refunding ──▶ refunded | restocked
                                                    └──▶ rejected (nothing is taken in)

It decides by what is known, whatever came first: what is expected back (`returning_cases`), what the warehouse
received of it, and which steps towards the system of record (`returning_steps`) are done.
"""

import msgspec

from crossdock.model.changes import TransferChanged
from crossdock.model.instants import epoch_us
from crossdock.model.return_reasons import UNKNOWN
from crossdock.model.returning import ReturnRefused, ReturnRequested
from crossdock.ports.process import Chart, Decision, Move, Process, Situation, Stage
from crossdock.processes import returning_cases as cases
from crossdock.processes.returning_cases import Returning, ReturnPolicy
from crossdock.processes.returning_steps import advance, announce, current, look_at
from crossdock.processes.stepping import ANSWERS, Course

NAME = "return_to_refund"

_FACTS = frozenset(
    {
        "fulfilment.requested.v1", "shipment.booked.v1", "shipment.voided.v1", "tracking.reported.v1",
        "goods.received.v1", "return.requested.v1", "return.refused.v1", "transfer.changed.v1",
    }
)  # fmt: skip

_STAGES = (
    Stage("requested", "Goods are to come back; no label for it is known.", "the customer", hours=336.0),
    Stage("labelled", "There is a label for the way back.", "the customer", hours=336.0),
    Stage("under_way", "The carrier brings them back.", "the carrier", hours=336.0),
    Stage("arrived", "The carrier says they are back.", "the warehouse", hours=48.0),
    Stage("inspecting", "Part was looked at, more is to come.", "the warehouse", hours=72.0),
    Stage("accepted", "Goods are being taken into stock.", "the system of record", hours=1.0),
    Stage("refunding", "The credit note is being issued.", "the system of record", hours=1.0),
    Stage("attention", "A step was refused.", "a person", hours=8.0),
    Stage("refunded", "Goods are in stock, the credit note is issued.", final=True),
    Stage("restocked", "Goods are in stock; nothing of them was invoiced.", final=True),
    Stage("rejected", "Nothing was taken back.", final=True),
)
_WAY = ("requested", "labelled", "under_way", "arrived", "inspecting")
_ROAD = _WAY[1:4]
_ENDS = ("refunded", "restocked", "rejected")
_WORK = ("accepted", "refunding")
_LEADS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("return.requested.v1", (*_WAY, *_ENDS), _WAY[:4]),
    ("return.requested.v1", _WAY, _ENDS),
    ("shipment.booked.v1", (*_WAY, *_WORK, *_ENDS), _ROAD),
    ("shipment.voided.v1", (*_ROAD, *_ENDS), _WAY[:4]),
    ("tracking.reported.v1", (*_WAY, *_WORK, *_ENDS), _ROAD),
    ("fulfilment.requested.v1", _WAY, (*_WAY, "accepted", "rejected")),
    ("goods.received.v1", (*_WAY, *_ENDS), (*_WAY, "accepted", *_ENDS)),
    ("return.refused.v1", _WAY, (*_WAY[:4], *_ENDS)),
    ("record.written.v1", (*_WORK, "attention"), (*_WAY, *_WORK, *_ENDS)),
    ("record.written.v1", _WAY, ("accepted",)),
    ("command.withdrawn.v1", (*_WORK, "attention"), (*_WAY, *_WORK, *_ENDS)),
    ("command.withdrawn.v1", _WAY, ("accepted",)),
    ("inbound.announced.v1", ("attention",), (*_WAY, *_WORK, *_ENDS)),
    ("command.failed.v1", (*_WAY, *_WORK, *_ENDS), ("attention",)),
)
"""What may lead from any of the first stages to any of the second."""
_THEN = {
    "accepted": "take the goods into stock",
    "refunding": "issue the credit note",
    "rejected": "an open return transfer is cancelled",
    "attention": "an exception is raised",
    "under_way": "open the return transfer",
}


def return_to_refund(policy: ReturnPolicy) -> Process:
    """The process under ``policy``."""

    def decide(situation: Situation) -> Decision:
        own = _DECODE(situation.process) if situation.process else Returning()
        course = Course(NAME, situation, own)
        _take_in(course, own, policy)
        if not own.cases:
            # Most orders never come back: nothing is kept of them but what a later return has to know.
            return Decision(msgspec.json.encode(own) if own.left or own.refusals else situation.process)
        announce(course, own, policy)
        look_at(course, own, policy)
        advance(course, own, policy)
        own.stage = standing(course, own, policy)
        return course.decision()

    return Process(NAME, 1, _FACTS | ANSWERS, decide, CHART, of=("do:",))


_DECODE = msgspec.json.Decoder(Returning).decode


def _take_in(course: Course, own: Returning, policy: ReturnPolicy) -> None:
    body = course.event.body
    course.heard()
    match body:
        case ReturnRequested():
            _requested(course, own, body, policy)
        case ReturnRefused(goods=goods, request=request):
            cases.refuse(own, goods, request)
        case TransferChanged(transfer) if transfer.id == course.event.subject and transfer.state == "done":
            own.left = True
        case _:
            pass
    cases.follow_parcels(course, own)
    cases.follow_receipts(course, own)


def _requested(course: Course, own: Returning, body: ReturnRequested, policy: ReturnPolicy) -> None:
    """Somebody asked: once per request; told again, its reason may be understood by now."""
    name = f"{body.source}/{body.id}"
    case = next((each for each in own.cases if each.request == name), None)
    if case is None:
        case = cases.open_for(own, name, body, epoch_us(course.event.occurred))
        case.wants_label = policy.label
        if name in own.refusals:
            case.refused, case.closed = "none", True
    if body.reason != UNKNOWN:
        case.reason = body.reason
        course.resolve(lambda each: each.pointer == f"/requests/{name}")
    elif body.raw_reason and not case.reason:
        text = (
            f"{body.source} gives '{body.raw_reason}' as the reason, which no table knows; the return goes on. Settle "
            f"it: crossdock mapping settle {body.source} '{body.raw_reason}' --return-reason WORD"
        )
        course.raise_exception("return.reason_unknown", text, f"/requests/{name}")


def standing(course: Course, own: Returning, policy: ReturnPolicy) -> str:
    """The stage: what is worst, else what is being done, else where the goods are."""
    if own.failed():
        return "attention"
    doing = current(course, own, policy)
    if doing.startswith("credit/"):
        return "refunding"
    booking = any(found.accepted and not own.is_over(f"stock/{name}") for name, found in own.receipts.items())
    if booking or doing.startswith("scrap/"):
        return "accepted"
    open_ones = [each for each in own.cases if not each.closed]
    if open_ones:
        return max((cases.whereabouts(course.state, own, each) for each in open_ones), key=_WAY.index)
    done = [name for name in own.steps if own.is_done(name)]
    if any(name.startswith("credit/") for name in done):
        return "refunded"
    return "restocked" if any(name.startswith("stock/") for name in done) else "rejected"


CHART = Chart(
    "Goods come back, are looked at, taken into stock and then refunded, each once and in that order.",
    _STAGES,
    tuple(
        Move(before, after, on, _THEN.get(after, ""))
        for on, befores, afters in _LEADS
        for before in befores
        for after in afters
        if before != after
    ),
)
