"""What a person configures for UPS; every field says what it is and what it looks like."""

from typing import Annotated, Literal

from msgspec import Meta, Struct


class UpsConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of one UPS account. Secrets are references (``secret://env/NAME``), never values."""

    account_number: Annotated[
        str, Meta(description="The six-character shipper number that pays.", examples=["A1B2C3"], min_length=6)
    ]
    client_id: Annotated[
        str,
        Meta(
            description="Client id of the app at developer.ups.com.",
            examples=["secret://env/UPS_CLIENT_ID"],
            extra={"secret": True},
        ),
    ]
    client_secret: Annotated[
        str,
        Meta(
            description="Client secret of the app at developer.ups.com.",
            examples=["secret://env/UPS_CLIENT_SECRET"],
            extra={"secret": True},
        ),
    ]
    url: Annotated[
        str,
        Meta(
            description="Where the API answers; UPS's test world is https://wwwcie.ups.com.",
            examples=["https://onlinetools.ups.com"],
        ),
    ] = "https://onlinetools.ups.com"
    account_country: Annotated[
        str, Meta(description="Country of the account (ISO 3166-1 alpha-2).", examples=["US"], pattern="^[A-Z]{2}$")
    ] = "US"
    negotiated_rates: Annotated[
        bool, Meta(description="Whether to ask for the account's own prices beside the published ones.")
    ] = True
    services: Annotated[
        tuple[str, ...],
        Meta(description="Service codes offers are taken of; empty takes all.", examples=[["03", "02", "11"]]),
    ] = ()
    image_format: Annotated[
        Literal["GIF", "PNG"],
        Meta(
            description="Format labels are booked in where a PDF is wanted: UPS sells none, it only recovers a "
            "booked label as one.",
            examples=["GIF"],
        ),
    ] = "GIF"
    label_height: Annotated[
        str, Meta(description="Height of thermal labels in inches: 6 or 8.", examples=["6"], pattern="^[68]$")
    ] = "6"
    lookup_lag_seconds: Annotated[
        float,
        Meta(
            description="How long a sold label may not be found by its reference. After a lost answer nothing is "
            "sent again before this time has passed.",
            examples=[300.0],
            ge=0.0,
        ),
    ] = 300.0
    emergency_phone: Annotated[
        str,
        Meta(
            description="Telephone number for emergencies with dangerous goods; without one, fully regulated goods "
            "are not sent.",
            examples=["+18005550100"],
        ),
    ] = ""
    regulation_set: Annotated[
        Literal["ADR", "CFR", "IATA", "TDG"],
        Meta(description="Rules dangerous goods are declared by.", examples=["ADR"]),
    ] = "CFR"
    transportation_mode: Annotated[
        Literal["Highway", "Ground", "PAX", "CAO"],
        Meta(description="How dangerous goods may travel.", examples=["Ground"]),
    ] = "Ground"
    webhook_credentials: Annotated[
        tuple[str, ...],
        Meta(
            description="Credentials given to UPS for Track Alert; name the old and the new one while they change.",
            examples=[["secret://env/UPS_TRACK_ALERT_CREDENTIAL"]],
            extra={"secret": True},
        ),
    ] = ()
    tracking_days: Annotated[
        int,
        Meta(description="How many days back a reference is looked for.", examples=[14], ge=1, le=120),
    ] = 14
