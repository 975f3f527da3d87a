"""What can be configured of watching shipments and feeds."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from crossdock.settings.words import Hours, PartnerId, Size
from crossdock.settings.working import CalendarName


class TrackingWatch(Struct, frozen=True, forbid_unknown_fields=True):
    """Carriers without push are asked, dead numbers let go, and silence noticed."""

    ask: Annotated[
        tuple[PartnerId, ...],
        Meta(description="Partners that do not push and are asked number by number", examples=[["usps"]]),
    ] = ()
    hours: Annotated[
        dict[Literal["pre", "first_mile", "transit", "last_mile"], Size],
        Meta(
            description="Hours between two questions by phase of the journey; a phase left out keeps 6, last_mile 1",
            examples=[{"last_mile": 0.5}],
        ),
    ] = field(default_factory=dict)
    old_days: Annotated[Size, Meta(description="A shipment older than this is asked for seldomer")] = 10.0
    old_hours: Annotated[Size, Meta(description="Hours between two questions for an old shipment")] = 24.0
    dead_days: Annotated[
        Size, Meta(description="A number of which nothing was ever seen is dead after so many days: nobody asks on")
    ] = 14.0
    silent_hours: Annotated[
        Size, Meta(description="A shipment is silent when no scan comes for so long; its next scan ends the exception")
    ] = 96.0
    end_days: Annotated[Size, Meta(description="No number is watched for longer than this")] = 90.0
    feeds: Annotated[
        dict[PartnerId, Size],
        Meta(
            description="Hours in which a partner says something at least, by webhook or feed; longer silence is an "
            "exception",
            examples=[{"easypost": 12}],
        ),
    ] = field(default_factory=dict)


class Expectations(Struct, frozen=True, forbid_unknown_fields=True):
    """What should come and does not is an exception that names who is late."""

    hours: Annotated[
        dict[str, Hours],
        Meta(
            description="Hours something may take, by kind (docs/reference/processes.md lists them); a kind left out "
            "keeps its own, 0 does not expect it",
            examples=[{"first_scan": 12, "proof": 48}],
        ),
    ] = field(default_factory=dict)
    stages: Annotated[
        dict[str, dict[str, Hours]],
        Meta(
            description="Hours a process may stay in a stage, by process and stage; one left out keeps its own, 0 "
            "waits for as long as it takes",
            examples=[{"order_to_ship": {"labelled": 24}}],
        ),
    ] = field(default_factory=dict)
    calendars: Annotated[
        dict[str, CalendarName],
        Meta(
            description="Whose working time the hours of a kind or of a process's stages count in (a name under "
            "calendars); day and night unless said",
            examples=[{"pick": "warehouse", "order_release": "office"}],
        ),
    ] = field(default_factory=dict)


def hours_in(given: Expectations | None, process: str, stage: str, own: float) -> float:
    """How many hours ``process`` may stay in ``stage``: as configured, else its ``own``; 0 for as long as it takes."""
    return given.stages.get(process, {}).get(stage, own) if given else own
