"""Questions to a partner outside its feeds and lanes, within the throttle and the breaker that all workers share."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TypeVar

from crossdock.backbone.breaker import SECOND, Limits, allow, spend
from crossdock.backbone.deliver import Partner
from crossdock.backbone.judging import judge_health
from crossdock.backbone.metrics import Metrics
from crossdock.ports.clock import Clock
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.stores_delivery import BreakerMove
from crossdock.ports.verdicts import AlreadyDone, Done, Explanation, Retry, Verdict

T = TypeVar("T")
_TRIES = 4
_PATIENCE = 120 * SECOND
_HELD_BACK = "The partner is paused or does not answer now: run it again later."


class Unanswered(Exception):
    """The partner gives no answer now; ``why`` has both texts."""

    def __init__(self, why: Explanation) -> None:
        """``why`` is the partner's refusal, or ours to call it."""
        super().__init__(why.operator)
        self.why = why


class Asking:
    """Asks partners one question at a time."""

    def __init__(self, store: Store, partners: Mapping[str, Partner], clock: Clock, metrics: Metrics) -> None:
        """``partners`` by id."""
        self._store = store
        self._partners = partners
        self._clock = clock
        self._breaker = metrics.breaker

    async def ask(self, name: str, question: Callable[[], Awaitable[T | Verdict]]) -> T:
        """The answer; what may be tried again is tried again. Raises `Unanswered`."""
        for attempt in range(1, _TRIES + 1):
            await self._wait_for_turn(name)
            answer = await question()
            if not isinstance(answer, Verdict):
                await self._note(name, Done())
                return answer
            await self._note(name, answer)
            if isinstance(answer, Done | AlreadyDone):
                raise TypeError(f"{name} answered a question with {type(answer).__name__}")
            if not isinstance(answer, Retry) or attempt == _TRIES:
                raise Unanswered(answer.why)
            await self._clock.sleep(answer.after or 2.0**attempt)
        raise AssertionError("the last try returns or raises")

    async def _wait_for_turn(self, name: str) -> None:
        """Raises `Unanswered` when the partner is paused, or left alone for longer than `_PATIENCE`."""
        limits, began = self._partners[name].limits, self._clock.now()
        while True:
            now = self._clock.now()
            until = await self._store.run(partial(_turn, name=name, limits=limits, now=now))
            if not until:
                return
            if until - began > _PATIENCE:
                raise Unanswered(Explanation(_HELD_BACK, f"calls to {name} are held back"))
            await self._clock.sleep((until - now) / SECOND)

    async def _note(self, name: str, verdict: Verdict) -> None:
        limits, now = self._partners[name].limits, self._clock.now()
        move = await self._store.run(partial(_noted, name=name, limits=limits, verdict=verdict, now=now))
        if move is not None:
            self._breaker.labels(name).set(1 if move.state == "open" else 0)


def _turn(tx: Transaction, name: str, limits: Limits, now: int) -> int:
    """0 when one call may be made now; else when to look again."""
    health = tx.partners.health(name)
    allowance = allow(health, limits, now, 1)
    if not allowance.calls:
        return max(allowance.wait_until, now + 1)
    spent = spend(allowance.health, limits, 1)
    if spent != health:
        tx.partners.save_health(name, spent)
    return 0


def _noted(tx: Transaction, name: str, limits: Limits, verdict: Verdict, now: int) -> BreakerMove | None:
    health = tx.partners.health(name)
    changed, move = judge_health(health, limits, name, verdict, now)
    if changed != health:
        tx.partners.save_health(name, changed)
    if move is not None:
        tx.partners.note_breaker(move)
    return move
