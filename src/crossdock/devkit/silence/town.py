"""Orders, processes and time: who owes something does it, unless it is left out on purpose."""

import heapq
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping

from msgspec import Struct, field
from prometheus_client import CollectorRegistry

from crossdock.backbone.decide import Effects, Reducer, Subject
from crossdock.backbone.metrics import Metrics
from crossdock.devkit.crashing import SeededIds
from crossdock.devkit.silence import goods
from crossdock.devkit.silence.lives import Partners, ordered
from crossdock.devkit.silence.others import pickup, receipt
from crossdock.devkit.silence.roads import ROADS
from crossdock.devkit.silence.words import HOUR, MINUTE, Life
from crossdock.model import events as ev
from crossdock.model.fulfilment import FulfilmentState, summary_of
from crossdock.model.identifiers import partition_of, trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.progress import ExpectationExpired
from crossdock.ports.process import Process

MONDAY = 1_795_392_000_000_000
"""23 November 2026, 00:00 UTC."""


_ROADS = (*["plain"] * 6, *ROADS)
_LIVES = (*[ordered] * 13, receipt, pickup)
"""Of fifteen lives thirteen are orders."""


class Omission(Struct):
    """What is left out of one order's life: ``owed`` of ``subject``, and when that began (epoch microseconds)."""

    subject: str
    owed: str
    since: int = 0


class Alarm(Struct, frozen=True):
    """An expectation that expired, when it was due, and when it was said."""

    subject: str
    owed: str
    who: str
    due: int
    said: int


class Order(Struct):
    """One subject while the week goes by. Acts are held back until ``silent_until``."""

    life: Life
    reducer: Reducer
    state: Subject
    omission: Omission | None = None
    silent_until: int = 0
    known: set[str] = field(default_factory=set)
    timers: dict[str, int] = field(default_factory=dict)
    position: int = 0


class Town:
    """All orders of the week. Deadlines are looked for once a virtual minute, as seldom as an engine ever does."""

    def __init__(self, processes: Mapping[bool, list[Process]], limits: Mapping[str, float], seed: int) -> None:
        """``processes`` by whether a warehouse ships; ``limits`` are hours by expectation."""
        self._limits, self._dice = limits, random.Random(seed)  # noqa: S311 - a simulation
        self._reducers = {
            key: Reducer(None, each, None, SeededIds(seed), Metrics(CollectorRegistry()), summary_of)  # type: ignore[arg-type]
            for key, each in processes.items()
        }
        self.orders: dict[str, Order] = {}
        self.alarms: list[Alarm] = []
        self.events = 0
        self._acts: list[tuple[int, int, str, ev.EventBody, str]] = []
        self._timers: list[tuple[int, str, str]] = []
        self._number = 0

    def move_in(self, count: int, omissions: int) -> list[Omission]:
        """``count`` orders over a week, and which ``omissions`` of what they owe are left out: of every kind there is
        alike many, as far as there are orders that owe it.
        """
        for number in range(1, count + 1):
            start = MONDAY + int(self._dice.uniform(0, 7 * 24 * HOUR))
            partners = Partners(number, start, self._dice, self._dice.choice(_ROADS), warehouse=number % 10 < 7)
            each = _LIVES[number % len(_LIVES)](partners)
            state = Subject(FulfilmentState(), {})
            self.orders[each.subject] = Order(each, self._reducers[partners.warehouse], state)
            for act in each.begin:
                self._plan(each.subject, start + act.after, act.body, act.owed)
        chosen = self._leave_out(omissions)
        for omission in chosen:
            self.orders[omission.subject].omission = omission
        return chosen

    def _leave_out(self, omissions: int) -> list[Omission]:
        owing: dict[str, list[str]] = defaultdict(list)
        for subject, order in self.orders.items():
            for owed in dict.fromkeys(order.life.owes):
                owing[owed].append(subject)
        for subjects in owing.values():
            self._dice.shuffle(subjects)
        taken: set[str] = set()
        chosen: list[Omission] = []
        while len(chosen) < omissions and any(owing.values()):
            for owed in sorted(owing):
                while owing[owed] and owing[owed][-1] in taken:
                    owing[owed].pop()
                if owing[owed] and len(chosen) < omissions:
                    subject = owing[owed].pop()
                    taken.add(subject)
                    chosen.append(Omission(subject, owed))
        return chosen

    def run(self) -> Iterator[int]:
        """Let the time pass until nothing is left to happen; gives the virtual minute now and then."""
        minute = MONDAY
        while self._acts or self._timers:
            following = min(each[0][0] for each in (self._acts, self._timers) if each)
            minute = max(minute + MINUTE, following + (-following) % MINUTE)
            while self._acts and self._acts[0][0] <= minute:
                self._act(heapq.heappop(self._acts))
            while self._timers and self._timers[0][0] <= minute:
                self._ring(heapq.heappop(self._timers), minute)
            yield minute

    def _plan(self, subject: str, at: int, body: ev.EventBody, owed: str) -> None:
        self._number += 1
        heapq.heappush(self._acts, (at, self._number, subject, body, owed))

    def _act(self, planned: tuple[int, int, str, ev.EventBody, str]) -> None:
        at, _, subject, body, owed = planned
        order = self.orders[subject]
        left_out = order.omission
        if left_out is not None and not left_out.since and left_out.owed == owed:
            left_out.since = at
            order.silent_until = at + int((self._limits[owed] + 2) * HOUR)
        if at < order.silent_until:
            self._plan(subject, order.silent_until + (at - (left_out.since if left_out else at)), body, "")
            return
        self._tell(order, body, at)

    def _ring(self, timer: tuple[int, str, str], now: int) -> None:
        due, subject, name = timer
        order = self.orders[subject]
        if order.timers.get(name) == due:
            del order.timers[name]
            self._tell(order, ev.DeadlinePassed(name, due), now)

    def _tell(self, order: Order, told: ev.EventBody, at: int) -> None:
        pending = [told]
        while pending:
            event = _event(order, pending.pop(0), at)
            if event.key in order.known:
                continue
            order.known.add(event.key)
            self.events += 1
            self._notice(event, at)
            effects = Effects(subjects={event.subject: order.state})
            order.reducer.decide({}, [event], {}, at, onto=effects)
            self._follow(order, effects, at)
            pending += [each.fact.body for each in effects.events]

    def _notice(self, event: ev.Event, at: int) -> None:
        body = event.body
        if isinstance(body, ExpectationExpired):
            owed = body.what.split(" to leave ") if body.kind == "stage" else [body.kind]
            self.alarms.append(Alarm(event.subject, "/".join(owed), body.who, body.due_at, at))

    def _follow(self, order: Order, effects: Effects, at: int) -> None:
        for (subject, name), timer in effects.deadlines.items():
            order.timers.pop(name, None)
            if timer is not None:
                order.timers[name] = timer.due_at
                heapq.heappush(self._timers, (timer.due_at, subject, name))
        for command in effects.commands:
            for act in order.life.answer(command):
                self._plan(command.subject, at + act.after, act.body, act.owed)


def _event(order: Order, body: ev.EventBody, at: int) -> ev.Event:
    subject = order.life.subject
    order.position += 1
    fact = ev.Fact(body, from_epoch_us(at), subject=subject)
    return ev.Event(
        fact.key(subject), subject, partition_of(subject), order.position, body, fact.occurred, at, at, goods.ERP, "",
        trace_id_of(subject),
    )  # fmt: skip
