"""`crossdock kpi`: key figures, the lists behind them, how they were, and the SQL that gives them."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
import typer

from crossdock import bootstrap
from crossdock.backbone.kpis import (
    MOST_POINTS,
    TooManyPoints,
    UnknownKpi,
    Window,
    history,
    items,
    moments,
    span_of,
    terms_of,
)
from crossdock.backbone.kpis import read as read_figure
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, now, with_store
from crossdock.cli.output import AsJson, Exit, Stop, as_json, lines, note, table
from crossdock.cli.replay import moment_of
from crossdock.model.instants import rfc3339
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.stores_kpis import Board, Dimension, Terms
from crossdock.views.kpis import Shown, kpis, shown, text_of

T = TypeVar("T")
Name = Annotated[str, typer.Argument(help="A figure's name; `crossdock kpi list` names them.", metavar="NAME")]
Partner = Annotated[str, typer.Option("--partner", help="Only about this partner or carrier.")]
Since = Annotated[
    str, typer.Option("--from", help="From when on, where it looks back: 2026-03-01, 2026-03-01T08:00Z, or 7d ago.")
]
Until = Annotated[str, typer.Option("--to", help="As it stood then; now unless given.")]
By = Annotated[str, typer.Option("--by", help="Also of each partner, carrier or owner.")]
Limit = Annotated[int, typer.Option(help="So many rows at most.", min=1, max=10_000)]
_DIMENSIONS: dict[str, Dimension] = {"partner": "partner", "carrier": "carrier", "owner": "owner"}
_DAY = 86_400_000_000


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="kpi", help="Key figures: numbers, lists, history, SQL.", no_args_is_help=True)
    group.command("list")(list_all)
    group.command("show")(show)
    group.command("items")(list_items)
    group.command("history")(show_history)
    group.command("sql")(show_sql)
    app.add_typer(group)


def list_all(partner: Partner = "", config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List all figures as they stand: those that are bad first."""
    found = _over(config, lambda tx, board: kpis(tx, board, now(), partner))
    if json:
        as_json([_row(each) for each in found])
        return
    order = {"bad": 0, "good": 1, "plain": 1, "unwatched": 2}
    ranked = sorted(found, key=lambda each: (order[each.state], each.name))
    table(((each.name, each.text, each.unit, _limit(each), each.state, each.owner, each.title) for each in ranked),
          "name", "value", "unit", "threshold", "state", "owner", "what it is")  # fmt: skip


def show(
    name: Name,
    partner: Partner = "",
    since: Since = "",
    until: Until = "",
    by: By = "",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Show one figure: what it means, how it stands, and what to do."""
    if by and by not in _DIMENSIONS:
        raise Stop("Say --by partner, carrier or owner.", by, Exit.USAGE)
    window, moment = _window(partner, since, until), now()

    def step(tx: Transaction, board: Board) -> tuple[Shown, dict[str, float]]:
        terms = _terms(board, name)
        figures = tx.kpis.by(terms.kpi, span_of(board, terms, moment, window), _DIMENSIONS[by]) if by else {}
        return shown(read_figure(tx, board, terms, moment, window), partner), figures

    found, figures = _over(config, step)
    if json:
        as_json({**_row(found), "by": figures})
        return
    lines(_told(found))
    if by:
        table(((word or "-", text_of(value, found.unit)) for word, value in sorted(figures.items())), by, "value")


def list_items(
    name: Name,
    partner: Partner = "",
    since: Since = "",
    until: Until = "",
    limit: Limit = 100,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """List what is counted, the oldest first."""
    window, moment = _window(partner, since, until), now()
    rows = _over(config, lambda tx, board: items(tx, board, _terms(board, name), moment, window, limit))
    if json:
        as_json([{**msgspec.structs.asdict(each), "since": rfc3339(each.since)} for each in rows])
        return
    cells = ((rfc3339(each.since)[:16], each.subject, each.reference, each.carrier or each.partner, each.owner,
              f"{each.value:g}", each.detail) for each in rows)  # fmt: skip
    table(cells, "since", "order", "reference", "partner", "owner", "value", "detail")
    if len(rows) == limit:
        note(f"there may be more than {limit}: raise --limit")


def show_history(
    name: Name,
    partner: Partner = "",
    since: Since = "",
    until: Until = "",
    step_minutes: Annotated[int, typer.Option("--step", help="Minutes between two moments.", min=1)] = 60,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Show how a figure was; the last day by the hour unless said otherwise."""
    moment = now()
    last = moment_of(until, moment) or moment
    try:
        points = moments(moment_of(since, moment) or last - _DAY, last, step_minutes * 60_000_000)
    except TooManyPoints as error:
        raise Stop(f"At most {MOST_POINTS} moments: take a longer --step.", str(error), Exit.USAGE) from None
    found = _over(config, lambda tx, board: history(tx, board, _terms(board, name), points, partner))
    if json:
        as_json([{"at": rfc3339(each.at), "value": each.value} for each in found])
        return
    table(((rfc3339(each.at)[:16], text_of(each.value, each.terms.kpi.unit)) for each in found), "at", "value")


def show_sql(
    name: Name,
    partner: Partner = "",
    since: Since = "",
    until: Until = "",
    rows: Annotated[bool, typer.Option("--items", help="The rows behind the number instead.")] = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Print the statement that gives the number, to be run in any SQL client on the store."""
    window, moment = _window(partner, since, until), now()

    def step(tx: Transaction, board: Board) -> str:
        terms = _terms(board, name)
        return tx.kpis.sql(terms.kpi, span_of(board, terms, moment, window), items=rows)

    text = _over(config, step)
    if json:
        as_json({"name": name, "sql": text})
    else:
        lines([f"{text};"])


def _over(config: ConfigPath, step: Callable[[Transaction, Board], T]) -> T:
    async def work(installation: bootstrap.Installation, store: Store) -> T:
        board = bootstrap.board(installation)
        return await store.read(lambda tx: step(tx, board))

    return with_store(config, work)


def _terms(board: Board, name: str) -> Terms:
    try:
        return terms_of(board, name)
    except UnknownKpi:
        names = ", ".join(each.kpi.name for each in board.terms)
        raise Stop(f"There is no figure '{name}'; there are {names}.", code=Exit.USAGE) from None


def _window(partner: str, since: str, until: str) -> Window:
    moment = now()
    first, last = moment_of(since, moment), moment_of(until, moment)
    if first and last and first >= last:
        raise Stop("--from has to be before --to.", code=Exit.USAGE)
    return Window(first, last, partner)


def _row(each: Shown) -> dict[str, Any]:
    times = {"at": rfc3339(each.at), "since": rfc3339(each.since) if each.since else ""}
    return {**msgspec.structs.asdict(each), **times}


def _limit(each: Shown) -> str:
    return "-" if each.threshold is None else f"{each.worse} {each.threshold:g}"


def _told(each: Shown) -> list[str]:
    since = f" since {rfc3339(each.since)[:16]}" if each.since else ""
    return [
        f"{each.name}  {each.text} {'' if each.unit == 'percent' else each.unit}  ({each.state})",
        f"{each.title}: {each.meaning}",
        f"counted    {rfc3339(each.at)[:19]}{since}",
        f"bad when   {_limit(each)}   severity {each.severity}",
        f"owner      {each.owner}",
        f"to do      {each.do}",
        f"runbook    docs/{each.runbook}",
        f"list       {each.link}",
        *([f"note       {each.why}"] if each.why else []),
    ]
