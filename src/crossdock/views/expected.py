"""What should happen next with an order, so that silence is seen as well as noise."""

from collections.abc import Sequence

from msgspec import Struct

from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.journey import Standing
from crossdock.model.milestones import MILESTONES
from crossdock.ports.rows import ExceptionRow, ExchangeRow
from crossdock.views.packages import PackageLine, packages_of
from crossdock.views.wording import command_name, milestone_name

_NEXT_IN_PHASE = {
    "pre": "picked_up",
    "first_mile": "in_transit",
    "transit": "out_for_delivery",
    "last_mile": "delivered",
    "return": "returned",
}
_WAITS_FOR_PERSON = {"parked", "refused"}
_UNDER_WAY = {"queued", "sending", "claimed", "retry", "in_doubt"}


class Expected(Struct, frozen=True):
    """Something not yet seen: who has to do it and what it is."""

    who: str
    what: str
    why: str = ""
    exchange_id: str = ""


def expected_next(
    state: FulfilmentState, exchanges: Sequence[ExchangeRow], exceptions: Sequence[ExceptionRow]
) -> tuple[Expected, ...]:
    """What is due from people, from partners and from the carrier's network, in this order."""
    if state.cancelled:
        return ()
    people = [Expected("a person", row.text, row.kind) for row in exceptions if not row.resolved_at]
    outbound = [row for row in exchanges if row.direction == "outbound"]
    people += [
        Expected("a person", f"look at: {command_name(row.kind)} → {row.partner}", row.operator, row.id)
        for row in exchanges
        if row.status in _WAITS_FOR_PERSON
    ]
    partners = [
        Expected(row.partner, command_name(row.kind), _standing_of(row), row.id)
        for row in outbound
        if row.status in _UNDER_WAY
    ]
    scans = [each for line in packages_of(state) if (each := _scan(line)) is not None]
    return (*people, *partners, *scans)


def _scan(line: PackageLine) -> Expected | None:
    if not line.tracking_number:
        return None
    following = _following(line.standing)
    if following:
        why = f"now {milestone_name(line.standing.milestone)}" if line.scans else "no scan yet"
        return Expected(line.carrier or "the carrier", f"{milestone_name(following)} ({line.tracking_number})", why)
    if line.standing.milestone == "delivered" and line.proof is None:
        return Expected(line.carrier or "the carrier", f"proof of delivery ({line.tracking_number})", "delivered")
    return None


def _following(standing: Standing) -> str:
    if standing.milestone == "unknown":
        return "info_received"
    row = MILESTONES[standing.milestone]
    return "" if row.terminal else _NEXT_IN_PHASE.get(row.phase, "")


def _standing_of(row: ExchangeRow) -> str:
    if row.status == "in_doubt":
        return "in doubt: the partner is asked before anything is sent again"
    return f"{row.attempts} attempts so far" if row.attempts else "queued"
