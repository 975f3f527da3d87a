"""The ledger of faults: everything the simulation did wrong on purpose, when, and to whom."""

from collections.abc import Iterable

from msgspec import Struct

from crossdock.sim.faults import Effect, FaultBook, Rule

KILLED, STANDSTILL, JUMP = "killed", "standstill", "clock jump"
UNHEARD, SLOW_DISK, DATABASE = "commit unheard", "slow disk", "database away"
AWAY, UNREACHABLE, DROPPED = "partner away", "unreachable", "call lost"
LOST, REFUSED, THROTTLED, SLOW, TWICE = "answer lost", "refused", "throttled", "slow answer", "call twice"
REPEATED, DELAYED, SILENT, UNANSWERED = "webhook repeated", "webhook late", "webhooks silent", "webhook unanswered"
CALLS = (UNREACHABLE, DROPPED, LOST, REFUSED, THROTTLED, SLOW, TWICE)
"""What a single call suffers."""
_TOO_MANY = 429
_MICROSECONDS = 1_000_000


class Fault(Struct):
    """One thing that went wrong: ``whom`` is a process, a partner, an order or a message; ``since`` and ``until`` are
    virtual seconds, alike for what took no time; ``what`` says more, such as the call that was struck.
    """

    kind: str
    whom: str
    since: float
    until: float
    what: str = ""

    def touches(self, since: float, until: float) -> bool:
        """Whether it stood at any moment between the two."""
        return self.since <= until and self.until >= since


class Faults:
    """Faults in the order they were noted."""

    def __init__(self) -> None:
        self.all: list[Fault] = []

    def note(self, kind: str, whom: str, since: float, until: float = 0.0, what: str = "") -> Fault:
        """Write one down; without an end it took no time."""
        fault = Fault(kind, whom, since, max(since, until), what)
        self.all.append(fault)
        return fault

    def of(self, *kinds: str) -> list[Fault]:
        """Those of these kinds."""
        return [each for each in self.all if each.kind in kinds]


class NotedFaults(FaultBook):
    """A fault book that writes down every call it strikes. ``whom`` names the partner."""

    def __init__(self, rules: Iterable[Rule] = (), *, seed: int, started_at: int, whom: str, faults: Faults) -> None:
        super().__init__(rules, seed=seed, started_at=started_at)
        self._zero = started_at
        self._whom = whom
        self._faults = faults

    def judge(self, method: str, path: str, now: int) -> Effect:
        """What goes wrong with this call, noted."""
        effect = super().judge(method, path, now)
        kind = kind_of(effect)
        if kind:
            since = (now - self._zero) / _MICROSECONDS
            self._faults.note(kind, self._whom, since, since + effect.latency, f"{method} {path}")
        return effect


def kind_of(effect: Effect) -> str:
    """The name of what happens to a call, the worst first; "" for nothing."""
    named = (
        (UNREACHABLE, effect.unreachable),
        (DROPPED, effect.drop),
        (THROTTLED, effect.status == _TOO_MANY),
        (REFUSED, effect.status),
        (LOST, effect.lost_answer),
        (SLOW, effect.latency),
        (TWICE, effect.duplicate),
    )
    return next((kind for kind, is_so in named if is_so), "")
