"""Reconciliation, the pure part: what the store believes, where a partner differs, and whose word counts.

The system of record owns demand, addresses, terms and cancellation; the carrier owns scans, proofs and the life of
labels; Crossdock owns what it wrote: tracking references, attachments, notes. Who owns a thing may have more of it than
the other side was told, never less: of what we own the partner must hold all, of what it owns we must know all.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, structs

from crossdock.model import beliefs as words
from crossdock.model.beliefs import Aspect, Statement
from crossdock.model.fulfilment import FOR_GOOD, FulfilmentState
from crossdock.model.journey import Journey
from crossdock.ports.reconcile import Gap, GapKind, Healing, Owner, Rewrite

_EXISTS = "exists"
_MINUTE = 60 * 1_000_000
_LABEL_WRITTEN, _PROOF_WRITTEN = "shipping.record.v1", "proof.record.v1"
_NOTED = ("milestone.record.v1", _PROOF_WRITTEN, "note.record.v1")


class Rule(Struct, frozen=True):
    """Whose word counts about an aspect, and what is done when the other side differs."""

    owner: Owner
    healing: Healing


_ERP = Rule("erp", Healing.FETCH)
_OWN = Rule("crossdock", Healing.RESEND)
RULES: Mapping[tuple[str, str], Rule] = {
    (words.DELIVERY_ORDER, _EXISTS): _ERP,
    (words.DELIVERY_ORDER, words.CANCELLED): _ERP,
    (words.DELIVERY_ORDER, words.DEMAND): _ERP,
    (words.DELIVERY_ORDER, words.SHIP_TO): _ERP,
    (words.DELIVERY_ORDER, words.TERMS): _ERP,
    (words.DELIVERY_ORDER, words.TRACKING_NUMBERS): _OWN,
    (words.DELIVERY_ORDER, words.ATTACHMENTS): _OWN,
    # A note may have been removed by a person on purpose; saying it again would be worse than its absence.
    (words.DELIVERY_ORDER, words.NOTES): Rule("crossdock", Healing.REPORT),
    (words.JOURNEY, words.SCANS): Rule("carrier", Healing.FETCH),
    (words.JOURNEY, words.PROOF): Rule("carrier", Healing.FETCH),
    # Money hangs on a label: a person decides.
    (words.LABEL, _EXISTS): Rule("carrier", Healing.ASK),
    (words.LABEL, words.LIFE): Rule("carrier", Healing.ASK),
    (words.LABEL, words.TRACKING_NUMBER): Rule("carrier", Healing.ASK),
}

_UNRULED = Rule("carrier", Healing.REPORT)
"""What a connector says beyond these words: the partner knows it, and nobody has said what to do about it."""


class Policy(Struct, frozen=True):
    """What configuration decides. What is younger than ``grace`` minutes on either side is not a gap yet."""

    heal: frozenset[Healing] = frozenset({Healing.FETCH, Healing.RESEND, Healing.ASK})
    grace: int = 15


class Reconciliation:
    """Implements `crossdock.ports.reconcile.Judge` under a policy."""

    def __init__(self, policy: Policy = Policy()) -> None:  # noqa: B008 - immutable
        """Gaps whose healing ``policy`` does not name are only reported."""
        self._policy = policy

    def beliefs(self, subject: str, state: FulfilmentState, partner: str) -> Sequence[Statement]:
        """Everything the store believes about things of ``partner``'s that belong to ``subject``."""
        return beliefs_of(subject, state, partner)

    def compare(self, ours: Iterable[Statement], theirs: Iterable[Statement], now: int) -> Sequence[Gap]:
        """Every gap once, in the order of their names, whatever the order of the statements."""
        return [self._allowed(gap) for gap in compare(ours, theirs) if not self._fresh(gap, now)]

    def _fresh(self, gap: Gap, now: int) -> bool:
        return max(gap.ours_at, gap.theirs_at) > now - self._policy.grace * _MINUTE

    def _allowed(self, gap: Gap) -> Gap:
        return gap if gap.healing in self._policy.heal else structs.replace(gap, healing=Healing.REPORT)


def beliefs_of(subject: str, state: FulfilmentState, partner: str) -> list[Statement]:
    """What a folded state says of one partner's things: its delivery order, its labels and their journeys."""
    found = []
    if state.order is not None and state.order.partner == partner:
        found.append(_order(subject, state))
    for booking in state.bookings.values():
        if booking.partner == partner:
            number, voided = booking.tracking_number, state.is_voided(booking)
            life = {words.LIFE: words.one(_life(voided=voided)), words.TRACKING_NUMBER: words.one(number)}
            found.append(Statement(partner, words.LABEL, booking.shipment_id, subject, aspects=life, live=not voided))
            journey = state.journeys.get(number, Journey())
            told = {
                words.SCANS: words.of_journey(journey),
                words.PROOF: Aspect(("present",)) if number in state.proofs else Aspect(),
            }
            at = journey.entries[-1].instant if journey.entries else 0
            # Carriers forget old parcels, so a journey they do not speak of is no gap.
            found.append(Statement(partner, words.JOURNEY, number, subject, aspects=told, at=at, live=False))
    return found


def _order(subject: str, state: FulfilmentState) -> Statement:
    order = state.order
    assert order is not None
    aspects = {words.CANCELLED: words.yes_or_no(value=state.cancelled)}
    since = max(state.version[0], state.cancelled_at if state.cancelled_at < FOR_GOOD else 0)
    if not state.cancelled:
        aspects |= {**words.of_order(order), **_written(state)}
    return Statement(
        order.partner, words.DELIVERY_ORDER, order.external_id, subject, aspects=aspects, at=since,
        live=not state.cancelled,
    )  # fmt: skip


def _written(state: FulfilmentState) -> dict[str, Aspect]:
    """What the system of record confirmed to hold: only that can be missed there."""
    marks = [tuple(entry.split(":", 1)) for entry in state.written]
    labelled = {about for what, about in marks if what == _LABEL_WRITTEN}
    numbers = tuple(number for number in state.tracking_numbers() if number in labelled)
    documents = [words.document("label", number) for number in numbers]
    if any(what == _PROOF_WRITTEN for what, _ in marks):
        documents += [words.document("proof", number) for number in state.proofs]
    notes = tuple(about for what, about in marks if what in _NOTED and about.isalnum())
    return {
        words.TRACKING_NUMBERS: Aspect(numbers),
        words.ATTACHMENTS: Aspect(tuple(documents)),
        words.NOTES: Aspect(notes),
    }


def _life(*, voided: bool) -> str:
    return "voided" if voided else "live"


def compare(ours: Iterable[Statement], theirs: Iterable[Statement]) -> list[Gap]:
    """Every gap once, in the order of their names. Aspects that one side says nothing of are not compared."""
    here, there = _joined(ours), _joined(theirs)
    gaps: list[Gap] = []
    for key in sorted(here.keys() | there.keys()):
        mine, yours = here.get(key), there.get(key)
        if mine is None and yours is not None:
            gaps += _unknown_here(yours)
        elif mine is not None and (yours is None or yours.gone):
            gaps += _unknown_there(mine, yours)
        elif mine is not None and yours is not None:
            gaps += _differing(mine, yours)
    return gaps


def _joined(statements: Iterable[Statement]) -> dict[tuple[str, str, str], Statement]:
    """By key; a thing spoken of twice is all that was said of it, in whatever order."""
    found: dict[tuple[str, str, str], Statement] = {}
    for each in statements:
        known = found.get(each.key)
        found[each.key] = each if known is None else _both(known, each)
    return found


def _both(one: Statement, other: Statement) -> Statement:
    newer = max((one, other), key=lambda each: (each.at, each.subject, each.references))
    aspects = {**one.aspects, **other.aspects}
    for name in one.aspects.keys() & other.aspects.keys():
        mine, yours = one.aspects[name], other.aspects[name]
        aspects[name] = Aspect(tuple(sorted({*mine.values, *yours.values})), max(mine.text, yours.text))
    return structs.replace(newer, aspects=aspects, live=one.live or other.live, gone=one.gone and other.gone)


def _unknown_here(theirs: Statement) -> list[Gap]:
    if not theirs.live or theirs.gone:
        return []
    kind: GapKind = "orphan" if theirs.kind == words.LABEL else "missing_here"
    return [_gap(kind, theirs, _EXISTS, "unknown", _summary(theirs), theirs_at=theirs.at)]


def _unknown_there(ours: Statement, theirs: Statement | None) -> list[Gap]:
    if not ours.live:
        return []
    gap = _gap("missing_there", ours, _EXISTS, _summary(ours), "deleted" if theirs else "unknown", ours_at=ours.at)
    if theirs is None and gap.healing is Healing.FETCH:
        # Not to be seen is not deleted: rights or companies may hide it.
        gap = structs.replace(gap, healing=Healing.ASK)
    return [gap]


def _differing(ours: Statement, theirs: Statement) -> list[Gap]:
    gaps = []
    for aspect in sorted(ours.aspects.keys() & theirs.aspects.keys()):
        rule, mine, yours = RULES.get((ours.kind, aspect), _UNRULED), ours.aspects[aspect], theirs.aspects[aspect]
        owned, told = (mine, yours) if rule.owner == "crossdock" else (yours, mine)
        missing = sorted(set(owned.values) - set(told.values))
        if not missing:
            continue
        gap = _gap("differs", ours, aspect, mine.told(), yours.told(), ours_at=ours.at, theirs_at=theirs.at)
        if rule.owner == "crossdock":
            gap = structs.replace(gap, rewrites=tuple(_rewrite(aspect, each) for each in missing))
        gaps.append(gap)
    return gaps


def _rewrite(aspect: str, value: str) -> Rewrite:
    """Which command wrote ``value``."""
    kind, _, number = value.partition("/") if aspect == words.ATTACHMENTS else ("label", "", value)
    return Rewrite(_PROOF_WRITTEN if kind == "proof" else _LABEL_WRITTEN, number)


def _gap(
    kind: GapKind, of: Statement, aspect: str, ours: str, theirs: str, *, ours_at: int = 0, theirs_at: int = 0
) -> Gap:
    rule = RULES.get((of.kind, aspect), _UNRULED)
    return Gap(
        of.partner, kind, of.kind, of.id, aspect, of.subject, ours, theirs, rule.owner, rule.healing, ours_at, theirs_at
    )


def _summary(statement: Statement) -> str:
    """What a side says of a thing the other one does not know."""
    told = [f"{name} {aspect.told()}" for name, aspect in sorted(statement.aspects.items()) if aspect.values]
    return "; ".join(told[:3]) or "there"
