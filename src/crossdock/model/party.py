"""Who takes part: parties and the places they are at."""

from msgspec import Struct


class Address(Struct, frozen=True, omit_defaults=True):
    """A postal address. ``country`` is ISO 3166-1 alpha-2, ``region`` the subdivision code without the country."""

    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    unlocode: str = ""
    latitude: float | None = None
    longitude: float | None = None


class Party(Struct, frozen=True, omit_defaults=True):
    """A consignor, consignee or carrier. ``gln`` is its GS1 number, ``reference`` its owner's name for it."""

    name: str
    address: Address = Address()
    company: str = ""
    phone: str = ""
    email: str = ""
    gln: str = ""
    reference: str = ""
    language: str = ""
