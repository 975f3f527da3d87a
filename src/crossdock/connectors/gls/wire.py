"""ShipIT's own message types, as far as they are used (GLS ShipIT REST services 3.5 and ShipIT-Farm; unknown fields are
skipped).
"""

from msgspec import Struct, field


class ParcelData(Struct, frozen=True, rename="pascal"):
    """A parcel just booked: ``track_id`` is ShipIT's name for it, ``parcel_number`` the number on the label."""

    track_id: str = field(name="TrackID")
    parcel_number: str | int = ""


class PrintData(Struct, frozen=True, rename="pascal"):
    """A label as Base64; some installations give a list of one."""

    data: str | list[str] = ""
    label_format: str = ""


class CreatedShipment(Struct, frozen=True, rename="pascal"):
    """A shipment with its parcels and labels."""

    parcel_data: list[ParcelData] = []
    print_data: list[PrintData] = []


class Created(Struct, frozen=True, rename="pascal"):
    """The answer of createParcels and of reprintParcel."""

    created_shipment: CreatedShipment


class Cancelled(Struct, frozen=True):
    """The answer of cancelParcel: CANCELLED, CANCELLATION_PENDING, SCANNED or ERROR; its name is spelt both ways."""

    track_id: str = field(default="", name="TrackID")
    result: str = ""
    capital: str = field(default="", name="Result")


class Allowed(Struct, frozen=True, rename="pascal"):
    """A product or a service."""

    service_name: str = ""
    product_name: str = ""


class AllowedServices(Struct, frozen=True, rename="pascal"):
    """The answer of allowedservices."""

    allowed_services: list[Allowed] = []


class DayUnit(Struct, frozen=True, rename="pascal"):
    """A parcel of a day."""

    track_id: str = field(default="", name="TrackID")
    parcel_number: str | int = ""


class DayShipment(Struct, frozen=True, rename="pascal"):
    """A shipment of a day."""

    shipment_unit: list[DayUnit] = []


class EndOfDay(Struct, frozen=True, rename="pascal"):
    """The answer of endofday."""

    shipments: list[DayShipment] = []


class Collection(Struct, frozen=True, rename="pascal"):
    """The answer of sporadiccollection."""

    estimated_pick_up_date: str = ""


class Proof(Struct, frozen=True, rename="pascal"):
    """A proof of delivery as Base64."""

    image_data: str = ""


class Proofs(Struct, frozen=True):
    """The answer of parcelpod."""

    item: Proof | None = field(default=None, name="PODItem")
