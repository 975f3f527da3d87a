"""Questions to a partner outside its feeds and lanes, within the throttle and the breaker that all workers share."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from crossdock.backbone.deliver import Partner
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.pacing import note_call, take_turn
from crossdock.ports.clock import SharedClock
from crossdock.ports.stores import Store
from crossdock.ports.verdicts import AlreadyDone, Done, Explanation, Retry, Verdict

T = TypeVar("T")
_TRIES = 4
_PATIENCE = 120.0
"""Seconds."""
_HELD_BACK = "The partner is paused or does not answer now: run it again later."


class Unanswered(Exception):
    """The partner gives no answer now; ``why`` has both texts."""

    def __init__(self, why: Explanation) -> None:
        """``why`` is the partner's refusal, or ours to call it."""
        super().__init__(why.operator)
        self.why = why


class Asking:
    """Asks partners one question at a time."""

    def __init__(self, store: Store, partners: Mapping[str, Partner], clock: SharedClock, metrics: Metrics) -> None:
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
        limits, waited = self._partners[name].limits, 0.0
        while seconds := await self._store.run(lambda tx: take_turn(tx, name, limits, self._clock)):
            waited += seconds
            if waited > _PATIENCE:
                raise Unanswered(Explanation(_HELD_BACK, f"calls to {name} are held back"))
            await self._clock.sleep(seconds)

    async def _note(self, name: str, verdict: Verdict) -> None:
        limits = self._partners[name].limits
        move = await self._store.run(lambda tx: note_call(tx, name, limits, verdict, self._clock))
        if move is not None:
            self._breaker.labels(name).set(1 if move.state == "open" else 0)
