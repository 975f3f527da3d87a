"""Master data in batches: products, parties and carriers, each record judged on its own."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from crossdock.model.item import Item
from crossdock.model.money import Money
from crossdock.model.party import Party


class Packaging(Struct, frozen=True, omit_defaults=True):
    """A logistic unit a product is sold or handled in: ``contains`` base units, its own GTIN."""

    name: str
    contains: Decimal
    gtin: str = ""


class ProductRecord(Struct, frozen=True, omit_defaults=True):
    """A product, identified by ``item.sku``; ``unit`` (UN/ECE Rec 20) is its base unit."""

    item: Item
    unit: str = "H87"
    packagings: tuple[Packaging, ...] = ()
    price: Money | None = None
    tracking: Literal["none", "lot", "serial"] = "none"
    active: bool = True


class PartyRecord(Struct, frozen=True, omit_defaults=True):
    """A business partner, identified by ``party.reference``; ``parent`` is the reference of the company it is of."""

    party: Party
    role: Literal["customer", "supplier", "carrier", "contact", "delivery_address"] = "contact"
    parent: str = ""
    vat: str = ""
    active: bool = True


class CarrierRecord(Struct, frozen=True, omit_defaults=True):
    """A delivery method: ``code`` identifies it; ``tracking_url`` may hold ``{tracking_number}``."""

    code: str
    name: str
    tracking_url: str = ""
    active: bool = True


class UpsertMasterData(Struct, frozen=True, tag="master_data.upsert.v1", omit_defaults=True):
    """Create or bring up to date; a record that is not valid is rejected with its reason, its neighbours go on."""

    marker: str
    products: tuple[ProductRecord, ...] = ()
    parties: tuple[PartyRecord, ...] = ()
    carriers: tuple[CarrierRecord, ...] = ()


class RejectedRecord(Struct, frozen=True, omit_defaults=True):
    """Why one record of a batch was not applied: ``pointer`` is the JSON pointer into the command."""

    reference: str
    pointer: str
    operator: str
    engineer: str = ""
