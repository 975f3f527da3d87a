"""The parts of Sendcloud's messages Crossdock reads, as its OpenAPI documents of API v3 publish them (2026).

Unknown fields are ignored; amounts are texts or numbers and are read as decimals, never as floats.
"""

from decimal import Decimal

from msgspec import Struct


class Price(Struct, frozen=True):
    """Money: a decimal and an ISO 4217 code."""

    value: Decimal
    currency: str = "EUR"


class Named(Struct, frozen=True):
    """A thing with a code."""

    code: str | None = None
    name: str | None = None


class Contract(Struct, frozen=True):
    """A carrier contract; an account may have several with one carrier."""

    id: int | None = None


class PriceTotal(Struct, frozen=True):
    """A price and what it is made of; the total counts."""

    total: Price | None = None


class OptionQuote(Struct, frozen=True):
    """What an option costs, and its lead time in hours."""

    price: PriceTotal | None = None
    lead_time: int | None = None


class Functionalities(Struct, frozen=True):
    """What an option does."""

    incoterm: str | None = None
    dangerous_goods: bool | None = None


class ShippingOption(Struct, frozen=True):
    """A way to ship. Options of own contracts may have no price."""

    code: str
    name: str = ""
    carrier: Named = Named()
    contract: Contract | None = None
    functionalities: Functionalities = Functionalities()
    quotes: tuple[OptionQuote, ...] | None = None


class ShippingOptions(Struct, frozen=True):
    """The ways there are; null where there is none."""

    data: tuple[ShippingOption, ...] | None = None
    message: str | None = None


class Status(Struct, frozen=True):
    """A parcel's status."""

    code: str = ""
    message: str = ""


class Paper(Struct, frozen=True):
    """A document of a parcel and where it is fetched."""

    type: str = ""
    link: str = ""


class Parcel(Struct, frozen=True):
    """A parcel of a shipment."""

    id: int
    status: Status = Status()
    documents: tuple[Paper, ...] | None = None
    tracking_number: str | None = None
    created_at: str = ""
    announced_at: str | None = None


class Problem(Struct, frozen=True):
    """One error in the form of JSON:API. ``source`` points at the field."""

    code: str = ""
    detail: str = ""
    source: dict[str, str | None] = {}


class Errors(Struct, frozen=True):
    """The body of a refusal."""

    errors: tuple[Problem, ...]


class ShipWith(Struct, frozen=True):
    """The option a shipment goes by."""

    properties: dict[str, str | int | None] = {}


class Shipment(Struct, frozen=True):
    """A shipment and its parcels."""

    id: str
    external_reference_id: str | None = None
    carrier: Named | None = None
    ship_with: ShipWith | None = None
    parcels: tuple[Parcel, ...] = ()
    errors: tuple[Problem, ...] | None = None


class ShipmentAnswer(Struct, frozen=True):
    """One shipment."""

    data: Shipment


class ShipmentPage(Struct, frozen=True):
    """A page of shipments."""

    data: tuple[Shipment, ...] = ()


class Cancelled(Struct, frozen=True):
    """What became of a cancellation: cancelled or queued."""

    status: str = ""
    message: str = ""


class CancelAnswer(Struct, frozen=True):
    """The answer to a cancellation."""

    data: Cancelled = Cancelled()


class ReturnMade(Struct, frozen=True):
    """A return that was announced."""

    return_id: int
    parcel_id: int


class Return(Struct, frozen=True):
    """A return. The published lists show no ``id``; where one comes all the same it is taken."""

    created_at: str
    id: int | None = None
    order_number: str | None = None
    tracking_number: str | None = None
    label_url: str | None = None
    label_cost: Price | None = None
    shipping_option: Named | None = None
    is_cancellable: bool = True
    status_history: tuple[dict[str, str | None], ...] = ()


class ReturnPage(Struct, frozen=True):
    """A page of returns; ``next`` is the address of the following one."""

    data: tuple[Return, ...] = ()
    next: str | None = None


class Message(Struct, frozen=True):
    """An answer that only says something."""

    message: str = ""


class Pickup(Struct, frozen=True):
    """A pickup: ANNOUNCING, CREATED, CANCELLED or FAILED. Lists leave its reference out."""

    id: int
    status: str = ""
    reference: str | None = None
    tracking_number: str | None = None
    carrier_code: str = ""
    created_at: str = ""


class PickupAnswer(Struct, frozen=True):
    """One pickup."""

    data: Pickup


class PickupPage(Struct, frozen=True):
    """The latest pickups."""

    data: tuple[Pickup, ...] = ()


class Place(Struct, frozen=True):
    """An address."""

    address_line_1: str | None = None
    address_line_2: str | None = None
    house_number: str | None = None
    postal_code: str | None = None
    city: str | None = None
    state_province_code: str | None = None
    country_code: str | None = None


class Validation(Struct, frozen=True):
    """Whether an address holds, and why not."""

    is_valid: bool = False
    reasons: tuple[object, ...] = ()


class Analysis(Struct, frozen=True):
    """What was found about an address, and which parts were changed."""

    validation_result: Validation = Validation()
    changed_attributes: tuple[str, ...] = ()


class Suggestion(Struct, frozen=True):
    """An address as it should be written."""

    address: Place = Place()
    recommended: bool = False
    analysis: Analysis = Analysis()


class CheckedAddress(Struct, frozen=True):
    """The answer to an address that was checked."""

    input_address_is_valid: bool = False
    results: tuple[Suggestion, ...] = ()
