"""Between records as the settings describe them and freight charges; pure."""

import re
from collections import Counter
from decimal import Decimal
from functools import partial

from msgspec import Struct

from crossdock.connectors.generic.mapping.records import Layout, Row, records
from crossdock.model.events import Fact
from crossdock.model.freight import FreightCharged
from crossdock.model.identifiers import digest
from crossdock.model.money import InvalidAmount, money
from crossdock.model.units import Measure
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import UnreadableBody

NAMES = ("number", "amount", "currency", "invoice", "line", "billed_on", "code", "text", "weight")
"""What a charge may hold."""

_LONGEST = 100
"""Characters of a number, an invoice or a line; what is longer is another column."""
_DIGITS = {
    ".": re.compile(r"[+-]?(\d+|\d{1,3}([, '\u2019\u00a0]\d{3})+)(\.\d+)?", re.ASCII),
    ",": re.compile(r"[+-]?(\d+|\d{1,3}([. '\u2019\u00a0]\d{3})+)(,\d+)?", re.ASCII),
}
"""A number by what stands before its decimals; thousands may be grouped, in threes, by another sign."""


class Billing(Struct, frozen=True):
    """How amounts are written: ``currency`` where no column says it, ``decimal`` before the decimals, and the unit
    (UN/ECE Rec 20) of weights.
    """

    currency: str = ""
    decimal: str = "."
    weight_unit: str = "KGM"


def tell_charges(body: bytes, layout: Layout, billing: Billing, scans: Scans) -> None:
    """The charges of ``body``, one per record; what cannot be read is a problem with its place."""
    seen: Counter[str] = Counter()
    try:
        for pointer, row in records(body, layout):
            _charge(pointer, row, layout, billing, scans, seen)
    except UnreadableBody as problem:
        scans.problem("", str(problem))


def _charge(
    pointer: str, row: Row, layout: Layout, billing: Billing, scans: Scans, seen: Counter[str]
) -> None:  # fmt: skip
    billed_on = scans.when(pointer, partial(moment, order=layout.order, zone=layout.zone), row["billed_on"])
    try:
        amount = money(_plain(row["amount"], billing.decimal), row["currency"].upper() or billing.currency)
        weight = (
            Measure(Decimal(_plain(row["weight"], billing.decimal)), billing.weight_unit) if row["weight"] else None
        )
    except InvalidAmount as problem:
        scans.problem(pointer, str(problem))
        return
    if complaint := _complaint(row, layout):
        scans.problem(pointer, complaint)
    elif billed_on is not None:
        line = row["line"] or _told_apart(row, seen)
        body = FreightCharged(
            scans.partner, row["invoice"], line, amount, billed_on, row["number"], row["text"], row["code"], weight
        )
        scans.say(Fact(body, billed_on, lookups=body.lookups))


def _complaint(row: Row, layout: Layout) -> str:
    if not row["invoice"]:
        return f"there is no invoice at '{layout.columns['invoice']}'"
    long = next((name for name in ("number", "invoice", "line") if len(row[name]) > _LONGEST), "")
    return f"the {long} is longer than {_LONGEST} characters: that column holds something else" if long else ""


def _plain(written: str, decimal: str) -> str:
    """A number without what groups its thousands, with a point before its decimals. Raises `InvalidAmount`."""
    if not _DIGITS[decimal].fullmatch(written):
        raise InvalidAmount(f"'{written}' is no number with '{decimal}' before its decimals (setting charges.decimal)")
    return re.sub(r"[^\d.+-]", "", written.replace(".", "").replace(",", ".") if decimal == "," else written)


def _told_apart(row: Row, seen: Counter[str]) -> str:
    """Where lines have no numbers: by what they say, and of those that say the same, the first, second… of a file."""
    said = digest(*(row[name] for name in NAMES))[:8]
    seen[said] += 1
    return said if seen[said] == 1 else f"{said}-{seen[said]}"
