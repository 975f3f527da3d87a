"""Webhooks a simulated partner sends: a queue with the partner's own retry times, and who carries them."""

import heapq
from collections.abc import Awaitable, Callable, Iterable, Mapping
from itertools import count
from typing import Protocol

from msgspec import Struct, structs

MICROSECONDS = 1_000_000


class OutgoingWebhook(Struct, frozen=True):
    """One call the partner makes to us; ``due_at`` in epoch microseconds, ``attempt`` counts from 1."""

    id: str
    url: str
    body: bytes
    due_at: int
    headers: Mapping[str, str] = {}
    attempt: int = 1


Sign = Callable[[OutgoingWebhook, int], Mapping[str, str]]
"""Gives the headers of a webhook that leaves at a moment (epoch microseconds)."""


class WebhookQueue:
    """Webhooks waiting for their time. ``delays`` are the seconds before each further attempt; after the last one
    the partner gives up. Headers are made when a webhook leaves, so a retry carries a fresh timestamp.
    """

    def __init__(self, sign: Sign, delays: tuple[float, ...]) -> None:
        self._sign = sign
        self._delays = delays
        self._order = count()
        self._waiting: list[tuple[int, int, OutgoingWebhook]] = []

    def put(self, webhook: OutgoingWebhook) -> None:
        """Queue it for its ``due_at``."""
        heapq.heappush(self._waiting, (webhook.due_at, next(self._order), webhook))

    def take(self, now: int) -> list[OutgoingWebhook]:
        """Take out what is due, with headers."""
        due = []
        while self._waiting and self._waiting[0][0] <= now:
            webhook = heapq.heappop(self._waiting)[2]
            due.append(structs.replace(webhook, headers=dict(self._sign(webhook, now))))
        return due

    def answered(self, webhook: OutgoingWebhook, status: int, now: int) -> bool:
        """Note the receiver's answer (0 = none); True when the partner will not try again."""
        if 200 <= status < 300:
            return True
        if webhook.attempt > len(self._delays):
            return True
        due = now + round(self._delays[webhook.attempt - 1] * MICROSECONDS)
        self.put(structs.replace(webhook, due_at=due, attempt=webhook.attempt + 1))
        return False

    def __len__(self) -> int:
        return len(self._waiting)

    def next_due(self) -> int | None:
        """When the first one wants to leave (epoch microseconds)."""
        return self._waiting[0][0] if self._waiting else None


class Emits(Protocol):
    """The part of a simulator that sends webhooks."""

    def take_webhooks(self, now: int) -> list[OutgoingWebhook]:
        """What is due."""
        ...

    def webhook_answered(self, webhook: OutgoingWebhook, status: int, now: int) -> None:
        """What came back."""
        ...


async def deliver_due(
    simulators: Iterable[Emits], now: int, deliver: Callable[[OutgoingWebhook], Awaitable[int]]
) -> int:
    """Carry every webhook that is due at ``now`` to ``deliver`` (which answers with an HTTP status, 0 for none)
    and report the answers back; how many were carried. This is how an in-process harness pulls webhooks.
    """
    carried = 0
    for simulator in simulators:
        for webhook in simulator.take_webhooks(now):
            simulator.webhook_answered(webhook, await deliver(webhook), now)
            carried += 1
    return carried
