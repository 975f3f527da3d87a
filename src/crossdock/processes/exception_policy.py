"""What configuration decides about exceptions: whose each kind is, how soon, and who is told when it is late."""

from collections.abc import Callable, Mapping

from msgspec import Struct, field

from crossdock.model.calendars import ALWAYS, MINUTE, Calendar
from crossdock.model.exception_kinds import Kind, Severity, severer
from crossdock.model.order import DeliveryOrder

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


class Tier(Struct, frozen=True):
    """A customer's tier: what it weighs (more is more important), and how severe its exceptions are at least."""

    rank: int
    severity: Severity | None = None


def _no_tier(_order: DeliveryOrder) -> str:
    return ""


class Promise(Struct, frozen=True):
    """How pressing an exception is and how soon it is to be taken and over (microseconds of working time)."""

    severity: Severity
    acknowledge: int
    resolve: int


class DeskPolicy(Struct, frozen=True):
    """``owners`` are teams by kind or category, ``terms`` by kind or category. ``warn_at`` is the share of a promise
    after which somebody is warned. Activities are raised from ``activity_from`` on ("" for none) and for
    ``activity_kinds``; causes of ``alert_from`` and above, and of ``alert_kinds``, are alerted when they are raised.
    ``partners`` are teams by the partner an exception is about, ``tiers`` what a customer's tier means, and ``tier_of``
    says which an order's customer has ("" for none).
    """

    teams: Mapping[str, Team] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    default_queue: str = DEFAULT_QUEUE
    terms: Mapping[str, Terms] = field(default_factory=dict)
    warn_at: float = 0.8
    activity_from: str = ""
    activity_kinds: frozenset[str] = frozenset()
    alert_from: str = "high"
    alert_kinds: frozenset[str] = frozenset()
    partners: Mapping[str, str] = field(default_factory=dict)
    tiers: Mapping[str, Tier] = field(default_factory=dict)
    tier_of: Callable[[DeliveryOrder], str] = _no_tier

    def owner_of(self, kind: Kind, category: str, partner: str = "") -> str:
        """The team: by kind, else by category, else by partner, else the one called like the catalogue's role;
        nobody's: the default.
        """
        named = self.owners.get(kind.kind) or self.owners.get(category) or self.owners.get(kind.category)
        named = named or self.partners.get(partner)
        return named or (kind.owner if kind.owner in self.teams else self.default_queue)

    def promise_of(self, kind: Kind, category: str, tier: str = "") -> Promise:
        """What is promised: by kind before category before the catalogue, as severe as the tier wants at least."""
        severity, acknowledge, resolve = kind.severity, kind.acknowledge_minutes, kind.resolve_minutes
        for name in dict.fromkeys((kind.category, category, kind.kind)):
            given = self.terms.get(name)
            if given:
                severity = given.severity or severity
                acknowledge = acknowledge if given.acknowledge_minutes is None else given.acknowledge_minutes
                resolve = resolve if given.resolve_minutes is None else given.resolve_minutes
        wanted = self.tiers[tier].severity if tier in self.tiers else None
        if wanted and severer(wanted, severity):
            severity = wanted
        return Promise(severity, acknowledge * MINUTE, resolve * MINUTE)

    def rank_of(self, tier: str) -> int:
        """What a tier weighs; 0 for none, and for one nobody named."""
        return self.tiers[tier].rank if tier in self.tiers else 0

    def team(self, name: str) -> Team:
        """A team; one that is not configured works day and night and has no ladder."""
        return self.teams.get(name) or Team()

    def wants_activity(self, kind: Kind, severity: str) -> bool:
        """Whether the account manager gets an activity: never for technical failures."""
        if kind.queue == "technical":
            return False
        return kind.kind in self.activity_kinds or bool(self.activity_from and severer(severity, self.activity_from))

    def wants_alert(self, kind: Kind, severity: str) -> bool:
        """Whether somebody is told at once."""
        return kind.kind in self.alert_kinds or (bool(self.alert_from) and severer(severity, self.alert_from))
