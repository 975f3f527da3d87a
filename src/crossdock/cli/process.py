"""`crossdock process`: where processes stand, how they came there, whom they wait for, and how they are drawn."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

import typer
from rich.markup import escape
from rich.tree import Tree

from crossdock import bootstrap
from crossdock.backbone import telling
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, installation, now, read, write
from crossdock.cli.output import AsJson, Stop, as_json, lines, note, table, tree
from crossdock.model.instants import lasting, rfc3339
from crossdock.model.releasing import ReviewDecided
from crossdock.ports.process import Process
from crossdock.ports.stores import Transaction
from crossdock.processes.configured import there_are
from crossdock.views.charts import dot, mermaid
from crossdock.views.processes import ProcessStory, Standing, holds_of, processes_of, stages
from crossdock.views.timeline import Ambiguous, resolve

_HELP = "Where processes stand, how they came there, and whom they wait for."


class Verdict(StrEnum):
    """What somebody decides."""

    APPROVE = "approve"
    REJECT = "reject"


class Drawing(StrEnum):
    """How a process is drawn."""

    MERMAID = "mermaid"
    DOT = "dot"
    TABLE = "table"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help=_HELP, no_args_is_help=True)
    group.command("list")(list_processes)
    group.command("show")(show)
    group.command("in")(standing_in)
    group.command("waiting")(waiting)
    group.command("graph")(graph)
    group.command("decide")(decide)
    app.add_typer(group, name="process")


def list_processes(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """How many orders stand in each stage of each process, and since when the longest."""
    known = _known(config)
    found, at = read(config, lambda tx: stages(tx, known)), now()
    if json:
        as_json(found)
        return
    rows = [
        (each.process, each.stage, each.count, lasting(at - each.oldest) if each.count else "", each.waits_for,
         each.text)
        for each in found
    ]  # fmt: skip
    table(rows, "process", "stage", "orders", "longest", "waits for", "what it means")


def show(
    reference: Annotated[str, typer.Argument(help="Order, delivery, tracking number, booking, SSCC or subject.")],
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """The state, history and next deadline of every process of an order, and who is being waited for."""
    known = _known(config)
    found = read(config, lambda tx: processes_of(tx, reference, known))
    if not found:
        raise Stop(f"Nobody here knows '{reference}'; try the order's name or a tracking number.")
    if json:
        as_json(found)
        return
    for story in found:
        tree(_drawn(story, now()))


def standing_in(
    process: Annotated[str, typer.Argument(help="A process, such as order_to_ship.")],
    stage: Annotated[str, typer.Argument(help="One of its stages.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many at most.")] = 50,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """The orders that stand in a stage, the longest there first."""
    known = _known(config)
    _stage_of(_one(known, process), stage)
    found, at = read(config, lambda tx: tx.instances.standing(process, stage, limit=limit)), now()
    if json:
        as_json(found)
        return
    table([(each.subject, rfc3339(each.since), lasting(at - each.since)) for each in found], "order", "since", "for")


def waiting(
    who: Annotated[str, typer.Argument(help="Only what this one has to do; all when left out.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many at most.")] = 50,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """What is expected of whom, and until when: the earliest due first."""
    found, at = read(config, lambda tx: tx.instances.expected(who, limit)), now()
    if json:
        as_json(found)
        return
    rows = [(each.who, each.what, each.subject, rfc3339(each.due_at), _until(each.due_at - at)) for each in found]
    table(rows, "who", "what", "order", "due", "in")


def graph(
    process: Annotated[str, typer.Argument(help="A process; all when left out.")] = "",
    form: Annotated[Drawing, typer.Option("--format", "-f", help="How to draw it.")] = Drawing.MERMAID,
    json: AsJson = False,
) -> None:
    """Draw a process: its stages, and the events that lead from one to another."""
    known = {each.name: each for each in there_are()}
    chosen = [_one(known, process)] if process else [each for each in known.values() if each.chart]
    if json:
        as_json([{"name": each.name, "version": each.version, "chart": each.chart} for each in chosen])
        return
    for each in chosen:
        if each.chart is None:
            raise Stop(f"{each.name} has no stages: it decides the same for every order at any time.")
        if form is Drawing.TABLE:
            note(f"{each.name}: {each.chart.text}")
            table([(m.before, m.on, m.after, m.then) for m in each.chart.moves], "from", "on", "to", "then")
        else:
            lines([mermaid(each) if form is Drawing.MERMAID else dot(each)])


def decide(
    reference: Annotated[str, typer.Argument(help="The order, by any of its references.")],
    gate: Annotated[str, typer.Argument(help="What holds it: credit or payment.")],
    verdict: Annotated[Verdict, typer.Argument(help="Let it go, or keep it back.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for those who read it later.")],
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Decide about an order that a gate holds; it goes on, or stays back, by itself."""
    at = now()

    def step(tx: Transaction) -> str:
        try:
            subject = resolve(tx, reference)
        except Ambiguous as several:
            raise Stop(f"'{reference}' is not one order: name one of {', '.join(several.subjects)}.") from None
        if subject is None:
            raise Stop(f"Nobody here knows '{reference}'; try the order's name or a tracking number.")
        holds = holds_of(tx, subject)
        if gate not in holds:
            raise Stop(f"'{gate}' does not hold this order; what does: {', '.join(holds) or 'nothing'}.")
        name = telling.review_id(actor(), subject, gate, str(at))
        telling.decide(tx, subject, ReviewDecided(name, gate, verdict.value, actor(), reason), at)
        return subject

    subject = write(config, step, wakes=("log",))
    if json:
        as_json({"shipment": subject, "gate": gate, "verdict": verdict.value})
    else:
        note(f"{subject}: {gate} {verdict.value}d; the engine carries on.")


def _known(config: ConfigPath) -> Mapping[str, Process]:
    return {each.name: each for each in bootstrap.processes_of(installation(config))}


def _one(known: Mapping[str, Process], name: str) -> Process:
    if name not in known:
        there = ", ".join(known) or "none (none is configured)"
        raise Stop(f"There is no process '{name}' here: choose one of {there}.")
    return known[name]


def _stage_of(process: Process, stage: str) -> None:
    names = [each.name for each in process.chart.stages] if process.chart else []
    if stage not in names:
        raise Stop(f"{process.name} has no stage '{stage}': choose one of {', '.join(names) or 'none'}.")


def _drawn(story: ProcessStory, at: int) -> Tree:
    root = Tree(f"[bold]{escape(story.name)}[/]  [dim]{escape(story.subject)}[/]")
    for each in story.processes:
        _draw(root.add(_heading(each, at)), each)
    if story.deadlines:
        deadlines = root.add("deadlines")
        for due in story.deadlines:
            text = f"{due.what or due.name}{f' from {due.who}' if due.who else ''}"
            deadlines.add(escape(f"{rfc3339(due.due_at)}  {_until(due.due_at - at)}  {text}"))
    if story.exceptions:
        exceptions = root.add("exceptions")
        for row in story.exceptions:
            exceptions.add(f"[red]open[/]  {escape(f'{row.kind}  {row.text}')}")
    return root


def _heading(each: Standing, at: int) -> str:
    waits = f"  waits for {each.waits_for}" if each.waits_for else ""
    colour = "green" if each.final else "yellow"
    since = f"since {rfc3339(each.since)} ({lasting(at - each.since)})"
    stage = f"{escape(each.process)}  [{colour}]{escape(each.stage)}[/]"
    return f"{stage}  {escape(since + waits)}  [dim]{escape(each.text)}[/]"


def _draw(branch: Tree, each: Standing) -> None:
    for step in each.history:
        then = f"  {step.then}" if step.then else ""
        moved = f"{step.before or 'begins'} → {step.after}  on {step.on}{then}"
        branch.add(f"[dim]{rfc3339(step.at)}[/]  {escape(moved)}")


def _until(span: int) -> str:
    return f"in {lasting(span)}" if span >= 0 else f"{lasting(-span)} ago"
