"""Messages: what was accepted is applied, waits, is parked or was discarded, and each for a noted reason."""

from collections import Counter

from crossdock.devkit.chaos.noted import DATABASE, KILLED, REPEATED, SLOW_DISK, STANDSTILL, UNANSWERED, UNHEARD
from crossdock.devkit.peakday.acting import BAD_ORDER, at
from crossdock.devkit.peakday.evidence import Evidence
from crossdock.devkit.peakday.figures import Book
from crossdock.devkit.peakday.plan import UNIT
from crossdock.devkit.peakday.pushing import FORGED, POISON, STRANGER
from crossdock.devkit.peakday.staging import MAPPING, Day

_GROUP = "messages"
_ENDS = ("translated", "waiting", "parked", "discarded")
_A_REQUEST = 30.0
"""Seconds a webhook's caller and a slow commit may be apart."""
_READ_SOON = 300.0
"""Seconds between a message's arrival and its reading while processes come and go."""
_UNSURE = (UNHEARD, KILLED, STANDSTILL, DATABASE, SLOW_DISK, UNANSWERED, "restart")


def explain(day: Day, evidence: Evidence, book: Book) -> None:
    """Accepted = applied + waiting + parked + discarded; nobody waits or is parked without a noted cause."""
    statuses = Counter(row.status for row in evidence.inbound)
    book.put(_GROUP, "accepted", len(evidence.inbound), "rows of the ledger of exchanges: " + _told(statuses))
    for status, number in statuses.items():
        if status not in _ENDS:
            book.ask("messages accepted", f"{number} messages ended as '{status}'")
    ids = {row.id for row in evidence.inbound}
    for lost in sorted(set(day.chaos.accepted) - ids):
        book.ask("messages lost", f"{lost} was answered 202 and is not kept")
    book.put(_GROUP, "lost", len(set(day.chaos.accepted) - ids), "every message that was answered 202 is a row")
    book.put(_GROUP, "applied", statuses["translated"], "read, and what they say is in the log (the invariants)")
    _waiting_and_parked(day, evidence, book)
    _repeated(day, evidence, book)
    _refused(day, evidence, book)


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))


def _waiting_and_parked(day: Day, evidence: Evidence, book: Book) -> None:
    by_status = {status: {row.id for row in evidence.inbound if row.status == status} for status in _ENDS}
    why = {row.id: row.engineer for row in evidence.inbound}
    faults = day.chaos.faults
    for status, made, kind in (("waiting", day.chaos.strangers, STRANGER), ("parked", day.chaos.spoilt, POISON)):
        noted = {each.what for each in faults.of(kind)} & made
        for each in sorted(by_status[status] - noted):
            book.ask(f"messages {status}", f"{each} is {status} and nobody made it so: {why[each][:200]}")
        for each in sorted(noted - by_status[status]):
            book.ask(f"messages {status}", f"{each} was made a {kind} and is not {status}")
        book.put(_GROUP, status, len(by_status[status]), f"each is a noted {kind}")
    wrong = [each for each in faults.of(BAD_ORDER) if each.what == UNIT]
    for each in sorted(by_status["discarded"] - day.discarded):
        book.ask("messages discarded", f"{each} was discarded by nobody")
    for row in evidence.inbound:
        moment = at(row.received_at)
        stood = any(each.touches(moment - evidence.slack, moment + evidence.slack) for each in wrong)
        if row.status == "discarded" and not stood:
            book.ask("messages discarded", f"{row.id} was parked when no wrong unit stood: {row.engineer[:200]}")
    book.put(
        _GROUP, "discarded", len(by_status["discarded"]), "pages with a wrong unit; a person, after the correction"
    )
    window = faults.of(MAPPING)
    for each in sorted(day.parked_once):
        received = next((at(row.received_at) for row in evidence.inbound if row.id == each), -1.0)
        if not any(f.touches(received - _READ_SOON, received + _READ_SOON) for f in window):
            book.ask("messages parked and retried", f"{each} was parked as misread outside the bad mapping's time")
    book.put(_GROUP, "parked, then retried", len(day.parked_once), "by the bad mapping while it was out; applied later")


def _repeated(day: Day, evidence: Evidence, book: Book) -> None:
    chaos, faults = day.chaos, day.chaos.faults
    repeats = len(chaos.accepted) - len(set(chaos.accepted))
    unheard = {row.id for row in evidence.inbound if row.kind == "events"} - set(chaos.accepted)
    for row in evidence.inbound:
        moment = at(row.received_at)
        if row.id in unheard and not any(
            each.touches(moment - evidence.slack, moment + evidence.slack + _A_REQUEST) for each in faults.of(*_UNSURE)
        ):
            book.ask("messages kept without an answer", f"{row.id} at {moment:.0f} s, and no fault was noted there")
    book.put(_GROUP, "kept without an answer", len(unheard), "a commit nobody heard of, or a process struck meanwhile")
    again = sum(
        entry.details["status"] != 202
        for each in chaos.carriers.values()
        for entry in each.ledger.of("webhook.answered")
    )
    allowed = len(faults.of(REPEATED, UNANSWERED)) + again + len(unheard)
    if repeats > allowed:
        book.ask("messages repeated", f"{repeats} came again; {allowed} were sent again")
    because = f"known again by their delivery id; {len(faults.of(REPEATED))} sent twice, {again} sent again by carriers"
    book.put(_GROUP, "repeated", repeats, because)
    counted = sum(value for key, value in evidence.counted.items() if _is_accepted(key))
    heard = len(chaos.accepted)
    if not heard <= counted <= heard + len(faults.of(UNANSWERED)):
        text = (
            f"the metric says {counted:.0f}, callers heard {heard} times 202, {len(faults.of(UNANSWERED))} did not wait"
        )
        book.ask("crossdock_intake_total", text)
    book.put(
        _GROUP, "crossdock_intake_total accepted", int(counted), f"202 was heard {heard} times; the rest left early"
    )


def _is_accepted(key: tuple[str, ...]) -> bool:
    return key[0] == "crossdock_intake_total" and "accepted" in key


def _refused(day: Day, evidence: Evidence, book: Book) -> None:
    forged = len(day.chaos.faults.of(FORGED))
    if len(evidence.refused) > forged:
        book.ask("messages refused", f"{len(evidence.refused)} were refused, {forged} were forged")
    if len(evidence.refused) < forged and not day.chaos.faults.of(*_UNSURE):
        book.ask("messages refused", f"{forged} were forged and {len(evidence.refused)} are kept as refused")
    book.put(_GROUP, "refused", len(evidence.refused), f"{forged} were signed with another key")
