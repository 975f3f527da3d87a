"""What a person configures for Shippo; every field says what it is and what it looks like."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

LabelFormat = Literal[
    "PDF", "PDF_2.3x7.5", "PDF_4x6", "PDF_4x8", "PDF_A4", "PDF_A5", "PDF_A6", "PNG", "PNG_2.3x7.5", "ZPLII"
]
PickupPlace = Literal[
    "Back Door", "Front Door", "In/At Mailbox", "Knock on Door", "Mail Room", "Office", "Other", "Reception",
    "Ring Bell", "Security Deck", "Shipping Dock", "Side Door",
]  # fmt: skip

_LABEL_HOSTS = (
    "deliver.goshippo.com",
    "shippo-delivery.s3.amazonaws.com",
    "shippo-delivery-east.s3.amazonaws.com",
)


class ShippoConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of one Shippo account. Secrets are references (``secret://env/NAME``), never values."""

    api_token: Annotated[
        str,
        Meta(
            description="API token of the account: a test token (shippo_test_…) or a live token (shippo_live_…).",
            examples=["secret://env/SHIPPO_API_TOKEN"],
            extra={"secret": True},
        ),
    ]
    url: Annotated[
        str,
        Meta(description="Where the API answers.", examples=["https://api.goshippo.com"]),
    ] = "https://api.goshippo.com"
    api_version: Annotated[
        str,
        Meta(description="Version of the API that is asked for.", examples=["2018-02-08"]),
    ] = "2018-02-08"
    mode: Annotated[
        Literal["any", "test", "live"],
        Meta(
            description="Which mode the token must be of; what comes from the other mode is kept back. "
            "'any' checks nothing.",
            examples=["live"],
        ),
    ] = "any"
    webhook_secrets: Annotated[
        tuple[str, ...],
        Meta(
            description="Secrets the webhooks are signed with, once Shippo has set HMAC up for the account; name the "
            "old and the new one while they are rotated.",
            examples=[["secret://env/SHIPPO_WEBHOOK_SECRET"]],
            extra={"secret": True},
        ),
    ] = ()
    webhook_tokens: Annotated[
        tuple[str, ...],
        Meta(
            description="Tokens of ours in the webhook's address (…/events?token=…), where Shippo does not sign.",
            examples=[["secret://env/SHIPPO_WEBHOOK_TOKEN"]],
            extra={"secret": True},
        ),
    ] = ()
    signatures: Annotated[
        Literal["any", "hmac"],
        Meta(
            description="'any' takes a signature where it is sent and the token in the address otherwise; 'hmac' takes "
            "signed webhooks only.",
            examples=["hmac"],
        ),
    ] = "any"
    label_format: Annotated[
        LabelFormat,
        Meta(
            description="Format PDF labels are asked for in; a command may ask for PNG or ZPL instead.",
            examples=["PDF_4x6"],
        ),
    ] = "PDF_4x6"
    asynchronous: Annotated[
        bool,
        Meta(
            description="Whether labels are asked for without waiting for the carrier; Crossdock then asks until they "
            "are there.",
            examples=[False],
        ),
    ] = False
    doubt_seconds: Annotated[
        int,
        Meta(
            description="How long a purchase whose answer was lost may still appear in Shippo's books. Before that "
            "nothing is bought again.",
            examples=[180],
            ge=0,
            le=3600,
        ),
    ] = 180
    label_hosts: Annotated[
        tuple[str, ...],
        Meta(
            description="Hosts labels and manifests may be fetched from: exact names or *.suffix.",
            examples=[["deliver.goshippo.com"]],
        ),
    ] = _LABEL_HOSTS
    carrier_accounts: Annotated[
        tuple[str, ...],
        Meta(
            description="Carrier accounts asked for rates; empty asks all of the Shippo account.",
            examples=[["065a4a8c10d24a34ab932163a1b87f52"]],
        ),
    ] = ()
    pickup_place: Annotated[
        PickupPlace,
        Meta(
            description="Where the driver finds the parcels. DHL Express alone knows Security Deck and Shipping Dock.",
            examples=["Front Door"],
        ),
    ] = "Front Door"
