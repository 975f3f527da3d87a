"""What can be configured of the customer's tracking page: where it is, whose it looks like, and what may be done."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from crossdock.settings.notices import Language
from crossdock.settings.words import Size

Colour = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$", examples=["#3a4fd0"])]
WebAddress = Annotated[str, Meta(pattern=r"^https?://[^\s\"'<>]+$")]


class Brand(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose page it is. Colours that people cannot read are refused by `crossdock check`."""

    shop: Annotated[
        str, Meta(description="Name in the header and the title; empty: that of the project", examples=["Acme"])
    ] = ""
    logo: Annotated[
        str,
        Meta(description="File of the logo, beside the configuration: svg, png, webp or jpeg, 40 KB at most",
             examples=["brand/logo.svg"]),
    ] = ""  # fmt: skip
    accent: Annotated[Colour, Meta(description="Colour of links and buttons on a light page")] = "#3a4fd0"
    accent_dark: Annotated[Colour, Meta(description="The same on a dark page")] = "#a9b8ff"
    home: Annotated[
        WebAddress | Literal[""], Meta(description="Where the logo leads", examples=["https://shop.example"])
    ] = ""
    contact_email: Annotated[
        str, Meta(description="Whom customers write to; empty: nobody", examples=["service@shop.example"])
    ] = ""
    contact_phone: Annotated[str, Meta(description="Whom they call; empty: nobody", examples=["+32 2 555 01 00"])] = ""
    contact_url: Annotated[
        WebAddress | Literal[""], Meta(description="A page for questions", examples=["https://shop.example/help"])
    ] = ""


class LookingUp(Struct, frozen=True, forbid_unknown_fields=True):
    """How often numbers and postcodes may be tried, by one visitor and for one number, before they have to wait."""

    tries: Annotated[int, Meta(description="Tries within the window", ge=1, le=1000)] = 10
    window_minutes: Annotated[Size, Meta(description="Length of the window")] = 15.0


class TrackingPage(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Customers follow their orders on a page of yours: `/track` of this Crossdock, or of a domain of its own."""

    link_secret: Annotated[
        str,
        Meta(
            description="Signs the links customers follow; at least 32 characters",
            examples=["secret://file/secrets/tracking-links"],
            extra={"secret": True},
        ),
    ]
    earlier_secrets: Annotated[
        tuple[str, ...],
        Meta(
            description="Secrets that links in old mails were signed with; they open the page still",
            examples=[["secret://file/secrets/tracking-links-2025"]],
            extra={"secret": True},
        ),
    ] = ()
    public_url: Annotated[
        str,
        Meta(
            description="Address of the page on a domain of its own, where nothing else of Crossdock answers; empty: "
            "listen.public_url",
            pattern=r"^(https?://[^/\s]+)?$",
            examples=["https://track.shop.example"],
        ),
    ] = ""
    link_days: Annotated[int, Meta(description="Days a link is good for", ge=1, le=730)] = 60
    brand: Annotated[Brand, Meta(description="Whose page it is")] = Brand()
    languages: Annotated[tuple[Language, ...], Meta(description="Languages the page is offered in", min_length=1)] = (
        "ar",
        "de",
        "en",
        "es",
        "fr",
        "nl",
    )
    default_language: Annotated[
        Language, Meta(description="For visitors who ask for none of them, and orders without a language")
    ] = "en"
    lookup: Annotated[
        LookingUp | None,
        Meta(description="Orders are found by number and postcode too; null: by links alone", examples=[{"tries": 10}]),
    ] = LookingUp()
    scans: Annotated[
        Literal["all", "essential"], Meta(description="all shows also the stops between, essential what matters")
    ] = "all"
    map: Annotated[bool, Meta(description="Show the journey on a map of countries")] = True
    proofs: Annotated[
        bool,
        Meta(description="Show proofs of delivery to who enters a code sent by mail; needs customer_notices"),
    ] = True
    returns_days: Annotated[
        int,
        Meta(description="Days after delivery in which a return can be asked for; 0: not here", ge=0, le=730),
    ] = 30
    redelivery: Annotated[bool, Meta(description="After a failed attempt the customer says here what is to happen")] = (
        True
    )
    carrier_links: Annotated[
        dict[str, str],
        Meta(
            description="A carrier's own page of a parcel, by the carrier's name",
            examples=[{"PostNL": "https://postnl.example/track/{tracking_number}"}],
        ),
    ] = field(default_factory=dict)
