"""What a person configures for USPS; every field says what it is and what it looks like."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

_DOMESTIC = ("USPS_GROUND_ADVANTAGE", "PRIORITY_MAIL", "PRIORITY_MAIL_EXPRESS")
_ABROAD = (
    "FIRST-CLASS_PACKAGE_INTERNATIONAL_SERVICE",
    "PRIORITY_MAIL_INTERNATIONAL",
    "PRIORITY_MAIL_EXPRESS_INTERNATIONAL",
)


class UspsConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of one USPS account. Secrets are references (``secret://env/NAME``), never values."""

    client_id: Annotated[
        str,
        Meta(
            description="Consumer key of the app at developers.usps.com.",
            examples=["secret://env/USPS_CLIENT_ID"],
            extra={"secret": True},
        ),
    ]
    client_secret: Annotated[
        str,
        Meta(
            description="Consumer secret of the app at developers.usps.com.",
            examples=["secret://env/USPS_CLIENT_SECRET"],
            extra={"secret": True},
        ),
    ]
    crid: Annotated[str, Meta(description="Customer registration id.", examples=["57258161"], min_length=1)]
    mid: Annotated[str, Meta(description="Mailer id labels are made under.", examples=["904142190"], min_length=1)]
    account_number: Annotated[
        str, Meta(description="Number of the account that pays postage.", examples=["1000413179"], min_length=1)
    ]
    manifest_mid: Annotated[
        str, Meta(description="Mailer id of the manifest; empty: the mailer id.", examples=["904142191"])
    ] = ""
    account_type: Annotated[
        Literal["EPS", "PERMIT", "METER"], Meta(description="Kind of the account that pays postage.", examples=["EPS"])
    ] = "EPS"
    url: Annotated[
        str,
        Meta(
            description="Where the API answers; USPS's test world is https://apis-tem.usps.com.",
            examples=["https://apis.usps.com"],
        ),
    ] = "https://apis.usps.com"
    price_type: Annotated[
        Literal["COMMERCIAL", "CONTRACT", "RETAIL"], Meta(description="Prices offers are made at.")
    ] = "COMMERCIAL"
    mail_classes: Annotated[
        tuple[str, ...],
        Meta(description="Mail classes asked for inside the United States.", examples=[["USPS_GROUND_ADVANTAGE"]]),
    ] = _DOMESTIC
    international_mail_classes: Annotated[
        tuple[str, ...],
        Meta(description="Mail classes asked for abroad.", examples=[["PRIORITY_MAIL_INTERNATIONAL"]]),
    ] = _ABROAD
    return_mail_class: Annotated[
        str,
        Meta(
            description="Mail class of return labels, priced as the first of mail_classes.",
            examples=["USPS_GROUND_ADVANTAGE_RETURN_SERVICE"],
        ),
    ] = "USPS_GROUND_ADVANTAGE_RETURN_SERVICE"
    label_type: Annotated[
        Literal["4X6LABEL", "4X5LABEL", "4X4LABEL", "6X4LABEL", "2X7LABEL"],
        Meta(description="Size of labels.", examples=["4X6LABEL"]),
    ] = "4X6LABEL"
    thermal_format: Annotated[
        Literal["ZPL203DPI", "ZPL300DPI"], Meta(description="Form of ZPL labels, by the printer's resolution.")
    ] = "ZPL203DPI"
    package_size: Annotated[
        tuple[int, int, int],
        Meta(
            description="Length, width and height in inches told to USPS where a package's own are unknown.",
            examples=[[9, 6, 3]],
        ),
    ] = (9, 6, 3)
    lookup_lag_seconds: Annotated[
        float,
        Meta(
            description="How long a bought label may not be found by its key. After a lost answer nothing is bought "
            "again before this time has passed.",
            examples=[60.0],
            ge=0.0,
        ),
    ] = 60.0
    webhook_secrets: Annotated[
        tuple[str, ...],
        Meta(
            description="Secrets of tracking subscriptions; name the old and the new one while they are rotated.",
            examples=[["secret://env/USPS_WEBHOOK_SECRET"]],
            extra={"secret": True},
        ),
    ] = ()
    signature_form: Annotated[
        Literal["hex", "base64"],
        Meta(description="How X-HMAC is written. USPS does not publish it: try the other one if all are refused."),
    ] = "base64"
