"""Which carrier and service: one rate for every package of an order, chosen by a rule that can be explained."""

from typing import Literal

from msgspec import Struct

from crossdock.model.instants import Stamp, epoch_us
from crossdock.model.order import DeliveryOrder
from crossdock.model.shipment import Quote, Rate

Preference = Literal["cheapest", "fastest"]
Pick = tuple[Quote, Rate]


class Choice(Struct, frozen=True):
    """The picked rate by package id, and the rule that picked it, in words."""

    picks: dict[str, Pick]
    rule: str


def select(
    order: DeliveryOrder, quotes: tuple[Quote, ...], prefer: Preference, max_days: int | None = None
) -> Choice | None:
    """The best (partner, carrier, service) that every package can use; None when there is none.

    Offers that miss the order's delivery date or ``max_days`` count only when nothing else is offered.
    """
    offers = _common_offers(order, quotes)
    if not offers:
        return None
    in_time = {key: picks for key, picks in offers.items() if _meets(picks, order.deliver_by, max_days)}
    wanted = order.deliver_by is not None or max_days is not None
    pool, kept = (in_time, True) if in_time else (offers, False)
    best = min(pool, key=lambda key: (*_measure(pool[key], prefer), key))
    window = "" if not wanted else (" that meets the delivery date" if kept else "; none meets the delivery date")
    return Choice(pool[best], f"{prefer} of {len(pool)}{window}")


def _common_offers(order: DeliveryOrder, quotes: tuple[Quote, ...]) -> dict[tuple[str, str, str, str], dict[str, Pick]]:
    """Rates by (partner, carrier, service, currency) that are there for every package, the cheapest of each."""
    found: dict[tuple[str, str, str, str], dict[str, Pick]] = {}
    for quote in quotes:
        for rate in quote.rates:
            picks = found.setdefault((quote.partner, rate.carrier, rate.service, rate.price.currency), {})
            known = picks.get(quote.package_id)
            if known is None or (rate.price.amount, rate.id) < (known[1].price.amount, known[1].id):
                picks[quote.package_id] = (quote, rate)
    wanted = {package.id for package in order.packages}
    return {key: picks for key, picks in found.items() if wanted <= set(picks)}


def _meets(picks: dict[str, Pick], deliver_by: Stamp | None, max_days: int | None) -> bool:
    for _, rate in picks.values():
        if max_days is not None and (rate.delivery_days is None or rate.delivery_days > max_days):
            return False
        late = deliver_by and rate.deliver_by and epoch_us(rate.deliver_by) > epoch_us(deliver_by)
        if late:
            return False
    return True


def _measure(picks: dict[str, Pick], prefer: Preference) -> tuple[int, int]:
    cost = sum(rate.price.amount for _, rate in picks.values())
    days = max(99 if rate.delivery_days is None else rate.delivery_days for _, rate in picks.values())
    return (cost, days) if prefer == "cheapest" else (days, cost)
