"""What can be configured of the night: how long everything is kept, and the comparison of partners."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from crossdock.settings.words import Days


class RetentionSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Days that each class of data is kept; 0 keeps it for ever. What anybody still waits for stays in any case."""

    at: Annotated[
        str,
        Meta(
            description="When the night's run begins, as local time",
            pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
            examples=["03:30"],
        ),
    ] = "03:30"
    timezone: Annotated[
        str, Meta(description="The zone that time is of (IANA name)", pattern=r"^\S+$", examples=["Europe/Brussels"])
    ] = "UTC"
    raw_bodies_days: Annotated[Days, Meta(description="Messages as they came and went")] = 90
    proof_days: Annotated[Days, Meta(description="Images and signatures of deliveries")] = 90
    labels_days: Annotated[Days, Meta(description="Labels")] = 400
    exchanges_days: Annotated[
        Days,
        Meta(
            description="The record of each message in and of each call out; on PostgreSQL a month goes when all of it "
            "is so old"
        ),
    ] = 400
    delivery_ids_days: Annotated[
        Days,
        Meta(
            description="Numbers of deliveries, by which a message that comes again is known at the door; never "
            "shorter than a partner may deliver again"
        ),
    ] = 90
    refused_days: Annotated[Days, Meta(description="Bodies of messages that were refused at the door")] = 90
    ended_days: Annotated[
        Days,
        Meta(
            description="Facts, state and commands of an order that was delivered, returned, lost or cancelled, "
            "counted from the last thing that happened to it"
        ),
    ] = 1100


class ReconciliationSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The nightly comparison of partners with the store."""

    enabled: Annotated[bool, Meta(description="Compare every night; by hand it can be done in any case")] = True
    at: Annotated[
        str,
        Meta(
            description="When the night's run begins, as local time",
            pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
            examples=["02:30"],
        ),
    ] = "02:30"
    timezone: Annotated[
        str, Meta(description="The zone that time is of (IANA name)", pattern=r"^\S+$", examples=["Europe/Brussels"])
    ] = "UTC"
    heal: Annotated[
        tuple[Literal["fetch", "resend", "ask"], ...],
        Meta(
            description="What is done about gaps: take in the partner's document, write ours again, ask a person; "
            "what is left out is only reported",
            examples=[["fetch", "resend", "ask"]],
        ),
    ] = ("fetch", "resend", "ask")
    window_days: Annotated[
        int, Meta(description="Besides what is open, what was changed in so many days is compared", ge=1, le=90)
    ] = 7
    grace_minutes: Annotated[
        int, Meta(description="What is younger than this on either side is still on its way", ge=0, le=1440)
    ] = 15
