"""Which warehouse, 3PL or carriers an order goes to: declarative rules, the first that fits decides. Pure.

A book of rules is data with a version of its own; the same order at the same time goes the same way under the same
version, and the answer names the rule that decided and what kept each one before it from deciding.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, field

from crossdock.model.calendars import Calendar, next_open
from crossdock.model.channel_orders import ChannelOrder
from crossdock.model.identifiers import digest
from crossdock.model.money import Money
from crossdock.model.order import DeliveryOrder
from crossdock.model.postcodes import matches
from crossdock.model.units import InvalidUnit, Measure, convert

N = TypeVar("N", Decimal, Money)
Urgency = Literal["", "express", "normal", "batch"]


class Routable(Struct, frozen=True, omit_defaults=True):
    """What rules may look at: where it goes, what is in it (``skus``, weight in kilograms, value), how it came."""

    country: str = ""
    region: str = ""
    postcode: str = ""
    skus: tuple[str, ...] = ()
    weight: Decimal | None = None
    value: Money | None = None
    service_level: str = ""
    channel: str = ""
    customer_group: str = ""
    company: str = ""


class Conditions(Struct, frozen=True, omit_defaults=True):
    """What has to hold of an order, all of it; what is left empty does not matter. ``skus`` and ``tags``: any line is
    such a one; ``only_skus``: every line is. Weights are kilograms, ends included; a time is minutes of the local day,
    ``until`` excluded, over midnight where it is the smaller one. ``during`` and ``outside`` name a calendar.
    """

    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    only_skus: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    min_weight: Decimal | None = None
    max_weight: Decimal | None = None
    min_value: Money | None = None
    max_value: Money | None = None
    service_levels: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    customer_groups: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    since: int | None = None
    until: int | None = None
    during: str = ""
    outside: str = ""


class Effect(Struct, frozen=True, omit_defaults=True):
    """Where to: ``partner`` is a warehouse or 3PL ("" for none: it goes straight to a carrier), ``carriers`` those that
    may have it (none said: all), ``service_level`` and ``priority`` replace the order's own where they are said.
    """

    partner: str = ""
    carriers: tuple[str, ...] = ()
    service_level: str = ""
    priority: Urgency = ""


class Rule(Struct, frozen=True, omit_defaults=True):
    """``name`` is unique in its book."""

    name: str
    when: Conditions = Conditions()
    then: Effect = Effect()


class RuleBook(Struct, frozen=True, omit_defaults=True):
    """Rules in their order, with what they speak of: the zone of their times, patterns of SKUs by tag, calendars."""

    rules: tuple[Rule, ...] = ()
    zone: str = "UTC"
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Twelve hex characters that change when anything in the book does."""
        return digest(msgspec.json.encode(self, order="deterministic").decode())[:12]


class Passed(Struct, frozen=True):
    """A rule that did not decide, and the first thing that kept it from deciding."""

    rule: str
    why: str


class Routed(Struct, frozen=True, omit_defaults=True):
    """Where an order goes and by which rule of which version ("" for no rule: nobody is meant to have it)."""

    partner: str
    rule: str
    version: str
    rejected: tuple[Passed, ...] = ()
    carriers: tuple[str, ...] = ()
    service_level: str = ""
    priority: Urgency = ""

    @property
    def way(self) -> tuple[str, tuple[str, ...], str, str]:
        """Where to and how, without the reasons: what two versions are compared by."""
        return (self.partner, self.carriers, self.service_level, self.priority)


class OrderRouted(Struct, frozen=True, tag="order.routed.v1"):
    """It was decided where an order goes, at ``decided_at`` (epoch microseconds). ``considered`` is what the rules
    looked at. The latest decision holds.
    """

    order_id: str
    routed: Routed
    considered: Routable
    decided_at: int = 0

    def identity(self) -> tuple[str, ...]:
        """One decision at one time, by one version of the rules about what they looked at."""
        seen = digest(msgspec.json.encode(self.considered).decode())
        return (self.order_id, self.routed.version, self.routed.rule, seen, str(self.decided_at))

    def newer(self, other: "OrderRouted | None") -> bool:
        """Whether this decision holds beside ``other``, whatever came first."""
        return other is None or _rank(self) > _rank(other)


def _rank(decision: OrderRouted) -> tuple[int, bytes]:
    return decision.decided_at, msgspec.json.encode(decision)


def route(
    order: DeliveryOrder | ChannelOrder | Routable, book: RuleBook, at: int, *, channel: str = "", group: str = ""
) -> Routed:
    """Where ``order`` goes at ``at`` (epoch microseconds). Total: where no rule fits, the answer has no rule and no
    partner. ``channel`` and ``group`` are of the order where it does not say them itself.
    """
    asked = order if isinstance(order, Routable) else routable(order, channel=channel, group=group)
    moment = datetime.fromtimestamp(at / 1_000_000, UTC).astimezone(_zone(book.zone))
    rejected: list[Passed] = []
    for rule in book.rules:
        why = next(reasons(rule.when, asked, book, moment, at), "")
        if not why:
            then = rule.then
            return Routed(
                then.partner, rule.name, book.version, tuple(rejected), then.carriers, then.service_level, then.priority
            )
        rejected.append(Passed(rule.name, why))
    return Routed("", "", book.version, tuple(rejected))


def routable(order: DeliveryOrder | ChannelOrder, *, channel: str = "", group: str = "") -> Routable:
    """What rules see of an order."""
    if isinstance(order, ChannelOrder):
        to, prices = order.receiver, [each.price for each in order.lines]
        values = [
            Money(int(price.amount * line.quantity), price.currency)
            for price, line in zip(prices, order.lines, strict=True)
            if price
        ]
        weights = [
            Measure(each.item.weight.value * each.quantity, each.item.weight.unit) if each.item.weight else None
            for each in order.lines
        ]
        channel, group = order.channel, order.customer_group or group
    else:
        to = order.ship_to
        channel = order.channel or channel
        values = [each.value for each in order.lines if each.value]
        weights = [each.weight for each in order.packages]
    place = to.address
    skus = tuple(dict.fromkeys(each.item.sku for each in order.lines))
    value = _sum(values) if len(values) == len(order.lines) else None
    return Routable(
        place.country, place.region, place.postcode, skus, _kilograms(weights), value, order.service_level, channel,
        group, order.company,
    )  # fmt: skip


def reasons(when: Conditions, asked: Routable, book: RuleBook, moment: datetime, at: int) -> Iterator[str]:
    """Everything that keeps a rule from fitting, in words; nothing where it fits."""
    yield from _of_place(when, asked)
    yield from _of_goods(when, asked, book)
    for told, wanted, what in (
        (asked.service_level, when.service_levels, "service level"),
        (asked.channel, when.channels, "channel"),
        (asked.customer_group, when.customer_groups, "customer group"),
        (asked.company, when.companies, "company"),
    ):
        if wanted and told not in wanted:
            yield f"{what} {told or 'unknown'} is not {_or(wanted)}"
    yield from _of_time(when, book, moment, at)


def _of_place(when: Conditions, asked: Routable) -> Iterator[str]:
    if when.countries and asked.country not in when.countries:
        yield f"country {asked.country or 'unknown'} is not {_or(when.countries)}"
    if when.regions and asked.region not in when.regions:
        yield f"region {asked.region or 'unknown'} is not {_or(when.regions)}"
    if when.postcodes and not any(matches(each, asked.postcode) for each in when.postcodes):
        yield f"postcode {asked.postcode or 'unknown'} is not {_or(when.postcodes)}"


def _of_goods(when: Conditions, asked: Routable, book: RuleBook) -> Iterator[str]:
    if when.skus and not any(_among(sku, when.skus) for sku in asked.skus):
        yield f"no line is {_or(when.skus)}"
    if when.only_skus:
        other = next((sku for sku in asked.skus if not _among(sku, when.only_skus)), None)
        if other is not None or not asked.skus:
            yield f"{other or 'no line'} is not {_or(when.only_skus)}"
    if when.tags:
        patterns = [pattern for tag in when.tags for pattern in book.tags.get(tag, ())]
        if not any(_among(sku, patterns) for sku in asked.skus):
            yield f"no line is tagged {_or(when.tags)}"
    yield from _within("weight", asked.weight, when.min_weight, when.max_weight, " kg")
    bounds = [each for each in (when.min_value, when.max_value) if each is not None]
    if bounds and asked.value is not None and any(each.currency != asked.value.currency for each in bounds):
        yield f"value {asked.value} is not in {bounds[0].currency}"
    else:
        yield from _within("value", asked.value, when.min_value, when.max_value, "")


def _within(what: str, told: N | None, least: N | None, most: N | None, unit: str) -> Iterator[str]:
    if least is None and most is None:
        return
    if told is None:
        yield f"{what} is unknown"
    elif least is not None and told < least:
        yield f"{what} {told}{unit} is below {least}{unit}"
    elif most is not None and told > most:
        yield f"{what} {told}{unit} is above {most}{unit}"


def _of_time(when: Conditions, book: RuleBook, moment: datetime, at: int) -> Iterator[str]:
    if when.weekdays and moment.weekday() not in when.weekdays:
        yield f"{moment:%A} is not one of its weekdays"
    minute = moment.hour * 60 + moment.minute
    if not within_day(minute, when.since, when.until):
        yield f"{moment:%H:%M} is not within its hours"
    for name, wanted in ((when.during, True), (when.outside, False)):
        if name and is_open(book.calendars[name], at) is not wanted:
            yield f"{moment:%A %H:%M} is {'outside' if wanted else 'within'} the calendar {name}"


def within_day(minute: int, since: int | None, until: int | None) -> bool:
    """Whether a minute of the day is from ``since`` on and before ``until``; over midnight where that is smaller."""
    first, last = since or 0, 1440 if until is None else until
    return first <= minute < last if first <= last else minute >= first or minute < last


def is_open(calendar: Calendar, at: int) -> bool:
    """Whether a moment is in a calendar's working time."""
    return next_open(calendar, at) == at


def _among(sku: str, patterns: tuple[str, ...] | list[str]) -> bool:
    return any(fnmatchcase(sku, pattern) for pattern in patterns)


def _or(words: tuple[str, ...]) -> str:
    return " or ".join(words[:5]) + (" or another" if len(words) > 5 else "")


def _sum(values: list[Money]) -> Money | None:
    if len({each.currency for each in values}) != 1:
        return None
    return Money(sum(each.amount for each in values), values[0].currency)


def _kilograms(weights: list[Measure] | list[Measure | None]) -> Decimal | None:
    try:
        known = [convert(each, "KGM") for each in weights if each is not None]
    except InvalidUnit:
        return None
    return sum(known, Decimal(0)) if known and len(known) == len(weights) else None


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
