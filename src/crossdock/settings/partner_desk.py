"""What can be configured of the partner desk: who comes in, and for which partner."""

from typing import Annotated

from msgspec import Meta, Struct, field

from crossdock.settings.words import PartnerId, Size

PersonName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9.-]{1,39}$", examples=["jan.peeters"])]


class DeskPerson(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody of a partner. What they tell is audited with their name."""

    name: Annotated[
        str, Meta(description="Their name for people", examples=["Jan Peeters"], min_length=1, max_length=80)
    ]
    partner: Annotated[PartnerId, Meta(description="Whose they are", examples=["north3pl"])]
    password: Annotated[
        str,
        Meta(
            description="Their password, 12 characters or more; empty: they come in by invitation alone "
            "(crossdock partner-desk invite)",
            examples=["secret://file/secrets/jan-peeters"],
            extra={"secret": True},
        ),
    ] = ""


class PartnerDesk(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """People of partners without an API work at `/partner`: they upload files, or work a list by hand."""

    session_secret: Annotated[
        str,
        Meta(
            description="Signs sessions and invitations; at least 32 characters",
            examples=["secret://file/secrets/partner-desk"],
            extra={"secret": True},
        ),
    ]
    people: Annotated[dict[PersonName, DeskPerson], Meta(description="Who comes in, by the name they sign in with")] = (
        field(default_factory=dict)
    )
    session_hours: Annotated[Size, Meta(description="They are asked for their password again after so long")] = 10.0
    invitation_hours: Annotated[Size, Meta(description="An invitation that was not used ends after so long")] = 24.0
    carriers: Annotated[
        dict[PartnerId, tuple[str, ...]],
        Meta(
            description="Names of carriers whose parcels are a partner's, beside those that were booked with it",
            examples=[{"acme": ["ACME Express"]}],
        ),
    ] = field(default_factory=dict)
