"""Moves of goods as the values Odoo is given: moves, their lines, and which stock the lines take from. Pure.

Quantities here are in the unit the product is kept in, exactly; they become JSON numbers only in `number`.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.mapping.writing import marker_text
from crossdock.model.instants import Stamp, epoch_us, from_epoch_us

Values = dict[str, Any]
_NOTHING = Decimal(0)


class Portion(Struct, frozen=True):
    """A part of what was moved: of one lot (``lot_name`` where Odoo shall make it), into one ``package``.

    ``expires`` is Odoo's text of the lot's expiry; ``line`` names the move where the partner did.
    """

    product: int
    quantity: Decimal
    lot: int = 0
    lot_name: str = ""
    package: int = 0
    expires: str = ""
    line: int = 0


class Demand(Struct, frozen=True):
    """A move that waits: ``quantity`` demanded, and the ids of the lines it has now."""

    id: int
    product: int
    quantity: Decimal
    lines: tuple[int, ...] = ()
    origin: str = ""


class Stock(Struct, frozen=True):
    """What lies at one place (a row of stock.quant): ``quantity`` on hand of one lot, package and owner."""

    location: int
    quantity: Decimal
    lot: int = 0
    package: int = 0
    owner: int = 0
    place: str = ""


class Filling(Struct, frozen=True):
    """The portions a move is given; none: nothing of it was moved."""

    demand: Demand
    portions: tuple[Portion, ...]


class UnknownLine(ValueError):
    """A portion that belongs to no move. ``portion`` is the first such one."""

    def __init__(self, portion: Portion) -> None:
        """Keep it for the text people get."""
        super().__init__(f"product {portion.product}, line {portion.line or 'not named'}")
        self.portion = portion


class SeveralSources(ValueError):
    """More than one place, package or owner could have given the goods. The text lists them."""


def fillings(demands: Sequence[Demand], portions: Iterable[Portion]) -> list[Filling]:
    """Portions dealt out to moves: by line where it is named, else by product, first to first up to the demand.

    What is more than all demands goes to the last move of the product. Raises `UnknownLine`.
    """
    given: dict[int, list[Portion]] = {each.id: [] for each in demands}
    open_ = {each.id: each.quantity for each in demands}
    for portion in portions:
        fits = [each for each in demands if _fits(each, portion)]
        if not fits:
            raise UnknownLine(portion)
        left = portion.quantity
        for each in fits:
            share = left if each is fits[-1] else min(left, max(open_[each.id], _NOTHING))
            if share:
                given[each.id].append(_of(portion, share))
                open_[each.id] -= share
                left -= share
    return [Filling(each, tuple(given[each.id])) for each in demands]


def surplus(filling: Filling) -> Decimal:
    """How much more a move is given than it demands; 0 when not more."""
    return max(sum((each.quantity for each in filling.portions), _NOTHING) - filling.demand.quantity, _NOTHING)


def drawn(place: int, stocks: Sequence[Stock], portion: Portion, package: int = 0) -> list[tuple[Stock, Decimal]]:
    """Which stock a portion is taken from: unpackaged stock without owner first, then the only other there is.

    ``stocks`` are those of the product at ``place`` and in its bins. What Odoo does not know to be there is taken from
    ``place`` all the same: it has happened. Raises `SeveralSources` rather than choosing between packages or bins.
    """
    home = Stock(place, _NOTHING, portion.lot, package)
    fits = [each for each in stocks if each.lot == portion.lot and each.quantity > 0]
    if package:
        fits = [each for each in fits if each.package == package]
    plain = [each for each in fits if (each.location, each.package, each.owner) == (home.location, package, 0)]
    left, taken = portion.quantity, []
    for each in plain:
        share = min(left, each.quantity)
        taken.append((each, share))
        left -= share
    others = [each for each in fits if each not in plain]
    if left and len(others) > 1 and sum(each.quantity for each in others) != left:
        raise SeveralSources("; ".join(f"{each.quantity} in {each.place}" for each in others))
    for each in others if left else []:
        share = min(left, each.quantity)
        taken.append((each, share))
        left -= share
    return [*taken, (home, left)] if left else taken


def filling_command(
    filling: Filling, picking: int, unit: int, source: int, destination: int, origin: str, *, picked: bool = True
) -> list[Any]:
    """The one2many command that gives a move exactly these lines, whatever it had; with nothing it is not picked.

    ``picked`` false: the goods are planned only.
    """
    lines: list[Any] = [[2, line, 0] for line in filling.demand.lines]
    made = [line_values(each, picking, unit, source, destination) for each in filling.portions]
    lines += [[0, 0, {**each, "picked": picked}] for each in made]
    values: Values = {"move_line_ids": lines, "picked": picked and bool(filling.portions)}
    if filling.portions:
        values["origin"] = origin
    return [1, filling.demand.id, values]


def line_values(portion: Portion, picking: int, unit: int, source: int, destination: int) -> Values:
    """Values of a stock.move.line. Its ``picking_id`` is named: Odoo leaves it empty on lines made with their move."""
    values: Values = {
        "picking_id": picking,
        "product_id": portion.product,
        "product_uom_id": unit,
        "quantity": number(portion.quantity),
        "location_id": source,
        "location_dest_id": destination,
        "picked": True,
    }
    named = {"lot_id": portion.lot, "lot_name": portion.lot_name, "result_package_id": portion.package}
    values |= {key: value for key, value in named.items() if value}
    return values | ({"expiration_date": portion.expires} if portion.expires else {})


def signed(text: str, marker: str) -> str:
    """A text people may read that carries the marker, such as a transfer's source document.

    >>> signed("P00012 [crossdock:a1]", "b2")
    'P00012 [crossdock:b2]'
    """
    return f"{unsigned(text)} {marker_text(marker)}".strip()


def unsigned(text: str) -> str:
    """The text without any marker of ours."""
    return text.partition("[crossdock:")[0].strip()


def number(value: Decimal) -> float:
    """A quantity or an amount as JSON knows it; Odoo rounds it to the field's precision, which the double keeps."""
    return float(value)


def utc_text(instant: Stamp) -> str:
    """Odoo's naive UTC text. A day alone becomes noon, so that it is the same day for people on either side of UTC.

    >>> utc_text(Stamp("2026-03-01T08:15:00+02:00"))
    '2026-03-01 06:15:00'
    """
    if instant.precision == "day":
        return f"{instant.at} 12:00:00"
    return from_epoch_us(epoch_us(instant)).at.removesuffix("Z").replace("T", " ")


def _fits(demand: Demand, portion: Portion) -> bool:
    return demand.product == portion.product and portion.line in (0, demand.id)


def _of(portion: Portion, quantity: Decimal) -> Portion:
    if quantity == portion.quantity:
        return portion
    kept = (portion.lot, portion.lot_name, portion.package, portion.expires, portion.line)
    return Portion(portion.product, quantity, *kept)
