"""Whether a partner may be called now: circuit breaker, throttle and the partner's own Retry-After. Pure functions on
the `Health` row that all workers share.
"""

from msgspec import Struct, structs

from crossdock.ports.stores_delivery import BreakerMove, Health

SECOND = 1_000_000
_PROBE_SECONDS = 90


class Limits(Struct, frozen=True):
    """How hard a partner may be pressed. ``per_second`` 0 means no throttle; ``burst`` is the bucket's size."""

    per_second: float = 0.0
    burst: int = 10
    concurrency: int = 4
    failures: int = 20
    open_seconds: float = 30.0


class Allowance(Struct, frozen=True):
    """How many calls may start now, and the row after taking note of that. ``wait_until`` is when to look again."""

    calls: int
    health: Health
    wait_until: int = 0


def allow(health: Health, limits: Limits, now: int, wanted: int) -> Allowance:
    """How many of ``wanted`` calls may start at ``now`` (epoch microseconds)."""
    if health.paused:
        return Allowance(0, health, now + 5 * SECOND)
    if health.not_before > now:
        return Allowance(0, health, health.not_before)
    if health.opened_at:
        return _probe(health, limits, now)
    limits = effective(limits, health)
    if not limits.per_second:
        return Allowance(wanted, health)
    elapsed = max(0, now - health.refilled_at) / SECOND
    tokens = min(float(limits.burst), health.tokens + elapsed * limits.per_second)
    if not health.refilled_at:
        tokens = float(limits.burst)
    calls = min(wanted, int(tokens))
    wait = 0 if calls else now + int((1 - tokens) / limits.per_second * SECOND) + 1
    return Allowance(calls, structs.replace(health, tokens=tokens, refilled_at=now), wait)


def free_slots(health: Health, limits: Limits, owner: str, own: int, now: int) -> int:
    """How many more calls ``owner``, who has ``own`` under way, may begin while others have theirs; 0 at least.

    >>> free_slots(Health(calling={"other": (3, 50)}), Limits(concurrency=4), "me", 0, 10)
    1
    """
    others = sum(count for name, (count, until) in health.calling.items() if name != owner and until > now)
    return max(0, limits.concurrency - others - own)


def occupy(health: Health, owner: str, own: int, now: int, until: int) -> Health:
    """The row once ``owner`` has ``own`` calls under way, believed until ``until``; slots of the dead come free."""
    calling = {name: each for name, each in health.calling.items() if name != owner and each[1] > now}
    if own:
        calling[owner] = (own, until)
    return structs.replace(health, calling=calling)


def spend(health: Health, limits: Limits, calls: int) -> Health:
    """Take ``calls`` tokens out of the bucket."""
    return structs.replace(health, tokens=health.tokens - calls) if effective(limits, health).per_second else health


def effective(limits: Limits, health: Health) -> Limits:
    """The configured limits with what a person set meanwhile."""
    if health.per_second is None and health.burst is None:
        return limits
    rate = limits.per_second if health.per_second is None else health.per_second
    return structs.replace(limits, per_second=rate, burst=limits.burst if health.burst is None else health.burst)


def _probe(health: Health, limits: Limits, now: int) -> Allowance:
    """An open breaker lets one call through after its pause; the reservation runs out if that worker dies."""
    until = health.opened_at + int(limits.open_seconds * SECOND)
    if now < until:
        return Allowance(0, health, until)
    if health.probe_until > now:
        return Allowance(0, health, health.probe_until)
    return Allowance(1, structs.replace(health, probe_until=now + _PROBE_SECONDS * SECOND))


def succeeded(health: Health, partner: str, now: int) -> tuple[Health, BreakerMove | None]:
    """The row after a call that the partner answered properly."""
    move = BreakerMove(partner, now, "closed", "the partner answers again") if health.opened_at else None
    if move is None and not (health.failures or health.attention):
        return health, None
    return structs.replace(health, failures=0, opened_at=0, probe_until=0, attention=""), move


def failed(health: Health, limits: Limits, partner: str, why: str, now: int) -> tuple[Health, BreakerMove | None]:
    """The row after a call that the partner did not answer, or answered with its own failure."""
    failures = health.failures + 1
    if health.opened_at:
        again = structs.replace(health, failures=failures, opened_at=now, probe_until=0)
        return again, BreakerMove(partner, now, "open", f"the probe failed: {why}")
    if failures < limits.failures:
        return structs.replace(health, failures=failures), None
    opened = structs.replace(health, failures=failures, opened_at=now, probe_until=0)
    return opened, BreakerMove(partner, now, "open", f"{failures} failures in a row, the last: {why}")
