"""Scenarios are played by command line: a line for each step, JSON, the whole story, and exit codes."""

import json

import pytest

from crossdock.cli.main import main
from devkit.stories import SMALL, changed, line_of


@pytest.fixture
def file(tmp_path):
    def write(text: str = SMALL) -> str:
        path = tmp_path / "mine.yaml"
        path.write_text(text)
        return str(path)

    return write


def test_every_step_and_check_has_its_line(file, capsys):
    assert main(["sim", "run", file()]) == 0
    shown, noted = capsys.readouterr()
    assert [line.split()[:2] for line in shown.splitlines()[1:]] == [
        ["08:00:00", "ok"], ["08:00:00", "ok"], ["08:02:00", "ok"],
    ]  # fmt: skip
    assert "Azure Interior orders S1: 2 LAMP-07" in shown
    assert "everything held" in noted


def test_a_check_that_fails_says_what_was_so_and_ends_with_one(file, capsys):
    text = changed(("order: S1, is: 1", "order: S1, is: 2"))
    path = file(text)
    assert main(["sim", "run", path]) == 1
    shown, noted = capsys.readouterr()
    assert "failed" in shown
    assert f"labels of S1 in post's books: 1  ({path}:{line_of(text, 'at: 08:02')})" in shown
    assert "1 did not hold" in noted


def test_json_has_every_line_and_the_story_when_asked_for(file, capsys):
    path = file()
    assert main(["sim", "run", path, "--json", "--story"]) == 0
    document = json.loads(capsys.readouterr().out)[path]
    assert (document["ok"], [each["part"] for each in document["lines"]]) == (True, ["when", "then", "then"])
    assert any("Label held" in each["text"] for each in document["story"])


def test_the_whole_story_is_printed(file, capsys):
    assert main(["sim", "run", file(), "--story"]) == 0
    shown = capsys.readouterr().out
    assert "order_to_ship: booking → labelled" in shown
    assert "→ post: Buy label (done)" in shown


def test_faults_are_said_by_file_and_line(file, capsys):
    text = changed(("is: labelled", "is: labeled"))
    path = file(text)
    assert main(["sim", "run", path]) == 1
    assert f"{path}:{line_of(text, 'by: 08:01')}" in capsys.readouterr().err


def test_the_list_names_every_scenario(capsys):
    assert main(["sim", "run", "--list", "--json"]) == 0
    names = [each["name"] for each in json.loads(capsys.readouterr().out)]
    assert {"order-to-ship", "two-3pl", "credit-hold"} <= set(names)
    assert main(["sim", "run", "--list"]) == 0
    assert "order-to-ship" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["order-to-shop"]])
def test_a_scenario_nobody_knows_is_a_usage_error(arguments, capsys):
    assert main(["sim", "run", *arguments]) == 2
    assert "order-to-ship" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_said(tmp_path, capsys):
    assert main(["sim", "run", str(tmp_path / "none.yaml")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_partners_are_known_by_their_names_and_a_wrong_one_is_refused(capsys):
    assert main(["sim", "nobody"]) == 2
    assert main(["sim", "partner", "nobody"]) == 2
    assert "There is no simulator 'nobody'" in capsys.readouterr().err
    assert main(["sim", "odoo", "--help"]) == 0
    assert "--faults" in capsys.readouterr().out
