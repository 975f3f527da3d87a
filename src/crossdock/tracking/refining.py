"""Between what an aggregator's status says and the carrier's own words it passes on.

An aggregator has ten words for what carriers say in thousands: ``in_transit`` stands for a departure, a customs hold
and a missed connection. The words count where they are finer than the status, and never against it: a parcel in
transit is not delivered because its text says so.
"""

from crossdock.tracking.codes import Meaning
from crossdock.tracking.phrases import meant_by

_TROUBLE = frozenset(
    {"exception", "delivery_attempted", "held", "delayed", "lost", "destroyed", "return_initiated", "return_in_transit"}
)
_RETURNS = frozenset({"return_initiated", "return_in_transit", "returned"})
_ARRIVALS = frozenset(
    {
        "received_at_origin",
        "arrived_at_facility",
        "arrived_destination_country",
        "arrived_at_destination_facility",
        "customs_processing",
        "customs_cleared",
    }
)
_DEPARTURES = frozenset({"departed_origin", "departed_facility", "departed_origin_country", "handed_to_partner"})
_POSSESSION = frozenset({"picked_up", "dropped_off", "received_at_origin"})
_MOVES = _ARRIVALS | _DEPARTURES | _POSSESSION | frozenset({"loaded", "unloaded", "out_for_delivery"})
_STOPS = frozenset({"available_for_pickup", "delivery_scheduled", "redirected", "resumed", "pickup_attempted"})
FINER = {
    "in_transit": _MOVES | _STOPS | _TROUBLE | frozenset({"eta_updated"}),
    "unknown": _MOVES | _STOPS | _TROUBLE | frozenset({"eta_updated", "info_received", "in_transit"}),
    "arrived_at_facility": _ARRIVALS,
    "departed_facility": _DEPARTURES,
    "exception": _TROUBLE | frozenset({"customs_processing", "redirected", "pickup_attempted"}),
    "delivery_attempted": _TROUBLE,
    "delayed": frozenset({"delayed", "customs_processing"}),
    "redirected": frozenset({"exception", "delivery_attempted"}),
    "return_initiated": _RETURNS,
    "delivered": frozenset({"returned"}),
}
"""Which milestones say more than a status does, and may be taken from words that stand beside it."""


def refined(meaning: Meaning, *texts: str) -> Meaning:
    """``meaning``, or what the first of the carrier's ``texts`` says that is finer; trouble named before trouble not.

    >>> refined(Meaning("in_transit"), "Departed from Facility").milestone
    'departed_facility'
    >>> refined(Meaning("in_transit"), "Delivered").milestone
    'in_transit'
    """
    allowed = FINER.get(meaning.milestone)
    if allowed is None:
        return meaning
    said = [found for found in map(meant_by, texts) if found is not None and found[0] in allowed]
    said.sort(key=lambda words: words[1] in {"none", "other"})
    for milestone, category, reason in said:
        if (milestone, category) == ("delayed", "delay_carrier") and meaning.milestone == "delayed":
            break
        if category == "other" and meaning.category != "none":
            continue
        return Meaning(milestone, category, reason, known=meaning.known)
    return meaning
