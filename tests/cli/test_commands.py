"""What every command promises: help, JSON, exit codes, data and logs apart."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crossdock.cli import migrate
from crossdock.cli.main import app

COMMANDS = {
    "alerts", "audit", "availability", "backup", "bench", "bridges", "chaos", "check", "clients", "config", "connector",
    "contracts", "demo", "desk", "doctor", "drill", "exceptions", "failures", "flows", "golden", "init", "kpi",
    "lint", "log", "mapping", "metrics", "migrate", "notices", "odoo", "orders", "parked", "partner", "partner-desk",
    "process", "rate", "rebuild", "reconcile", "references", "replay", "restore", "retention", "route", "runbook",
    "scorecard", "serve", "shipengine", "sim", "trace", "tracking", "translate", "webhooks", "workers",
}  # fmt: skip
GROUPS = {
    "partner-desk": {"invite"},
    "tracking": {"link"},
    "references": {"link"},
    "alerts": {"list", "test"},
    "contracts": {"lint", "list"},
    "lint": {"workflows"},
    "log": {"fetch", "ship", "status"},
    "odoo": {"doctor", "keys", "setup", "webhooks"},
    "retention": {"run", "show"},
    "runbook": {"list", "show", "test"},
    "clients": {"create", "list", "revoke"},
    "config": {"explain", "schema"},
    "drill": {"carrier-outage"},
    "orders": {"free-window", "list", "place", "show", "windows"},
    "route": {"check", "diff", "enrich", "explain", "test", "try"},
    "parked": {"correct", "discard", "list", "retry", "show"},
    "rate": {"explain"},
    "mapping": {"accept", "approve", "history", "review", "settle", "withdraw"},
    "shipengine": {"keys"},
    "kpi": {"history", "items", "list", "show", "sql"},
    "metrics": {"dashboards", "rules"},
    "partner": {"limit", "list", "pause", "resume", "scorecard"},
    "exceptions": {
        "alerts",
        "assign",
        "comment",
        "groups",
        "list",
        "matrix",
        "reschedule",
        "resolve",
        "resume",
        "show",
        "wait",
    },
    "desk": {
        "address",
        "book",
        "cancel-pickup",
        "day",
        "job",
        "labels",
        "manifest",
        "pickup",
        "return",
        "void",
        "return-goods",
        "refuse-return",
        "receive-return",
        "redeliver",
        "announce-receipt",
    },
}
EVENT = Path(__file__).parents[1] / "connectors/easypost/published/event_tracker_updated_delivered.json"


def listed(*arguments):
    text = CliRunner().invoke(app, [*arguments, "--help"], env={"NO_COLOR": "1", "COLUMNS": "200"}).output
    rows = text.split("Commands", 1)[1].splitlines()
    return {row.split()[1] for row in rows if row.startswith("│ ") and row[2:3].strip()}


def test_the_list_of_commands():
    assert listed() == COMMANDS


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_the_list_of_a_groups_commands(group):
    assert listed(group) == GROUPS[group]


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("migrate",),
        ("migrate", "--dry-run"),
        ("parked", "list"),
        ("clients", "list"),
        ("clients", "create", "shop", "--scope", "read"),
        ("clients", "create", "shop", "--dry-run"),
        ("replay", "--since", "24h"),
        ("doctor",),
        ("backup", "unwritten.tar", "--dry-run"),
    ],
    ids=" ".join,
)
def test_every_json_is_one_document_on_stdout(crossdock, config, arguments):
    answer = crossdock(*arguments, "--json", "-c", config)
    assert answer.code in (0, 3), answer.err
    json.loads(answer.out)


def test_the_schema_is_json(crossdock):
    assert crossdock("config", "schema").json["$ref"] == "#/$defs/Settings"


def test_a_wrong_option_is_a_usage_error(crossdock):
    assert crossdock("check", "--nonsense").code == 2
    assert crossdock("replay").code == 2
    assert crossdock("sim", "nobody").code == 2


def test_a_bug_shows_two_texts_and_never_a_bare_traceback(crossdock, config, monkeypatch):
    def explode(*_arguments):
        raise ZeroDivisionError("the details")

    monkeypatch.setattr(migrate, "with_store", explode)
    answer = crossdock("migrate", "-c", config)
    assert answer.code == 1
    assert answer.out == ""
    assert answer.err.startswith("This is a bug in Crossdock")
    assert "the details" in answer.err


@pytest.mark.parametrize("url", ["mysql://user:geheim@host/db", "postgresql://h/d?pooler=odd"])
def test_a_store_that_is_none_is_said_and_is_no_bug(crossdock, config, url):
    config.write_text(re.sub(r'url: "?sqlite.*', f"url: '{url}'", config.read_text()))
    answer = crossdock("migrate", "-c", config)
    assert (answer.code, answer.out) == (1, "")
    assert "store.url" in answer.err
    assert "Traceback" not in answer.err
    assert "bug" not in answer.err
    assert "geheim" not in answer.err


def test_the_schema_stands_where_it_should(crossdock, config):
    said = crossdock("migrate", "--json", "-c", config).json
    assert said["current"] == said["target"]
    assert said["migrated"] is False


def test_a_client_is_created_listed_and_revoked(crossdock, config):
    made = crossdock("clients", "create", "shop", "--json", "-c", config).json
    assert made["key"].startswith(f"xd_{made['id']}_")
    assert crossdock("clients", "revoke", made["id"], "-c", config).code == 2  # nobody to ask, so it must be said
    assert crossdock("clients", "revoke", made["id"], "--yes", "-c", config).code == 0
    listed = {row["name"]: row for row in crossdock("clients", "list", "--json", "-c", config).json}
    assert listed["shop"]["revoked_at"]
    assert listed["first"]["revoked_at"] is None


@pytest.mark.req("M4")
def test_a_list_of_clients_shows_no_secret(crossdock, config):
    made = crossdock("clients", "create", "shop", "--json", "-c", config).json
    for extra in ((), ("--json",)):
        said = crossdock("clients", "list", *extra, "-c", config)
        assert made["client_secret"] not in said.out + said.err


def test_an_unknown_scope_is_a_usage_error(crossdock, config):
    answer = crossdock("clients", "create", "shop", "--scope", "root", "-c", config)
    assert answer.code == 2
    assert "read" in answer.err


def test_who_is_unknown_is_said(crossdock, config):
    assert crossdock("trace", "SO9999", "-c", config).code == 1
    assert crossdock("parked", "show", "nothing", "-c", config).code == 1
    assert crossdock("clients", "revoke", "nobody", "--yes", "-c", config).code == 1


@pytest.mark.req("E2", "E3", "C6")
def test_translate_needs_no_configuration(crossdock, tmp_path):
    file = tmp_path / "event.json"
    file.write_text(json.loads(EVENT.read_text())["raw_body"])
    answer = crossdock("translate", "easypost", file, "--json", "-c", tmp_path / "none.yaml")
    assert answer.code == 0, answer.err
    assert answer.json["problems"] == []
    last = answer.json["events"][-1]
    assert set(last) == {
        "milestone", "exception_category", "reason", "occurred_at", "tz_known", "precision", "raw_code", "raw_text",
        "place", "tracking_number", "zone",
    }  # fmt: skip
    assert last["milestone"] == "delivered"


@pytest.mark.parametrize(("partner", "file"), [("nobody", EVENT), ("easypost", Path("/no/such/file"))])
def test_translate_says_what_it_cannot_use(crossdock, tmp_path, partner, file):
    answer = crossdock("translate", partner, file, "--json", "-c", tmp_path / "none.yaml")
    assert answer.code == 2
    assert len(answer.json["problems"]) == 1
    assert answer.json["events"] == []
