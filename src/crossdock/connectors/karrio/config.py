"""What a person configures for one carrier through karrio."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field


class KarrioConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """One carrier's account. Secrets are references (``secret://env/NAME``), never values."""

    carrier: Annotated[
        str,
        Meta(description="karrio's name of the carrier.", examples=["canadapost"], pattern=r"^[a-z][a-z0-9_]{0,39}$"),
    ]
    hosts: Annotated[
        tuple[str, ...],
        Meta(
            description="The carrier's hosts, exact names or *.suffix; karrio's process reaches no other.",
            examples=[["ct.soa-gw.canadapost.ca", "soa-gw.canadapost.ca"]],
            min_length=1,
        ),
    ]
    credentials: Annotated[
        dict[str, str],
        Meta(
            description="karrio's settings of the carrier that are secret, by their names there.",
            examples=[{"username": "secret://env/CANADAPOST_USER", "password": "secret://env/CANADAPOST_PASSWORD"}],
            extra={"secret": True},
        ),
    ] = field(default_factory=dict)
    settings: Annotated[
        dict[str, str],
        Meta(description="karrio's other settings of the carrier.", examples=[{"customer_number": "2004381"}]),
    ] = field(default_factory=dict)
    mode: Annotated[Literal["test", "production"], Meta(description="The carrier's test or live system.")] = "test"
    python: Annotated[
        str,
        Meta(
            description="Interpreter of an environment with karrio and the carrier's extension; empty: our own.",
            examples=["/opt/karrio/bin/python"],
        ),
    ] = ""
    seconds: Annotated[
        float, Meta(description="A call that takes longer is killed, and asked after by a person.", ge=5, le=300)
    ] = 60.0
