"""Code in the documents is true: Python runs, data parses, and commands exist with the options that are shown."""

import contextlib
import io
import re
import shlex
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

from crossdock.cli.main import app

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^([ ]*)```(\w+)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"^([a-z]+):.*?## ", re.MULTILINE)


def _blocks(*languages: str) -> list[Any]:
    found = []
    for page in PAGES:
        for number, match in enumerate(BLOCK.finditer(page.read_text(encoding="utf-8")), 1):
            if match[2] in languages:
                code = textwrap.dedent(match[3])
                found.append(pytest.param(code, id=f"{page.relative_to(ROOT)}-{number}"))
    return found


def _calls(code: str, program: str) -> list[list[str]]:
    """The arguments of every line of a shell block that runs ``program``, by sudo or not."""
    calls = []
    for line in code.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["sudo"]:
            words = words[3:] if words[1] == "-u" else words[1:]
        if words and Path(words[0]).name == program:
            calls.append(words[1:])
    return calls


@pytest.mark.parametrize("code", _blocks("python"))
def test_python_runs(code):
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, "docs", "exec"), {})  # noqa: S102 - our own documents


@pytest.mark.parametrize("code", _blocks("yaml", "toml"))
def test_data_parses(code):
    if code.startswith("["):  # a table of TOML
        assert tomllib.loads(code)
    else:
        assert YAML(typ="safe").load(code)


@pytest.mark.parametrize("code", _blocks("sh"))
def test_shown_commands_exist_with_their_options(code):
    for words in _calls(code, "crossdock"):
        command: Any = typer.main.get_command(app)
        while words and not words[0].startswith("-") and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        assert not getattr(command, "commands", {}) or not words or words[0].startswith("-"), (
            f"no such command: {words}"
        )
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        shown = {word.split("=")[0] for word in words if word.startswith("--")}
        assert shown - known - {"--help"} == set()


@pytest.mark.parametrize("code", _blocks("sh"))
def test_shown_make_targets_exist(code):
    targets = set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    for words in _calls(code, "make"):
        plain = [word for word in words if "=" not in word and not word.startswith(("-", "/"))]
        assert set(plain) <= targets


def test_every_make_target_says_what_it_does():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = next(line for line in text.splitlines() if line.startswith(".PHONY:"))
    assert set(phony.removeprefix(".PHONY:").split()) == set(TARGET.findall(text))
