"""`crossdock flows`: every flow of the configuration, how soon it is to be through, and how soon it was."""

from typing import Annotated

import typer
from msgspec import Struct

from crossdock import bootstrap
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, installation, now, read
from crossdock.cli.output import AsJson, as_json, note, table
from crossdock.views.flows import FlowRow, measured

_HOUR = 3_600_000_000


class Shown(Struct, frozen=True):
    """The flows, and the hours their figures are of."""

    hours: float
    flows: list[FlowRow]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("flows")(flows)


def flows(
    hours: Annotated[float, typer.Option("--hours", min=0.1, max=8784, help="Measured over so many hours.")] = 24.0,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """List every flow with its class, its latency objective, and how long its messages took: half and 99 % of them.

    In: from received to understood; out: from ordered to carried out, all tries together.
    """
    moment, found = now(), bootstrap.flows(installation(config))
    rows = read(config, lambda tx: measured(tx, found, moment, int(hours * _HOUR)))
    if json:
        as_json(Shown(hours, rows))
        return
    table(
        map(_cells, rows), "flow", "from", "to", "class", "objective", "said by", "messages", "p50", "p99", ""
    )  # fmt: skip
    late = [row.flow.name for row in rows if row.met is False]
    if late:
        note(f"later than they are to be: {', '.join(late)}")


def _cells(row: FlowRow) -> tuple[object, ...]:
    flow = row.flow
    target = (flow.target.latency.replace("_", " "), _seconds(flow.target.seconds)) if flow.target else ("-", "-")
    said = {True: "met", False: "missed", None: ""}[row.met]
    took = (_seconds(row.p50), _seconds(row.p99))
    return flow.name, flow.source, flow.system, *target, flow.origin, row.messages or "", *took, said


def _seconds(given: float | None) -> str:
    if given is None:
        return ""
    return f"{given:.3f} s" if given < 1 else f"{given:g} s" if given == int(given) else f"{given:.1f} s"
