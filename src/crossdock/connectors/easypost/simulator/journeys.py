"""How a parcel travels: the scans of an ordinary journey, and how a tracker takes one."""

from msgspec import Struct

from crossdock.connectors.easypost.simulator.answers import Json, location, second

DELIVERED = "delivered"


class Step(Struct, frozen=True):
    """One scan of a journey; ``at_destination`` says which end of the way it is made at."""

    status: str
    detail: str
    message: str
    code: str
    at_destination: bool = False


LABELLED = (
    Step("pre_transit", "status_update", "Pre-Shipment Info Sent to carrier", ""),
    Step("pre_transit", "label_created", "Shipping Label Created", "GX"),
)

JOURNEY = (
    Step("in_transit", "received_at_origin_facility", "Accepted at Origin Facility", "OA"),
    Step("in_transit", "departed_facility", "Departed Regional Facility", "T1"),
    Step("in_transit", "arrived_at_facility", "Arrived at Regional Facility", "10", at_destination=True),
    Step("in_transit", "received_at_destination_facility", "Arrived at Post Office", "07", at_destination=True),
    Step("out_for_delivery", "out_for_delivery", "Out for Delivery", "OF", at_destination=True),
    Step(DELIVERED, "arrived_at_destination", "Delivered, Front Door/Porch", "01", at_destination=True),
)

TEST_CODES = {
    "EZ1000000001": 0,
    "EZ2000000002": 2,
    "EZ3000000003": 5,
    "EZ4000000004": 6,
    "EZ5000000005": 0,
    "EZ6000000006": 0,
    "EZ7000000007": 0,
}
"""Tracking codes a test key may make trackers of, and how many steps of the journey they have behind them."""

DEFAULT_STEPS = {step.detail: step for step in (*LABELLED, *JOURNEY)}


def scan(tracker: Json, step: Step, place: Json | None, now: int, *, signed_by: str = "") -> Json:
    """Put a scan into ``tracker`` (in place); the attributes that changed, with their old values."""
    previous = {"status": tracker["status"]} if tracker["status"] != step.status else {}
    detail = {
        "object": "TrackingDetail",
        "message": step.message,
        "description": "",
        "status": step.status,
        "status_detail": step.detail,
        "datetime": second(now),
        "source": tracker["carrier"],
        "carrier_code": step.code,
        "tracking_location": location(place),
        "est_delivery_date": None,
    }
    tracker["tracking_details"] = [*tracker["tracking_details"], detail]
    tracker["status"], tracker["status_detail"] = step.status, step.detail
    tracker["updated_at"] = second(now)
    if signed_by:
        tracker["signed_by"] = signed_by
    return previous


def is_scanned(tracker: Json) -> bool:
    """Whether the carrier has the parcel; from then on a label cannot be voided."""
    return tracker["status"] not in {"unknown", "pre_transit"}


def steps_taken(tracker: Json) -> int:
    """How many steps of the ordinary journey a tracker has behind it."""
    seen = {(detail["status"], detail["status_detail"]) for detail in tracker["tracking_details"]}
    return max((index + 1 for index, step in enumerate(JOURNEY) if (step.status, step.detail) in seen), default=0)
