"""What warehouses owe of the orders released to them and of the receipts announced."""

from collections.abc import Callable, Iterator

from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.warehouse_state import Release, is_all_shipped
from crossdock.processes.outstanding import Outstanding, Reading, Rule

_ORDER = ("", "released", "acknowledged", "pick_started", "picked", "packed", "shipped")


def _before(stage: str) -> Callable[[Reading], Iterator[tuple[str, Outstanding]]]:
    """Releases that have not got as far as ``stage``."""
    reached = _ORDER.index(stage)

    def find(reading: Reading) -> Iterator[tuple[str, Outstanding]]:
        for release in _open(reading.state):
            if _ORDER.index(release.stage) < reached:
                yield release.reference, Outstanding(release.partner)

    return find


def _unanswered_changes(reading: Reading) -> Iterator[tuple[str, Outstanding]]:
    """A revision handed over that was neither acknowledged nor refused."""
    for release in _open(reading.state):
        answered = max([release.acknowledged, *map(int, release.refused)])
        if release.acknowledged and release.released > answered:
            yield release.reference, Outstanding(release.partner)


def _rests(reading: Reading) -> Iterator[tuple[str, Outstanding]]:
    """Part of the order was shipped; the warehouse said that the rest follows."""
    rests = [
        release
        for release in _open(reading.state)
        if release.despatches and all(each.remainder == "backorder" for each in release.despatches.values())
    ]
    order = reading.state.order
    if rests and order is not None and not is_all_shipped(order, reading.state.warehouse):
        for release in rests:
            yield release.reference, Outstanding(release.partner)


def _announcements(reading: Reading) -> Iterator[tuple[str, Outstanding]]:
    for inbound in reading.state.inbound.values():
        if inbound.announced and not inbound.complete and inbound.receipts:
            yield inbound.reference, Outstanding(inbound.partner)


WAREHOUSES_OWE: tuple[Rule, ...] = (
    Rule("acknowledgement", "acknowledging {key}", "acknowledgement.overdue", 0.5, _before("acknowledged")),
    Rule("pick_start", "starting to pick {key}", "pick.not_started", 4.0, _before("pick_started")),
    Rule("pick", "picking {key}", "pick.overdue", 8.0, _before("picked")),
    Rule("pack", "packing {key}", "pack.overdue", 12.0, _before("packed")),
    Rule("despatch", "shipping {key}", "despatch.overdue", 24.0, _before("shipped")),
    Rule("change", "an answer to the change of {key}", "change.unanswered", 0.5, _unanswered_changes),
    Rule("backorder", "the rest of {key}", "backorder.overdue", 168.0, _rests),
    Rule("rest_of_receipt", "the rest of the receipt {key}", "receipt.incomplete", 72.0, _announcements),
)


def _open(state: FulfilmentState) -> Iterator[Release]:
    for release in state.warehouse.values():
        if not release.cancelled and not (release.refused and not release.acknowledged):
            yield release
