"""What customs must be told of a package that leaves a customs territory, made from the order it is of; pure.

Territories: the Union is that of article 4 of Regulation (EU) No 952/2013 (Union Customs Code), with the places that
belong to a member state and not to it; Monaco is in it, San Marino and Andorra are in union with it for most goods
and are treated as abroad. Every other country is a territory of its own.
"""

from collections.abc import Collection, Mapping
from decimal import ROUND_HALF_UP, Decimal

from msgspec import Struct, structs

from crossdock.model.item import DangerousGoods, Item
from crossdock.model.money import Money
from crossdock.model.order import DeliveryOrder, OrderLine, Package
from crossdock.model.party import Address
from crossdock.model.shipment import Contents, CustomsDeclaration, CustomsItem, DutiesPaidBy
from crossdock.model.units import Measure, convert

_UNION = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MC MT NL PL PT RO SE SI SK".split())  # noqa: SIM905 - a table
_OUTSIDE: Mapping[str, tuple[str, ...]] = {
    "DE": ("27498", "78266"),  # Heligoland, Buesingen
    "ES": ("51", "52"),  # Ceuta, Melilla
    "IT": ("23041",),  # Livigno
}
_TAX_BORDERS: Mapping[str, tuple[str, ...]] = {
    "ES": ("35", "38"),  # Canary Islands
    "FI": ("22",),  # Aland
    "FR": ("971", "972", "973", "974", "976"),  # overseas departments
}
"""In the customs territory and outside the one of value added tax (Directive 2006/112/EC, article 6): parcels need the
same declaration.
"""

REQUIRED = ("hs_code", "country_of_origin", "value", "weight")


class Terms(Struct, frozen=True):
    """What declarations say that no order does; see `CustomsDeclaration`. ``required`` are the facts of a line
    without which nothing is sent abroad.
    """

    incoterm: str = "DAP"
    duties_paid_by: DutiesPaidBy = "recipient"
    contents: Contents = "merchandise"
    eori: str = ""
    signer: str = ""
    required: tuple[str, ...] = REQUIRED


class Missing(Struct, frozen=True):
    """A fact a declaration lacks: ``pointer`` is the JSON pointer into the order."""

    pointer: str
    text: str


def crosses_border(origin: Address, destination: Address) -> bool:
    """Whether goods between these addresses are declared to customs; an unknown country crosses nothing."""
    if not origin.country or not destination.country:
        return False
    return territory_of(origin) != territory_of(destination)


def territory_of(address: Address) -> str:
    """The customs territory of an address: ``EU``, a country, or a part of one with borders of its own."""
    country, postcode = address.country, address.postcode.replace(" ", "")
    for apart in (_OUTSIDE, _TAX_BORDERS):
        for start in apart.get(country, ()):
            if postcode.startswith(start):
                return f"{country}-{start}"
    return "EU" if country in _UNION else country


def contents_of(order: DeliveryOrder, package: Package) -> list[tuple[int, OrderLine, Decimal]] | None:
    """The lines in a package as (index, line, quantity); everything where there is one package; None if unknown."""
    if not package.contents and len(order.packages) > 1:
        return None
    if not package.contents:
        return [(index, line, line.quantity) for index, line in enumerate(order.lines)]
    packed: dict[str, Decimal] = {}
    for each in package.contents:
        packed[each.line_id] = packed.get(each.line_id, Decimal(0)) + each.quantity
    return [(index, line, packed[line.id]) for index, line in enumerate(order.lines) if line.id in packed]


def declaration_of(order: DeliveryOrder, package: Package, terms: Terms) -> CustomsDeclaration | None:
    """The declaration for one package; None where no border is crossed or the contents are unknown."""
    held = contents_of(order, package)
    if not crosses_border(order.ship_from.address, order.ship_to.address) or held is None:
        return None
    items = tuple(_item(line, quantity) for _, line, quantity in held if quantity > 0)
    return CustomsDeclaration(
        items,
        terms.contents,
        terms.incoterm,
        terms.duties_paid_by,
        order.sales_order or order.name,
        terms.eori,
        signer=terms.signer,
    )


def _item(line: OrderLine, quantity: Decimal) -> CustomsItem:
    item, share = line.item, quantity / line.quantity if line.quantity else Decimal(0)
    value = line.value or Money(0, "EUR")
    part = int((value.amount * share).to_integral_value(ROUND_HALF_UP))
    return CustomsItem(
        description=item.name or item.sku,
        quantity=quantity,
        value=Money(part, value.currency),
        weight=_weight(item, quantity),
        hs_code=item.hs_code.replace(".", "").replace(" ", ""),
        country_of_origin=item.country_of_origin,
        sku=item.sku,
    )


def _weight(item: Item, quantity: Decimal) -> Measure:
    return Measure(convert(item.weight, "KGM") * quantity, "KGM") if item.weight else Measure(Decimal(0), "KGM")


def missing_for_customs(order: DeliveryOrder, required: Collection[str] = REQUIRED) -> list[Missing]:
    """What keeps the order from being declared, line by line; nothing where no border is crossed."""
    if not crosses_border(order.ship_from.address, order.ship_to.address):
        return []
    country = order.ship_to.address.country
    found = []
    for index, line in enumerate(order.lines):
        name = line.item.sku or line.item.name or line.id
        for fact, words in _FACTS.items():
            if fact in required and not _known(line, fact):
                text = f"line {index + 1} ({name}) goes to {country} and has no {words}"
                found.append(Missing(_pointer(index, fact), text))
    return found + _unpacked(order, "goes to " + country)


def missing_for_danger(order: DeliveryOrder) -> list[Missing]:
    """Which package of several may hold dangerous goods and does not say what is in it."""
    if not any(line.item.dangerous_goods for line in order.lines):
        return []
    return _unpacked(order, "may hold dangerous goods")


def _unpacked(order: DeliveryOrder, why: str) -> list[Missing]:
    return [
        Missing(f"/packages/{index}/contents", f"package '{package.name or package.id}' {why}: say what is in it")
        for index, package in enumerate(order.packages)
        if contents_of(order, package) is None
    ]


_FACTS = {
    "hs_code": "tariff number (HS code)",
    "country_of_origin": "country of origin",
    "value": "value",
    "weight": "weight",
}


def _known(line: OrderLine, fact: str) -> bool:
    if fact == "value":
        return line.value is not None and line.value.amount > 0
    if fact == "hs_code":
        return sum(letter.isdigit() for letter in line.item.hs_code) >= 6
    if fact == "weight":
        return line.item.weight is not None and line.item.weight.value > 0
    return bool(getattr(line.item, fact))


def _pointer(index: int, fact: str) -> str:
    return f"/lines/{index}/{fact}" if fact == "value" else f"/lines/{index}/item/{fact}"


def dangers_of(order: DeliveryOrder, package: Package) -> tuple[DangerousGoods, ...]:
    """The dangerous goods in a package, each once, in the order of lines."""
    held = contents_of(order, package) or []
    return tuple(dict.fromkeys(each for _, line, _ in held for each in line.item.dangerous_goods))


def completed(order: DeliveryOrder, known: Mapping[str, Item]) -> DeliveryOrder:
    """``order`` with what ``known`` (by SKU) says of its items where the order says nothing."""
    if not any(line.item.sku in known for line in order.lines):
        return order
    lines = tuple(structs.replace(line, item=_filled(line.item, known.get(line.item.sku))) for line in order.lines)
    return structs.replace(order, lines=lines)


def _filled(item: Item, known: Item | None) -> Item:
    if known is None:
        return item
    return structs.replace(
        item,
        hs_code=item.hs_code or known.hs_code,
        country_of_origin=item.country_of_origin or known.country_of_origin,
        weight=item.weight or known.weight,
        dangerous_goods=item.dangerous_goods or known.dangerous_goods,
    )
