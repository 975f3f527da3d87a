"""Alert rules for Prometheus: what of the engine should wake somebody, and every key figure that has a threshold.

Thresholds of figures are series themselves (``crossdock_kpi_threshold``), so the rules hold whatever is configured.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from crossdock.model.kpis import KPIS, Kpi

FIGURES = "reference/kpis.md"
"""The page with a section for each figure."""


class Rule(Struct, frozen=True):
    """One alert. ``lasting`` is how long it has to hold, ``page`` the runbook (a file of docs/, with an anchor)."""

    name: str
    expr: str
    lasting: str
    severity: str
    summary: str
    page: str
    labels: Mapping[str, str] = {}


_FAILED = 'crossdock_deliveries_total{verdict!~"Done|AlreadyDone"}'
ENGINE: tuple[Rule, ...] = (
    Rule(
        "CrossdockAbsent",
        "absent(crossdock_decided_total)",
        "5m",
        "critical",
        "No process of Crossdock is scraped.",
        "how-to/run-for-real.md",
    ),
    Rule(
        "CrossdockQueueOld",
        'max by (stage) (crossdock_queue_age_seconds{stage=~"received|undecided|due"}) > 300',
        "5m",
        "critical",
        "Work of stage {{ $labels.stage }} has waited for {{ $value | humanizeDuration }}.",
        "runbooks/backlog.md",
    ),
    Rule(
        "CrossdockStepFails",
        "sum by (step) (increase(crossdock_step_failures_total[10m])) > 5",
        "0m",
        "critical",
        "Step {{ $labels.step }} fails again and again.",
        "runbooks/database-failover.md",
    ),
    Rule(
        "CrossdockClockOff",
        "max by (instance) (abs(crossdock_clock_offset_seconds)) > 10",
        "5m",
        "high",
        "The clock of {{ $labels.instance }} is {{ $value | humanizeDuration }} off the store's.",
        "how-to/scale-out.md",
    ),
    Rule(
        "CrossdockCommitSlow",
        "histogram_quantile(0.99, sum by (le) (rate(crossdock_intake_commit_seconds_bucket[5m]))) > 0.5",
        "10m",
        "high",
        "Taking messages in is slow: the database's disk or the database itself.",
        "runbooks/database-failover.md",
    ),
    Rule(
        "CrossdockBreakerOpen",
        "max by (partner) (crossdock_breaker_open) == 1",
        "10m",
        "high",
        "{{ $labels.partner }} does not take calls.",
        "runbooks/carrier-outage.md",
    ),
    Rule(
        "CrossdockDeliveriesFail",
        f"sum by (partner) (rate({_FAILED}[15m])) / sum by (partner) (rate(crossdock_deliveries_total[15m])) > 0.2",
        "15m",
        "high",
        "{{ $value | humanizePercentage }} of the calls to {{ $labels.partner }} fail.",
        "runbooks/carrier-outage.md",
    ),
    Rule(
        "CrossdockMessagesStop",
        'sum by (partner) (increase(crossdock_translated_total{status="parked"}[15m])) > 10',
        "0m",
        "high",
        "Messages of {{ $labels.partner }} cannot be read.",
        "runbooks/poison-message.md",
    ),
    Rule(
        "CrossdockIntakeRefuses",
        'sum by (partner) (increase(crossdock_intake_total{result="refused"}[15m])) > 50',
        "0m",
        "high",
        "Messages in the name of {{ $labels.partner }} are refused: a wrong or leaked key.",
        "runbooks/key-leak.md",
    ),
    Rule(
        "CrossdockInDoubt",
        'max(crossdock_queue_messages{stage="in_doubt"}) > 0',
        "1h",
        "high",
        "Of some commands nobody knows whether they were carried out.",
        "why/in-doubt.md",
    ),
    Rule(
        "CrossdockReconciliationGaps",
        "sum by (partner) (crossdock_reconciliation_gaps) > 20",
        "0m",
        "high",
        "{{ $labels.partner }} and the store say different things {{ $value }} times.",
        "how-to/reconcile.md",
    ),
    Rule(
        "CrossdockOutboxBehind",
        "max by (outbox) (crossdock_outbox_age_seconds) > 900",
        "5m",
        "high",
        "{{ $labels.outbox }} is {{ $value | humanizeDuration }} behind.",
        "how-to/bridge-events.md",
    ),
    Rule(
        "CrossdockOutboxDisabled",
        "min by (outbox) (crossdock_outbox_enabled) == 0",
        "0m",
        "high",
        "{{ $labels.outbox }} was disabled: its receiver did not want it.",
        "how-to/send-webhooks.md",
    ),
    Rule(
        "CrossdockFiguresStale",
        "time() - max(crossdock_kpi_counted_timestamp_seconds) > 900",
        "0m",
        "high",
        "Key figures were not counted for {{ $value | humanizeDuration }}.",
        "how-to/measure.md",
    ),
)


def figure_rule(kpi: Kpi) -> Rule:
    """The rule of a figure with a threshold."""
    series, most = f"crossdock_kpi_{kpi.name}", "max" if kpi.worse == "over" else "min"
    sign = ">" if kpi.worse == "over" else "<"
    expr = f'{most}({series}) {sign} max(crossdock_kpi_threshold{{kpi="{kpi.name}"}})'
    name = "Crossdock" + "".join(word.capitalize() for word in kpi.name.split("_"))
    page = kpi.runbook if kpi.runbook.startswith("runbooks/") else f"{FIGURES}#{kpi.anchor}"
    labels = {"kpi": kpi.name, "queue": kpi.queue, "owner": kpi.owner}
    return Rule(name, expr, "5m", kpi.severity, f"{kpi.title}: {{{{ $value }}}} {kpi.unit}.", page, labels)


def rules() -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """Those of the engine, and those of key figures."""
    return ENGINE, tuple(figure_rule(each) for each in KPIS.values() if each.threshold is not None)


def document(docs: str) -> dict[str, Any]:
    """The rule file. ``docs`` is the address of the documentation, where runbooks are looked up."""
    engine, figures = rules()
    return {
        "groups": [
            {"name": "crossdock-engine", "rules": [_written(each, docs) for each in engine]},
            {"name": "crossdock-figures", "rules": [_written(each, docs) for each in figures]},
        ]
    }


def _written(rule: Rule, docs: str) -> dict[str, Any]:
    return {
        "alert": rule.name,
        "expr": rule.expr,
        "for": rule.lasting,
        "labels": {"severity": rule.severity, **rule.labels},
        "annotations": {"summary": rule.summary, "runbook_url": url_of(rule.page, docs)},
    }


def url_of(page: str, docs: str) -> str:
    """Where a page of docs/ is read.

    >>> url_of("reference/kpis.md#failed-syncs", "https://docs.example/")
    'https://docs.example/reference/kpis.html#failed-syncs'
    """
    file, _, anchor = page.partition("#")
    return f"{docs.rstrip('/')}/{file.removesuffix('.md')}.html{f'#{anchor}' if anchor else ''}"
