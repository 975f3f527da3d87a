"""What can be configured of customers' notices: who is told what, in which language, and when not."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from crossdock.settings.words import Country, PartnerId, Size

Hour = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["21:00"])]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}$", examples=["de"])]
NoticeKind = Literal[
    "booked",
    "in_transit",
    "out_for_delivery",
    "available_for_pickup",
    "delayed",
    "exception",
    "delivered",
    "returned",
]


class QuietHours(Struct, frozen=True, forbid_unknown_fields=True):
    """When nobody is written to; what comes then waits for the end."""

    begin: Annotated[Hour, Meta(description="From this time of the customer's day", examples=["21:00"])]
    end: Annotated[Hour, Meta(description="Until this time", examples=["08:00"])]


class CustomerNotices(Struct, frozen=True, forbid_unknown_fields=True):
    """Customers are told what becomes of their orders, at most once per kind of notice."""

    partner: Annotated[PartnerId, Meta(description="The partner that mails (connector mail)", examples=["mail"])] = (
        "mail"
    )
    channels: Annotated[
        tuple[Literal["mail", "webhook"], ...],
        Meta(
            description="mail, and webhook: the notice as an event customer.notice.v1 for the systems of customers, "
            "which a section of webhooks sends",
            min_length=1,
            examples=[["mail", "webhook"]],
        ),
    ] = ("mail",)
    kinds: Annotated[
        tuple[NoticeKind, ...], Meta(description="What they are told of", min_length=1, examples=[["delayed"]])
    ] = ("in_transit", "delayed", "exception", "delivered")
    languages: Annotated[
        tuple[Language, ...],
        Meta(description="Languages written in: of these the mail partner has templates", min_length=1),
    ] = ("ar", "de", "en", "es", "fr", "nl")
    default_language: Annotated[
        Language, Meta(description="Where neither the customer's language nor their country's is among them")
    ] = "en"
    country_languages: Annotated[
        dict[Country, Language],
        Meta(
            description="Language of a country whose customers named none; it goes before the built-in one",
            examples=[{"BE": "fr"}],
        ),
    ] = field(default_factory=dict)
    quiet_hours: Annotated[
        QuietHours | None,
        Meta(
            description="When nobody is written to, in the customer's zone",
            examples=[{"begin": "21:00", "end": "08:00"}],
        ),
    ] = None
    zone: Annotated[
        str,
        Meta(
            description="Zone (IANA name) of customers whose country is not known; empty: that of the project",
            examples=["Europe/Brussels"],
        ),
    ] = ""
    max_age_hours: Annotated[
        Size, Meta(description="What happened longer ago is not told any more, when its turn comes")
    ] = 24.0
    grace_hours: Annotated[
        float, Meta(description="So much later than promised counts as in time still", ge=0, le=720)
    ] = 0.0
    objective_minutes: Annotated[
        Size, Meta(description="A notice that is not out after so long counts as not triggered")
    ] = 15.0
