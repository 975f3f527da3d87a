"""The page of key figures: a section for each, from its one definition."""

# ruff: noqa: INP001 - a script's module, no package

from describing import table

from crossdock.model.kpis import KPIS, Kpi

HEAD = """\
Each figure has one definition (a file of `src/crossdock/model/data/kpis/`), and everything reads it: SQL, API, metrics,
command line, page and alerts. How they are read and configured is in [Measure](../how-to/measure.md).
"""
SQL = """\
Of each query `:at` is the moment it is asked for, `:since` the begin of its period (both in epoch microseconds), and
`crossdock kpi sql NAME` prints the statement with all values in it. What it lists is what is counted.
"""


def kpis() -> str:
    """The page."""
    rows = map(_row, KPIS.values())
    overview = table(("figure", "what it is", "unit", "bad when", "owner"), rows)
    return "\n".join(["# Key figures\n", HEAD, overview, SQL, *map(_section, KPIS.values())])


def _row(kpi: Kpi) -> tuple[str, ...]:
    return f"`{kpi.name}`", f"[{kpi.title}](#{kpi.anchor})", kpi.unit, _limit(kpi), kpi.owner


def _limit(kpi: Kpi) -> str:
    return "-" if kpi.threshold is None else f"{kpi.worse} {kpi.threshold:g}"


def _section(kpi: Kpi) -> str:
    facts = [f"made of its rows as: {kpi.measure}, in {kpi.unit}", f"bad when: {_limit(kpi)}; owner: {kpi.owner}"]
    if kpi.hours:
        facts.append(f"looks back over {kpi.hours:g} hours unless asked otherwise")
    if kpi.objective:
        facts.append(f"objective: {kpi.objective:g} seconds")
    if kpi.needs:
        facts.append(f"needs {' or '.join(f'`{each}`' for each in kpi.needs)}")
    if not kpi.history:
        facts.append("of the past it is not known")
    lines = [
        f"## {kpi.title}", "", f"`{kpi.name}`: {kpi.meaning}", "", *(f"- {each}" for each in facts), "",
        f"What to do: {kpi.do}", "", "```sql", kpi.sql, "```", "",
    ]  # fmt: skip
    return "\n".join(lines)
