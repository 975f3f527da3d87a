"""What was moved, laid over the moves of a transfer: which move is given how much, of which lots; pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.mapping.anchors import record_id
from crossdock.connectors.odoo.mapping.quantities import Scale
from crossdock.connectors.odoo.mapping.sales import plain

_NOTHING = Decimal(0)


class DoesNotFit(ValueError):
    """What was moved does not fit the transfer. The text says how."""


class Move(Struct, frozen=True):
    """A row of stock.move: ``demand`` and ``quantity`` (reserved, then done) in ``unit``."""

    id: int
    product: int
    unit: int
    demand: Decimal
    quantity: Decimal
    state: str
    picked: bool
    source: int
    destination: int
    picking: int = 0

    @property
    def open(self) -> bool:
        """Whether it can still be given quantities."""
        return self.state not in {"done", "cancel"}


class LotPart(Struct, frozen=True):
    """How much of a line is of a lot (its name; "" where none is told) and goes into a package."""

    lot: str
    quantity: Decimal
    package: str = ""


class Moved(Struct, frozen=True):
    """A line that was moved, in the unit ``unit`` of Odoo: ``move`` where the partner knew it, else 0."""

    product: int
    unit: int
    quantity: Decimal
    label: str
    move: int = 0
    lots: tuple[LotPart, ...] = ()

    @property
    def detailed(self) -> bool:
        """Whether it says more than how much."""
        return any(each.lot or each.package for each in self.lots)


class Line(Struct, frozen=True):
    """A row of stock.move.line: ``holds`` of the move's unit, from a place, of a lot, in a package, of an owner."""

    id: int
    move: int
    holds: Fraction
    lot: str
    source: int
    package: int
    owner: int


class Lying(Struct, frozen=True):
    """Stock that is free: ``holds`` of the move's unit at a place, of a lot, in a package, of an owner."""

    holds: Fraction
    lot: str
    source: int
    package: int = 0
    owner: int = 0


class Given(Struct, frozen=True):
    """What a move is given."""

    move: Move
    quantity: Decimal
    parts: tuple[LotPart, ...] = ()

    @property
    def detailed(self) -> bool:
        """Whether its lines must be written one by one."""
        return any(each.lot or each.package for each in self.parts)


def move_of(row: Mapping[str, Any]) -> Move:
    """One move from its row."""
    return Move(
        id=int(row["id"]),
        product=record_id(row["product_id"]),
        unit=record_id(row["product_uom"]),
        demand=Decimal(str(row["product_uom_qty"])),
        quantity=Decimal(str(row["quantity"])),
        state=str(row["state"]),
        picked=bool(row.get("picked")),
        source=record_id(row.get("location_id")),
        destination=record_id(row.get("location_dest_id")),
        picking=record_id(row.get("picking_id")),
    )


def lay_over(moves: Sequence[Move], lines: Sequence[Moved]) -> list[Given]:
    """What each open move is given; those given nothing are left out.

    A line that names its move goes there; others fill the moves of their product in order, each up to its demand.
    Raises `DoesNotFit` for more than was demanded, or for what is not on the transfer.
    """
    free = {move.id: move.demand for move in moves if move.open}
    given: dict[int, list[LotPart]] = {}
    for line in sorted(lines, key=lambda each: not each.move):
        fits = [move for move in moves if move.open and _fits(move, line)]
        if not fits:
            raise DoesNotFit(f"{line.label} is not on the transfer")
        parts = list(line.lots) or [LotPart("", line.quantity)]
        for part in parts:
            left = part.quantity
            for move in fits:
                share = min(left, free[move.id])
                if share > 0:
                    free[move.id] -= share
                    given.setdefault(move.id, []).append(LotPart(part.lot, share, part.package))
                    left -= share
            if left > 0:
                demand = sum((move.demand for move in fits), _NOTHING)
                raise DoesNotFit(
                    f"more of {line.label} was moved than the {plain(demand)} demanded ({plain(left)} over)"
                )
    return [_given(move, given[move.id]) for move in moves if move.id in given]


def already(
    moves: Sequence[Move], lines: Sequence[Moved], scales: Mapping[int, Scale], lots: Mapping[tuple[int, str], Fraction]
) -> str:
    """How what a done transfer moved differs from ``lines``, or "". ``lots``: done per product and lot name, of the
    root of its unit. Products must agree in all, and a move that is named must have what was told of it.
    """
    differences: list[str] = []
    for product in sorted({line.product for line in lines} | {move.product for move in moves}):
        told = [line for line in lines if line.product == product]
        own = [move for move in moves if move.product == product]
        unit = scales[own[0].unit if own else told[0].unit]
        label = told[0].label if told else f"product {product}"
        named = {line.move for line in told if line.move}
        pairs = [(_told(told, scales), _done(own, scales))]
        pairs += [
            (_told([line for line in told if line.move == move.id], scales), _done([move], scales))
            for move in own
            if move.id in named
        ]
        wrong = [pair for index, pair in enumerate(pairs) if (pair[0] > pair[1] if index else pair[0] != pair[1])]
        differences += [f"{label}: {_shown(done, unit)} done, {_shown(of, unit)} told" for of, done in wrong]
    return "; ".join(differences or _lots_differing(lines, scales, lots))


def _lots_differing(
    lines: Sequence[Moved], scales: Mapping[int, Scale], lots: Mapping[tuple[int, str], Fraction]
) -> list[str]:
    told: dict[tuple[int, str], Fraction] = {}
    for line in lines:
        for part in line.lots:
            if part.lot:
                key = (line.product, part.lot)
                told[key] = told.get(key, Fraction(0)) + _root(part.quantity, scales[line.unit])
    return [
        f"lot {lot}: {float(lots.get((product, lot), 0)):g} done, {float(quantity):g} told"
        for (product, lot), quantity in sorted(told.items())
        if lots.get((product, lot), Fraction(0)) != quantity
    ]


def _fits(move: Move, line: Moved) -> bool:
    """By the move's own number, else by product in the unit the line was converted to."""
    return move.id == line.move if line.move else move.product == line.product and move.unit == line.unit


def _given(move: Move, parts: Sequence[LotPart]) -> Given:
    merged: dict[tuple[str, str], Decimal] = {}
    for part in parts:
        key = (part.lot, part.package)
        merged[key] = merged.get(key, _NOTHING) + part.quantity
    made = tuple(LotPart(lot, quantity, package) for (lot, package), quantity in merged.items())
    return Given(move, sum(merged.values(), _NOTHING), made)


def _done(moves: Sequence[Move], scales: Mapping[int, Scale]) -> Fraction:
    done = [_root(move.quantity, scales[move.unit]) for move in moves if move.state == "done"]
    return sum(done, Fraction(0))


def _told(lines: Sequence[Moved], scales: Mapping[int, Scale]) -> Fraction:
    return sum((_root(line.quantity, scales[line.unit]) for line in lines), Fraction(0))


def _root(quantity: Decimal, scale: Scale) -> Fraction:
    return Fraction(quantity) * scale.per


def _shown(amount: Fraction, unit: Scale) -> str:
    return f"{float(amount / unit.per):g} {unit.name}"


def line_commands(
    given: Given,
    lines: Sequence[Line],
    lying: Sequence[Lying],
    lots: Mapping[str, int],
    packages: Mapping[str, int],
    *,
    from_stock: bool,
) -> list[list[Any]]:
    """Commands for the lines of a move, so that they say exactly what it was given: lines there are kept with their
    place as far as they fit, the rest is taken from what is ``lying`` free, lines not needed go.

    ``from_stock``: goods leave a place of ours, so that a lot must be there. Raises `DoesNotFit` when it is not.
    """
    move = given.move
    left_in = {line.id: line.holds for line in lines}
    used: set[int] = set()
    commands: list[list[Any]] = []
    for part in given.parts:
        wanted = Fraction(part.quantity)
        target = {"result_package_id": packages[part.package]} if part.package else {}
        for line in lines:
            share = min(wanted, left_in[line.id]) if not part.lot or line.lot == part.lot else Fraction(0)
            if share <= 0:
                continue
            left_in[line.id] -= share
            wanted -= share
            amount = _amount(move, share) | target
            if line.id in used:
                commands.append([0, 0, {**_place(move, line), **_lot(part.lot or line.lot, lots), **amount}])
            else:
                used.add(line.id)
                commands.append([1, line.id, amount])
        for place in _elsewhere(move, part, wanted, lying, from_stock=from_stock):
            amount = _amount(move, place.holds) | target
            commands.append([0, 0, {**_place(move, place), **_lot(place.lot, lots), **amount}])
    return [*commands, *([2, line.id, 0] for line in lines if line.id not in used)]


def _elsewhere(move: Move, part: LotPart, wanted: Fraction, lying: Sequence[Lying], *, from_stock: bool) -> list[Lying]:
    """Where the rest of a part comes from that no line of the move holds."""
    found: list[Lying] = []
    for each in lying if from_stock else ():
        if wanted > 0 and (not part.lot or each.lot == part.lot):
            share = min(wanted, each.holds)
            found.append(Lying(share, each.lot, each.source, each.package, each.owner))
            wanted -= share
    if wanted > 0 and part.lot and from_stock:
        raise DoesNotFit(f"{float(wanted):g} of lot {part.lot} are not in stock where the transfer takes from")
    return [*found, Lying(wanted, part.lot, move.source)] if wanted > 0 else found


def _amount(move: Move, share: Fraction) -> dict[str, Any]:
    """A line not picked itself is thrown away when its move is done, picked as that may be."""
    return {"quantity": float(share), "product_uom_id": move.unit, "picked": True}


def _place(move: Move, at: Line | Lying) -> dict[str, Any]:
    # Odoo does not take the transfer over from the move: a line without it is done, and seen on no transfer.
    values: dict[str, Any] = {
        "picking_id": move.picking,
        "product_id": move.product,
        "location_id": at.source,
        "location_dest_id": move.destination,
    }
    return values | {key: value for key, value in (("package_id", at.package), ("owner_id", at.owner)) if value}


def _lot(name: str, lots: Mapping[str, int]) -> dict[str, Any]:
    """A lot there is by its id; one that is not yet by its name, and Odoo makes it."""
    if not name:
        return {}
    return {"lot_id": lots[name]} if name in lots else {"lot_name": name}
