"""`crossdock partner scorecard` and `crossdock scorecard`: how well a partner, and everything, does over a period."""

from collections.abc import Callable
from typing import Annotated

import msgspec
import typer

from crossdock import bootstrap
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, now, with_store
from crossdock.cli.output import AsJson, Exit, Stop, as_json, note, table
from crossdock.cli.replay import moment_of
from crossdock.model.instants import rfc3339
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.stores_kpis import Board
from crossdock.views.kpis import text_of
from crossdock.views.scorecards import Scorecard, scorecard, success

Partner = Annotated[str, typer.Argument(help="A partner's id, or a carrier's name.", metavar="NAME")]
Since = Annotated[str, typer.Option("--from", help="From when on: 2026-03-01, 2026-03-01T08:00Z, or 7d ago.")]
Until = Annotated[str, typer.Option("--to", help="Until when; now unless given.")]
_MONTH = "30d"


def register(app: typer.Typer) -> None:
    """Add the command; a partner's own is in the group ``partner``."""
    app.command("scorecard")(of_everything)


def of_partner(
    partner: Partner,
    since: Since = _MONTH,
    until: Until = "",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Show how well a partner or carrier did: promises, scans, answers, proofs, exceptions, data; beside the period
    before.
    """
    first, last, moment = _period(since, until)
    _show(_over(config, lambda tx, board: scorecard(tx, board, partner, first, last, moment)), json=json)


def of_everything(
    since: Since = _MONTH, until: Until = "", config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False
) -> None:
    """Show how well everything goes: continuity, exceptions, promises, onboarding; beside the period before."""
    first, last, moment = _period(since, until)
    _show(_over(config, lambda tx, board: success(tx, board, first, last, moment)), json=json)


def _over(config: ConfigPath, step: Callable[[Transaction, Board], Scorecard]) -> Scorecard:
    async def work(installation: bootstrap.Installation, store: Store) -> Scorecard:
        board = bootstrap.board(installation)
        return await store.read(lambda tx: step(tx, board))

    return with_store(config, work)


def _period(since: str, until: str) -> tuple[int, int, int]:
    moment = now()
    first, last = moment_of(since, moment), moment_of(until, moment) or moment
    if first >= last:
        raise Stop("--from has to be before --to.", code=Exit.USAGE)
    return first, last, moment


def _show(card: Scorecard, *, json: bool) -> None:
    if json:
        as_json({**msgspec.structs.asdict(card), "since": rfc3339(card.since), "until": rfc3339(card.until)})
        return
    note(f"{card.partner or 'all partners'}, {rfc3339(card.since)[:16]} to {rfc3339(card.until)[:16]}")
    cells = ((each.title, each.text, "" if each.unit == "percent" else each.unit, text_of(each.before, each.unit),
              "BAD" if each.bad else "", each.why) for each in card.lines)  # fmt: skip
    table(cells, "figure", "value", "unit", "before", "", "note")
    for name, why in card.not_measured.items():
        note(f"{name}: {why}")
