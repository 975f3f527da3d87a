"""Business exceptions: every one has its cause in the ledger of faults, and ended once the cause did."""

from collections import Counter

from crossdock.backbone.quiet_feeds import KIND as FEED_SILENT
from crossdock.devkit.chaos.noted import AWAY, DATABASE, KILLED, STANDSTILL, UNHEARD
from crossdock.devkit.peakday.acting import BAD_ORDER, at
from crossdock.devkit.peakday.evidence import Evidence, struck
from crossdock.devkit.peakday.figures import Book
from crossdock.devkit.peakday.plan import POSTCODE, SKU
from crossdock.devkit.peakday.shape import HOUR
from crossdock.devkit.peakday.staging import Day
from crossdock.ports.rows import ExceptionRow

_GROUP = "exceptions"
_BAD = {"address.incomplete": POSTCODE, "sku.unknown": SKU}
_CARRIERS = frozenset({"carrier.unavailable", "booking.in_doubt", "rates.none", "rates.partial"})
_SOON = 150.0
"""Seconds before it in which one of our processes was struck: a wait for rates, and a claim that ran out."""
_BEFORE = 5400.0
"""Seconds before an exception in which its carrier was struck: the longest wait of a service level, and a half."""


def explain(day: Day, evidence: Evidence, book: Book) -> None:
    """By kind: opened, resolved, and why."""
    opened = Counter(row.kind for row in evidence.exceptions)
    standing = Counter(row.kind for row in evidence.exceptions if not row.resolved_at)
    for kind, number in sorted(opened.items()):
        because = f"{number - standing[kind]} resolved; {_WORDS.get(kind, 'a carrier was away or struck')}"
        book.put(_GROUP, kind, number, because)
    book.put(_GROUP, "open at the end", sum(standing.values()), "of feeds that have nothing more to say")
    for row in evidence.exceptions:
        why = _unexplained(day, evidence, row)
        if why:
            book.ask(f"exception {row.kind}", f"{row.name or row.subject} at {at(row.raised_at):.0f} s: {why}")
    bad = [each for each in day.chaos.faults.of(BAD_ORDER) if each.what in {POSTCODE, SKU}]
    for each in bad:
        if not any(row.name == each.whom and _BAD.get(row.kind) == each.what for row in evidence.exceptions):
            book.ask("exceptions", f"{each.whom} was confirmed with a wrong {each.what} and nobody was told")


_WORDS = {
    "address.incomplete": "orders confirmed without an address",
    "sku.unknown": "orders of an item without a SKU",
    FEED_SILENT: "no webhook was taken from it for that long",
}


def _unexplained(day: Day, evidence: Evidence, row: ExceptionRow) -> str:
    """What of an exception no rule explains; "" for nothing."""
    raised = at(row.raised_at)
    if row.kind == FEED_SILENT:
        return _silence(day, evidence, row)
    if not row.resolved_at:
        return "it still stands"
    if row.kind in _BAD:
        noted = [
            each for each in day.chaos.faults.of(BAD_ORDER) if each.whom == row.name and each.what == _BAD[row.kind]
        ]
        return "" if noted else "nothing was wrong with the order"
    if row.kind in _CARRIERS:
        faults = [each for each in (*day.chaos.faults.of(AWAY), *struck(day)) if each.whom in day.chaos.carriers]
        touched = any(each.touches(raised - _BEFORE - evidence.slack, raised + evidence.slack) for each in faults)
        ours = day.chaos.faults.of(KILLED, STANDSTILL, UNHEARD, DATABASE)  # an express order waits 15 s for rates
        touched = touched or any(
            each.touches(raised - _SOON - evidence.slack, raised + evidence.slack) for each in ours
        )
        return "" if touched else f"no carrier was struck before: {row.text[:200]}"
    return f"there is no rule for this kind: {row.text[:200]}"


def _silence(day: Day, evidence: Evidence, row: ExceptionRow) -> str:
    partner = row.subject.removeprefix("feed:")
    raised, limit = at(row.raised_at), day.chaos.scenario.quiet_hours[partner] * HOUR
    heard = [
        at(entry.at)
        for entry in day.chaos.carriers[partner].ledger.of("webhook.answered")
        if entry.details["status"] == 202
    ]
    spoke = [each for each in heard if raised - limit + 2 * evidence.slack < each < raised - 2 * evidence.slack]
    if spoke:
        return f"{partner} spoke at {spoke[-1]:.0f} s"
    later = [each for each in heard if each > raised + HOUR]
    return f"it still stands, and {partner} spoke at {later[0]:.0f} s" if later and not row.resolved_at else ""
