"""Where one package is: a fold over its tracking events that gives the same answer for any order of arrival.

Entries are kept sorted by (instant, rank, content hash), decision 0002; a late one is put in its place and the
fold is run again, so the result depends on the set of entries alone.
"""

from bisect import insort

from msgspec import Struct, structs

from crossdock.model.instants import epoch_us
from crossdock.model.milestones import MILESTONES
from crossdock.model.tracking import TrackingEvent

_PICKED_UP_RANK = MILESTONES["dropped_off"].rank
_RETURN_RANK = MILESTONES["return_initiated"].rank
_PHASES = {"pre": 0, "first_mile": 1, "transit": 2, "last_mile": 3, "end": 4, "return": 5}
_LOOPING = {"transit", "last_mile"}
_PAPER_ENDS = {"cancelled", "lost"}
_LOSSES = {"lost", "destroyed"}
_AFTER_DELIVERED = {"return_initiated", "return_in_transit", "returned", "destroyed", "lost"}


class Entry(Struct, frozen=True, order=True, array_like=True):
    """One event in the order of the fold; ``key`` is its content hash."""

    instant: int
    rank: int
    key: str
    milestone: str
    category: str
    reason: str


class Standing(Struct, frozen=True, omit_defaults=True):
    """Where the package stands. ``conflict`` says what cannot both be true (cancelled after pick-up)."""

    milestone: str = "unknown"
    since: int = 0
    leg: str = "forward"
    delayed: bool = False
    held: bool = False
    category: str = "none"
    reason: str = ""
    moved: bool = False
    conflict: str = ""


class Journey(Struct, omit_defaults=True):
    """All entries of one tracking number in fold order, and what they add up to."""

    entries: list[Entry] = []
    standing: Standing = Standing()


def entry_of(event: TrackingEvent, key: str) -> Entry:
    """The journey entry of a tracking event whose content hash is ``key``."""
    row = MILESTONES[event.milestone]
    return Entry(epoch_us(event.occurred), row.rank, key, row.code, event.exception_category, event.reason)


def add(journey: Journey, entry: Entry) -> bool:
    """Put ``entry`` into ``journey``; False when it was there already. Late entries cause a fold from the start."""
    entries = journey.entries
    if not entries or entry > entries[-1]:
        entries.append(entry)
        journey.standing = advance(journey.standing, entry)
        return True
    if entry in entries:
        return False
    insort(entries, entry)
    standing = Standing()
    for each in entries:
        standing = advance(standing, each)
    journey.standing = standing
    return True


def advance(standing: Standing, entry: Entry) -> Standing:
    """One step of the fold: what ``standing`` becomes when ``entry`` is the next fact in order."""
    row = MILESTONES[entry.milestone]
    if not row.advances:
        return _orthogonal(standing, entry)
    if not _may_move(standing, entry.milestone):
        if standing.milestone == "cancelled" and _is_movement(entry.milestone):
            return structs.replace(standing, conflict="moved after cancellation")
        return standing
    if entry.milestone == "cancelled" and standing.moved:
        return structs.replace(standing, conflict="cancelled after pick-up")
    milestone, leg = _on_leg(standing, entry.milestone)
    if leg == standing.leg and _regresses(standing.milestone, milestone):
        return standing
    troubled = entry.category != "none"
    return Standing(
        milestone=milestone,
        since=entry.instant,
        leg=leg,
        category=entry.category if troubled else "none",
        reason=entry.reason if troubled else "",
        moved=standing.moved or _is_movement(row.code),
        conflict=standing.conflict,
    )


def _orthogonal(standing: Standing, entry: Entry) -> Standing:
    """Delays, holds, attempts and notices: flags beside the milestone, never a move."""
    if entry.milestone == "resumed":
        return structs.replace(standing, delayed=False, held=False, category="none", reason="")
    changes: dict[str, object] = {}
    if entry.milestone == "delayed":
        changes["delayed"] = True
    if entry.milestone == "held":
        changes["held"] = True
    if entry.category != "none":
        changes |= {"category": entry.category, "reason": entry.reason}
    return structs.replace(standing, **changes) if changes else standing


def _is_movement(milestone: str) -> bool:
    """Whether the carrier must have had the goods; being cancelled or declared lost proves nothing."""
    return MILESTONES[milestone].rank >= _PICKED_UP_RANK and milestone not in _PAPER_ENDS


def _may_move(standing: Standing, milestone: str) -> bool:
    now = MILESTONES[standing.milestone]
    if not now.terminal:
        return True
    if standing.milestone == "delivered":
        return milestone in _AFTER_DELIVERED
    if standing.milestone == "lost":
        return MILESTONES[milestone].rank >= _PICKED_UP_RANK
    return False


def _on_leg(standing: Standing, milestone: str) -> tuple[str, str]:
    """On the way back every movement is the return leg, and a delivery is the return's end."""
    if MILESTONES[milestone].rank in range(_RETURN_RANK, _RETURN_RANK + 11):
        return milestone, "return"
    if standing.leg == "return":
        if milestone == "delivered":
            return "returned", "return"
        if MILESTONES[milestone].rank < _RETURN_RANK and milestone != "partially_delivered":
            return "return_in_transit", "return"
    return milestone, standing.leg


def _regresses(current: str, following: str) -> bool:
    """Phases never go back; inside transit and last mile the later fact wins, elsewhere the higher rank.
    Goods can be lost or destroyed on either leg.
    """
    if current in {"unknown", "lost"} or following in _LOSSES:
        return False
    now, then = MILESTONES[current], MILESTONES[following]
    if now.phase != then.phase:
        return _PHASES[then.phase] < _PHASES[now.phase]
    return now.phase not in _LOOPING and then.rank < now.rank
