"""Calls to simulators in the same process, with their scripted faults: what seeded crash tests run on."""

import asyncio
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from crossdock.ports.clock import Clock
from crossdock.ports.wire import HttpRequest, HttpResponse, NoAnswer, NotSent
from crossdock.sim.faults import Effect, FaultBook
from crossdock.sim.simulator import Simulator


class InProcessCaller:
    """Implements `crossdock.ports.wire.HttpCaller` by routing on the host name; nothing leaves the process.

    ``faults`` are looked up by the same host; every simulator without its own gets an empty book.
    """

    def __init__(
        self, clock: Clock, simulators: Iterable[Simulator], faults: Mapping[str, FaultBook] | None = None
    ) -> None:
        self._clock = clock
        self._faults = dict(faults or {})
        self._simulators = {host: simulator for simulator in simulators for host in simulator.hosts}

    def faults_of(self, host: str) -> FaultBook:
        """The fault book of a host, to be scripted at any time."""
        if host not in self._faults:
            self._faults[host] = FaultBook(started_at=self._clock.now())
        return self._faults[host]

    async def call(self, request: HttpRequest) -> HttpResponse:
        """The simulator's answer. Raises `NotSent` for an unknown host, `NoAnswer` for a lost or late answer."""
        parts = urlsplit(request.url)
        simulator = self._simulators.get(parts.netloc)
        if simulator is None:
            raise NotSent(f"no simulator answers for '{parts.netloc}'")
        effect = self.faults_of(parts.netloc).judge(request.method, parts.path, self._clock.now())
        if effect.unreachable:
            raise NotSent(f"connection to {parts.netloc} refused (scripted)")
        # Two points where a scheduler may switch or drop the task: before and after the partner acted.
        await asyncio.sleep(0)
        late = effect.latency > request.timeout
        await self._wait(min(effect.latency, request.timeout))
        answer = carry_out(simulator, request, effect, self._clock.now())
        await asyncio.sleep(0)
        if late:
            raise NoAnswer(f"no answer from {parts.netloc} within {request.timeout} s (scripted)")
        if answer is None:
            raise NoAnswer(f"the connection to {parts.netloc} died (scripted)")
        return answer

    async def close(self) -> None:
        """Do nothing: there are no connections."""

    async def _wait(self, seconds: float) -> None:
        if seconds > 0:
            await self._clock.sleep(seconds)


def carry_out(simulator: Simulator, request: HttpRequest, effect: Effect, now: int) -> HttpResponse | None:
    """Do what ``effect`` leaves of the call at ``now``; None when the caller gets no answer.

    A duplicated call gives the second answer, as a retrying proxy would.
    """
    if effect.drop:
        return None
    if effect.status:
        headers = {"content-type": "application/json; charset=utf-8"}
        if effect.retry_after is not None:
            headers["retry-after"] = f"{effect.retry_after:g}"
        return HttpResponse(effect.status, headers, effect.body.encode())
    answer = simulator.handle(request, now)
    if effect.duplicate:
        answer = simulator.handle(request, now)
    return None if effect.lost_answer else answer
