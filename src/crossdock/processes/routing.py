"""Routing rules as configured, in the words of the model, and what they are tried on."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct, structs

from crossdock.model.calendars import ALWAYS, WEEKDAYS, Calendar, calendar
from crossdock.model.channel_orders import ChannelOrder
from crossdock.model.enrichment import Knowledge, Preference, Wishes, enrich
from crossdock.model.money import Money, money
from crossdock.model.order import DeliveryOrder
from crossdock.model.routing import (
    Conditions,
    Effect,
    OrderRouted,
    Routable,
    Routed,
    Rule,
    RuleBook,
    routable,
    route,
)
from crossdock.processes.ordering import minutes
from crossdock.settings.enrichment import DeliveryWishes, Enrichment, PreferenceSettings
from crossdock.settings.loading import Loaded
from crossdock.settings.nodes import Fault
from crossdock.settings.preferences import preferences_of
from crossdock.settings.routing import Routing, RoutingCalendar, RoutingConditions, RoutingEffect, RoutingRule
from crossdock.settings.sections import Settings
from crossdock.settings.working import CalendarSettings, calendar_of


class Router(Struct, frozen=True):
    """The rules in force and what is known of customers: everything that decides where an order goes."""

    book: RuleBook
    knowledge: Knowledge = Knowledge()

    def considered(self, order: DeliveryOrder | ChannelOrder, *, channel: str = "") -> Routable:
        """What the rules see of an order: what it says, and what is known of its customer where it says nothing."""
        known = enrich(order, self.knowledge)
        asked = routable(order, channel=channel, group=known.text("customer_group"))
        return structs.replace(asked, service_level=asked.service_level or known.text("service_level"))

    def route(self, order: DeliveryOrder | ChannelOrder, at: int, *, channel: str = "") -> Routed:
        """Where an order goes at ``at`` (epoch microseconds)."""
        return route(self.considered(order, channel=channel), self.book, at)

    def decided(self, order: DeliveryOrder, at: int, *, channel: str = "") -> OrderRouted:
        """The same as an event of the order."""
        seen = self.considered(order, channel=channel)
        return OrderRouted(order.id, route(seen, self.book, at), seen, at)


def router_of(settings: Settings, known: Knowledge) -> Router:
    """The routing rules in force, with what is ``known`` of customers."""
    return Router(rule_book(settings.routing, settings.calendars), known)


def known_of(loaded: Loaded) -> tuple[Knowledge, list[Fault]]:
    """What the configuration and its file know of customers, or the faults of the file."""
    lines, faults = preferences_of(loaded)
    return knowledge(loaded.settings.enrichment if loaded.settings else Enrichment(), lines), faults


def knowledge(given: Enrichment, more: Sequence[PreferenceSettings] = ()) -> Knowledge:
    """What is known of customers and places; ``more`` are the lines of its file."""
    found = [_preference(each, f"enrichment.preferences[{index}]") for index, each in enumerate(given.preferences)]
    found += [_preference(each, f"{given.file} line {index + 2}") for index, each in enumerate(more)]
    return Knowledge(tuple(found), _wishes(given.defaults))


def _preference(given: PreferenceSettings, source: str) -> Preference:
    return Preference(_wishes(given.wishes), source, given.reference, given.country or "", given.postcodes)


def _wishes(given: DeliveryWishes) -> Wishes:
    plain = {name: value for name, value in structs.asdict(given).items() if value is not None}
    return Wishes(**plain)


def rule_book(given: Routing, calendars: Mapping[str, CalendarSettings] = {}) -> RuleBook:
    """The rules in force; ``calendars`` are the common ones, to which those of the section itself are added (the old
    place). Raises `ValueError` for what `crossdock check` refuses.
    """
    known = {"always": ALWAYS, **{name: calendar_of(each) for name, each in calendars.items()}}
    known |= {name: _calendar(each, given.timezone) for name, each in given.calendars.items()}
    used = {name for rule in given.rules for name in (rule.when.during, rule.when.outside) if name}
    known = {name: each for name, each in known.items() if name in used}
    return RuleBook(tuple(map(_rule, given.rules)), given.timezone, dict(given.tags), known)


def _rule(given: RoutingRule) -> Rule:
    return Rule(given.name, _conditions(given.when), _effect(given.then))


def _effect(given: RoutingEffect) -> Effect:
    return Effect(given.partner or "", given.carriers, given.service_level, given.priority)


def _conditions(given: RoutingConditions) -> Conditions:
    return Conditions(
        given.countries, given.regions, given.postcodes, given.skus, given.only_skus, given.tags,
        _decimal(given.min_weight), _decimal(given.max_weight), amount(given.min_value), amount(given.max_value),
        given.service_levels, given.channels, given.customer_groups, given.companies,
        tuple(sorted(map(WEEKDAYS.index, given.weekdays))),
        None if given.since is None else minutes(given.since), None if given.until is None else minutes(given.until),
        given.during, given.outside,
    )  # fmt: skip


def _decimal(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def amount(text: str | None) -> Money | None:
    """An amount such as ``100.00 EUR``; None for none. Raises `InvalidAmount`."""
    if not text:
        return None
    number, _, currency = text.partition(" ")
    return money(number, currency)


def _calendar(given: RoutingCalendar, zone: str) -> Calendar:
    week = tuple(tuple(map(_window, given.hours.get(day, ()))) for day in WEEKDAYS)  # type: ignore[call-overload]
    return calendar(zone, week, tuple((day, day) for day in map(date.fromisoformat, given.holidays)))


def _window(hours: str) -> tuple[int, int]:
    first, _, last = hours.partition("-")
    return minutes(first), minutes(last)
