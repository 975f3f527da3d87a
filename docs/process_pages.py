"""The page of processes: their stages, what leads from one to another, and everything that is expected of anybody."""

# ruff: noqa: INP001 - a script's module, no package

from describing import table

from crossdock.ports.process import Process
from crossdock.processes.configured import there_are
from crossdock.processes.owed_by_carriers import CARRIERS_OWE
from crossdock.processes.owed_by_warehouses import WAREHOUSES_OWE
from crossdock.views.charts import mermaid

HEAD = """\
Every process is a deterministic function of an order's state and the next event. `crossdock process show ORDER` says
where each stands, how it came there, its next deadline and whom it waits for; `crossdock process list` counts orders by
stage; `crossdock process waiting` lists who owes what; `crossdock process graph` draws these pictures. A stage with a
limit is watched where `processes.expectations` is configured: an order that stays longer is an exception
(`stage.overdue`) that names who is late.
"""
EXPECTED = """\
Beside the limits of stages, `processes.expectations.hours` sets how long each of these may take. What does not come in
time is an exception, once, with who owes it; it ends by itself when it comes after all.
"""


def processes() -> str:
    """The page."""
    parts = ["# Processes\n", HEAD]
    for process in there_are():
        parts += _one(process)
    rules = [
        (f"`{rule.kind}`", owner, rule.what.replace("{key}", "…"), f"{rule.hours:g} h", f"`{rule.raises}`")
        for owner, rules in (("the warehouse", WAREHOUSES_OWE), ("the carrier", CARRIERS_OWE))
        for rule in rules
    ]
    parts += ["## What is expected of others\n", EXPECTED]
    parts.append(table(("kind", "of", "what", "within", "raises"), rules))
    return "\n".join(parts)


def _one(process: Process) -> list[str]:
    if process.chart is None:
        return []
    stages = [
        (f"`{each.name}`", each.text, each.waits_for or "-", f"{each.hours:g} h" if each.hours else "-")
        for each in process.chart.stages
    ]
    moves = [(f"`{each.before}`", f"`{each.on}`", f"`{each.after}`", each.then or "-") for each in process.chart.moves]
    return [
        f"## {process.name}\n",
        f"{process.chart.text} Version {process.version}.\n",
        f"```mermaid\n{mermaid(process)}```\n",
        table(("stage", "what it means", "waits for", "limit"), stages),
        "<details><summary>Every move</summary>\n",
        table(("from", "on", "to", "what follows"), moves),
        "</details>\n",
    ]
