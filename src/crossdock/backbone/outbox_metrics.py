"""What outboxes count, as Prometheus series; the label is the outbox's configured name."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from crossdock.ports.outbox import Outcome


class OutboxMetrics:
    """One set of series for all outboxes of a process. Gauges say the same in every process: alert on their maximum."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register on ``registry``."""
        self._sent = Counter(
            "crossdock_outbox_events_total", "Events handed over, by what became of them.", ["outbox", "outcome"],
            registry=registry,
        )  # fmt: skip
        self._waiting = Gauge(
            "crossdock_outbox_waiting_events", "Events before the cursors.", ["outbox"], registry=registry
        )
        self._age = Gauge(
            "crossdock_outbox_age_seconds", "Age of the oldest event not sent.", ["outbox"], registry=registry
        )
        self._held = Gauge(
            "crossdock_outbox_held_events", "Events the receiver declined, tried again.", ["outbox"], registry=registry
        )
        self._enabled = Gauge("crossdock_outbox_enabled", "0 while it is disabled.", ["outbox"], registry=registry)

    def sent(self, name: str, outcome: Outcome) -> None:
        """Count one event handed over."""
        self._sent.labels(name, type(outcome).__name__.lower()).inc()

    def queue(self, name: str, events: int, age: float, held: int, *, enabled: bool) -> None:
        """Show how far the outbox is behind; ``age`` in seconds."""
        self._waiting.labels(name).set(events)
        self._age.labels(name).set(age)
        self._held.labels(name).set(held)
        self._enabled.labels(name).set(1 if enabled else 0)
