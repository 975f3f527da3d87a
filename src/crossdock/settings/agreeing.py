"""What can be configured of the agreement with a partner: when it is expected to speak."""

from typing import Annotated

from msgspec import Meta, Struct, field

from crossdock.settings.words import Hours
from crossdock.settings.working import CalendarName

LocalTime = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["06:00"])]
Channel = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,39}$", examples=["files"])]


class Arrival(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that comes on every working day, by a local time."""

    by: Annotated[
        tuple[LocalTime, ...],
        Meta(
            description="Local times by which a message has come, each since the one before", min_length=1,
            examples=[["06:00"]],
        ),
    ]  # fmt: skip
    calendar: Annotated[
        CalendarName,
        Meta(description="Whose days and zone count (a name under calendars); always: every day, in UTC"),
    ] = "always"
    grace_minutes: Annotated[int, Meta(description="So much later is not late yet", ge=0, le=1440, examples=[10])] = 0


class Sla(Struct, frozen=True, forbid_unknown_fields=True):
    """What a partner promised. Who does not keep to it is named by an exception, once."""

    silent_hours: Annotated[
        Hours, Meta(description="It says something at least so often, by any channel; 0: whenever it likes")
    ] = 0.0
    calendar: Annotated[
        CalendarName,
        Meta(description="Whose working time silent_hours counts (a name under calendars); always: day and night"),
    ] = "always"
    arrivals: Annotated[
        dict[Channel, Arrival],
        Meta(
            description="Webhooks and feeds that come by a local time", examples=[{"files": {"by": ["06:00"]}}],
        ),
    ] = field(default_factory=dict)  # fmt: skip
