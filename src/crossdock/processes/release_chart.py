"""The stages of order-release, and what leads from one to another."""

from collections.abc import Iterator

from crossdock.ports.process import Chart, Move, Stage

STAGES_THERE = {
    "released": "released", "acknowledged": "acknowledged", "pick_started": "picking", "picked": "picked",
    "packed": "packed",
}  # fmt: skip
"""A release's stage as the warehouse says it, as a stage of the process; shipping is told to the system of record."""

AT_THE_WAREHOUSE = ("releasing", "released", "acknowledged", "picking", "picked", "packed")
_STAGES = (
    Stage("checking", "Its gates are having their say.", "the system of record", hours=1.0),
    Stage("rejected", "Something is missing or wrong in the order.", "a person, in the system of record", hours=8.0),
    Stage("held", "Payment, credit or a person holds it back.", "whoever holds it", hours=72.0),
    Stage("cleared", "No warehouse ships it: it went straight to its carriers.", final=True),
    Stage("releasing", "The warehouse is being told.", "the warehouse", hours=0.5),
    Stage("released", "The warehouse has it.", "the warehouse"),
    Stage("acknowledged", "The warehouse will do it.", "the warehouse"),
    Stage("picking", "Somebody picks it.", "the warehouse"),
    Stage("picked", "It is picked.", "the warehouse"),
    Stage("packed", "Its packages are closed; their labels are bought.", "the warehouse"),
    Stage("shipped", "It left the warehouse.", final=True),
    Stage("cancelling", "It was called off; the warehouse was asked to stop.", "the warehouse", hours=1.0),
    Stage("cancelled", "It was called off, and nothing of it leaves.", final=True),
    Stage("undoing", "It cannot be shipped: what was done for it is being undone.", "carriers and the system of record",
          hours=2.0),
    Stage("undeliverable", "It cannot be shipped and everything is undone.", "a person", final=True),
    Stage("attention", "The warehouse did not take the release.", "a person", hours=1.0),
)  # fmt: skip
_SAID = {
    "released": "warehouse_order.released.v1",
    "acknowledged": "warehouse_order.acknowledged.v1",
    "picking": "pick.started.v1",
    "picked": "goods.picked.v1",
    "packed": "packages.packed.v1",
}
_REQUESTED, _CANCELLED, _COMPLETE = "fulfilment.requested.v1", "fulfilment.cancelled.v1", "complete the transfer"
_UNDO = "void its labels, then give its stock back, then tell the customer"


def _moves() -> Iterator[Move]:
    yield from _before_release()
    there = [*AT_THE_WAREHOUSE, "attention"]
    for before in there:
        for on in _SAID.values():
            for after in STAGES_THERE.values():
                if before != after:
                    yield Move(before, after, on, "labels may be bought" if after == "packed" else "")
        yield Move(before, "cancelling", _CANCELLED, "ask the warehouse to stop")
        for on in _SAID.values():
            yield Move(before, "undoing", on, _UNDO)
        yield Move(before, "undoing", "warehouse_order.refused.v1", _UNDO)
        yield Move(before, "undoing", "warehouse_order.cancelled.v1", _UNDO)
        yield Move(before, "undoing", "stock.short.v1", _UNDO)
    taken_back = ("checking", "rejected", "held")  # a release that was taken back, and yet was carried out
    for before in (*there, *taken_back, "cancelling", "undoing", "undeliverable", "cancelled"):
        yield Move(before, "shipped", "goods.shipped.v1", _COMPLETE)
    yield Move("releasing", "attention", "command.failed.v1", "an exception with what the warehouse said")
    yield from _ends()


def _before_release() -> Iterator[Move]:
    for before in ("checking", "rejected", "held", "cleared", "cancelled", "attention"):
        if before != "checking":
            yield Move(before, "checking", _REQUESTED, "let the gates have their say")
        if before != "rejected":
            yield Move(before, "rejected", _REQUESTED, "an exception for each fault, a note in the system of record")
        if before != "cancelled":
            yield Move(before, "cancelled", _CANCELLED, "void its labels")
    for on in ("order.checked.v1", "order.held.v1", "order.freed.v1"):
        yield Move("checking", "held", on)
    for before, on in (("checking", "order.checked.v1"), ("held", "order.freed.v1"), ("held", "order.checked.v1")):
        yield Move(before, "releasing", on, "release it to the warehouse")
        yield Move(before, "cleared", on, "labels may be bought")
        yield Move(before, "rejected", on, "an exception: no routing rule fits it now")


def _ends() -> Iterator[Move]:
    yield Move("cancelling", "cancelled", "warehouse_order.cancelled.v1", "void its labels")
    for after in ("checking", "rejected"):
        yield Move("cancelling", after, "warehouse_order.cancelled.v1", "it was reopened meanwhile: it begins anew")
    yield Move("cancelling", "undoing", "warehouse_order.refused.v1", _UNDO)
    for after in AT_THE_WAREHOUSE:
        yield Move("cancelling", after, "warehouse_order.cancel_refused.v1", "an exception: it has to come back")
    for on in ("shipment.voided.v1", "record.written.v1", "order.stopped.v1"):
        yield Move("undoing", "undeliverable", on, "tell the customer, an exception")


CHART = Chart(
    "A delivery order past its gates goes to the warehouse that ships it, and stays in step with it.",
    _STAGES,
    tuple(_moves()),
)
