"""What configuration decides about exceptions: whose each kind is, how soon, and who is told when it is late."""

from collections.abc import Mapping

from msgspec import Struct, field

from crossdock.model.calendars import ALWAYS, MINUTE, Calendar
from crossdock.model.exception_kinds import Kind, Severity, severer

DEFAULT_QUEUE = "operations"


class Step(Struct, frozen=True):
    """One step of a ladder: who is told, so many minutes of working time after the step before it (the first one at a
    broken promise). None: as long as the promise itself was.
    """

    to: str
    after_minutes: int | None = None


class Team(Struct, frozen=True):
    """Who works on exceptions, when, and who is told one after the other when a promise is broken."""

    members: tuple[str, ...] = ()
    calendar: Calendar = ALWAYS
    ladder: tuple[Step, ...] = ()


class Terms(Struct, frozen=True):
    """What of a kind is promised otherwise than the catalogue says; None leaves it."""

    severity: Severity | None = None
    acknowledge_minutes: int | None = None
    resolve_minutes: int | None = None


class Promise(Struct, frozen=True):
    """How pressing an exception is and how soon it is to be taken and over (microseconds of working time)."""

    severity: Severity
    acknowledge: int
    resolve: int


class DeskPolicy(Struct, frozen=True):
    """``owners`` are teams by kind or category, ``terms`` by kind or category. ``warn_at`` is the share of a promise
    after which somebody is warned. Activities are raised from ``activity_from`` on ("" for none) and for
    ``activity_kinds``; causes of ``alert_from`` and above are alerted when they are raised ("" for none).
    """

    teams: Mapping[str, Team] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    default_queue: str = DEFAULT_QUEUE
    terms: Mapping[str, Terms] = field(default_factory=dict)
    warn_at: float = 0.8
    activity_from: str = ""
    activity_kinds: frozenset[str] = frozenset()
    alert_from: str = "high"

    def owner_of(self, kind: Kind, category: str) -> str:
        """The team: by kind, else by category, else the one called like the catalogue's role; nobody's: the default."""
        named = self.owners.get(kind.kind) or self.owners.get(category) or self.owners.get(kind.category)
        return named or (kind.owner if kind.owner in self.teams else self.default_queue)

    def promise_of(self, kind: Kind, category: str) -> Promise:
        """What is promised: by kind before category before the catalogue."""
        severity, acknowledge, resolve = kind.severity, kind.acknowledge_minutes, kind.resolve_minutes
        for name in dict.fromkeys((kind.category, category, kind.kind)):
            given = self.terms.get(name)
            if given:
                severity = given.severity or severity
                acknowledge = acknowledge if given.acknowledge_minutes is None else given.acknowledge_minutes
                resolve = resolve if given.resolve_minutes is None else given.resolve_minutes
        return Promise(severity, acknowledge * MINUTE, resolve * MINUTE)

    def team(self, name: str) -> Team:
        """A team; one that is not configured works day and night and has no ladder."""
        return self.teams.get(name) or Team()

    def wants_activity(self, kind: Kind, severity: str) -> bool:
        """Whether the account manager gets an activity: never for technical failures."""
        if kind.queue == "technical":
            return False
        return kind.kind in self.activity_kinds or bool(self.activity_from and severer(severity, self.activity_from))

    def wants_alert(self, severity: str) -> bool:
        """Whether somebody is told at once."""
        return bool(self.alert_from) and severer(severity, self.alert_from)
