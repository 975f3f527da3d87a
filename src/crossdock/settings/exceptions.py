"""What can be configured of exceptions: teams, whose each kind is, how soon, and who is told."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from crossdock.settings.working import CalendarName

TeamName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$", examples=["customs"])]
Word = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_.]{0,59}$", examples=["shipment.customs"])]
Minutes = Annotated[int, Meta(ge=0, le=525600)]
Severity = Literal["low", "normal", "high", "critical"]


class LadderStep(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is told next when a promise is broken."""

    to: Annotated[str, Meta(description="A person or a team", min_length=1, examples=["lead@example.com"])]
    after_minutes: Annotated[
        Minutes | None,
        Meta(
            description="Working time after the step before; left out: as long as the promise was. The first step is "
            "taken when a promise is broken",
            examples=[60],
        ),
    ] = None


class TeamSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who works on exceptions."""

    members: Annotated[
        tuple[str, ...], Meta(description="Its people, as they are called at the doors", examples=[["ann@example.com"]])
    ] = ()
    calendar: Annotated[
        CalendarName, Meta(description="Whose working time its promises are counted in; always: day and night")
    ] = "always"
    ladder: Annotated[
        tuple[LadderStep, ...], Meta(description="Who is told one after the other", examples=[[{"to": "lead"}]])
    ] = ()


class TermsSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What is promised of a kind or category; what is left out stays as the catalogue says."""

    severity: Annotated[Severity | None, Meta(description="How pressing it is", examples=["high"])] = None
    acknowledge_minutes: Annotated[
        Minutes | None, Meta(description="Working time until somebody has taken it; 0: no promise", examples=[30])
    ] = None
    resolve_minutes: Annotated[
        Minutes | None, Meta(description="Working time until it is over; 0: no promise", examples=[240])
    ] = None


class ActivitySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """When the account manager gets an activity in the system of record; it is closed when the exception is over."""

    from_severity: Annotated[
        Severity | Literal[""], Meta(description="From this severity on; empty: not by severity", examples=["high"])
    ] = ""
    kinds: Annotated[
        tuple[Word, ...], Meta(description="For these kinds in any case", examples=[["shipment.customs"]])
    ] = ()


class CarrierExceptions(Struct, frozen=True, forbid_unknown_fields=True):
    """What of the carriers' scans becomes an exception."""

    enabled: Annotated[bool, Meta(description="Exceptions that carriers report are exceptions here")] = True
    ignore: Annotated[
        tuple[Word, ...],
        Meta(description="Kinds that nobody has to work on", examples=[["shipment.delayed_outside", "shipment.held"]]),
    ] = ("shipment.delayed_outside", "shipment.data")
    late_estimates: Annotated[bool, Meta(description="An estimate after the promised day is an exception")] = True
    proof_hours: Annotated[
        float,
        Meta(description="Hours after a delivery its proof is missed; 0: never", ge=0, le=8760, examples=[24]),
    ] = 0.0


class TierSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """A tier of customers: what enrichment calls their customer_group."""

    name: Annotated[str, Meta(description="The group", min_length=1, examples=["gold"])]
    severity: Annotated[
        Severity | None, Meta(description="Their exceptions are so severe at least", examples=["high"])
    ] = None


class ExceptionSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose exceptions are, how soon they are to be over, and who is told when they are not."""

    enabled: Annotated[bool, Meta(description="Exceptions have owners and promises; else they are only listed")] = True
    default_queue: Annotated[TeamName, Meta(description="The team that gets what nobody owns")] = "operations"
    teams: Annotated[dict[TeamName, TeamSettings], Meta(description="Who works on exceptions, by a name")] = field(
        default_factory=dict
    )
    owners: Annotated[
        dict[Word, TeamName],
        Meta(
            description="The ownership matrix: the team of a kind or of a category. What is left out belongs to the "
            "team called like the role in the catalogue (crossdock exceptions matrix), else to the default queue",
            examples=[{"customs": "customs", "shipment.damage": "claims"}],
        ),
    ] = field(default_factory=dict)
    promises: Annotated[
        dict[Word, TermsSettings],
        Meta(description="Severity and times by kind or category", examples=[{"customs": {"resolve_minutes": 240}}]),
    ] = field(default_factory=dict)
    warn_at: Annotated[float, Meta(description="Share of a promise after which a warning is given", gt=0, lt=1)] = 0.8
    alert_from: Annotated[
        Severity | Literal[""],
        Meta(description="New causes of this severity and above are alerted at once; empty: only late ones"),
    ] = "high"
    alert_kinds: Annotated[
        tuple[Word, ...],
        Meta(description="New causes of these kinds are alerted at once, however severe", examples=[["eta.late"]]),
    ] = ("eta.late",)
    tiers: Annotated[
        tuple[TierSettings, ...],
        Meta(
            description="Tiers of customers, the most important first; exceptions are sorted by them",
            examples=[[{"name": "gold", "severity": "high"}, {"name": "silver"}]],
        ),
    ] = ()
    activities: Annotated[ActivitySettings, Meta(description="Activities for the account manager")] = ActivitySettings()
    carriers: Annotated[CarrierExceptions, Meta(description="What carriers report")] = CarrierExceptions()
