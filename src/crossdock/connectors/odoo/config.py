"""Configuration of an Odoo partner. Every field says what it is for; secrets are references, never values."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct


class OdooConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """How to reach one Odoo database, and what to read from it and write to it."""

    url: Annotated[str, Meta(description="Address of Odoo without a path", examples=["https://odoo.example.com"])]
    database: Annotated[str, Meta(description="Name of the database", examples=["production"])]
    api_key: Annotated[
        str,
        Meta(
            description="API key of the integration user, as a secret reference",
            examples=["secret://env/ODOO_API_KEY"],
            extra={"secret": True},
        ),
    ]
    login: Annotated[
        str,
        Meta(description="Login the API key belongs to; needed by Odoo 17 and 18", examples=["crossdock@example.com"]),
    ] = ""
    dialect: Annotated[
        Literal["auto", "json2", "jsonrpc"],
        Meta(description="How to speak: auto asks Odoo for its version (19 and later: json2)", examples=["auto"]),
    ] = "auto"
    company_ids: Annotated[
        tuple[int, ...], Meta(description="Read only transfers of these companies; empty: all", examples=[[1]])
    ] = ()
    webhook_secret: Annotated[
        str,
        Meta(
            description="Secret at the end of the webhook address (?key=...), as a secret reference: Odoo cannot sign",
            examples=["secret://env/ODOO_WEBHOOK_SECRET"],
            extra={"secret": True},
        ),
    ] = ""
    overlap: Annotated[
        int,
        Meta(
            description="Seconds re-read before the cursor: longer than Odoo's longest transaction (limit_time_real)",
            ge=0,
            le=3600,
            examples=[180],
        ),
    ] = 180
    page_size: Annotated[int, Meta(description="Records per call", ge=1, le=1000, examples=[200])] = 200
    feeds: Annotated[
        tuple[Literal["deliveries", "orders", "transfers"], ...],
        Meta(description="What is read: the demand of outgoing transfers, sales orders, transfers of every direction"),
    ] = ("deliveries",)
    poll_busy: Annotated[float, Meta(description="Seconds between passes while something happens", ge=1, le=3600)] = 5.0
    poll_idle: Annotated[
        float, Meta(description="Longest pause between passes without webhooks, in seconds", ge=1, le=3600)
    ] = 30.0
    poll_hooked: Annotated[
        float,
        Meta(description="Longest pause in seconds while webhooks announce what changes", ge=1, le=3600),
    ] = 180.0
    sweep_every: Annotated[
        float, Meta(description="Seconds between searches for deleted documents; a third as often with webhooks", ge=10)
    ] = 300.0
    timeout: Annotated[
        float,
        Meta(description="Seconds to wait for an answer; Odoo itself tries a conflict again for 30", gt=35, le=600),
    ] = 60.0
    concurrency: Annotated[
        int, Meta(description="Calls at the same time; two per processor core of Odoo are enough", ge=1, le=32)
    ] = 4
    tier: Annotated[
        Literal["auto", "stock", "action", "addon"],
        Meta(
            description="How many records are written at once: the addon, the server action, stock methods, or the best"
        ),
    ] = "auto"
    default_package_weight: Annotated[
        Decimal | None,
        Meta(description="Weight in kg where Odoo knows none; without it such an order waits", examples=["0.5"]),
    ] = None
    over_receipt: Annotated[
        Literal["accept", "park"],
        Meta(description="When more comes than was ordered: accept it as Odoo does, or park the receipt for a person"),
    ] = "accept"
    credit: Annotated[
        bool,
        Meta(
            description="Read with every delivery what its customer owes and may owe, which processes.credit_hold "
            "decides by; the integration user needs the right Invoicing / Billing"
        ),
    ] = False
    freight_product: Annotated[
        str,
        Meta(description="SKU of the service that freight charges are booked as", examples=["FREIGHT"]),
    ] = ""
