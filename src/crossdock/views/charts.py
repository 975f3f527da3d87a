"""Processes drawn: as Mermaid for documents, as DOT for Graphviz."""

from collections import defaultdict
from collections.abc import Mapping

from crossdock.ports.process import Chart, Process

_START = "__start"


def mermaid(process: Process) -> str:
    """A state diagram that GitHub and MkDocs show as a picture. Raises `ValueError` for a process without a chart."""
    chart = _chart(process)
    lines = ["stateDiagram-v2", f"    [*] --> {chart.stages[0].name}"]
    lines += [f"    {before} --> {after}: {' / '.join(tags)}" for (before, after), tags in _ways(chart).items()]
    lines += [f"    {each.name} --> [*]" for each in chart.stages if each.final]
    return "\n".join(lines) + "\n"


def dot(process: Process) -> str:
    """A digraph for Graphviz. Raises `ValueError` for a process without a chart."""
    chart = _chart(process)
    lines = [
        f'digraph "{process.name}" {{',
        "    rankdir=LR;",
        '    node [shape=box, style=rounded, fontname="Inter"];',
    ]
    lines.append(f"    {_START} [shape=point]; {_START} -> {_quoted(chart.stages[0].name)};")
    for stage in chart.stages:
        peripheries = ", peripheries=2" if stage.final else ""
        lines.append(f"    {_quoted(stage.name)} [tooltip={_quoted(stage.text)}{peripheries}];")
    for (before, after), tags in _ways(chart).items():
        lines.append(f"    {_quoted(before)} -> {_quoted(after)} [label={_quoted(chr(10).join(tags))}];")
    return "\n".join([*lines, "}"]) + "\n"


def _chart(process: Process) -> Chart:
    if process.chart is None:
        raise ValueError(f"{process.name} has no stages to draw")
    return process.chart


def _ways(chart: Chart) -> Mapping[tuple[str, str], list[str]]:
    """The events that lead from one stage to another, in few words, by the two stages."""
    ways: dict[tuple[str, str], list[str]] = defaultdict(list)
    for move in chart.moves:
        ways[move.before, move.after].append(move.on.rpartition(".")[0].replace("_", " "))
    return ways


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
