"""Trade items: what is ordered, picked, packed."""

from msgspec import Struct

from crossdock.model.units import Measure


class Item(Struct, frozen=True, omit_defaults=True):
    """A trade item: ``sku`` is the owner's stock code, ``gtin`` the GS1 number, ``hs_code`` the customs tariff."""

    sku: str
    name: str = ""
    gtin: str = ""
    weight: Measure | None = None
    hs_code: str = ""
    country_of_origin: str = ""
