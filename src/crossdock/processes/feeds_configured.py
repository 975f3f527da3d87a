"""What partners promised of their feeds, as configured, in the words of the watch."""

from msgspec import Struct

from crossdock.backbone.feed_clock import Arrival
from crossdock.model.calendars import ALWAYS, MINUTE, Calendar, minute_of
from crossdock.settings.sections import Settings
from crossdock.settings.working import calendar_of


class FeedPromises(Struct, frozen=True):
    """Hours by partner with the calendars they count in, and what is to come by local times."""

    hours: dict[str, float]
    calendars: dict[str, Calendar]
    arrivals: tuple[Arrival, ...]


def feed_promises(settings: Settings) -> FeedPromises:
    """Of partners that are enabled; what ``sla`` says counts before ``processes.tracking_watch.feeds``."""
    working = {"always": ALWAYS, **{name: calendar_of(each) for name, each in settings.calendars.items()}}
    watched = settings.processes.tracking_watch
    hours, calendars = dict(watched.feeds) if watched else {}, {}
    arrivals = []
    for name, partner in settings.partners.items():
        if partner.sla is None or not partner.enabled:
            continue
        if partner.sla.silent_hours:
            hours[name], calendars[name] = partner.sla.silent_hours, working[partner.sla.calendar]
        for channel, each in partner.sla.arrivals.items():
            minutes = tuple(sorted(map(minute_of, each.by)))
            arrivals.append(Arrival(name, channel, minutes, working[each.calendar], each.grace_minutes * MINUTE))
    return FeedPromises(hours, calendars, tuple(arrivals))
