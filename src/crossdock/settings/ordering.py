"""What can be configured of the order door: who enters orders, how they are looked over, and delivery windows."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from crossdock.settings.words import Country, PartnerId, Pattern

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
LocalTime = Annotated[str, Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$", examples=["08:00"])]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-12-25"])]
AreaName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$", examples=["antwerp"])]
PostcodePattern = Annotated[
    str, Meta(description="A postcode, a prefix or a range", min_length=1, examples=["90*", "1000-1999"])
]


class OrderIntake(Struct, frozen=True, forbid_unknown_fields=True):
    """Orders of shops, portals and marketplaces, entered into the system of record once."""

    erp: Annotated[PartnerId, Meta(description="The system of record they are entered into", examples=["odoo"])]
    another_content: Annotated[
        Literal["refuse", "amend"],
        Meta(
            description="What is done when a channel sends an order again with another content: refuse it, or change "
            "quantities in the system of record (anything else is an exception)"
        ),
    ] = "refuse"
    known_skus: Annotated[
        tuple[Pattern, ...],
        Meta(description="SKUs that exist, as patterns; another one is an exception", examples=[["DESK-*", "LAMP-*"]]),
    ] = ()
    skus_by_stock: Annotated[
        bool, Meta(description="A SKU also exists when stock of it was ever reported; others are an exception")
    ] = False
    duplicate_lines: Annotated[
        Literal["refuse", "keep"], Meta(description="What is done when one item stands in several lines alike")
    ] = "refuse"
    express: Annotated[
        tuple[str, ...], Meta(description="Service levels whose orders are entered first", examples=[["express"]])
    ] = ("express",)


class SlotSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """A delivery slot of every week, in local time."""

    opens: Annotated[LocalTime, Meta(description="Its first minute", examples=["08:00"])]
    closes: Annotated[LocalTime, Meta(description="Its end", examples=["12:00"])]
    capacity: Annotated[int, Meta(description="Orders it takes on one day", ge=1, le=100_000, examples=[40])]
    weekdays: Annotated[tuple[Weekday, ...], Meta(description="Days it is there; none said: every day")] = ()


class AreaSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the same vans go."""

    slots: Annotated[dict[AreaName, SlotSettings], Meta(description="Its slots, by name", min_length=1)]
    countries: Annotated[tuple[Country, ...], Meta(description="Countries it is in; none said: any")] = ()
    postcodes: Annotated[
        tuple[PostcodePattern, ...], Meta(description="Postcodes it has; none said: any", examples=[["2000-2999"]])
    ] = ()
    timezone: Annotated[
        str, Meta(description="Zone of its local times (IANA name)", pattern=r"^\S+$", examples=["Europe/Brussels"])
    ] = "UTC"
    closed: Annotated[tuple[Day, ...], Meta(description="Days without any slot", examples=[["2026-12-25"]])] = ()


class DeliveryWindows(Struct, frozen=True, forbid_unknown_fields=True):
    """Delivery slots with a capacity per area and day."""

    areas: Annotated[
        dict[AreaName, AreaSettings], Meta(description="Areas by name; the first that holds a postcode counts")
    ] = field(default_factory=dict)
    days_ahead: Annotated[int, Meta(description="How many days ahead a slot may be taken", ge=0, le=60)] = 14
    always: Annotated[bool, Meta(description="An order that wishes no window gets the first free slot as well")] = False
