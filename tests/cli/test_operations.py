"""`crossdock <connector> <operation>`: commands made from what a connector declares."""

import json
import stat

import pytest
import typer
from typer.testing import CliRunner

from cli.running import installed
from crossdock import catalog
from crossdock.catalog import Breakage, BrokenPlugin
from crossdock.cli import operations
from crossdock.cli.output import Exit, Stop
from crossdock.ports.spec import (
    ConnectorSpec,
    Kind,
    Operation,
    OperationStopped,
    Option,
    Report,
    Stability,
    Step,
    StepStatus,
)


class Bench:
    """The commands of a connector whose one operation notes what it is given."""

    def __init__(self, folder):
        self.config = installed(folder)
        self.given = []
        self.answer = Report((Step(StepStatus.DONE, "thing", "made: because"),), {"id": 7})
        self.asks = lambda _options: ""

    async def note(self, _connector, errand):
        self.given.append(errand)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def question(self, options):
        return self.asks(options)

    def run(self, *arguments, typed=""):
        options = (
            Option("id", "Which.", "argument"),
            Option("with", "Parts.", "many", choices=("a", "b")),
            Option("days", "Days.", "number", 90),
            Option("exact", "Exactly.", "flag"),
            Option("admin-login", "Who."),
        )
        spec = ConnectorSpec(
            "odoo", "Fake", Kind.ERP, Stability.BETA, "0", "s", dict, lambda _around: None,
            operations=(
                Operation("mend", "Mends.", self.note, writes=True, options=options, asks=self.question),
                Operation("things list", "Lists.", self.note),
            ),
        )  # fmt: skip
        app = typer.Typer()
        app.add_typer(operations.group("odoo", spec))
        return CliRunner().invoke(app, ["odoo", *arguments, "--config", str(self.config)], input=typed)


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def test_options_arrive_as_declared(bench):
    answer = bench.run("mend", "K1", "--with", "a", "--with", "b", "--exact", "--admin-login", "ada")
    assert answer.exit_code == 0, answer.output
    [errand] = bench.given
    assert errand.options == {"id": "K1", "with": ("a", "b"), "days": 90, "exact": True, "admin-login": "ada"}
    assert errand.surroundings.partner == "odoo"
    assert errand.inbound.endswith("/in/odoo")
    assert not errand.dry_run


def test_a_dry_run_is_passed_on_and_asks_nothing(bench):
    bench.asks = lambda _options: "Really?"
    assert bench.run("mend", "K1", "--dry-run").exit_code == 0
    assert bench.given[0].dry_run


def test_what_takes_away_is_agreed_to_first(bench):
    bench.asks = lambda options: "Really?" if options["exact"] else ""
    refused = bench.run("mend", "K1", "--exact")
    assert isinstance(refused.exception, Stop)
    assert refused.exception.code == Exit.USAGE
    assert bench.given == []
    assert bench.run("mend", "K1", "--exact", "--yes").exit_code == 0
    assert bench.run("mend", "K1").exit_code == 0
    assert len(bench.given) == 2


def test_an_unknown_choice_names_those_there_are(bench):
    answer = bench.run("mend", "K1", "--with", "c")
    assert isinstance(answer.exception, Stop)
    assert "a, b" in answer.exception.operator


def test_two_words_are_a_group_and_reading_has_no_dry_run(bench):
    assert bench.run("things", "list").exit_code == 0
    assert bench.run("things", "list", "--dry-run").exit_code == Exit.USAGE


def test_json_carries_steps_and_data(bench):
    told = json.loads(bench.run("mend", "K1", "--json").stdout)
    assert told == {
        "ok": True,
        "steps": [{"status": "done", "subject": "thing", "text": "made: because", "do": ""}],
        "id": 7,
    }


def test_a_new_key_is_on_stdout_alone(bench):
    bench.answer = Report((), shown=("k" * 40,))
    assert bench.run("mend", "K1").stdout.split() == ["k" * 40]


@pytest.mark.parametrize(("arguments", "code"), [(("mend", "K1"), Exit.FAILED), (("things", "list"), Exit.FOUND)])
def test_an_error_is_an_exit_code(bench, arguments, code):
    bench.answer = Report((Step(StepStatus.ERROR, "thing", "is broken", "mend it"),))
    assert bench.run(*arguments).exit_code == code


def test_an_operation_that_stops_says_both_texts(bench):
    bench.answer = OperationStopped("Do this.", "because of that")
    stop = bench.run("mend", "K1").exception
    assert (stop.operator, stop.engineer) == ("Do this.", "because of that")


def test_several_partners_need_a_name(bench):
    text = bench.config.read_text()
    other = "  other:\n    connector: odoo\n    allow_private: true\n    config: {url: http://a.example, database: x, "
    more = text.replace("  easypost:", f"{other}api_key: secret://file/key}}\n  easypost:", 1)
    bench.config.write_text(more)
    unnamed = bench.run("mend", "K1").exception
    assert "odoo, other" in unnamed.operator
    assert bench.run("mend", "K1", "--partner", "other").exit_code == 0
    assert bench.given[0].surroundings.partner == "other"
    assert isinstance(bench.run("mend", "K1", "--partner", "nobody").exception, Stop)


@pytest.mark.req("M3")
def test_a_secret_file_is_replaced_whole_and_private(tmp_path):
    assert operations.keep_secret(tmp_path, "secret://file/deep/key", "first")
    assert operations.keep_secret(tmp_path, "secret://file/deep/key", "second")
    kept = tmp_path / "deep" / "key"
    assert kept.read_text() == "second\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["key"]


@pytest.mark.req("M3")
def test_a_link_stays_a_link_and_what_is_behind_it_is_replaced(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "key").symlink_to(tmp_path / "real")
    assert operations.keep_secret(tmp_path, "secret://file/key", "new")
    assert (tmp_path / "key").is_symlink()
    assert (tmp_path / "real").read_text() == "new\n"


def test_the_environment_cannot_be_written(tmp_path):
    assert not operations.keep_secret(tmp_path, "secret://env/KEY", "value")
    assert list(tmp_path.iterdir()) == []


def test_a_broken_connector_says_so_when_asked(monkeypatch):
    class Installed:
        def working(self):
            return {}

        def broken(self):
            return (Breakage("acme", "acme-dist", "ImportError: x"),)

        def get(self, name):
            raise BrokenPlugin(name)

    monkeypatch.setattr(catalog, "connectors", Installed)
    app = typer.Typer()
    app.command("other")(lambda: None)
    operations.register(app)
    assert isinstance(CliRunner().invoke(app, ["acme", "keys", "--days", "3"]).exception, BrokenPlugin)


def test_the_odoo_connector_has_its_commands(crossdock):
    answer = crossdock("odoo", "keys", "--help")
    assert answer.code == 0
    assert all(word in answer.out for word in ("list", "create", "rotate", "revoke"))


def test_a_password_that_nobody_can_type_is_said(home, crossdock):
    (home / "partners" / "o.yaml").write_text(
        "partners:\n  o:\n    connector: odoo\n    allow_private: true\n"
        "    config: {url: 'http://127.0.0.1:1', database: x, api_key: secret://env/NO}\n"
    )
    answer = crossdock("odoo", "setup", "--partner", "o", "--config", home / "crossdock.yaml")
    assert answer.code == 1
    assert "--admin-login" in answer.err
