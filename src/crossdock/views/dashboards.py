"""Dashboards for Grafana, as the JSON it imports: the engine, partners, and key figures."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from crossdock.model.kpis import KPIS, Kpi

_WIDTH, _HEIGHT = 8, 7
_SCHEMA = 39
"""The version of Grafana's dashboard schema these are written for (Grafana 11 reads it, and newer ones convert it)."""
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_UNITS = {"percent": "percent", "seconds": "s", "minutes": "m", "hours": "h", "days": "d"}


class Panel(Struct, frozen=True):
    """One panel: queries with their legends; ``kind`` is timeseries or stat, ``unit`` one of Grafana's."""

    title: str
    queries: tuple[tuple[str, str], ...]
    unit: str = "short"
    kind: str = "timeseries"
    text: str = ""


def _quantile(rank: str, series: str, by: str = "") -> str:
    return f"histogram_quantile({rank}, sum by (le{by}) (rate({series}_bucket[5m])))"


ENGINE: tuple[Panel, ...] = (
    Panel(
        "Taken in",
        (("sum by (partner, result) (rate(crossdock_intake_total[5m]))", "{{partner}} {{result}}"),),
        "reqps",
    ),
    Panel("Commit, p99", ((_quantile("0.99", "crossdock_intake_commit_seconds"), "commit"),), "s"),
    Panel("Messages in one commit", ((_quantile("0.5", "crossdock_intake_batch_messages"), "median"),)),
    Panel("Waiting", (("max by (stage) (crossdock_queue_messages)", "{{stage}}"),)),
    Panel("Oldest waiting", (("max by (stage) (crossdock_queue_age_seconds)", "{{stage}}"),), "s"),
    Panel("Translated", (("sum by (status) (rate(crossdock_translated_total[5m]))", "{{status}}"),), "reqps"),
    Panel(
        "Events",
        (("sum(rate(crossdock_events_total[5m]))", "recorded"), ("sum(rate(crossdock_decided_total[5m]))", "decided")),
        "reqps",
    ),
    Panel("Commands", (("sum by (kind) (rate(crossdock_commands_total[5m]))", "{{kind}}"),), "reqps"),
    Panel("Steps that failed", (("sum by (step) (increase(crossdock_step_failures_total[5m]))", "{{step}}"),)),
    Panel("From received to carried out, p95", ((_quantile("0.95", "crossdock_propagation_seconds"), "all"),), "s"),
    Panel("Outboxes behind", (("max by (outbox) (crossdock_outbox_age_seconds)", "{{outbox}}"),), "s"),
    Panel("Let go by retention", (("sum by (of) (increase(crossdock_retention_rows_total[1d]))", "{{of}}"),)),
)
_ERRORS = 'crossdock_deliveries_total{verdict!~"Done|AlreadyDone"}'
PARTNERS: tuple[Panel, ...] = (
    Panel("Breakers open", (("max by (partner) (crossdock_breaker_open)", "{{partner}}"),)),
    Panel(
        "Calls",
        (("sum by (partner, verdict) (rate(crossdock_deliveries_total[5m]))", "{{partner}} {{verdict}}"),),
        "reqps",
    ),
    Panel(
        "Error rate",
        (
            (
                f"sum by (partner) (rate({_ERRORS}[5m])) / sum by (partner) (rate(crossdock_deliveries_total[5m]))",
                "{{partner}}",
            ),
        ),
        "percentunit",
    ),
    Panel("Call, p95", ((_quantile("0.95", "crossdock_delivery_seconds", ", partner"), "{{partner}}"),), "s"),
    Panel(
        "From received to carried out, p95",
        ((_quantile("0.95", "crossdock_propagation_seconds", ", partner"), "{{partner}}"),),
        "s",
    ),
    Panel(
        "Orders released, p95",
        ((_quantile("0.95", "crossdock_release_latency_seconds", ", partner"), "{{partner}}"),),
        "s",
    ),
    Panel(
        "Messages that stopped",
        (('sum by (partner) (increase(crossdock_translated_total{status="parked"}[1h]))', "{{partner}}"),),
    ),
    Panel(
        "Delivered on time",
        (('max by (partner) (crossdock_kpi_by_partner{kpi="on_time_rate"})', "{{partner}}"),),
        "percent",
    ),
    Panel(
        "First scan in time",
        (('max by (partner) (crossdock_kpi_by_partner{kpi="first_scan_rate"})', "{{partner}}"),),
        "percent",
    ),
    Panel(
        "Exceptions per 1,000 orders",
        (('max by (partner) (crossdock_kpi_by_partner{kpi="exceptions_per_thousand"})', "{{partner}}"),),
    ),
    Panel("Gaps", (("sum by (partner, kind) (crossdock_reconciliation_gaps)", "{{partner}} {{kind}}"),)),
    Panel(
        "Scans nobody understands",
        (('max by (partner) (crossdock_kpi_by_partner{kpi="scans_invalid"})', "{{partner}}"),),
        "percent",
    ),
)
EXCEPTIONS: tuple[Panel, ...] = (
    Panel("Open exceptions by owner", (('sum by (owner) (crossdock_exceptions_open{queue="business"})', "{{owner}}"),)),
    Panel(
        "Past their promise", (('sum by (owner) (crossdock_exceptions_past_promise{queue="business"})', "{{owner}}"),)
    ),
    Panel("Older than", (('sum by (than) (crossdock_exceptions_older{queue="business"})', "{{than}}"),)),
    Panel("Oldest", (("max by (owner) (crossdock_exceptions_oldest_seconds)", "{{owner}}"),), "s"),
)


def figure_panel(kpi: Kpi) -> Panel:
    """A figure and its threshold over time."""
    most = "max" if kpi.worse == "over" else "min"
    queries = [(f"{most}(crossdock_kpi_{kpi.name})", kpi.unit)]
    if kpi.threshold is not None:
        queries.append((f'max(crossdock_kpi_threshold{{kpi="{kpi.name}"}})', "threshold"))
    return Panel(kpi.title, tuple(queries), _UNITS.get(kpi.unit, "short"), text=f"{kpi.meaning} {kpi.do}")


def dashboards() -> dict[str, dict[str, Any]]:
    """All of them, by file name without its ending."""
    bad = Panel(
        "Figures worse than their threshold", (("max by (kpi) (crossdock_kpi_bad) == 1", "{{kpi}}"),), kind="stat"
    )
    figures = [bad, *EXCEPTIONS, *map(figure_panel, KPIS.values())]
    return {
        "crossdock-engine": dashboard("crossdock-engine", "Crossdock: engine", ENGINE),
        "crossdock-partners": dashboard("crossdock-partners", "Crossdock: partners", PARTNERS),
        "crossdock-business": dashboard("crossdock-business", "Crossdock: key figures", figures),
    }


def dashboard(uid: str, title: str, panels: Iterable[Panel]) -> dict[str, Any]:
    """One dashboard: panels three in a row."""
    return {
        "uid": uid,
        "title": title,
        "schemaVersion": _SCHEMA,
        "version": 1,
        "editable": True,
        "refresh": "30s",
        "tags": ["crossdock"],
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "templating": {
            "list": [{"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"}]
        },
        "panels": [_panel(each, place) for place, each in enumerate(panels)],
    }


def _panel(panel: Panel, place: int) -> dict[str, Any]:
    row, column = divmod(place, 24 // _WIDTH)
    return {
        "id": place + 1,
        "title": panel.title,
        "description": panel.text,
        "type": panel.kind,
        "datasource": _SOURCE,
        "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "options": {},
        "targets": [_target(each, "ABCDEF"[number]) for number, each in enumerate(panel.queries)],
    }


def _target(query: tuple[str, str], letter: str) -> dict[str, Any]:
    return {"refId": letter, "expr": query[0], "legendFormat": query[1], "datasource": _SOURCE}


def queries(panels: Sequence[dict[str, Any]]) -> list[str]:
    """Every expression of a dashboard's panels."""
    return [target["expr"] for panel in panels for target in panel["targets"]]
