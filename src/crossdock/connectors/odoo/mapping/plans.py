"""A dispatch plan in words, for the people who look at the transfer; pure."""

from crossdock.model.instants import Stamp
from crossdock.model.transfers import RecordPlan


def plan_text(plan: RecordPlan) -> str:
    """Tour, place on it, vehicle, driver, carrier, slot and ETA, one per line; what nobody planned is left out."""
    stop = f"{plan.tour}, stop {plan.sequence}" if plan.sequence else plan.tour
    told = {
        "Tour": stop if plan.tour else "none, taken off",
        "Vehicle": plan.vehicle,
        "Driver": plan.driver,
        "Carrier": plan.carrier,
        "Slot": " to ".join(_when(each) for each in (plan.slot_from, plan.slot_to) if each),
        "Expected": _when(plan.eta) if plan.eta else "",
    }
    return "\n".join(f"{name}: {value}" for name, value in told.items() if value)


def _when(instant: Stamp) -> str:
    return instant.at if instant.tz_known or instant.precision == "day" else f"{instant.at} (local time)"
