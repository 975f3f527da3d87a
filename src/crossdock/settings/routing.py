"""What can be configured of routing: rules that say which warehouse, 3PL and carriers an order goes to."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from crossdock.settings.ordering import Day, LocalTime, PostcodePattern, Weekday
from crossdock.settings.words import Country, PartnerId, Pattern

Word = Annotated[str, Meta(min_length=1)]
Amount = Annotated[str, Meta(pattern=r"^\d+(\.\d+)? [A-Z]{3}$", examples=["100.00 EUR"])]
RuleName = Annotated[str, Meta(min_length=1, max_length=80)]
Hours = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")]


class RoutingConditions(Struct, frozen=True, forbid_unknown_fields=True):
    """All of it has to hold; what is left out does not matter."""

    countries: Annotated[
        tuple[Country, ...], Meta(description="Delivered to one of these", examples=[["BE", "NL"]])
    ] = ()
    regions: Annotated[
        tuple[Word, ...], Meta(description="Region codes without the country (ISO 3166-2)", examples=[["VAN"]])
    ] = ()
    postcodes: Annotated[
        tuple[PostcodePattern, ...],
        Meta(description="Postcodes, prefixes or ranges", examples=[["90*", "1000-1999"]]),
    ] = ()
    skus: Annotated[tuple[Pattern, ...], Meta(description="Any line is one of these", examples=[["DESK-*"]])] = ()
    only_skus: Annotated[
        tuple[Pattern, ...], Meta(description="Every line is one of these", examples=[["LAMP-*"]])
    ] = ()
    tags: Annotated[tuple[Word, ...], Meta(description="Any line has one of these tags", examples=[["bulky"]])] = ()
    min_weight: Annotated[float | None, Meta(description="Kilograms at least", examples=[30])] = None
    max_weight: Annotated[float | None, Meta(description="Kilograms at most", examples=[30])] = None
    min_value: Annotated[Amount | None, Meta(description="Sold for at least", examples=["500 EUR"])] = None
    max_value: Annotated[Amount | None, Meta(description="Sold for at most", examples=["500 EUR"])] = None
    service_levels: Annotated[tuple[Word, ...], Meta(description="Service levels", examples=[["express"]])] = ()
    channels: Annotated[tuple[Word, ...], Meta(description="Where it was placed", examples=[["shop"]])] = ()
    customer_groups: Annotated[tuple[Word, ...], Meta(description="Groups of customers", examples=[["vip"]])] = ()
    companies: Annotated[tuple[Word, ...], Meta(description="Companies that sell", examples=[["Acme BV"]])] = ()
    weekdays: Annotated[tuple[Weekday, ...], Meta(description="Local days of the decision")] = ()
    since: Annotated[LocalTime | None, Meta(description="Decided from this local time on", examples=["16:00"])] = None
    until: Annotated[LocalTime | None, Meta(description="Decided before this local time", examples=["08:00"])] = None
    during: Annotated[
        str, Meta(description="Decided within this calendar (a name under calendars)", examples=["cutoff"])
    ] = ""
    outside: Annotated[
        str, Meta(description="Decided outside this calendar (a name under calendars)", examples=["cutoff"])
    ] = ""


class RoutingEffect(Struct, frozen=True, forbid_unknown_fields=True):
    """Where to, and how."""

    partner: Annotated[
        PartnerId | None, Meta(description="Warehouse or 3PL; left out: straight to a carrier", examples=["north3pl"])
    ] = None
    carriers: Annotated[
        tuple[PartnerId, ...], Meta(description="Carriers that may have it; none said: all", examples=[["ups"]])
    ] = ()
    service_level: Annotated[str, Meta(description="Instead of the order's own", examples=["express"])] = ""
    priority: Annotated[
        Literal["", "express", "normal", "batch"], Meta(description="How soon it is worked on; empty: as ever")
    ] = ""


class RoutingRule(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule; the first that fits decides."""

    name: Annotated[RuleName, Meta(description="What people read in an explanation", examples=["bulky goods north"])]
    when: Annotated[RoutingConditions, Meta(description="What has to hold; left out: it takes every order")] = (
        RoutingConditions()
    )
    then: Annotated[RoutingEffect, Meta(description="Where the order goes")] = RoutingEffect()


OLD_CALENDARS = (
    "routing.calendars is the old place and will be refused one day: move its calendars to the section calendars, each "
    "with the timezone of routing (routing.timezone); rules name them as before"
)


class RoutingCalendar(Struct, frozen=True, forbid_unknown_fields=True):
    """Local hours of a week, and days without any."""

    hours: Annotated[
        dict[Weekday, tuple[Hours, ...]],
        Meta(description="Hours by weekday; a day left out has none", examples=[{"monday": ["08:00-16:00"]}]),
    ]
    holidays: Annotated[tuple[Day, ...], Meta(description="Days without hours", examples=[["2026-12-25"]])] = ()


class Routing(Struct, frozen=True, forbid_unknown_fields=True):
    """Rules by which orders go to warehouses, 3PLs and carriers."""

    rules: Annotated[tuple[RoutingRule, ...], Meta(description="In their order; the first that fits decides")] = ()
    timezone: Annotated[
        str, Meta(description="Zone of weekdays and times (IANA name)", pattern=r"^\S+$", examples=["Europe/Brussels"])
    ] = "UTC"
    tags: Annotated[
        dict[Word, tuple[Pattern, ...]],
        Meta(description="SKUs by tag, as patterns", examples=[{"bulky": ["DESK-*", "SOFA-*"]}]),
    ] = field(default_factory=dict)
    calendars: Annotated[
        dict[Word, RoutingCalendar],
        Meta(description="Old place of hours that rules speak of; write them under calendars"),
    ] = field(default_factory=dict)
