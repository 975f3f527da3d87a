"""Which channels an alert goes to, and when: the first route that fits decides. Pure."""

from collections.abc import Sequence

from msgspec import Struct

from crossdock.model.calendars import ALWAYS, Calendar, next_open
from crossdock.ports.stores_exceptions import Alert


class Route(Struct, frozen=True):
    """Where alerts go that fit all of its words; a word that is left out does not matter. In working ``hours`` they go
    to the channels ``to``, at other times to those ``outside``, or wait until the hours begin where there are none.
    """

    to: tuple[str, ...]
    severities: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    occasions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    hours: Calendar = ALWAYS
    outside: tuple[str, ...] = ()


def occasion_of(alert: Alert) -> str:
    """The occasion without its number: raised, warned, breached, escalated."""
    return "escalated" if alert.occasion.startswith("level-") else alert.occasion


def route_of(alert: Alert, routes: Sequence[Route]) -> Route | None:
    """The first route that fits; None where nobody wants to be told."""
    return next((each for each in routes if _fits(alert, each)), None)


def channels_of(alert: Alert, routes: Sequence[Route], now: int) -> tuple[str, ...]:
    """Where it goes at ``now`` (epoch microseconds); nowhere yet while it waits for working hours."""
    route = route_of(alert, routes)
    if route is None:
        return ()
    return route.to if next_open(route.hours, now) == now else route.outside


def _fits(alert: Alert, route: Route) -> bool:
    asked = (
        (route.severities, alert.severity),
        (route.owners, alert.owner),
        (route.queues, alert.queue),
        (route.occasions, occasion_of(alert)),
        (route.kinds, alert.kind),
    )
    return all(not wanted or given in wanted for wanted, given in asked)
