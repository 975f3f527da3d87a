"""Commands: each came to its end, what partners did is in their books, and every failed attempt was struck."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import pairwise
from typing import TypeGuard

from crossdock.backbone.deliver import CLAIM_LOST, CLAIM_NOT_KEPT
from crossdock.devkit.chaos.invariants import standing
from crossdock.devkit.chaos.noted import AWAY, DATABASE, KILLED, STANDSTILL, UNHEARD, Fault
from crossdock.devkit.peakday.evidence import Evidence, Tried, struck
from crossdock.devkit.peakday.figures import Book
from crossdock.devkit.peakday.staging import Day
from crossdock.model.deciding import BookingDiverted
from crossdock.model.events import InvoiceReady, RecordWritten, ShipmentBooked, ShipmentVoided

_GROUP = "commands"
_WELL = frozenset({"Done", "AlreadyDone", "TakenBack"})
_TAKEN_OVER = (KILLED, STANDSTILL, UNHEARD, DATABASE, "restart")
_NOTING = ("note.record.v1", "milestone.record.v1", "proof.record.v1")
"""What is told people by a note on the transfer."""
_MARKER = re.compile(r"\[crossdock:([^\]]+)\]")
_CLAIM = 600.0
"""Seconds within which a command of a process that is gone was tried again: its claim, and the pauses of retries."""


def explain(day: Day, evidence: Evidence, book: Book) -> None:
    """Outcomes against the partners' ledgers, attempts against struck calls."""
    statuses = Counter(row.status for row in evidence.commands)
    words = ", ".join(f"{number} {status}" for status, number in sorted(statuses.items()))
    book.put(_GROUP, "ordered", len(evidence.commands), words)
    for row in evidence.commands:
        if row.status not in {"done", "withdrawn"}:
            what = f"{row.kind} for {evidence.names.get(row.subject)} is {row.status}"
            book.ask("commands ordered", f"{what}: {row.engineer[:200]}")
    _partners(day, evidence, book)
    _attempts(day, evidence, book)
    _doubts(day, evidence, book)


def _partners(day: Day, evidence: Evidence, book: Book) -> None:
    chaos = day.chaos
    ledgers = [carrier.ledger for carrier in chaos.carriers.values()]
    bought = {each.booking.tracking_number for each in evidence.bodies(ShipmentBooked)}
    voided = {each.tracking_number for each in evidence.bodies(ShipmentVoided)}
    book.balance("labels bought", bought, {e.key for each in ledgers for e in each.of("label.bought")}, "the carriers'")
    paid_back = {e.key for each in ledgers for e in each.of("label.voided")}
    codes = {row["tracking_code"]: row["id"] for each in chaos.carriers.values() for row in each.state()["shipments"]}
    theirs = {code for code, shipment in codes.items() if {code, shipment} & paid_back}
    book.balance("labels voided", voided, theirs, "the carriers'")
    book.put(_GROUP, "labels bought", len(bought), "the same tracking numbers are in the carriers' ledgers")
    diverted = {event.subject for event in evidence.events if isinstance(event.body, BookingDiverted)}
    for event in evidence.events:
        if isinstance(event.body, ShipmentVoided):
            name = evidence.names[event.subject]
            if name not in chaos.cancelled and event.subject not in diverted:
                book.ask(
                    "labels voided",
                    f"{event.body.tracking_number} of {name}, which was neither called off nor rerouted",
                )
    book.put(_GROUP, "labels voided", len(voided), "of orders that were called off or went to another carrier")
    written = {evidence.names[e.subject] for e in evidence.events if _is(e.body, "shipping.record.v1")}
    labelled = {name for name, row in standing(chaos).items() if row["tracking"]}
    book.balance("orders released", written - chaos.cancelled, labelled, "Odoo's")
    book.put(_GROUP, "orders released", len(labelled), f"of {len(day.orders)}; {len(chaos.cancelled)} were called off")
    ready = [evidence.names[e.subject] for e in evidence.events if isinstance(e.body, InvoiceReady)]
    posted = [
        row["invoice_origin"] for row in chaos.odoo.database.rows["account.move"].values() if row["state"] == "posted"
    ]
    sales = {name: row["sale"] for name, row in chaos.odoo.state().items()}
    if len(posted) != len(ready):
        book.ask("invoices posted", f"{len(ready)} deliveries were ready to be invoiced, Odoo has {len(posted)}")
    book.balance("invoices posted", {sales[name] for name in ready}, set(posted), "Odoo's")
    book.put(_GROUP, "invoices posted", len(posted), f"one for each of {len(ready)} deliveries that arrived")
    _notes(day, evidence, book)


def _notes(day: Day, evidence: Evidence, book: Book) -> None:
    rows = day.chaos.odoo.state()
    theirs = {
        f"{name} {marker}" for name, row in rows.items() for note in row["notes"] for marker in _MARKER.findall(note)
    }
    ours = {f"{evidence.names[e.subject]} {e.body.marker}" for e in evidence.events if _is_note(e.body)}
    book.balance("notes written", ours, theirs, "Odoo's chatter")
    book.put(_GROUP, "notes written", len(ours), "each marker is in the chatter of its transfer, and no other is")


def _is_note(body: object) -> TypeGuard[RecordWritten]:
    return _is(body, *_NOTING)


def _is(body: object, *kinds: str) -> bool:
    return isinstance(body, RecordWritten) and body.what in kinds


def _attempts(day: Day, evidence: Evidence, book: Book) -> None:
    verdicts = Counter(each.attempt.verdict for each in evidence.tried)
    words = ", ".join(f"{number} {verdict}" for verdict, number in sorted(verdicts.items()))
    book.put(_GROUP, "attempts", len(evidence.tried), words)
    calls = struck(day)
    hosts = _hosts(day)
    for tried in evidence.tried:
        if tried.attempt.verdict in _WELL or tried.led:
            continue
        was_struck = any(_is_of(fault, tried, hosts, evidence.slack) for fault in calls)
        if not was_struck and not _is_unclaimed(day, tried, evidence.slack):
            what = f"{tried.command.kind} to {tried.command.partner} at {tried.since:.0f} s was {tried.attempt.verdict}"
            book.ask("retries", f"{what} and no call of it was struck: {tried.attempt.engineer[:200]}")
    retries = sum(number for verdict, number in verdicts.items() if verdict not in _WELL)
    because = f"each had a call that was struck, or no claim; {len(struck(day))} calls were, also of feeds"
    book.put(_GROUP, "retries", retries, because)


def _is_unclaimed(day: Day, tried: Tried, slack: float) -> bool:
    """Whether a call was not made since the claim on its command was no longer sure, and that had its reason."""
    said = tried.attempt.engineer
    kinds = (STANDSTILL,) * (CLAIM_LOST in said) + (UNHEARD, DATABASE) * (CLAIM_NOT_KEPT in said)
    return any(each.touches(tried.since - slack, tried.until + slack) for each in day.chaos.faults.of(*kinds))


def _hosts(day: Day) -> dict[str, str]:
    named = {"odoo": day.chaos.odoo, **day.chaos.carriers}
    return {host: name for name, each in named.items() for host in each.hosts}


def _is_of(fault: Fault, tried: Tried, hosts: Mapping[str, str], slack: float) -> bool:
    """Whether a struck call is one of those that failed in an attempt; where all that failed was asked for by another
    attempt at the same time (what Odoo can do is found out once), it must have struck the same partner.
    """
    if fault.whom != tried.command.partner or not fault.touches(tried.since - slack, tried.until + slack):
        return False
    return not tried.failed or any(call == fault.what for host, call in tried.failed if hosts.get(host) == fault.whom)


def _doubts(day: Day, evidence: Evidence, book: Book) -> None:
    by_command: dict[str, list[Tried]] = defaultdict(list)
    for each in evidence.tried:
        by_command[each.command.id].append(each)
    ended: Counter[str] = Counter()
    for attempts in by_command.values():
        ordered = sorted(attempts, key=lambda each: each.attempt.number)
        for here, after in pairwise(ordered):
            if here.attempt.verdict == "InDoubt" and after.attempt.verdict != "InDoubt":
                ended[after.attempt.verdict] += 1
        if ordered[-1].attempt.verdict == "InDoubt":
            book.ask(
                "in doubt", f"{ordered[-1].command.kind} of {evidence.names.get(ordered[-1].command.subject)} ended so"
            )
        _orphans(day, evidence, book, ordered)
    doubts = sum(each.attempt.verdict == "InDoubt" for each in evidence.tried)
    words = ", ".join(f"{number} as {verdict}" for verdict, number in sorted(ended.items()))
    book.put(_GROUP, "in doubt", doubts, f"answers lost; they ended {words or 'never, there were none'}")
    tracks = sum(max(each.attempt.number for each in tries) - len(tries) for tries in by_command.values())
    book.put(
        _GROUP, "attempts nobody finished", tracks, "their process died, stood still or did not hear of its commit"
    )


def _orphans(day: Day, evidence: Evidence, book: Book, ordered: list[Tried]) -> None:
    """Where a number is missing, a process that carried it was struck, or the database was."""
    known = {each.attempt.number for each in ordered}
    for each in ordered:
        number = each.attempt.number
        if number > 1 and number - 1 not in known:
            causes = day.chaos.faults.of(*_TAKEN_OVER, AWAY)
            if not any(f.touches(each.since - _CLAIM - evidence.slack, each.since + evidence.slack) for f in causes):
                book.ask("attempts nobody finished", f"{each.command.kind} at {each.since:.0f} s: number {number - 1}")
