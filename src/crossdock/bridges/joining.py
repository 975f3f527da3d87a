"""Bridges, webhooks and subscriptions as configured. A broker's library is imported only where one is named."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from msgspec import Struct
from prometheus_client import CollectorRegistry

from crossdock.backbone.outbox import Outbox
from crossdock.backbone.outbox_metrics import OutboxMetrics
from crossdock.backbone.outbox_state import Rules
from crossdock.bridges.taking import Door, Source, Subscription
from crossdock.bridges.webhooks import WebhookWire
from crossdock.ports.clock import Clock, Ids
from crossdock.ports.outbox import Wire
from crossdock.ports.secrets import Secrets
from crossdock.ports.stores import Store
from crossdock.settings.fanout import BridgeSettings, SubscriptionSettings, WebhookSettings
from crossdock.settings.sections import Settings

_HOUR = 3600.0
_DAY = 86_400.0


class Fanout(Struct, frozen=True):
    """Everything of one worker that goes to and comes from others beside partners."""

    outboxes: tuple[Outbox, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()

    def loops(self) -> Mapping[str, Callable[[Sequence[int]], Awaitable[int]]]:
        """The steps the engine repeats."""
        out = {f"outbox:{each.name}": each.step for each in self.outboxes}
        return out | {f"subscription:{each.name}": each.step for each in self.subscriptions}

    def attach(self, door: Door) -> None:
        """Tell subscriptions where their messages go."""
        for each in self.subscriptions:
            each.attach(door)

    async def close(self) -> None:
        """Let go of all connections."""
        for outbox in self.outboxes:
            await outbox.close()
        for subscription in self.subscriptions:
            await subscription.close()


def wire_of(bridge: BridgeSettings, secrets: Secrets) -> Wire:
    """The wire to a bridge's broker. Raises `MissingLibrary`."""
    if bridge.nats is not None:
        from crossdock.bridges.nats import NatsWire  # noqa: PLC0415 - its library is an extra

        return NatsWire(bridge.nats, secrets)
    if bridge.rabbitmq is not None:
        from crossdock.bridges.rabbitmq import RabbitWire  # noqa: PLC0415 - its library is an extra

        return RabbitWire(bridge.rabbitmq, secrets)
    if bridge.kafka is not None:
        from crossdock.bridges.kafka import KafkaWire  # noqa: PLC0415 - its library is an extra

        return KafkaWire(bridge.kafka, secrets)
    if bridge.mqtt is not None:
        from crossdock.bridges.mqtt import MqttWire  # noqa: PLC0415 - its library is an extra

        return MqttWire(bridge.mqtt, secrets)
    raise ValueError("a bridge names no broker")


def source_of(subscription: SubscriptionSettings, secrets: Secrets) -> Source:
    """The source at a subscription's broker. Raises `MissingLibrary`."""
    if subscription.nats is not None:
        from crossdock.bridges.nats import NatsSource  # noqa: PLC0415 - its library is an extra

        return NatsSource(subscription.nats, secrets)
    if subscription.rabbitmq is not None:
        from crossdock.bridges.rabbitmq import RabbitSource  # noqa: PLC0415 - its library is an extra

        return RabbitSource(subscription.rabbitmq, secrets)
    if subscription.kafka is not None:
        from crossdock.bridges.kafka import KafkaSource  # noqa: PLC0415 - its library is an extra

        return KafkaSource(subscription.kafka, secrets)
    if subscription.mqtt is not None:
        from crossdock.bridges.mqtt import MqttSource  # noqa: PLC0415 - its library is an extra

        return MqttSource(subscription.mqtt, secrets)
    raise ValueError("a subscription names no broker")


def rules_of_bridge(bridge: BridgeSettings) -> Rules:
    """A broker is waited for, however long: a bridge is never disabled by itself."""
    return Rules(bridge.types, bridge.quiet, bridge.start)


def rules_of_webhook(webhook: WebhookSettings) -> Rules:
    """What a webhook sends and when it stops."""
    return Rules(
        webhook.types, webhook.quiet, webhook.start, batch=max(64, 4 * webhook.parallel), parallel=webhook.parallel,
        give_up=webhook.give_up_hours * _HOUR, disable=webhook.disable_after_days * _DAY,
    )  # fmt: skip


def wire_named(settings: Settings, name: str, secrets: Secrets) -> Wire:
    """The wire of one bridge or webhook, enabled or not. Raises `KeyError` or `MissingLibrary`."""
    if name in settings.webhooks:
        return WebhookWire(settings.webhooks[name], secrets)
    return wire_of(settings.bridges[name], secrets)


def wires(settings: Settings, secrets: Secrets) -> dict[str, tuple[Wire, Rules]]:
    """The wires of all enabled bridges and webhooks, by name. Raises `MissingLibrary`."""
    found: dict[str, tuple[Wire, Rules]] = {
        name: (wire_of(each, secrets), rules_of_bridge(each)) for name, each in settings.bridges.items() if each.enabled
    }
    for name, each in settings.webhooks.items():
        if each.enabled:
            found[name] = (WebhookWire(each, secrets), rules_of_webhook(each))
    return found


def fan_out(
    settings: Settings, secrets: Secrets, store: Store, clock: Clock, ids: Ids, registry: CollectorRegistry
) -> Fanout:
    """Everything configured, ready for the engine. Raises `MissingLibrary`."""
    metrics = OutboxMetrics(registry)
    return Fanout(
        tuple(
            Outbox(name, wire, rules, store, clock, ids, metrics)
            for name, (wire, rules) in wires(settings, secrets).items()
        ),
        tuple(
            Subscription(name, source_of(each, secrets), each.partner, each.channel, clock, unwrap=each.unwrap)
            for name, each in settings.subscriptions.items()
            if each.enabled
        ),
    )
