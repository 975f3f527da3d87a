"""Quantities of partners in the units Odoo keeps: exact or not at all; pure.

Unit codes are UN/ECE Recommendation 20 (a package is ``X`` and its Recommendation 21 code); a few trade messages write
package codes without the ``X``, which is understood too.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.mapping.anchors import record_id
from crossdock.connectors.odoo.mapping.units import REC20, exact
from crossdock.model.units import InvalidUnit, Measure, convert

PIECE = "H87"
_ROOTS = (PIECE, "KGM", "MTR", "MTK", "MTQ", "MIN", "KWH")
_PIECES = frozenset({PIECE, "EA", "C62", "PCE", "NAR", "XPP"})

PACKAGES: Mapping[str, tuple[str, ...]] = {
    "CT": ("carton",),
    "CS": ("case",),
    "BX": ("box",),
    "PK": ("pack", "package"),
    "PA": ("packet",),
    "BG": ("bag",),
    "CR": ("crate",),
    "TY": ("tray",),
    "PX": ("pallet",),
    "RO": ("roll",),
}
"""Package codes of Recommendation 21 and the words a packaging in Odoo is recognised by."""


class UnitMismatch(ValueError):
    """A quantity that has no exact meaning in the unit Odoo keeps. The text says why."""


class Scale(Struct, frozen=True):
    """A unit of measure of Odoo: ``per`` of its ``root`` (a Rec 20 code, else Odoo's own reference unit) each.

    ``step`` is the smallest quantity Odoo keeps in it.
    """

    id: int
    name: str
    root: str
    per: Fraction
    step: Decimal = Decimal("0.01")

    @property
    def counts(self) -> bool:
        """Whether it counts pieces, which have no fractions."""
        return self.root == PIECE


class Packing(Struct, frozen=True):
    """A way a product is packed: ``holds`` of the root of its unit."""

    name: str
    holds: Fraction


def scales_of(rows: Sequence[Mapping[str, Any]], names: Mapping[int, str]) -> dict[int, Scale]:
    """Every unit by its id. ``rows`` are all of uom.uom, ``names`` the external ids of those that have one.

    One made by hand is followed to the unit it is defined by, as 19 (``relative_uom_id``) and 18 (its category's
    reference unit) keep it.
    """
    known = {int(row["id"]): row for row in rows}
    references = {record_id(row["category_id"]): row for row in rows if row.get("uom_type") == "reference"}
    made: dict[int, Scale] = {}
    for row in rows:
        root, per = _rooted(row, known, references, names)
        step = Decimal(str(row.get("rounding") or "0.01"))
        made[row["id"]] = Scale(row["id"], str(row["name"]), root, per, step)
    return made


def in_scale(quantity: Decimal, code: str, own: Scale, target: Scale, packings: Sequence[Packing] = ()) -> Decimal:
    """``quantity`` of the partner's unit ``code`` in Odoo's unit ``target``, of a product kept in ``own``.

    ``packings`` are how the product is packed: with one and a code of pieces it is what the item's number names.
    Raises `UnitMismatch`.

    >>> unit, dozen = Scale(1, "Units", "H87", Fraction(1)), Scale(2, "Dozens", "H87", Fraction(12))
    >>> in_scale(Decimal(24), "H87", unit, dozen)
    Decimal('2')
    """
    amount, root = _amount(quantity, code, own, packings)
    if root != target.root:
        raise UnitMismatch(f"{_plain(quantity)} {code} is nothing that can be counted in '{target.name}'")
    result = amount / target.per
    step = Fraction(1) if target.counts else Fraction(target.step)
    if (result / step).denominator != 1:
        shown = f"{_plain(quantity)} {code}"
        raise UnitMismatch(f"{shown} is {float(result):.6g} of '{target.name}', which Odoo cannot keep exactly")
    return exact(Decimal(result.numerator) / Decimal(result.denominator))


def is_package(code: str) -> bool:
    """Whether a unit code names a package, so that it says nothing without the product's packagings."""
    return _package(code) in PACKAGES


def packing_named(code: str, packings: Sequence[Packing]) -> tuple[Packing, ...]:
    """Those of a product's packagings that a package code can mean, of different contents."""
    words = PACKAGES[_package(code)]
    fit = [each for each in packings if any(word in _words(each.name) for word in (*words, code.casefold()))]
    return tuple({each.holds: each for each in fit}.values())


def _amount(quantity: Decimal, code: str, own: Scale, packings: Sequence[Packing]) -> tuple[Fraction, str]:
    """How much of which root a partner's quantity is."""
    if code in _PIECES:
        return (Fraction(quantity) * packings[0].holds, own.root) if packings else (Fraction(quantity), PIECE)
    if _package(code) in PACKAGES:
        if len(packings) != 1:
            raise UnitMismatch(_which(code, packings))
        return Fraction(quantity) * packings[0].holds, own.root
    for root, per in _roots_of(code):
        return Fraction(quantity) * per, root
    raise UnitMismatch(f"'{code}' is no unit code of UN/ECE Recommendation 20 that Crossdock knows")


def _which(code: str, packings: Sequence[Packing]) -> str:
    if not packings:
        return f"the product has no packaging that '{code}' could mean"
    return f"'{code}' could mean {' or '.join(each.name for each in packings)}"


def _rooted(
    row: Mapping[str, Any], known: Mapping[int, Any], references: Mapping[int, Any], names: Mapping[int, str]
) -> tuple[str, Fraction]:
    if found := REC20.get(names.get(row["id"], "")):
        code, factor = found
        return next((root, Fraction(factor) * per) for root, per in _roots_of(code))
    per = Fraction(1)
    if (above := known.get(record_id(row.get("relative_uom_id")))) and above is not row:
        root, per = _rooted(above, known, references, names)
        return root, per * _number(row.get("relative_factor"))
    reference = references.get(record_id(row.get("category_id")))
    if reference is None or reference is row:
        return f"uom.uom:{row['id']}", per
    root, per = _rooted(reference, known, references, names)
    ratio = _number(row.get("ratio"))
    return root, per * ratio if row.get("uom_type") == "bigger" else per / ratio


def _roots_of(code: str) -> list[tuple[str, Fraction]]:
    found = []
    for root in _ROOTS:
        try:
            found.append((root, Fraction(convert(Measure(Decimal(1), code), root))))
        except InvalidUnit:
            continue
    return found


def _number(value: object) -> Fraction:
    """A factor as a person typed it: the shortest decimal of Odoo's float."""
    number = Fraction(str(value or 0))
    return number or Fraction(1)


def _package(code: str) -> str:
    return code[1:] if len(code) == 3 and code.startswith("X") else code


def _words(name: str) -> set[str]:
    return set("".join(each if each.isalnum() else " " for each in name.casefold()).split())


def _plain(quantity: Decimal) -> str:
    return f"{exact(quantity):f}"
