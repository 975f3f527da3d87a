"""`crossdock runbook`: pages are found, every step can be rehearsed, and what does not go as it says is told."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from crossdock.cli.main import app
from crossdock.cli.runbook_pages import Page, pages
from crossdock.cli.runbook_stage import OUTCOMES, SITUATIONS

ROOT = Path(__file__).parents[2]
NAMES = {"carrier-outage", "odoo-outage", "database-failover", "poison-message", "backlog", "key-leak", "bad-mapping"}


@pytest.mark.req("K16")
def test_there_is_a_page_for_every_emergency_and_it_can_be_listed_and_shown(crossdock):
    assert set(pages()) == NAMES
    rows = {each["name"]: each for each in crossdock("runbook", "list", "--json").json}
    assert set(rows) == NAMES
    assert all(each["steps"] >= 5 for each in rows.values())
    assert "A carrier is down" in crossdock("runbook", "show", "carrier-outage").out
    assert crossdock("runbook", "show", "nothing").code == 2
    assert crossdock("runbook", "test").code == 2
    index = (ROOT / "docs" / "runbooks" / "README.md").read_text()
    assert [name for name in NAMES if f"({name}.md)" not in index] == []


@pytest.mark.req("K16")
@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_step_is_a_command_or_something_that_can_be_rehearsed_and_checked(name):
    steps = list(pages()[name].steps())
    for step in steps:
        known = {"situation": SITUATIONS, "outcome": OUTCOMES}.get(step.kind, [r"crossdock .+"])
        assert any(re.fullmatch(each, step.text) for each in known), f"{name}:{step.line} {step.text}"
    assert steps[-1].kind == "outcome", "a page ends with how one knows that it is over"
    text = pages()[name].text
    assert "**You see**" in text
    assert "## Words for people" in text


COMMANDS = [(name, step) for name, page in pages().items() for step in page.steps() if step.kind == "sh"]


@pytest.mark.req("K16")
@pytest.mark.parametrize(("name", "step"), COMMANDS, ids=lambda each: getattr(each, "text", each))
def test_every_command_is_written_as_it_can_be_typed(name, step):
    command, words = typer.main.get_command(app), shlex.split(step.text)[1:]
    while hasattr(command, "resolve_command"):
        context = command.make_context(name, list(words), resilient_parsing=True)
        _, command, words = command.resolve_command(context, words)
    assert command.make_context(name, words).params


@pytest.mark.req("K16")
def test_steps_know_their_place_in_the_page():
    page = Page("x", "# Title\n\n```sh\n# a comment\ncrossdock doctor  # look\n```\n\n```yaml\nno: step\n```\n")
    assert page.title == "Title"
    assert [(step.kind, step.text, step.line) for step in page.steps()] == [("sh", "crossdock doctor", 5)]


@pytest.mark.slow
@pytest.mark.req("K16", "K4")
def test_a_runbook_is_carried_out_against_a_real_server_and_simulators(crossdock):
    answer = crossdock("runbook", "test", "poison-message", "--json")
    assert answer.code == 0, answer.out
    assert [(each["name"], each["failed"]) for each in answer.json] == [("poison-message", None)]


@pytest.mark.req("K16")
def test_a_step_that_does_not_go_as_the_page_says_fails_the_runbook(crossdock, monkeypatch):
    wrong = Page("wrong", "# Wrong\n\n```sh\ncrossdock parked show nobody\n```\n")
    monkeypatch.setattr("crossdock.cli.runbook.pages", lambda: {"wrong": wrong})
    answer = crossdock("runbook", "test", "--all", "--json")
    assert answer.code == 1
    assert answer.json[0]["failed"]["step"]["line"] == 4
    assert "exit code" in answer.json[0]["failed"]["why"]


@pytest.mark.req("K16")
def test_the_wheel_has_the_pages():
    text = (ROOT / "pyproject.toml").read_text()
    assert '"docs/runbooks" = "crossdock/runbooks"' in text
