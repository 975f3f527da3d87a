"""What a notice speaks of, read from an order's state: values for its template, language, and what counts as late."""

from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.instants import Stamp, epoch_us
from crossdock.model.party import Party
from crossdock.model.promised import promise_of
from crossdock.model.tracking import TrackingEvent
from crossdock.processes.notices_policy import HOUR, NoticesPolicy

_DAY = 24 * HOUR
LANGUAGES = {
    **dict.fromkeys(("AT", "CH", "DE", "LI"), "de"),
    **dict.fromkeys(("FR", "LU", "MC"), "fr"),
    **dict.fromkeys(("BE", "NL", "SR"), "nl"),
    **dict.fromkeys(("AR", "BO", "CL", "CO", "CR", "EC", "ES", "GT", "MX", "PE", "UY", "VE"), "es"),
    **dict.fromkeys(("AE", "BH", "DZ", "EG", "IQ", "JO", "KW", "LB", "LY", "MA", "OM", "QA", "SA", "TN", "YE"), "ar"),
    **dict.fromkeys(("AU", "CA", "GB", "IE", "NZ", "US"), "en"),
}
"""The language of most people of a country, where a customer's own is not known and configuration says nothing."""


def language_of(policy: NoticesPolicy, customer: Party) -> str:
    """The customer's own language, else their country's, else the default; always one that is written in."""
    country = customer.address.country.upper()
    own = customer.language.replace("_", "-").partition("-")[0].lower()
    wanted = (own, policy.country_languages.get(country, ""), LANGUAGES.get(country, ""))
    return next((each for each in wanted if each in policy.languages), policy.default_language)


def milestone_of(state: FulfilmentState, event: TrackingEvent) -> str:
    """The milestone a scan stands for: what is delivered on the way back is returned."""
    journey = state.journeys.get(event.tracking_number)
    if event.milestone == "delivered" and journey and journey.standing.leg == "return":
        return "returned"
    return event.milestone


def arrived(state: FulfilmentState, tracking_number: str) -> bool:
    """Whether every parcel of the order is there; of an order booked elsewhere, the one that was scanned."""
    numbers = set(state.tracking_numbers()) or {tracking_number}
    packages = len(state.order.packages) if state.order else 0
    live = len(state.live_bookings())
    there = all(
        number in state.journeys and state.journeys[number].standing.milestone == "delivered" for number in numbers
    )
    return there and (not live or live >= packages)


def late(state: FulfilmentState, expected: Stamp, grace_hours: float) -> bool:
    """Whether ``expected`` is after what was promised, by more than ``grace_hours``. A promise of a day lasts until its
    end; without a promise nothing is late.
    """
    promised = promise_of(state)
    if promised is None:
        return False
    end = epoch_us(promised) + (_DAY - 1 if promised.precision == "day" else 0)
    return epoch_us(expected) > end + int(grace_hours * HOUR)


def values_of(state: FulfilmentState, tracking_number: str = "", expected: Stamp | None = None) -> dict[str, str]:
    """What a template may speak of; what is not known is left out."""
    order = state.order
    if order is None:
        return {}
    live = state.live_bookings().values()
    numbers = [each for each in state.tracking_numbers() if each] or ([tracking_number] if tracking_number else [])
    promised = promise_of(state)
    found = {
        "name": order.ship_to.name,
        "order": order.sales_order or order.name,
        "delivery": order.name,
        "customer_order": order.customer_order,
        "carrier": ", ".join(sorted({each.carrier for each in live if each.carrier})),
        "tracking_number": ", ".join(numbers),
        "expected": expected.at[:10] if expected else "",
        "promised": promised.at[:10] if promised else "",
        "city": order.ship_to.address.city,
    }
    return {name: value for name, value in found.items() if value}
