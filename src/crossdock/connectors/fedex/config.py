"""What a person configures for FedEx; every field says what it is and what it looks like."""

from typing import Annotated, Literal

from msgspec import Meta, Struct


class FedexConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of one FedEx account. Secrets are references (``secret://env/NAME``), never values."""

    account_number: Annotated[
        str, Meta(description="The nine-digit account that pays.", examples=["740561073"], pattern="^[0-9]{9}$")
    ]
    client_id: Annotated[
        str,
        Meta(
            description="API key of the project at developer.fedex.com.",
            examples=["secret://env/FEDEX_API_KEY"],
            extra={"secret": True},
        ),
    ]
    client_secret: Annotated[
        str,
        Meta(
            description="Secret key of the project at developer.fedex.com.",
            examples=["secret://env/FEDEX_SECRET_KEY"],
            extra={"secret": True},
        ),
    ]
    url: Annotated[
        str,
        Meta(
            description="Where the API answers; FedEx's test world is https://apis-sandbox.fedex.com.",
            examples=["https://apis.fedex.com"],
        ),
    ] = "https://apis.fedex.com"
    tracking_client_id: Annotated[
        str,
        Meta(
            description="API key for tracking, where FedEx gave it a project of its own; empty takes client_id.",
            examples=["secret://env/FEDEX_TRACK_API_KEY"],
            extra={"secret": True},
        ),
    ] = ""
    tracking_client_secret: Annotated[
        str,
        Meta(
            description="Secret key that belongs to tracking_client_id.",
            examples=["secret://env/FEDEX_TRACK_SECRET_KEY"],
            extra={"secret": True},
        ),
    ] = ""
    account_country: Annotated[
        str, Meta(description="Country of the account (ISO 3166-1 alpha-2).", examples=["US"], pattern="^[A-Z]{2}$")
    ] = "US"
    pickup_type: Annotated[
        Literal["USE_SCHEDULED_PICKUP", "CONTACT_FEDEX_TO_SCHEDULE", "DROPOFF_AT_FEDEX_LOCATION"],
        Meta(description="How packages reach FedEx.", examples=["USE_SCHEDULED_PICKUP"]),
    ] = "USE_SCHEDULED_PICKUP"
    label_stock: Annotated[
        str, Meta(description="Label stock of thermal formats; PDF and PNG are on paper.", examples=["STOCK_4X6"])
    ] = "STOCK_4X6"
    paper_stock: Annotated[str, Meta(description="Label stock of PDF and PNG.", examples=["PAPER_4X6"])] = "PAPER_4X6"
    services: Annotated[
        tuple[str, ...],
        Meta(description="Service types offers are taken of; empty takes all.", examples=[["FEDEX_GROUND"]]),
    ] = ()
    lookup_lag_seconds: Annotated[
        float,
        Meta(
            description="How long a sold label may not be found by its reference. After a lost answer nothing is "
            "sent again before this time has passed.",
            examples=[900.0],
            ge=0.0,
        ),
    ] = 900.0
    tracking_days: Annotated[
        int,
        Meta(description="How many days back a reference is looked for.", examples=[14], ge=1, le=90),
    ] = 14
    emergency_phone: Annotated[
        str,
        Meta(
            description="Telephone number for emergencies with dangerous goods; without one, fully regulated goods "
            "are not sent.",
            examples=["+18005550100"],
        ),
    ] = ""
    webhook_tokens: Annotated[
        tuple[str, ...],
        Meta(
            description="Security tokens the webhooks are signed with; name the old and the new one while they change.",
            examples=[["secret://env/FEDEX_WEBHOOK_TOKEN"]],
            extra={"secret": True},
        ),
    ] = ()
