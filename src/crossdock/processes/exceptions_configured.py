"""The exception desk as an installation configures it."""

from collections.abc import Mapping
from functools import partial

from msgspec import structs

from crossdock.model.calendars import ALWAYS, MINUTE, Calendar
from crossdock.model.enrichment import Knowledge, enrich
from crossdock.model.exception_kinds import KINDS, Kind
from crossdock.model.order import DeliveryOrder
from crossdock.ports.process import Process
from crossdock.ports.rows import Ownership
from crossdock.processes.exception_desk import exception_desk
from crossdock.processes.exception_policy import DeskPolicy, Step, Team, Terms, Tier
from crossdock.processes.tracking_exceptions import TrackingExceptionsPolicy, tracking_exceptions
from crossdock.settings.exceptions import ExceptionSettings, TeamSettings, TermsSettings
from crossdock.settings.sections import PartnerSettings
from crossdock.settings.working import CalendarSettings, calendar_of


def exception_processes(
    given: ExceptionSettings,
    calendars: Mapping[str, CalendarSettings] | None = None,
    partners: Mapping[str, PartnerSettings] | None = None,
    known: Knowledge = Knowledge(),  # noqa: B008 - immutable
) -> list[Process]:
    """The processes of exceptions, after all others: what those raise is dealt with by these. ``known`` says which
    tier a customer has.
    """
    chosen = [tracking_exceptions(_carriers(given))] if given.carriers.enabled else []
    if not given.enabled:
        return chosen
    policy = desk_policy(given, calendars or {}, partners or {})
    return [*chosen, exception_desk(structs.replace(policy, tier_of=partial(_tier, known)))]


def _tier(known: Knowledge, order: DeliveryOrder) -> str:
    return enrich(order, known).text("customer_group")


def desk_policy(
    given: ExceptionSettings,
    calendars: Mapping[str, CalendarSettings],
    partners: Mapping[str, PartnerSettings] = {},
) -> DeskPolicy:
    """What the configuration decides about exceptions."""
    working = {"always": ALWAYS, **{name: calendar_of(each) for name, each in calendars.items()}}
    return DeskPolicy(
        {name: _team(each, working) for name, each in given.teams.items()},
        dict(given.owners),
        given.default_queue,
        {name: _terms(each) for name, each in given.promises.items()},
        given.warn_at,
        given.activities.from_severity,
        frozenset(given.activities.kinds),
        given.alert_from,
        frozenset(given.alert_kinds),
        {name: each.owner for name, each in partners.items() if each.owner},
        {each.name: Tier(rank, each.severity) for rank, each in enumerate(reversed(given.tiers), 1)},
    )


def matrix(given: ExceptionSettings, calendars: Mapping[str, CalendarSettings]) -> tuple[Ownership, ...]:
    """Whose every kind is, in the order of the catalogue."""
    policy = desk_policy(given, calendars)
    return tuple(_ownership(policy, kind) for kind in KINDS.values())


def _ownership(policy: DeskPolicy, kind: Kind) -> Ownership:
    promise = policy.promise_of(kind, kind.category)
    owner = policy.owner_of(kind, kind.category)
    named = bool(policy.owners.get(kind.kind) or policy.owners.get(kind.category) or kind.owner in policy.teams)
    return Ownership(
        kind, owner, promise.severity, promise.acknowledge // MINUTE, promise.resolve // MINUTE, not named
    )  # fmt: skip


def _team(given: TeamSettings, working: Mapping[str, Calendar]) -> Team:
    ladder = tuple(Step(each.to, each.after_minutes) for each in given.ladder)
    return Team(given.members, working[given.calendar], ladder)


def _terms(given: TermsSettings) -> Terms:
    return Terms(given.severity, given.acknowledge_minutes, given.resolve_minutes)


def _carriers(given: ExceptionSettings) -> TrackingExceptionsPolicy:
    chosen = given.carriers
    return TrackingExceptionsPolicy(frozenset(chosen.ignore), chosen.proof_hours, chosen.late_estimates)
