"""A partner whose webhooks have a rough journey: some come twice, in another order, or altered. Seeded."""

import random
from collections.abc import Mapping
from typing import Any

from msgspec import structs

from crossdock.ports.wire import HttpRequest, HttpResponse
from crossdock.sim.ledger import Ledger
from crossdock.sim.scenario import Webhooks
from crossdock.sim.simulator import Simulator
from crossdock.sim.webhooks import OutgoingWebhook

_ALTERED = "-altered"
_AGAIN = "-again"


class RoughRoad:
    """Wraps a simulator and does to its webhooks what ``rules`` say; everything else passes through."""

    def __init__(self, inner: Simulator, rules: Webhooks, seed: int) -> None:
        """``seed`` decides which ones."""
        self._inner = inner
        self._rules = rules
        self._random = random.Random(seed)  # noqa: S311 - a reproducible story, no secret
        self._to_alter = rules.tampered
        self.sent = 0
        self.repeated = 0
        self.altered_answers: list[int] = []

    @property
    def hosts(self) -> tuple[str, ...]:
        """The inner simulator's."""
        return self._inner.hosts

    @property
    def ledger(self) -> Ledger:
        """The inner simulator's."""
        return self._inner.ledger

    def handle(self, request: HttpRequest, now: int) -> HttpResponse:
        """The inner simulator's answer."""
        return self._inner.handle(request, now)

    def control(self, action: str, arguments: Mapping[str, Any], now: int) -> object:
        """The inner simulator's."""
        return self._inner.control(action, arguments, now)

    def state(self) -> object:
        """The inner simulator's."""
        return self._inner.state()

    def take_webhooks(self, now: int) -> list[OutgoingWebhook]:
        """What is due, after what happened to it on the road."""
        due = self._inner.take_webhooks(now)
        self.sent += len(due)
        again = [
            structs.replace(each, id=each.id + _AGAIN) for each in due if self._random.random() < self._rules.twice
        ]
        self.repeated += len(again)
        altered = []
        if due and self._to_alter:
            self._to_alter -= 1
            victim = due[0]
            altered.append(structs.replace(victim, id=victim.id + _ALTERED, body=victim.body + b" "))
        together = [*due, *again, *altered]
        if self._rules.shuffled:
            self._random.shuffle(together)
        return together

    def webhook_answered(self, webhook: OutgoingWebhook, status: int, now: int) -> None:
        """Pass on the answers to real ones; keep those to altered ones, which must be refusals."""
        if webhook.id.endswith(_ALTERED):
            self.altered_answers.append(status)
        elif not webhook.id.endswith(_AGAIN):
            self._inner.webhook_answered(webhook, status, now)
