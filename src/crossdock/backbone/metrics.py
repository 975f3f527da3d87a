"""What the engine counts, as Prometheus series with bounded labels (partner ids, never business ids)."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from crossdock.ports.rows import Queues, Workload

_FAST = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_SLOW = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)


class Metrics:
    """One set of series on one registry; names follow ``crossdock_<thing>_<unit>``."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        """Register on ``registry`` (a fresh one when none is given)."""
        self.registry = registry or CollectorRegistry()
        reg = self.registry
        self.accepted = Counter("crossdock_intake_total", "Messages made durable.", ["partner", "result"], registry=reg)
        self.commit = Histogram("crossdock_intake_commit_seconds", "One group commit.", buckets=_FAST, registry=reg)
        self.commit_size = Histogram(
            "crossdock_intake_batch_messages",
            "Messages in one group commit.",
            buckets=(1, 4, 16, 64, 256),
            registry=reg,
        )
        self.translated = Counter(
            "crossdock_translated_total",
            "Messages settled, by what became of them: translated, waiting, parked.",
            ["partner", "status"],
            registry=reg,
        )
        self.events = Counter("crossdock_events_total", "Events appended to the log.", ["type"], registry=reg)
        self.decided = Counter("crossdock_decided_total", "Events decided on.", registry=reg)
        self.ordered = Counter("crossdock_commands_total", "Commands ordered.", ["partner", "kind"], registry=reg)
        self.delivered = Counter(
            "crossdock_deliveries_total", "Attempts, by verdict.", ["partner", "verdict"], registry=reg
        )
        self.call = Histogram(
            "crossdock_delivery_seconds", "One call, whatever it carried.", ["partner"], buckets=_SLOW, registry=reg
        )
        self.lag = Histogram(
            "crossdock_propagation_seconds", "From received to carried out.", ["partner"], buckets=_SLOW, registry=reg
        )
        self.release = Histogram(
            "crossdock_release_latency_seconds",
            "Orders released to a warehouse, from the decision to its answer.",
            ["partner"],
            buckets=_SLOW,
            registry=reg,
        )
        self.breaker = Gauge(
            "crossdock_breaker_open", "1 while the partner's breaker is open.", ["partner"], registry=reg
        )
        self.depth = Gauge("crossdock_queue_messages", "Messages by stage.", ["stage"], registry=reg)
        self.age = Gauge("crossdock_queue_age_seconds", "Age of the oldest message, by stage.", ["stage"], registry=reg)
        self.clock_off = Gauge(
            "crossdock_clock_offset_seconds", "How far this machine's clock is ahead of the store's.", registry=reg
        )
        self.failures = Counter("crossdock_step_failures_total", "Engine steps that failed.", ["step"], registry=reg)
        self._of_exceptions(reg)

    def _of_exceptions(self, reg: CollectorRegistry) -> None:
        words = ["queue", "owner", "severity"]
        self.exceptions = Gauge(
            "crossdock_exceptions_open",
            "Open exceptions: business ones, and technical ones apart.",
            words,
            registry=reg,
        )
        self.exceptions_late = Gauge(
            "crossdock_exceptions_past_promise", "Open exceptions of which a promise is broken.", words, registry=reg
        )
        self.exceptions_age = Gauge(
            "crossdock_exceptions_oldest_seconds", "Age of the oldest open exception.", words, registry=reg
        )
        self.exceptions_older = Gauge(
            "crossdock_exceptions_older", "Open exceptions older than an hour, a day, a week.", [*words, "than"],
            registry=reg,
        )  # fmt: skip

    def worked(self, loads: Sequence[Workload], now: int) -> None:
        """Whose exceptions are open at ``now`` (epoch microseconds), and how old they are."""
        for gauge in (self.exceptions, self.exceptions_late, self.exceptions_age, self.exceptions_older):
            gauge.clear()
        for each in loads:
            words = (each.queue, each.owner, each.severity)
            self.exceptions.labels(*words).set(each.count)
            self.exceptions_late.labels(*words).set(each.past)
            self.exceptions_age.labels(*words).set((now - each.oldest_at) / 1_000_000)
            for than, number in (("hour", each.hour), ("day", each.day), ("week", each.week)):
                self.exceptions_older.labels(*words, than).set(number)

    def measured(self, queues: Queues, now: int) -> None:
        """What waits at ``now`` (epoch microseconds), and since when."""
        for stage, number in queues.depth.items():
            self.depth.labels(stage).set(number)
        for stage, oldest in queues.oldest.items():
            self.age.labels(stage).set((now - oldest) / 1_000_000 if oldest else 0.0)
