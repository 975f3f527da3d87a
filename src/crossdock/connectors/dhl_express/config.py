"""What a person configures for DHL Express; every field says what it is and what it looks like."""

from typing import Annotated, Literal

from msgspec import Meta, Struct


class DhlExpressConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of one DHL Express account. Secrets are references (``secret://env/NAME``), never values."""

    account_number: Annotated[
        str, Meta(description="The shipper account that pays.", examples=["123456789"], min_length=1)
    ]
    username: Annotated[
        str,
        Meta(
            description="API key (user name) of the MyDHL API app.",
            examples=["secret://env/MYDHL_API_KEY"],
            extra={"secret": True},
        ),
    ]
    password: Annotated[
        str,
        Meta(
            description="API secret of the MyDHL API app.",
            examples=["secret://env/MYDHL_API_SECRET"],
            extra={"secret": True},
        ),
    ]
    url: Annotated[
        str,
        Meta(
            description="Where the API answers; DHL's test world is https://express.api.dhl.com/mydhlapi/test.",
            examples=["https://express.api.dhl.com/mydhlapi"],
        ),
    ] = "https://express.api.dhl.com/mydhlapi"
    api_version: Annotated[
        str,
        Meta(description="Version of the published specification, sent as x-version.", examples=["3.3.1"]),
    ] = "3.3.1"
    import_account: Annotated[
        str,
        Meta(
            description="Account that pays for returns; empty: the shipper account.",
            examples=["950000002"],
        ),
    ] = ""
    products: Annotated[
        tuple[str, ...],
        Meta(description="Product codes offers are taken of; empty takes all.", examples=[["P", "N", "8"]]),
    ] = ()
    label_template: Annotated[
        str,
        Meta(description="DHL's name of the transport label's layout.", examples=["ECOM26_84_001"]),
    ] = "ECOM26_84_001"
    printer_dpi: Annotated[
        Literal[200, 300], Meta(description="Resolution of thermal labels in dots an inch.", examples=[300])
    ] = 300
    phone: Annotated[
        str,
        Meta(
            description="Telephone number told to DHL for a party that has none: DHL takes no address without.",
            examples=["+49301234567"],
        ),
    ] = "not given"
    package_size: Annotated[
        tuple[int, int, int],
        Meta(
            description="Length, width and height in centimetres told to DHL where a package's own are unknown: "
            "DHL takes no package without.",
            examples=[[30, 20, 10]],
        ),
    ] = (10, 10, 10)
    dangerous_goods_approved: Annotated[
        bool,
        Meta(
            description="Whether DHL has approved the account for fully regulated dangerous goods; without, only "
            "lithium batteries of section II, dry ice, UN3373 and excepted quantities are booked."
        ),
    ] = False
    lookup_lag_seconds: Annotated[
        float,
        Meta(
            description="How long a booked shipment may not be found by its reference. After a lost answer nothing is "
            "booked again before this time has passed; 0 books again at once.",
            examples=[1800.0],
            ge=0.0,
        ),
    ] = 1800.0
    tracking_days: Annotated[
        int,
        Meta(description="How many days back a reference is looked for.", examples=[14], ge=1, le=90),
    ] = 14
