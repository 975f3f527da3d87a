"""Runbook pages: where they are, and what of them is executed."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from msgspec import Struct

_FENCE = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
KINDS = ("situation", "sh", "outcome")
"""What simulators do, what a person types, what must be so then. Other blocks are for readers alone."""


class Step(Struct, frozen=True):
    """One line of an executed block; ``line`` is its place in the page, from 1."""

    kind: str
    text: str
    line: int


class Page(Struct, frozen=True):
    """One runbook."""

    name: str
    text: str

    @property
    def title(self) -> str:
        """Its heading."""
        return self.text.partition("\n")[0].removeprefix("# ").strip()

    def steps(self) -> Iterator[Step]:
        """Everything that is executed, in order."""
        for block in _FENCE.finditer(self.text):
            if block["kind"] not in KINDS:
                continue
            first = self.text.count("\n", 0, block.start("text")) + 1
            for number, line in enumerate(block["text"].splitlines()):
                told = line.partition("  #")[0].strip()
                if told and not told.startswith("#"):
                    yield Step(block["kind"], told, first + number)


def pages() -> dict[str, Page]:
    """All runbooks by name, from the installed package, or from the documentation beside the sources."""
    installed = Path(str(files("crossdock"))) / "runbooks"
    folder = installed if installed.is_dir() else Path(__file__).parents[3] / "docs" / "runbooks"
    found = sorted(path for path in folder.glob("*.md") if path.stem != "README")
    return {path.stem: Page(path.stem, path.read_text(encoding="utf-8")) for path in found}
