"""What is measured of parcels and of orders at warehouses, written by the reducer with what else events lead to."""

from collections.abc import Iterable, Sequence

from crossdock.model.events import Event
from crossdock.model.measures import Handover, Parcel, fold_handover, fold_parcel, key_of
from crossdock.ports.stores import Transaction

Key = tuple[str, str]
"""Subject, and tracking number or reference."""


def fold_all(
    parcels: Iterable[Parcel], handovers: Iterable[Handover], events: Sequence[Event]
) -> tuple[dict[Key, Parcel], dict[Key, Handover]]:
    """The rows that ``events`` touch, after them."""
    known = {(each.subject, each.number): each for each in parcels}
    there = {(each.subject, each.reference): each for each in handovers}
    moved: dict[Key, Parcel] = {}
    held: dict[Key, Handover] = {}
    for event in events:
        of = key_of(event)
        if of is None or not of[1]:
            continue
        key = event.subject, of[1]
        if of[0] is Parcel:
            known[key] = moved[key] = fold_parcel(known.get(key) or Parcel(*key), event)
        else:
            there[key] = held[key] = fold_handover(there.get(key) or Handover(*key), event)
    return moved, held


def measure(tx: Transaction, events: Sequence[Event]) -> None:
    """Write what ``events`` make of their rows, in the transaction that decides on them."""
    if not events:
        return
    about: dict[type[Parcel | Handover], set[str]] = {Parcel: set(), Handover: set()}
    for event in events:
        if of := key_of(event):
            about[of[0]].add(event.subject)
    parcels = tx.measures.parcels(sorted(about[Parcel])) if about[Parcel] else ()
    handovers = tx.measures.handovers(sorted(about[Handover])) if about[Handover] else ()
    moved, held = fold_all(parcels, handovers, events)
    tx.measures.save(list(moved.values()), list(held.values()))
