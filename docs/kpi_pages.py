"""Writes docs/reference/kpis.md: a section for each key figure, from its one definition."""

from collections.abc import Iterator

from crossdock.model.kpis import KPIS, Kpi

HEAD = """# Key figures

<!-- Written by docs/generate.py from src/crossdock/model/data/kpis/; edit those files. -->

Each figure has one definition, and everything reads it: SQL, API, metrics, command line, page and alerts. How to read and
configure them is in [Measure](../how-to/measure.md).

| figure | what it is | unit | bad when | owner |
| --- | --- | --- | --- | --- |
"""


def page() -> str:
    """The page."""
    rows = [f"| [{each.name}](#{each.name}) | {each.title} | {each.unit} | {_limit(each)} | {each.owner} |" for each in _all()]
    return HEAD + "\n".join(rows) + "\n\n" + "\n".join(map(_section, _all()))


def _all() -> Iterator[Kpi]:
    yield from KPIS.values()


def _limit(kpi: Kpi) -> str:
    return "-" if kpi.threshold is None else f"{kpi.worse} {kpi.threshold:g}"


def _section(kpi: Kpi) -> str:
    facts = [f"unit: {kpi.unit}", f"bad when: {_limit(kpi)}", f"owner: {kpi.owner}"]
    if kpi.hours:
        facts.append(f"looks back over: {kpi.hours:g} h")
    if kpi.objective:
        facts.append(f"objective: {kpi.objective:g} s")
    if kpi.needs:
        facts.append(f"needs: {' or '.join(f'`{each}`' for each in kpi.needs)}")
    if not kpi.history:
        facts.append("of the past it is not known")
    lines = [
        f"## {kpi.name}", "", f"**{kpi.title}.** {kpi.meaning}", "", *(f"- {each}" for each in facts), "",
        f"What to do: {kpi.do}", "", "```sql", kpi.sql, "```", "",
    ]  # fmt: skip
    return "\n".join(lines)
