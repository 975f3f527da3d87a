"""Alert rules and dashboards: promtool reads and tests them, their links lead somewhere, their series are exported."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from ruamel.yaml import YAML

from architecture.test_documents import _anchors
from cli.running import free_port, installed, with_sections
from crossdock.cli.main import main
from crossdock.cli.metrics import DOCS, dashboard_texts, rules_text
from crossdock.model.kpis import KPIS
from crossdock.views.alert_rules import document, rules
from crossdock.views.dashboards import dashboards, queries

ROOT = Path(__file__).parents[2]
PROMTOOL = shutil.which("promtool")
NEEDS_PROMTOOL = pytest.mark.skipif(PROMTOOL is None, reason="no promtool here: install Debian's prometheus")
SERIES = re.compile(r"\bcrossdock_[a-z_]+")
SECTIONS = """
webhooks:
  portal: {url: "https://portal.example/hook", secrets: [secret://file/hook]}
"""


def promtool(*arguments, folder):
    command = [PROMTOOL, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def written(tmp_path):
    assert main(["metrics", "rules", "--out", str(tmp_path)]) == 0
    return tmp_path


@pytest.mark.req("L18")
@NEEDS_PROMTOOL
def test_promtool_finds_nothing_wrong_with_the_rules(written):
    number = sum(map(len, rules()))
    assert f"SUCCESS: {number} rules found" in promtool("check", "rules", "crossdock.rules.yml", folder=written)


def case(series, values, name, labels, *, at="20m", fires=True):
    """One test of promtool: what is scraped each minute, and whether the alert stands at a moment."""
    expected = [{"exp_labels": labels}] if fires else []
    return {
        "interval": "1m",
        "input_series": [{"series": each, "values": value} for each, value in zip(series, values, strict=True)],
        "alert_rule_test": [{"eval_time": at, "alertname": name, "exp_alerts": expected}],
    }


def figure_case(name, value, threshold, *, fires):
    kpi = KPIS[name]
    alert = "Crossdock" + "".join(word.capitalize() for word in name.split("_"))
    labels = {"severity": kpi.severity, "kpi": name, "queue": kpi.queue, "owner": kpi.owner}
    series = [f"crossdock_kpi_{name}", f'crossdock_kpi_threshold{{kpi="{name}"}}']
    return case(series, [f"{value}x30", f"{threshold}x30"], alert, labels, fires=fires)


AGE = ['crossdock_queue_age_seconds{stage="due"}']
CALLS = [
    'crossdock_deliveries_total{partner="ups",verdict="Done"}',
    'crossdock_deliveries_total{partner="ups",verdict="Retry"}',
]
BREAKER = ['crossdock_breaker_open{partner="ups"}']
CASES = {
    "old_queue": case(AGE, ["400x30"], "CrossdockQueueOld", {"severity": "critical", "stage": "due"}),
    "queue_in_time": case(AGE, ["200x30"], "CrossdockQueueOld", {}, fires=False),
    "breaker": case(BREAKER, ["0x4 1x26"], "CrossdockBreakerOpen",
                    {"severity": "high", "partner": "ups"}),
    "breaker_for_a_moment": case(BREAKER, ["0x14 1x5 0x20"], "CrossdockBreakerOpen", {},
                                 fires=False),
    "calls_fail": case(CALLS, ["0+6x40", "0+4x40"], "CrossdockDeliveriesFail", {"severity": "high", "partner": "ups"},
                       at="40m"),
    "calls_succeed": case(CALLS, ["0+9x40", "0+1x40"], "CrossdockDeliveriesFail", {}, at="40m", fires=False),
    "too_many": figure_case("failed_bookings", 6, 5, fires=True),
    "just_enough": figure_case("failed_bookings", 5, 5, fires=False),
    "configured_higher": figure_case("failed_bookings", 6, 20, fires=False),
    "too_few_in_time": figure_case("on_time_rate", 85, 90, fires=True),
    "not_counted": case(["crossdock_kpi_counted_timestamp_seconds"], ["0x40"], "CrossdockFiguresStale",
                        {"severity": "high"}),
    "nobody_there": case(["up"], ["1x30"], "CrossdockAbsent", {"severity": "critical"}),
}  # fmt: skip


@pytest.mark.req("L18")
@NEEDS_PROMTOOL
@pytest.mark.parametrize("name", CASES)
def test_alerts_fire_when_they_should_and_not_otherwise(written, name):
    one = CASES[name]
    alert = one["alert_rule_test"][0]
    rule = next(
        each for group in document(DOCS)["groups"] for each in group["rules"] if each["alert"] == alert["alertname"]
    )
    for expected in alert["exp_alerts"]:
        expected["exp_annotations"] = {**rule["annotations"], "summary": summary_at(rule, one)}
    tests = {"rule_files": ["crossdock.rules.yml"], "evaluation_interval": "1m", "tests": [one]}
    (written / "test.yml").write_text(json.dumps(tests), encoding="utf-8")
    assert "SUCCESS" in promtool("test", "rules", "test.yml", folder=written)


def summary_at(rule, one):
    """The summary as Prometheus fills it in for the values of the case."""
    text = rule["annotations"]["summary"]
    labels = one["alert_rule_test"][0]["exp_alerts"][0]["exp_labels"]
    for name, value in labels.items():
        text = text.replace(f"{{{{ $labels.{name} }}}}", value)
    spoken = {"400x30": "6m 40s", "0x40": "20m 0s"}
    first = one["input_series"][0]["values"]
    text = text.replace("{{ $value | humanizeDuration }}", spoken.get(first, ""))
    text = text.replace("{{ $value | humanizePercentage }}", "40%")
    return text.replace("{{ $value }}", first.partition("x")[0])


@pytest.mark.req("L18", "K16")
def test_every_alert_has_a_severity_and_a_page_that_says_what_to_do():
    for rule in [each for group in rules() for each in group]:
        file, _, anchor = rule.page.partition("#")
        page = ROOT / "docs" / file
        assert rule.severity in {"low", "normal", "high", "critical"}, rule.name
        assert page.is_file(), rule.page
        if anchor:
            assert anchor in _anchors(page), rule.page
    links = [each["annotations"]["runbook_url"] for group in document(DOCS)["groups"] for each in group["rules"]]
    assert all(each.startswith(DOCS) and ".html" in each for each in links)


@pytest.mark.req("L19")
def test_what_is_in_packaging_is_what_the_commands_write():
    assert (ROOT / "packaging/prometheus/crossdock.rules.yml").read_text(encoding="utf-8") == rules_text()
    for name, text in dashboard_texts().items():
        assert (ROOT / "packaging/grafana" / name).read_text(encoding="utf-8") == text
        board = json.loads(text)
        assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"]) > 10
    assert YAML(typ="safe").load(rules_text())["groups"][1]["name"] == "crossdock-figures"


def named():
    """Every series that rules and dashboards speak of."""
    texts = [each.expr for group in rules() for each in group]
    texts += [query for board in dashboards().values() for query in queries(board["panels"])]
    return {name for text in texts for name in SERIES.findall(text)}


@pytest.mark.req("L16")
def test_a_running_server_exports_every_series_that_is_named(tmp_path):
    port = free_port()
    config = with_sections(installed(tmp_path, port=port), SECTIONS)
    command = [sys.executable, "-m", "crossdock", "serve", "--config", str(config)]
    serving = subprocess.Popen(command, cwd=tmp_path)  # noqa: S603 - ourselves
    try:
        text = scraped(f"http://127.0.0.1:{port}/metrics")
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait(30)
    exported = set(re.findall(r"^# TYPE (crossdock_[a-z_]+)", text, re.MULTILINE))
    missing = {each for each in named() if not {each, re.sub("_(bucket|sum|count)$", "", each)} & exported}
    assert missing == set()
    assert {f"crossdock_kpi_{name}" for name in KPIS} <= exported
    if PROMTOOL:
        command = [PROMTOOL, "check", "metrics"]
        checked = subprocess.run(command, input=text, capture_output=True, text=True, check=False)  # noqa: S603
        assert checked.returncode == 0, checked.stdout + checked.stderr


def scraped(url):
    """What /metrics says once figures were counted."""
    for _ in range(300):
        try:
            with urlopen(url, timeout=5) as answer:  # noqa: S310 - loopback
                text = answer.read().decode()
        except OSError:
            text = ""
        if re.search(r"^crossdock_kpi_counted_timestamp_seconds [1-9]", text, re.MULTILINE):
            return text
        time.sleep(0.2)
    raise AssertionError("the server did not count its figures in a minute")
