"""What a person configures for EasyPost; every field says what it is and what it looks like."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

_LABEL_HOSTS = ("easypost-files.s3.us-west-2.amazonaws.com", "easypost-files.s3-us-west-2.amazonaws.com")


class EasyPostConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of one EasyPost account. Secrets are references (``secret://env/NAME``), never values."""

    api_key: Annotated[
        str,
        Meta(
            description="API key of the account: a test key (EZTK…) or a production key (EZAK…).",
            examples=["secret://env/EASYPOST_API_KEY"],
            extra={"secret": True},
        ),
    ]
    url: Annotated[
        str,
        Meta(description="Where the API answers, without /v2.", examples=["https://api.easypost.com"]),
    ] = "https://api.easypost.com"
    mode: Annotated[
        Literal["any", "test", "production"],
        Meta(
            description="Which mode the key must be of; what comes from the other mode is kept back. "
            "'any' checks nothing.",
            examples=["production"],
        ),
    ] = "any"
    webhook_secrets: Annotated[
        tuple[str, ...],
        Meta(
            description="Secrets the webhooks are signed with; name the old and the new one while they are rotated.",
            examples=[["secret://env/EASYPOST_WEBHOOK_SECRET"]],
            extra={"secret": True},
        ),
    ] = ()
    signatures: Annotated[
        Literal["any", "v1", "v2"],
        Meta(
            description="Which webhook signature counts: 'any' takes v2 where it is sent and v1 otherwise. "
            "v1 carries no time, so an old delivery can be played again; 'v2' refuses it.",
            examples=["v2"],
        ),
    ] = "any"
    webhook_path: Annotated[
        str,
        Meta(
            description="Path under which EasyPost calls us, where a proxy in front changes it. "
            "Empty: the path that was called.",
            examples=["/hooks/easypost"],
        ),
    ] = ""
    label_format: Annotated[
        Literal["PDF", "PNG", "ZPL", "EPL2"],
        Meta(description="Format labels are asked for in, unless a command names another.", examples=["ZPL"]),
    ] = "PDF"
    label_size: Annotated[
        str,
        Meta(description="Size labels are asked for in; empty leaves it to the carrier.", examples=["4x6"]),
    ] = ""
    label_hosts: Annotated[
        tuple[str, ...],
        Meta(
            description="Hosts labels may be fetched from: exact names or *.suffix.",
            examples=[["easypost-files.s3.us-west-2.amazonaws.com"]],
        ),
    ] = _LABEL_HOSTS
    carrier_accounts: Annotated[
        tuple[str, ...],
        Meta(
            description="Carrier accounts asked for rates; empty asks all of the EasyPost account.",
            examples=[["ca_9563ac7416b19f0e50e4c79b6a8aaac8"]],
        ),
    ] = ()
    tracking_days: Annotated[
        int,
        Meta(description="How many days back trackers are polled for, by their creation.", examples=[45], ge=1, le=90),
    ] = 45
