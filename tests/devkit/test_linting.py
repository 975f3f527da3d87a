"""The lints find what is planted, at its line, and nothing in what we write ourselves."""

import textwrap
import typing
from pathlib import Path

import pytest

import crossdock.model
from crossdock.cli.main import main
from crossdock.devkit.linting import contracts, workflows
from crossdock.devkit.linting.sources import files_of, read
from crossdock.model.commands import CommandBody
from crossdock.model.events import TAGS

CLEAN = '''
"""A workflow. See https://example.com/why for the reason."""

_TIMER = "credit/expiry"


def decide(situation):
    """Nothing of http://localhost here."""
    return None
'''

PLANTED = [
    ('URL = "https://erp.example.com/api"', "url"),
    ('text = f"call {number} at http://10.0.0.5/hook"', "url"),
    ('HOST = "erp.acme.com"', "address"),
    ('where = "localhost:8069"', "address"),
    ('where = "192.168.1.20"', "address"),
    ('to = "finance@acme.com"', "address"),
    ('folder = "/var/lib/crossdock/in"', "address"),
    ('KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"', "secret"),
    ('password = "hunter2"', "secret"),
    ('connect(api_key="1234")', "secret"),
    ('given = {"client_secret": "abc"}', "secret"),
    ('X = "q8Zr4TfW1nLx7KpV0sYb2HdJ"', "secret"),
    ('X = b"q8Zr4TfW1nLx7KpV0sYb2HdJ"', "secret"),
    ('X = "secret://env/ODOO_KEY"', "secret"),
    ("x = 1  # sk_live_abcdefgh12345678", "secret"),
    ("import os", "machine"),
    ("from urllib.request import urlopen", "machine"),
    ('rows = open("prices.csv")', "machine"),
]


def look(path, text):
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    source, faults = read(path, path.name)
    assert faults == []
    return source


@pytest.mark.req("H12")
@pytest.mark.parametrize(("planted", "rule"), PLANTED, ids=[each for each, _ in PLANTED])
def test_what_belongs_to_one_environment_is_found_at_its_line(tmp_path, planted, rule):
    text = textwrap.dedent(CLEAN) + "\n" + planted + "\n"
    found = workflows.lint(look(tmp_path / "flow.py", text))
    line = text.splitlines().index(planted) + 1
    assert {(each.line, each.key) for each in found} == {(line, rule)}
    assert "hunter2" not in str(found)
    assert "MfKQ9r8" not in str(found)
    assert "q8Zr4T" not in str(found)


@pytest.mark.req("H12")
def test_reasons_in_docstrings_are_no_addresses_and_no_code_of_ours_has_any(tmp_path):
    assert workflows.lint(look(tmp_path / "flow.py", CLEAN)) == []


@pytest.mark.req("H12")
def test_a_workflow_written_as_data_is_looked_at_line_by_line(tmp_path):
    found = workflows.lint(look(tmp_path / "flow.yaml", "steps:\n  - call: https://wms.acme.com/release\n"))
    assert [(each.line, each.key) for each in found] == [(2, "url")]


GOOD = """
    class Paid(Struct, frozen=True, tag="payment.made.v1"):
        pass

    class Pay(Struct, frozen=True, tag="payment.make.v1"):
        pass

    MoneyEvent = Paid
    EventBody = MoneyEvent | Other
    PayCommand = Pay

    def _paid(work) -> None:
        work.note()

    def _told(situation, policy) -> list[ev.EventBody]:
        return []

    def decide(situation) -> Decision:
        return Decision(b"")

    HANDLERS = {"payment.made.v1": _paid, "payment.lost.v1": _told}

    @get("/v1/payments")
    async def payments(context):
        return await context.store.read(lambda tx: tx.views.payments())
"""

BROKEN = [
    ("    MoneyEvent = Paid\n", "", "kind"),
    ("    PayCommand = Pay\n", "    PayCommand = Pay | Paid\n", "kind"),
    ('"payment.make.v1"', '"payment.make"', "tag"),
    ('"payment.make.v1"', '"payment.made.v1"', "tag"),
    ("_paid(work) -> None:\n        work.note()", "_paid(work) -> Payment:\n        return work.row", "handler"),
    ("_paid(work) -> None:\n        work.note()", "_paid(work):\n        return work.row", "handler"),
    ("_told(situation, policy) -> list[ev.EventBody]", "_told(situation, policy) -> list[Row]", "handler"),
    ("decide(situation) -> Decision", "decide(situation) -> dict[str, int]", "handler"),
    ("context.store.read(", "context.store.run(", "query"),
    ("tx.views.payments()", "tx.log.append([])", "query"),
]


@pytest.mark.req("H10")
def test_messages_with_one_kind_and_handlers_that_answer_nobody_are_good(tmp_path):
    assert contracts.lint([look(tmp_path / "money.py", GOOD)]) == []


@pytest.mark.req("H10")
@pytest.mark.parametrize(("was", "now", "rule"), BROKEN)
def test_every_mixture_of_commands_queries_and_events_is_found(tmp_path, was, now, rule):
    assert was in GOOD
    found = contracts.lint([look(tmp_path / "money.py", GOOD.replace(was, now))])
    assert rule in {each.key for each in found}
    assert all(each.line and each.hint for each in found)


@pytest.mark.req("H10", "H12")
def test_the_commands_fail_on_planted_faults_and_pass_on_what_we_ship(capsys, tmp_path):
    bad = tmp_path / "flow.py"
    bad.write_text('"""A flow."""\n\nURL = "https://erp.acme.com"\n\n\ndef decide(situation) -> dict:\n    return {}\n')
    assert (main(["lint", "workflows", str(bad)]), main(["contracts", "lint", str(bad)])) == (3, 3)
    said = capsys.readouterr().out
    assert "flow.py:3: url" in said
    assert "flow.py:6: handler" in said
    assert (main(["lint", "workflows"]), main(["contracts", "lint"])) == (0, 0)
    assert main(["lint", "workflows", str(tmp_path / "nowhere")]) == 2


@pytest.mark.req("H10")
def test_the_lint_knows_every_message_there_is():
    sources = [source for path in files_of(map(Path, crossdock.model.__path__)) if (source := read(path, path.name)[0])]
    told = {each.tag: kinds for each, kinds in contracts.kinds(sources)}
    assert {tag for tag, kinds in told.items() if kinds == ("command",)} == set(commands(CommandBody))
    assert {tag for tag, kinds in told.items() if kinds == ("event",)} == set(TAGS)


def commands(union):
    for each in typing.get_args(union):
        yield from commands(each) if typing.get_args(each) else (each.__struct_config__.tag,)
