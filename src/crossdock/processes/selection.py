"""Which carrier and service: one rate for every package of an order, chosen by rules that can be explained.

First every offer passes the constraints of the configuration or is left out with the name of the one that it broke.
Among the rest those in time go before those that are late, those with a good record before those with a bad one; then
cost, promise and past on-time rate decide in the order that is preferred.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Literal

from msgspec import Struct

from crossdock.model.deciding import OnTime, Rejection
from crossdock.model.instants import Stamp, epoch_us
from crossdock.model.item import DangerousGoods
from crossdock.model.order import DeliveryOrder, Package
from crossdock.model.shipment import Quote, Rate
from crossdock.model.units import convert

Preference = Literal["cheapest", "fastest", "reliable"]
Pick = tuple[Quote, Rate]
Offer = tuple[str, str, str, str]
"""Partner, carrier, service and currency."""

_NO_PROMISE = 99
_ENOUGH = 20
"""So many deliveries make a record; fewer are chance."""


class Constraint(Struct, frozen=True):
    """A hard limit on offers. It is about those of ``partners``, ``carriers`` and ``services`` (patterns with * and ?;
    none: all), for orders of these ``when_...`` (none: all); an offer it is about must keep every limit that is set.
    Weights are in kilograms, lengths in centimetres; ``max_girth`` is length plus twice width plus twice height. A size
    that is not known breaks no limit.
    """

    name: str
    partners: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    when_countries: tuple[str, ...] = ()
    when_companies: tuple[str, ...] = ()
    when_levels: tuple[str, ...] = ()
    only_countries: tuple[str, ...] = ()
    not_countries: tuple[str, ...] = ()
    only_companies: tuple[str, ...] = ()
    max_weight: Decimal | None = None
    max_length: Decimal | None = None
    max_girth: Decimal | None = None
    max_days: int | None = None
    in_window: bool = False
    dangerous_goods: Literal["any", "limited", "none"] = "any"
    never: bool = False


class Wishes(Struct, frozen=True):
    """What decides among offers that keep the constraints. ``min_on_time`` is the share of deliveries in time below
    which an offer with a record counts only when there is no other.
    """

    prefer: Preference = "cheapest"
    max_days: int | None = None
    min_on_time: float = 0.0
    constraints: tuple[Constraint, ...] = ()


class Choice(Struct, frozen=True):
    """The picked rate by package id, the rule that picked it, in words, what was left out and why, and the record of
    those that were compared.
    """

    picks: dict[str, Pick]
    rule: str
    rejected: tuple[Rejection, ...] = ()
    record: tuple[OnTime, ...] = ()


class Ask(Struct, frozen=True):
    """What is to be chosen for: the order, what is dangerous in each package, and its service level."""

    order: DeliveryOrder
    dangers: Mapping[str, tuple[DangerousGoods, ...]] = {}
    level: str = "standard"


def select(
    ask: Ask, quotes: Sequence[Quote], wishes: Wishes, record: Mapping[tuple[str, str, str], OnTime] | None = None
) -> Choice:
    """The best (partner, carrier, service) that every package can use; no picks when there is none. ``record`` is what
    is known of deliveries so far, by partner, carrier and service.
    """
    offers, rejected = _allowed(ask, quotes, wishes.constraints)
    known = record or {}
    compared = tuple(known[key[:3]] for key in sorted(offers) if key[:3] in known)
    if not offers:
        return Choice({}, "no offer that every package can use", rejected, compared)
    pool, words = _narrowed(offers, ask.order, wishes, known)
    best = min(pool, key=lambda key: (*_measure(pool[key], wishes.prefer, _share(known.get(key[:3]))), key))
    return Choice(pool[best], f"{wishes.prefer} of {len(pool)}{words}", rejected, compared)


def _allowed(
    ask: Ask, quotes: Sequence[Quote], constraints: Sequence[Constraint]
) -> tuple[dict[Offer, dict[str, Pick]], tuple[Rejection, ...]]:
    """Rates that are there for every package, the cheapest of each; and every one that is left out, with the reason."""
    found: dict[Offer, dict[str, Pick]] = {}
    rejected: list[Rejection] = []
    packages = {package.id: package for package in ask.order.packages}
    for quote in quotes:
        for rate in quote.rates:
            package = packages.get(quote.package_id)
            if package is None:
                continue
            broken = next((why for each in constraints if (why := _broken(each, ask, package, quote, rate))), None)
            if broken is not None:
                rejected.append(_rejection(quote, rate, *broken))
                continue
            picks = found.setdefault((quote.partner, rate.carrier, rate.service, rate.price.currency), {})
            known = picks.get(quote.package_id)
            if known is None or (rate.price.amount, rate.id) < (known[1].price.amount, known[1].id):
                picks[quote.package_id] = (quote, rate)
    whole = {key: picks for key, picks in found.items() if packages.keys() <= picks.keys()}
    for key in sorted(found.keys() - whole.keys()):
        missing = ", ".join(sorted(packages.keys() - found[key].keys()))
        rejected += [_rejection(*pick, "every package", f"not offered for {missing}") for pick in found[key].values()]
    return whole, tuple(sorted(rejected))


def _rejection(quote: Quote, rate: Rate, constraint: str, text: str) -> Rejection:
    return Rejection(quote.package_id, quote.partner, rate.carrier, rate.service, constraint, text)


def _broken(rule: Constraint, ask: Ask, package: Package, quote: Quote, rate: Rate) -> tuple[str, str] | None:
    """The constraint's name and what of it an offer breaks."""
    order = ask.order
    country, level = order.ship_to.address.country, ask.level
    about = (
        _matches(rule.partners, quote.partner)
        and _matches(rule.carriers, rate.carrier)
        and _matches(rule.services, rate.service)
        and _matches(rule.when_countries, country)
        and _matches(rule.when_companies, order.company)
        and _matches(rule.when_levels, level)
    )
    if not about:
        return None
    why = _place(rule, order) or _size(rule, package) or _time(rule, order, rate)
    why = why or _danger(rule, ask.dangers.get(package.id, ())) or ("never used here" if rule.never else "")
    return (rule.name, why) if why else None


def _place(rule: Constraint, order: DeliveryOrder) -> str:
    country = order.ship_to.address.country
    if rule.only_countries and country not in rule.only_countries:
        return f"not to {country}"
    if country in rule.not_countries:
        return f"not to {country}"
    if rule.only_companies and order.company not in rule.only_companies:
        return f"this account is not of {order.company or 'a nameless company'}"
    return ""


def _size(rule: Constraint, package: Package) -> str:
    weight = convert(package.weight, "KGM")
    if rule.max_weight is not None and weight > rule.max_weight:
        return f"{weight} kg is more than {rule.max_weight} kg"
    if not (package.length and package.width and package.height):
        return ""
    sides = sorted((convert(each, "CMT") for each in (package.length, package.width, package.height)), reverse=True)
    if rule.max_length is not None and sides[0] > rule.max_length:
        return f"{sides[0]} cm is longer than {rule.max_length} cm"
    girth = sides[0] + 2 * (sides[1] + sides[2])
    if rule.max_girth is not None and girth > rule.max_girth:
        return f"length and girth of {girth} cm are more than {rule.max_girth} cm"
    return ""


def _time(rule: Constraint, order: DeliveryOrder, rate: Rate) -> str:
    if rule.max_days is not None and (rate.delivery_days is None or rate.delivery_days > rule.max_days):
        return f"{_days(rate)} is slower than {rule.max_days} days"
    if rule.in_window and _late(rate, order.deliver_by):
        return "arrives after the delivery window"
    return ""


def _danger(rule: Constraint, dangers: Sequence[DangerousGoods]) -> str:
    limited = rule.dangerous_goods == "limited"
    refused = [each for each in dangers if not (limited and each.limited_quantity)]
    if rule.dangerous_goods == "any" or not refused:
        return ""
    return f"dangerous goods UN {refused[0].un_number} are not carried"


def _matches(patterns: Sequence[str], value: str) -> bool:
    return not patterns or any(fnmatchcase(value.lower(), pattern.lower()) for pattern in patterns)


def _narrowed(
    offers: dict[Offer, dict[str, Pick]],
    order: DeliveryOrder,
    wishes: Wishes,
    known: Mapping[tuple[str, str, str], OnTime],
) -> tuple[dict[Offer, dict[str, Pick]], str]:
    """Those in time before those that are late, then those with a good record; with what to say of it."""
    words = ""
    if order.deliver_by is not None or wishes.max_days is not None:
        in_time = {key: picks for key, picks in offers.items() if _meets(picks, order.deliver_by, wishes.max_days)}
        words = " that meets the delivery date" if in_time else "; none meets the delivery date"
        offers = in_time or offers
    if wishes.min_on_time:
        trusted = {key: picks for key, picks in offers.items() if not _distrusted(known.get(key[:3]), wishes)}
        words += "" if len(trusted) == len(offers) else ", without those that are often late" if trusted else ""
        offers = trusted or offers
    return offers, words


def _distrusted(record: OnTime | None, wishes: Wishes) -> bool:
    return record is not None and record.delivered >= _ENOUGH and _share(record) < wishes.min_on_time


def _share(record: OnTime | None) -> float:
    """The share in time; without a record neither good nor bad."""
    return record.on_time / record.delivered if record and record.delivered >= _ENOUGH else 0.5


def _meets(picks: dict[str, Pick], deliver_by: Stamp | None, max_days: int | None) -> bool:
    for _, rate in picks.values():
        if max_days is not None and (rate.delivery_days is None or rate.delivery_days > max_days):
            return False
        if _late(rate, deliver_by):
            return False
    return True


def _late(rate: Rate, deliver_by: Stamp | None) -> bool:
    return bool(deliver_by and rate.deliver_by and epoch_us(rate.deliver_by) > epoch_us(deliver_by))


def _days(rate: Rate) -> str:
    return "no promise" if rate.delivery_days is None else f"{rate.delivery_days} days"


def _measure(picks: dict[str, Pick], prefer: Preference, share: float) -> tuple[float, float, float]:
    cost = sum(rate.price.amount for _, rate in picks.values())
    days = max(_NO_PROMISE if rate.delivery_days is None else rate.delivery_days for _, rate in picks.values())
    orders = {
        "cheapest": (cost, days, -share),
        "fastest": (days, cost, -share),
        "reliable": (-share, cost, days),
    }
    return orders[prefer]
