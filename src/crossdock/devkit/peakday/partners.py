"""Partners: every opening of a breaker lies in a noted outage or after struck calls; promises and who broke them."""

from collections import Counter, defaultdict

from crossdock.devkit.chaos.noted import AWAY
from crossdock.devkit.chaos.world import BREAKER
from crossdock.devkit.peakday.acting import LATE, at
from crossdock.devkit.peakday.evidence import Evidence, Handled, struck
from crossdock.devkit.peakday.figures import Book
from crossdock.devkit.peakday.staging import Day
from crossdock.model.deciding import PromiseJudged

_GROUP = "partners"
_A_CALL = 90.0
"""Seconds a call may last after it was struck: the longest time-out and its commit."""
_LOOKED_BACK = 1800.0
"""Seconds in which the failures that open a breaker came."""


def explain(day: Day, evidence: Evidence, orders: list[Handled], book: Book) -> None:
    """Breakers and promises."""
    for partner in ("odoo", *day.chaos.carriers):
        _breaker(day, evidence, partner, book)
    _promises(day, evidence, orders, book)


def _breaker(day: Day, evidence: Evidence, partner: str, book: Book) -> None:
    opened, probes, since, open_for = 0, 0, 0.0, 0.0
    for move in (each for each in evidence.moves if each.partner == partner):
        moment = at(move.at)
        if move.state == "closed":
            open_for, since = open_for + (moment - since if since else 0.0), 0.0
            continue
        opened, probes = opened + (not since), probes + bool(since)
        if not _is_struck(day, partner, moment, evidence.slack, BREAKER.failures if not since else 1):
            book.ask(f"breaker of {partner}", f"opened at {moment:.0f} s, in no noted outage: {move.why[:200]}")
        since = since or moment
    if since:
        book.ask(f"breaker of {partner}", f"is open at the end, since {since:.0f} s")
    away = sum(each.until - each.since for each in day.chaos.faults.of(AWAY) if each.whom == partner)
    because = f"{probes} probes failed; in {away / 60:.0f} min that {partner} was away, or after struck calls"
    book.put(_GROUP, f"{partner}: breaker opened", opened, because)
    book.put(
        _GROUP,
        f"{partner}: breaker open, minutes",
        round(open_for / 60, 1),
        "from opening to the probe that came through",
    )


def _is_struck(day: Day, partner: str, moment: float, slack: float, failures: int) -> bool:
    if any(
        each.whom == partner and each.touches(moment - _A_CALL - slack, moment + slack)
        for each in day.chaos.faults.of(AWAY)
    ):
        return True
    since = moment - slack - (_LOOKED_BACK if failures > 1 else _A_CALL)
    return sum(each.whom == partner and each.touches(since, moment + slack) for each in struck(day)) >= failures


def _promises(day: Day, evidence: Evidence, orders: list[Handled], book: Book) -> None:
    level = {each.name: each.level for each in orders}
    noted = {each.whom for each in day.chaos.faults.of(LATE)}
    kept: dict[str, Counter[bool]] = defaultdict(Counter)
    missed: Counter[str] = Counter()
    judged: set[str] = set()
    for event in evidence.events:
        if not isinstance(event.body, PromiseJudged):
            continue
        body, name = event.body, evidence.names[event.subject]
        kept[level.get(name, "called off")][body.on_time] += 1
        judged.add(body.tracking_number)
        if not body.on_time:
            missed[f"{body.partner}/{body.carrier}"] += 1
            if body.tracking_number not in noted:
                book.ask("promises missed", f"{body.tracking_number} of {name} was late and its carrier was not")
        elif body.tracking_number in noted:
            book.ask("promises kept", f"{body.tracking_number} of {name} was days late and counts as in time")
    for each in sorted(noted - judged):
        book.ask("promises missed", f"{each} came days late and nobody judged it")
    for name, counts in sorted(kept.items()):
        book.put(_GROUP, f"promises of {name}: kept", counts[True], "delivered by the day that was promised")
        book.put(_GROUP, f"promises of {name}: missed", counts[False], "each parcel is noted as late by its carrier")
    words = ", ".join(f"{name} {number}" for name, number in sorted(missed.items()))
    book.put(_GROUP, "late partners", len(missed), words or "none")
