"""What can be configured of alerts: by which channels somebody is told, of what, and in which hours."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from crossdock.settings.exceptions import Severity, TeamName, Word
from crossdock.settings.words import PartnerId
from crossdock.settings.working import CalendarName

ChannelName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$", examples=["pager"])]
Occasion = Literal["raised", "warned", "breached", "escalated"]


class MailChannel(Struct, frozen=True, forbid_unknown_fields=True):
    """Alerts by mail, over the server that customers' notices go by."""

    partner: Annotated[PartnerId, Meta(description="The partner with the connector mail", examples=["mail"])]
    to: Annotated[
        tuple[str, ...],
        Meta(
            description="Addresses; owner is everybody of the team that has the exception, told whom it went up to "
            "(members that are mail addresses)",
            min_length=1,
            examples=[["ops@example.com", "owner"]],
        ),
    ]


class HookChannel(Struct, frozen=True, forbid_unknown_fields=True):
    """Alerts to one URL, signed as Standard Webhooks says: a chat, a pager, a ticket system."""

    url: Annotated[
        str,
        Meta(
            description="Where they are posted to", pattern=r"^https?://[^\s@]+$",
            examples=["https://pager.example.com/in/crossdock"],
        ),
    ]  # fmt: skip
    secrets: Annotated[
        tuple[str, ...],
        Meta(
            description="Signing secrets (whsec_ and Base64) as references; every one signs",
            min_length=1,
            max_length=4,
            examples=[["secret://file/secrets/pager"]],
            extra={"secret": True},
        ),
    ]
    timeout: Annotated[float, Meta(description="Seconds an answer may take", ge=1, le=60)] = 15.0
    allow_private: Annotated[
        bool, Meta(description="It may stand on a private or loopback address and speak plain http")
    ] = False


class AlertChannel(Struct, frozen=True, forbid_unknown_fields=True):
    """A way of telling somebody: exactly one of mail and webhook."""

    mail: Annotated[MailChannel | None, Meta(description="By mail")] = None
    webhook: Annotated[HookChannel | None, Meta(description="By a signed webhook")] = None


class AlertRoute(Struct, frozen=True, forbid_unknown_fields=True):
    """Where alerts go that fit all of it; the first route that fits decides."""

    to: Annotated[tuple[ChannelName, ...], Meta(description="Channels", min_length=1, examples=[["pager"]])]
    severities: Annotated[
        tuple[Severity, ...], Meta(description="Of these severities", examples=[["high", "critical"]])
    ] = ()
    owners: Annotated[tuple[TeamName, ...], Meta(description="Owned by these teams", examples=[["customs"]])] = ()
    queues: Annotated[
        tuple[Literal["business", "technical"], ...], Meta(description="Of these queues", examples=[["technical"]])
    ] = ()
    occasions: Annotated[
        tuple[Occasion, ...],
        Meta(description="When first raised, warned of, broken, or gone up the ladder", examples=[["breached"]]),
    ] = ()
    kinds: Annotated[tuple[Word, ...], Meta(description="Of these kinds of exception", examples=[["feed.silent"]])] = ()
    hours: Annotated[
        CalendarName, Meta(description="Working time it holds in (a name under calendars); always: day and night")
    ] = "always"
    outside: Annotated[
        tuple[ChannelName, ...],
        Meta(description="Channels at other times; none: it waits for the hours", examples=[["pager"]]),
    ] = ()


class AlertSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is told of exceptions, by what, and when. Without routes alerts are only listed."""

    channels: Annotated[dict[ChannelName, AlertChannel], Meta(description="Ways of telling, by a name")] = field(
        default_factory=dict
    )
    routes: Annotated[tuple[AlertRoute, ...], Meta(description="In their order; the first that fits decides")] = ()
