"""A page per connector, from what it declares, its tables and its own words; and the list of all of them."""

# ruff: noqa: INP001 - beside a script, no package

import csv
import importlib
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import entry_points
from pathlib import Path

from describing import FIELDS, code, field_rows, table
from msgspec import inspect
from ruamel.yaml import YAML

from crossdock.ports.spec import ConnectorSpec

HEAD = """\
What each connector declares is what the conformance kit tests. Each has a page: what it carries out and reports, its
configuration, how much of its code table is confirmed, what is done and what is not, and what surprised us.
"""
LISTENS = "tracking.request.v1"


def specs() -> list[ConnectorSpec]:
    """The declared connectors of this distribution, by id."""
    return sorted((entry.load() for entry in entry_points(group="crossdock.connectors")), key=lambda spec: str(spec.id))


def connectors() -> str:
    """The list of connectors: those that act first, then those that are listened to."""
    found = specs()
    acting = [spec for spec in found if set(spec.commands) - {LISTENS}]
    listening = [spec for spec in found if spec not in acting]
    columns = ("connector", "stability", "also known as", "carries out", "reports")
    parts = [
        "# Connectors\n",
        HEAD,
        table(columns, map(_row, acting)),
        "## Carriers that are listened to\n",
        table(("connector", "stability", "also known as", "asked", "webhook"), map(_listener, listening)),
    ]
    return "\n".join(parts)


def _row(spec: ConnectorSpec) -> tuple[str, ...]:
    return (_link(spec), spec.stability.value, code(spec.aliases), str(len(spec.commands)), str(len(spec.emits)))


def _listener(spec: ConnectorSpec) -> tuple[str, ...]:
    asked = "yes" if spec.commands else "-"
    return (_link(spec), spec.stability.value, code(spec.aliases), asked, "yes" if spec.webhooks else "-")


def _link(spec: ConnectorSpec) -> str:
    return f"[{spec.title}](connectors/{spec.id}.md)"


def connector_page(spec: ConnectorSpec) -> str:
    """Everything about one connector."""
    facts = [
        ("id", f"`{spec.id}`"),
        ("kind", spec.kind.value),
        ("stability", spec.stability.value),
        ("since", spec.since),
        ("also known as", code(spec.aliases)),
        ("carries out", code(spec.commands)),
        ("reports", code(spec.emits)),
    ]
    parts = [f"# {spec.title}\n", f"{spec.summary}\n", table(("fact", "value"), facts), *_doors(spec)]
    parts += ["## Configuration\n", table(FIELDS, field_rows(inspect.type_info(spec.config)))]
    folder = _folder(spec)
    parts += [*_codes(folder / "codes.tsv"), *_quality(folder / "quality.yaml"), *_readme(folder / "README.md")]
    return "\n".join(parts)


def _doors(spec: ConnectorSpec) -> Iterable[str]:
    if spec.feeds:
        rows = [(f"`{feed.name}`", f"{feed.every:g} s", feed.summary) for feed in spec.feeds]
        yield table(("feed", "every", "what it fetches"), rows)
    if spec.webhooks:
        hooks = [(f"`POST /in/PARTNER/{hook.name}`", hook.signed, hook.summary) for hook in spec.webhooks]
        yield table(("webhook", "signed", "what it brings"), hooks)
    if spec.operations:
        actions = [(f"`crossdock {spec.id} {each.name}`", each.summary) for each in spec.operations]
        yield table(("operation", "what it does"), actions)


def _folder(spec: ConnectorSpec) -> Path:
    module = importlib.import_module(spec.package or spec.config.__module__)
    return Path(str(module.__file__)).parent


def _codes(file: Path) -> Iterable[str]:
    if not file.is_file():
        return
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    lists = Counter(row["source"] for row in rows)
    weak = Counter(row["source"] for row in rows if row["how"] not in {"read", "coarse"})
    yield "## Codes\n"
    told = [(f"`{name}`", str(count), str(weak[name])) for name, count in sorted(lists.items())]
    yield table(("list", "codes and texts", "of them still to be confirmed"), told)


def _quality(file: Path) -> Iterable[str]:
    rules = YAML(typ="safe").load(file)
    rows = [
        (f"`{name}`", said, "")
        if isinstance(said, str)
        else (f"`{name}`", str(said["status"]), str(said.get("why", "")))
        for name, said in rules.items()
    ]
    yield "## How far it is\n"
    yield table(("rule", "status", "why"), rows)


def _readme(file: Path) -> Iterable[str]:
    """Its own words, one level down; its title is the page's."""
    text = file.read_text(encoding="utf-8").strip().splitlines()
    body = [f"#{line}" if line.startswith("#") else line for line in text[1:]]
    yield "## What to know\n"
    yield "\n".join(body).strip() + "\n"
