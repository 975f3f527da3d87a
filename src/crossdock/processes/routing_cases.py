"""Tables of cases for routing rules: orders, and where each should go.

cases:
  - name: bulky goods of Ghent
    order: {country: BE, postcode: "9000", skus: [DESK-1], weight_kg: 42, value: 199.00 EUR, channel: shop}
    at: 2026-11-23T10:00:00+01:00
    expect: {rule: bulky goods north, partner: north3pl}
"""

from decimal import Decimal

import msgspec
from msgspec import Struct, field

from crossdock.model.instants import InvalidInstant, epoch_us, stamp
from crossdock.model.money import InvalidAmount
from crossdock.model.routing import Routable, Routed, RuleBook, route
from crossdock.processes.routing import amount


class OrderCase(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An order as a case describes it; what is left out is unknown."""

    country: str = ""
    region: str = ""
    postcode: str = ""
    skus: tuple[str, ...] = ()
    weight_kg: float | None = None
    value: str = ""
    service_level: str = ""
    channel: str = ""
    customer_group: str = ""
    company: str = ""

    def routable(self) -> Routable:
        """What rules see of it. Raises `InvalidAmount`."""
        weight = None if self.weight_kg is None else Decimal(str(self.weight_kg))
        return Routable(
            self.country, self.region, self.postcode, self.skus, weight, amount(self.value), self.service_level,
            self.channel, self.customer_group, self.company,
        )  # fmt: skip


class Expected(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a case expects; what is left out is not looked at. ``rule`` "" says that no rule fits."""

    rule: str | None = None
    partner: str | None = None
    carriers: tuple[str, ...] | None = None
    service_level: str | None = None
    priority: str | None = None


class Case(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line of a table: an order, when it is decided, and where it should go."""

    name: str
    order: OrderCase
    expect: Expected
    at: str = "2026-01-05T10:00:00Z"


class Cases(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of cases."""

    cases: tuple[Case, ...] = field(default_factory=tuple)


class CaseResult(Struct, frozen=True):
    """What became of a case: where its order went, and each expectation that did not hold as (what, expected, was)."""

    name: str
    routed: Routed
    failed: tuple[tuple[str, str, str], ...]


class BadCases(ValueError):
    """A file of cases that cannot be read; the text says where and why."""


def read_cases(plain: object) -> Cases:
    """Cases out of what a YAML or JSON file holds. Raises `BadCases`."""
    try:
        found = msgspec.convert(plain, Cases, strict=False)
        for case in found.cases:
            case.order.routable()
            epoch_us(stamp(case.at))
    except (msgspec.ValidationError, InvalidAmount, InvalidInstant) as wrong:
        raise BadCases(str(wrong)) from None
    return found


def judge(case: Case, book: RuleBook) -> CaseResult:
    """Whether an order goes where its case says."""
    routed = route(case.order.routable(), book, epoch_us(stamp(case.at)))
    wanted = msgspec.to_builtins(case.expect)
    failed = [
        (name, _shown(value), _shown(getattr(routed, name)))
        for name, value in wanted.items()
        if value is not None and _shown(value) != _shown(getattr(routed, name))
    ]
    return CaseResult(case.name, routed, tuple(failed))


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
