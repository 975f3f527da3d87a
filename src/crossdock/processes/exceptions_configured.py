"""The exception desk as an installation configures it."""

from collections.abc import Mapping

from crossdock.model.calendars import ALWAYS, MINUTE, Calendar
from crossdock.model.exception_kinds import KINDS, Kind
from crossdock.ports.process import Process
from crossdock.ports.rows import Ownership
from crossdock.processes.exception_desk import exception_desk
from crossdock.processes.exception_policy import DeskPolicy, Step, Team, Terms
from crossdock.processes.tracking_exceptions import TrackingExceptionsPolicy, tracking_exceptions
from crossdock.settings.exceptions import ExceptionSettings, TeamSettings, TermsSettings
from crossdock.settings.working import CalendarSettings, calendar_of


def exception_processes(
    given: ExceptionSettings, calendars: Mapping[str, CalendarSettings] | None = None
) -> list[Process]:
    """The processes of exceptions, after all others: what those raise is dealt with by these."""
    chosen = [tracking_exceptions(_carriers(given))] if given.carriers.enabled else []
    return [*chosen, exception_desk(desk_policy(given, calendars or {}))] if given.enabled else chosen


def desk_policy(given: ExceptionSettings, calendars: Mapping[str, CalendarSettings]) -> DeskPolicy:
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
