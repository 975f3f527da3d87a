"""What a person configures for Sendcloud; every field says what it is and what it looks like."""

from typing import Annotated, Literal

from msgspec import Meta, Struct


class SendcloudConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of one Sendcloud account. Secrets are references (``secret://env/NAME``), never values."""

    public_key: Annotated[
        str,
        Meta(
            description="Public key of the API integration in Sendcloud's panel.",
            examples=["secret://env/SENDCLOUD_PUBLIC_KEY"],
            extra={"secret": True},
        ),
    ]
    secret_key: Annotated[
        str,
        Meta(
            description="Secret key of the same integration.",
            examples=["secret://env/SENDCLOUD_SECRET_KEY"],
            extra={"secret": True},
        ),
    ]
    url: Annotated[
        str,
        Meta(description="Where API v3 answers.", examples=["https://panel.sendcloud.sc/api/v3"]),
    ] = "https://panel.sendcloud.sc/api/v3"
    webhook_secrets: Annotated[
        tuple[str, ...],
        Meta(
            description="Secrets the webhooks are signed with: the integration's secret key, or the webhook signature "
            "key where one is set. Name the old and the new one while they are rotated.",
            examples=[["secret://env/SENDCLOUD_SECRET_KEY"]],
            extra={"secret": True},
        ),
    ] = ()
    label_format: Annotated[
        Literal["PDF", "ZPL", "PNG"],
        Meta(description="Format labels are asked for in, unless a command names another.", examples=["ZPL"]),
    ] = "PDF"
    label_dpi: Annotated[
        Literal[72, 203, 300, 600],
        Meta(
            description="Resolution of labels in dots per inch: 72 for PDF, 203 or 300 for ZPL printers.",
            examples=[203],
        ),
    ] = 72
    carrier_code: Annotated[
        str,
        Meta(description="The only carrier asked for prices; empty asks all of the account.", examples=["postnl"]),
    ] = ""
    address_carrier: Annotated[
        str,
        Meta(
            description="Carrier whose rules addresses are checked by; empty: addresses are not checked.",
            examples=["postnl"],
        ),
    ] = ""
    appears_seconds: Annotated[
        int,
        Meta(
            description="How long after a lost answer a shipment may still appear in Sendcloud's list, before it "
            "counts as not booked.",
            examples=[60],
            ge=0,
            le=3600,
        ),
    ] = 60
