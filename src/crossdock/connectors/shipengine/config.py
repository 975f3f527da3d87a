"""What a person configures for ShipEngine; every field says what it is and what it looks like."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

_LABEL_HOSTS = ("api.shipengine.com", "api.shipstation.com")


class ShipEngineConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of one ShipEngine account. Secrets are references (``secret://env/NAME``), never values."""

    api_key: Annotated[
        str,
        Meta(
            description="API key of the account; a sandbox key begins with TEST_.",
            examples=["secret://env/SHIPENGINE_API_KEY"],
            extra={"secret": True},
        ),
    ]
    carrier_ids: Annotated[
        tuple[str, ...],
        Meta(
            description="Carrier accounts asked for rates, by ShipEngine's ids; `crossdock doctor` lists them.",
            examples=[["se-660215", "se-660217"]],
            min_length=1,
        ),
    ]
    url: Annotated[
        str,
        Meta(
            description="Where the API answers, with its version; ShipStation's is https://api.shipstation.com/v2.",
            examples=["https://api.shipengine.com/v1"],
        ),
    ] = "https://api.shipengine.com/v1"
    mode: Annotated[
        Literal["any", "test", "production"],
        Meta(
            description="Which kind the key must be of: 'test' takes TEST_ keys alone. 'any' checks nothing.",
            examples=["production"],
        ),
    ] = "any"
    webhook_keys: Annotated[
        str,
        Meta(
            description="Where the public keys are kept that webhooks are checked with: a file, written by "
            "`crossdock shipengine keys`. Empty: webhooks are refused.",
            examples=["secret://file/shipengine-keys.json"],
            extra={"secret": True},
        ),
    ] = ""
    keys_url: Annotated[
        str,
        Meta(
            description="Where ShipEngine publishes those keys (RFC 7517).",
            examples=["https://api.shipengine.com/jwks"],
        ),
    ] = "https://api.shipengine.com/jwks"
    label_format: Annotated[
        Literal["PDF", "PNG", "ZPL"],
        Meta(description="Format labels are asked for in, unless a command names another.", examples=["ZPL"]),
    ] = "PDF"
    label_layout: Annotated[
        Literal["4x6", "letter", "A4", "A6"],
        Meta(description="Size labels are asked for in.", examples=["4x6"]),
    ] = "4x6"
    label_hosts: Annotated[
        tuple[str, ...],
        Meta(description="Hosts labels and manifests may be fetched from.", examples=[["api.shipengine.com"]]),
    ] = _LABEL_HOSTS
    package_code: Annotated[
        str,
        Meta(description="ShipEngine's package type where a carrier needs one.", examples=["package"]),
    ] = "package"
    appears_seconds: Annotated[
        int,
        Meta(
            description="How long after a lost answer a label may still appear in ShipEngine's list, before it counts "
            "as not bought.",
            examples=[60],
            ge=0,
            le=3600,
        ),
    ] = 60
