"""What an offer promised and whether it was kept: the figures later choices look at."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from crossdock.model.deciding import PromiseJudged
from crossdock.model.instants import epoch_us
from crossdock.model.journey import Journey
from crossdock.model.milestones import MILESTONES
from crossdock.model.shipment import Quote, Rate

_PICKED_UP = MILESTONES["dropped_off"].rank
_SATURDAY = 5


class Promise(Struct, frozen=True, omit_defaults=True):
    """What the chosen offer said: ``by`` is its date (epoch microseconds, 0 for none), ``days`` its working days from
    pick-up, ``made_at`` when it was chosen.
    """

    partner: str
    carrier: str
    service: str
    made_at: int
    by: int = 0
    days: int | None = None


def promise_of(quote: Quote, rate: Rate, now: int) -> Promise:
    """What ``rate`` promises when it is chosen at ``now``."""
    by = epoch_us(rate.deliver_by) if rate.deliver_by else 0
    return Promise(quote.partner, rate.carrier, rate.service, now, by, rate.delivery_days)


def judged(promise: Promise, tracking_number: str, journey: Journey) -> PromiseJudged | None:
    """Whether a delivered package was in time; None while it is on its way, or where nothing was promised."""
    if journey.standing.milestone != "delivered":
        return None
    due = promise.by or due_by(promise, journey)
    delivered = journey.standing.since
    if not due:
        return None
    return PromiseJudged(
        tracking_number, promise.partner, promise.carrier, promise.service, due, delivered, on_time=delivered <= due
    )


def due_by(promise: Promise, journey: Journey) -> int:
    """The end of the last promised working day (Monday to Friday, UTC) after pick-up; 0 without a promise."""
    if promise.days is None:
        return 0
    moved = [entry.instant for entry in journey.entries if MILESTONES[entry.milestone].rank >= _PICKED_UP]
    day = datetime.fromtimestamp(min([*moved, journey.standing.since or promise.made_at]) / 1_000_000, UTC)
    for _ in range(promise.days):
        day += timedelta(days=1)
        while day.weekday() >= _SATURDAY:
            day += timedelta(days=1)
    end = day.replace(hour=23, minute=59, second=59, microsecond=0)
    return int(end.timestamp()) * 1_000_000
