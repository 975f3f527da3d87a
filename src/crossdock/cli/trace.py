"""`crossdock trace`: the whole story of one order, found by any name somebody uses for it."""

from collections import defaultdict
from typing import Annotated

import typer
from rich.markup import escape
from rich.tree import Tree

from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, read
from crossdock.cli.output import AsJson, Stop, as_json, tree
from crossdock.model.instants import rfc3339
from crossdock.ports.stores import Store
from crossdock.views.timeline import Ambiguous, Entry, Story, story_of

_COLOURS = {
    "done": "green",
    "translated": "green",
    "retry": "yellow",
    "in_doubt": "yellow",
    "parked": "red",
    "refused": "red",
    "open": "red",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("trace")(trace)


def trace(
    reference: Annotated[str, typer.Argument(help="Order, delivery, tracking number, booking, SSCC or subject.")],
    engineer: Annotated[bool, typer.Option("--engineer", help="Also what an engineer needs.")] = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Print the story of one order: every exchange, event, decision and attempt, with times and verdicts."""
    try:
        story = read(config, lambda tx: story_of(tx, reference))
    except Ambiguous as several:
        raise Stop(f"'{reference}' is not one order: name one of {', '.join(several.subjects)}.") from None
    if story is None:
        raise Stop(f"Nobody here knows '{reference}'; try the order's name or a tracking number.")
    if json:
        as_json(story)
    else:
        tree(_drawn(story, engineer=engineer))


async def show(store: Store, reference: str) -> None:
    """Print the story of one order from an open store."""
    story = await store.read(lambda tx: story_of(tx, reference))
    if story is None:
        raise Stop(f"Nobody here knows '{reference}'.")
    tree(_drawn(story, engineer=False))


def _drawn(story: Story, *, engineer: bool) -> Tree:
    row = story.row
    name = (
        f"{row.sales_order or row.name} · {row.name} · {row.phase}, {row.milestone}"
        if row and row.name
        else story.subject
    )
    root = Tree(f"[bold]{escape(name)}[/]  [dim]{escape(story.subject)}  trace {story.trace_id}[/]")
    packages = root.add("packages")
    for each in story.packages:
        standing = each.standing.milestone
        packages.add(escape(f"{each.id}  {each.carrier} {each.service}  {each.tracking_number or '-'}  {standing}"))
    if story.exceptions:
        exceptions = root.add("exceptions")
        for row_ in story.exceptions:
            mark = "resolved" if row_.resolved_at else "[red]open[/]"
            exceptions.add(f"{mark}  {escape(row_.kind)}  {escape(row_.text)}")
    _add_entries(root.add("story"), story.entries, engineer=engineer)
    if story.expected:
        following = root.add("expected next")
        for due in story.expected:
            following.add(escape(f"{due.who}: {due.what}" + (f" ({due.why})" if due.why else "")))
    return root


def _add_entries(branch: Tree, entries: tuple[Entry, ...], *, engineer: bool) -> None:
    """A command holds its attempts, a message the events read from it; what has no parent stands by itself."""
    attempts: dict[str, list[Entry]] = defaultdict(list)
    parents = {each.exchange_id for each in entries if each.kind in {"command", "message"}}
    for each in entries:
        if each.kind in {"attempt", "event"} and each.exchange_id in parents:
            attempts[each.exchange_id].append(each)
    for each in entries:
        nested = each.kind in {"attempt", "event"} and each.exchange_id in parents
        if nested:
            continue
        node = branch.add(_line(each, engineer=engineer))
        for child in attempts[each.exchange_id] if each.kind in {"command", "message"} else ():
            node.add(_line(child, engineer=engineer))


def _line(entry: Entry, *, engineer: bool) -> str:
    colour = _COLOURS.get(entry.verdict, "")
    verdict = f"  [{colour}]{escape(entry.verdict)}[/]" if colour else f"  {escape(entry.verdict)}"
    moved = f"  {entry.before} → {entry.after}" if entry.after and entry.after != entry.before else ""
    parts = [f"[dim]{rfc3339(entry.processed_at)}[/]", escape(f"{entry.who}  {entry.title}")]
    if entry.occurred is not None and entry.kind == "event":
        zone = "" if entry.occurred.tz_known else " (local time)"
        parts.append(f"[dim]occurred {entry.occurred.at}{zone}[/]")
    if entry.code:
        parts.append(escape(f"code {entry.code}"))
    if entry.detail:
        parts.append(escape(entry.detail))
    text = "  ".join(parts) + (verdict if entry.verdict else "") + moved + ("  late" if entry.late else "")
    return f"{text}\n[dim]{escape(entry.engineer)}[/]" if engineer and entry.engineer else text
