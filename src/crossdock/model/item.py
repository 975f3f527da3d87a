"""Trade items: what is ordered, picked, packed, and what is dangerous about it."""

from typing import Literal

from msgspec import Struct

from crossdock.model.units import Measure


class DangerousGoods(Struct, frozen=True, omit_defaults=True):
    """One dangerous substance in a package, by the UN Model Regulations: ``un_number`` is four digits, ``hazard_class``
    such as "9" or "2.1", ``packing_group`` I, II, III or "". ``limited_quantity`` is chapter 3.4; ``lithium`` names
    the battery's packing (``contained``, ``packed_with``, ``alone``) where it is one.
    """

    un_number: str
    hazard_class: str
    proper_shipping_name: str = ""
    packing_group: str = ""
    quantity: Measure | None = None
    limited_quantity: bool = False
    lithium: Literal["", "contained", "packed_with", "alone"] = ""


class Item(Struct, frozen=True, omit_defaults=True):
    """A trade item: ``sku`` is the owner's stock code, ``gtin`` the GS1 number, ``hs_code`` the customs tariff,
    ``country_of_origin`` ISO 3166-1 alpha-2; ``weight`` of one unit.
    """

    sku: str
    name: str = ""
    gtin: str = ""
    weight: Measure | None = None
    hs_code: str = ""
    country_of_origin: str = ""
    dangerous_goods: tuple[DangerousGoods, ...] = ()
