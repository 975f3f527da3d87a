"""How the installation stands: each partner's breaker, queue, feeds and faults, and how busy the log was."""

from collections.abc import Sequence

from msgspec import Struct

from crossdock.ports.rows import Queues
from crossdock.ports.stores import Transaction

_UNSETTLED = ("queued", "sending", "claimed", "retry")


class FeedLine(Struct, frozen=True):
    """When a feed last brought something new (epoch microseconds, 0 for never), and how often it is asked (seconds)."""

    name: str
    moved_at: int
    every: float


class PartnerLine(Struct, frozen=True):
    """One partner now. ``breaker`` is open, half_open or closed; ``oldest_at`` is since when the oldest command waits;
    ``retrying`` of the ``queued`` were tried and are due again; ``stopped`` are messages that wait for a person, in and
    out; ``tokens`` is what is left of its throttle, None where it was never used.
    """

    id: str
    title: str
    breaker: str
    opened_at: int
    paused: bool
    attention: str
    failures: int
    queued: int
    retrying: int
    in_doubt: int
    stopped: int
    oldest_at: int
    tokens: float | None
    held_until: int
    feeds: tuple[FeedLine, ...] = ()

    @property
    def health(self) -> str:
        """The worst that is true of it: stopped, held, slow or well."""
        if self.breaker == "open" or self.attention:
            return "stopped"
        if self.paused or self.breaker == "half_open" or self.in_doubt:
            return "held"
        return "slow" if self.failures or self.stopped or self.retrying else "well"


Asked = tuple[str, str, Sequence[tuple[str, float]]]
"""A configured partner: its id, its title, and its feeds with their pauses in seconds."""


def partners_now(tx: Transaction, asked: Sequence[Asked], now: int) -> list[PartnerLine]:
    """Those configured, the worst first, then by name."""
    depth: dict[str, dict[str, tuple[int, int]]] = {}
    for partner, status, count, oldest in tx.lanes.depth(now):
        depth.setdefault(partner, {})[status] = (count, oldest)
    stopped = tx.views.stopped()
    lines = [_line(tx, each, depth.get(each[0], {}), stopped.get(each[0], 0), now) for each in asked]
    rank = {"stopped": 0, "held": 1, "slow": 2, "well": 3}
    return sorted(lines, key=lambda each: (rank[each.health], each.id))


def _line(tx: Transaction, asked: Asked, depth: dict[str, tuple[int, int]], stopped: int, now: int) -> PartnerLine:
    partner, title, feeds = asked
    health = tx.partners.health(partner)
    waiting = [depth[status] for status in _UNSETTLED if status in depth]
    return PartnerLine(
        partner,
        title,
        "closed" if not health.opened_at else "half_open" if health.probe_until > now else "open",
        health.opened_at,
        health.paused,
        health.attention,
        health.failures,
        sum(count for count, _ in waiting),
        depth.get("retry", (0, 0))[0],
        depth.get("in_doubt", (0, 0))[0],
        stopped,
        min((oldest for _, oldest in waiting), default=0),
        health.tokens if health.refilled_at else None,
        health.not_before if health.not_before > now else 0,
        tuple(FeedLine(name, tx.partners.cursor(partner, name)[1], every) for name, every in feeds),
    )


class Stage(Struct, frozen=True):
    """What waits at one step of the road: how much, and since when the oldest (epoch microseconds, 0 for none)."""

    name: str
    count: int
    oldest_at: int


def stages_of(queues: Queues) -> tuple[Stage, ...]:
    """The steps of the road in its order, each with what waits there."""
    names = ("received", "undecided", "due", "unshipped")
    known = [name for name in names if name in queues.depth or name in queues.oldest]
    return tuple(Stage(name, queues.depth.get(name, 0), queues.oldest.get(name, 0)) for name in known)
