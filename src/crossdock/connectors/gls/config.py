"""What a person configures for GLS; every field says what it is and what it looks like."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct


class TariffRow(Struct, frozen=True, forbid_unknown_fields=True):
    """A price of your contract: GLS has no price API."""

    service: Annotated[
        str,
        Meta(
            description="Product, and services behind a plus sign: PARCEL, EXPRESS, PARCEL+service_flexdelivery.",
            examples=["PARCEL"],
            min_length=1,
        ),
    ]
    up_to_kg: Annotated[Decimal, Meta(description="Heaviest parcel this price is for, in kilograms.", examples=["5"])]
    price: Annotated[Decimal, Meta(description="Price of one parcel without taxes.", examples=["4.90"])]
    countries: Annotated[
        tuple[str, ...],
        Meta(description="Where to (ISO 3166-1 alpha-2); empty is everywhere else.", examples=[["DE", "AT"]]),
    ] = ()
    currency: Annotated[str, Meta(description="Currency of the price (ISO 4217).", pattern="^[A-Z]{3}$")] = "EUR"
    days: Annotated[
        int | None, Meta(description="Usual days until delivery; leave it out to promise nothing.", examples=[2])
    ] = None


class GlsConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of one GLS shipper. Secrets are references (``secret://env/NAME``), never values."""

    url: Annotated[
        str,
        Meta(
            description="Where ShipIT answers, with its path: GLS tells it with the credentials.",
            examples=["https://api.gls-group.net/shipit-farm/v1/backend"],
        ),
    ]
    username: Annotated[
        str,
        Meta(
            description="User of ShipIT, or the client id of the app in GLS's developer portal.",
            examples=["secret://env/GLS_USERNAME"],
            extra={"secret": True},
        ),
    ]
    password: Annotated[
        str,
        Meta(
            description="Password of ShipIT, or the client secret of the app in GLS's developer portal.",
            examples=["secret://env/GLS_PASSWORD"],
            extra={"secret": True},
        ),
    ]
    contact_id: Annotated[str, Meta(description="GLS's id of the shipper.", examples=["276a45fkqM"], min_length=1)]
    oauth_url: Annotated[
        str,
        Meta(
            description="Where tokens are given, for apps of the developer portal; empty: Basic authentication.",
            examples=["https://api.gls-group.net/oauth2/v2/token"],
        ),
    ] = ""
    tariff: Annotated[
        tuple[TariffRow, ...],
        Meta(
            description="Your contract's prices, from which offers are made. The cheapest row that fits counts.",
            examples=[[{"service": "PARCEL", "up_to_kg": "31.5", "price": "4.90"}]],
        ),
    ] = ()
    check_services: Annotated[
        bool,
        Meta(description="Whether to ask GLS which products and services it allows between two places."),
    ] = True
    zpl_template: Annotated[
        Literal["ZPL_200", "ZPL_300"], Meta(description="Template of ZPL labels, by the printer's resolution.")
    ] = "ZPL_200"
    incoterm_code: Annotated[
        str,
        Meta(
            description="GLS's number of the terms parcels leave the customs union under; empty: by the declaration "
            "(10 for DDP, 20 for DAP).",
            examples=["20"],
        ),
    ] = ""
    lookup_lag_seconds: Annotated[
        float,
        Meta(
            description="How long a booked parcel may not be found by its reference. After a lost answer nothing is "
            "booked again before this time has passed.",
            examples=[60.0],
            ge=0.0,
        ),
    ] = 60.0
    lookup_days: Annotated[
        int, Meta(description="How many days back a parcel is looked for by its reference.", ge=1, le=14)
    ] = 3
