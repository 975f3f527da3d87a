"""The file of a story: what is given, what happens when, and what holds by when. It is read with file and line."""

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field, structs

from crossdock.devkit.stories.checks import Check
from crossdock.devkit.stories.steps import Count, More, Step, Text
from crossdock.settings.nodes import Fault, Node, read_text
from crossdock.settings.reading import closest, read_config

_TIMES = frozenset({"at", "by", "until", "since", "note"})
_FOLDER = resources.files("crossdock.devkit.stories").joinpath("scenarios")
_MOMENT = re.compile(r"^(?:day (?P<day>\d+) )?(?P<hours>\d\d):(?P<minutes>\d\d)(?::(?P<seconds>\d\d))?$")
_DAY = 86_400


class Product(Struct, frozen=True, forbid_unknown_fields=True):
    """An item in Odoo; one of the demo data is changed."""

    price: Annotated[Count | None, Meta(description="What one is sold for")] = None
    stock: Annotated[Count | None, Meta(description="How many Odoo has")] = None
    invoiced: Annotated[
        Literal["ordered", "delivered"] | None,
        Meta(description="Odoo invoices what was ordered, or what was delivered"),
    ] = None
    weight: Annotated[More | None, Meta(description="Kilograms of one")] = None


class Given(Struct, frozen=True, forbid_unknown_fields=True):
    """How things stand before the first step."""

    configuration: Annotated[
        dict[str, Any],
        Meta(
            description="A crossdock.yaml; partners may leave out addresses and secrets, and have options of their "
            "simulator in a section `simulator`"
        ),
    ]
    day: Annotated[
        str, Meta(description="The first day (UTC)", pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-11-23"])
    ] = "2026-11-23"
    starts: Annotated[str, Meta(description="When Crossdock starts", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "06:00"
    products: Annotated[dict[Text, Product], Meta(description="Items of Odoo by SKU")] = field(default_factory=dict)
    odoo: Annotated[str, Meta(description="Which partner is the Odoo of the story; the only one when left out")] = ""


class Story(Struct, frozen=True, forbid_unknown_fields=True):
    """One story."""

    title: Annotated[str, Meta(description="What it is called", min_length=1)]
    given: Annotated[Given, Meta(description="How things stand before")]
    when: Annotated[tuple[Step, ...], Meta(description="What happens", min_length=1)]
    then: Annotated[tuple[Check, ...], Meta(description="What has to hold", min_length=1)]
    text: Annotated[str, Meta(description="What it shows, in a few sentences")] = ""


class Written(Struct, frozen=True):
    """A story with where it was written: the node of the whole file."""

    story: Story
    node: Node

    def line_of(self, part: str, index: int) -> int:
        """The line of a step (``when``) or check (``then``)."""
        rows = self.node.value[part].value if isinstance(self.node.value, dict) else ()
        return rows[index].place.line if isinstance(rows, list) else 0


def bundled() -> tuple[str, ...]:
    """Names of the stories that come with Crossdock."""
    return tuple(sorted(each.name.removesuffix(".yaml") for each in _FOLDER.iterdir() if each.name.endswith(".yaml")))


def read_bundled(name: str) -> tuple[Written | None, list[Fault]]:
    """One of them."""
    return read_story(_FOLDER.joinpath(f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml")


def read_path(path: Path) -> tuple[Written | None, list[Fault]]:
    """The story of a file, or every fault with its line."""
    try:
        return read_story(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is not UTF-8 text"
        return None, [
            Fault(str(path), 0, "", f"cannot be read: {reason}", "crossdock sim run --list names all stories")
        ]


def read_story(text: str, shown: str) -> tuple[Written | None, list[Fault]]:
    """The story of a text that people know as ``shown``."""
    node, faults = read_text(text, shown)
    if node is None:
        return None, faults
    story, more = read_config(Story, node)
    faults += more
    if story is None or faults:
        return None, faults
    faults += _judged(story, node)
    return (None, faults) if faults else (Written(story, node), [])


def word_of(row: Step | Check) -> tuple[str, Any]:
    """The word of a step or check and what it says. Raises `ValueError` unless there is exactly one."""
    found = [(name, value) for name in words_of(type(row)) if (value := getattr(row, name)) is not None]
    if len(found) != 1:
        raise ValueError(f"{len(found)} words")
    return found[0]


def words_of(kind: type[Step] | type[Check]) -> tuple[str, ...]:
    """Every word a step or a check may have."""
    return tuple(each.name for each in structs.fields(kind) if each.name not in _TIMES)


def seconds_of(moment: str) -> int:
    """Seconds from midnight of the first day to ``moment``, such as ``day 2 09:00``."""
    found = _MOMENT.match(moment)
    assert found is not None, moment
    clock = int(found["hours"]) * 3600 + int(found["minutes"]) * 60 + int(found["seconds"] or 0)
    return (int(found["day"] or 1) - 1) * _DAY + clock


def _judged(story: Story, node: Node) -> Iterator[Fault]:
    starts = seconds_of(story.given.starts)
    written = Written(story, node)
    before = starts
    parts: tuple[tuple[str, tuple[Step | Check, ...]], ...] = (("when", story.when), ("then", story.then))
    for part, rows in parts:
        for index, row in enumerate(rows):
            key, line = f"{part}[{index}]", written.line_of(part, index)
            for why in (*_one_word(row), *_times(row, before, starts)):
                yield Fault(node.place.file, line, key, *why)
            before = seconds_of(row.at) if isinstance(row, Step) else before


def _one_word(row: Step | Check) -> Iterator[tuple[str, str]]:
    try:
        word_of(row)
    except ValueError as problem:
        yield f"says {problem}: each has exactly one", closest("", words_of(type(row)))


def _times(row: Step | Check, before: int, starts: int) -> Iterator[tuple[str, str]]:
    if isinstance(row, Step):
        if seconds_of(row.at) < before:
            yield "happens before what stands above it, or before the start", "write steps in the order of their times"
        return
    said = [each for each in (row.by, row.at, row.until) if each is not None]
    if len(said) != 1:
        yield f"has {len(said)} of by, at and until", "say exactly one of them"
    if row.since is not None and row.until is None:
        yield "has since without until", "since says from when on until holds"
    if any(each != "end" and seconds_of(each) < starts for each in (*said, row.since or "end")):
        yield "is before the start", "given.starts is when Crossdock starts"
