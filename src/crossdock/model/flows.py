"""Flows: every way a message takes between Crossdock and a system, its class, and the latency that is aimed at.

In: from received to told in canonical words. Out: from ordered to carried out, all tries together.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

LatencyClass = Literal["real_time", "near_real_time", "batch"]
Direction = Literal["in", "out", "events"]
Origin = Literal["configuration", "connector", "built-in", "assumed", ""]

LONGEST: Mapping[LatencyClass, float] = {"real_time": 10.0, "near_real_time": 900.0, "batch": 7 * 86400.0}
"""The longest objective a class may have, in seconds: what takes longer is of another class. House rule."""


class Target(Struct, frozen=True):
    """A class and the seconds that 99 of 100 messages are to stay below."""

    latency: LatencyClass
    seconds: float


REAL_TIME = Target("real_time", 5.0)
NEAR_REAL_TIME = Target("near_real_time", 60.0)
BATCH = Target("batch", 3600.0)
_OFTEN = 900.0
"""A feed that is asked at least so often (seconds) is near real time: its class says no more than its pauses allow."""


class Flow(Struct, frozen=True):
    """One flow. ``name`` is what configuration calls it (``odoo/deliveries``), ``source`` and ``system`` its two ends,
    ``what`` the channel or the command, ``origin`` who said its ``target``: nobody where there is none.
    """

    name: str
    direction: Direction
    source: str
    system: str
    what: str
    target: Target | None
    origin: Origin


def of_webhook() -> Target:
    """What a partner pushes it wants to be known at once."""
    return REAL_TIME


def of_feed(every: float) -> Target | None:
    """By how often a feed is asked (seconds); nothing follows for one that is asked at no set time."""
    if every <= 0:
        return None
    return NEAR_REAL_TIME if every <= _OFTEN else BATCH


class Ordered(Struct, frozen=True):
    """Which process gives a command, and how soon it is to be carried out unless configuration says otherwise."""

    process: str
    target: Target


_SHIP, _RELEASE, _DESK = "order_to_ship", "order_release", "carriers_desk"
_RETURN, _RECEIVE, _INTAKE = "return_to_refund", "procure_to_receive", "order_intake"
_BY_HAND = "by hand"
COMMANDS: Mapping[str, Ordered] = {
    "rates.request.v1": Ordered(_SHIP, NEAR_REAL_TIME),
    "label.buy.v1": Ordered(_SHIP, NEAR_REAL_TIME),
    "label.fetch.v1": Ordered(_SHIP, NEAR_REAL_TIME),
    "label.void.v1": Ordered(_SHIP, NEAR_REAL_TIME),
    "pickup.schedule.v1": Ordered(_DESK, NEAR_REAL_TIME),
    "pickup.cancel.v1": Ordered(_DESK, NEAR_REAL_TIME),
    "manifest.close.v1": Ordered(_DESK, NEAR_REAL_TIME),
    "address.check.v1": Ordered(_DESK, NEAR_REAL_TIME),
    "tracking.request.v1": Ordered("tracking_watch", BATCH),
    "shipping.record.v1": Ordered(_SHIP, NEAR_REAL_TIME),
    "milestone.record.v1": Ordered(_SHIP, NEAR_REAL_TIME),
    "proof.record.v1": Ordered(_SHIP, NEAR_REAL_TIME),
    "document.record.v1": Ordered(_SHIP, NEAR_REAL_TIME),
    "note.record.v1": Ordered(_SHIP, NEAR_REAL_TIME),
    "plan.record.v1": Ordered(_BY_HAND, NEAR_REAL_TIME),
    "sales_order.place.v1": Ordered(_INTAKE, NEAR_REAL_TIME),
    "sales_order.confirm.v1": Ordered(_INTAKE, NEAR_REAL_TIME),
    "sales_order.amend.v1": Ordered(_INTAKE, NEAR_REAL_TIME),
    "sales_order.cancel.v1": Ordered(_INTAKE, NEAR_REAL_TIME),
    "transfer.reserve.v1": Ordered(_RELEASE, NEAR_REAL_TIME),
    "transfer.release.v1": Ordered(_RELEASE, NEAR_REAL_TIME),
    "transfer.complete.v1": Ordered("delivery_to_invoice", NEAR_REAL_TIME),
    "transfer.cancel.v1": Ordered(_RELEASE, NEAR_REAL_TIME),
    "transfer.return.v1": Ordered(_RETURN, NEAR_REAL_TIME),
    "goods.receive.v1": Ordered(_RECEIVE, NEAR_REAL_TIME),
    "goods.announce.v1": Ordered(_RECEIVE, NEAR_REAL_TIME),
    "stock.count.v1": Ordered(_BY_HAND, BATCH),
    "stock.adjust.v1": Ordered(_BY_HAND, NEAR_REAL_TIME),
    "stock.move.v1": Ordered(_RETURN, NEAR_REAL_TIME),
    "invoice.issue.v1": Ordered("delivery_to_invoice", NEAR_REAL_TIME),
    "credit_note.issue.v1": Ordered(_RETURN, NEAR_REAL_TIME),
    "freight_bill.record.v1": Ordered(_BY_HAND, BATCH),
    "landed_cost.allocate.v1": Ordered(_BY_HAND, BATCH),
    "activity.raise.v1": Ordered("exception_desk", NEAR_REAL_TIME),
    "activity.close.v1": Ordered("exception_desk", NEAR_REAL_TIME),
    "master_data.upsert.v1": Ordered(_BY_HAND, BATCH),
    "warehouse_order.release.v1": Ordered(_RELEASE, REAL_TIME),
    "warehouse_order.amend.v1": Ordered(_RELEASE, REAL_TIME),
    "warehouse_order.cancel.v1": Ordered(_RELEASE, REAL_TIME),
    "inbound.announce.v1": Ordered(_RECEIVE, NEAR_REAL_TIME),
    "availability.request.v1": Ordered(_BY_HAND, REAL_TIME),
    "customer.notify.v1": Ordered("customer_notices", NEAR_REAL_TIME),
}
"""Every command there is (a test holds it to that); ``by hand`` where no process gives it yet."""


def too_long(target: Target) -> str:
    """Why the objective does not fit its class, "" where it does."""
    most = LONGEST[target.latency]
    return "" if target.seconds <= most else f"{target.seconds:g} s are more than {most:g} s, which {target.latency} is"
