"""`crossdock parked`: messages that stopped and wait for a person."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from crossdock.backbone.parking import Requests
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, now, read, write
from crossdock.cli.output import AsJson, DryRun, Exit, Stop, Yes, as_json, confirm, lines, note, table
from crossdock.cli.parked_correct import correct
from crossdock.ports.rows import ExchangeDetail, ExchangeRow
from crossdock.ports.stores import Transaction
from crossdock.views.doubt import warning_of

STOPPED = ("parked", "refused")
_PAGE = 200

Ids = Annotated[list[str], typer.Argument(help="Ids of exchanges, from `crossdock parked list`.")]
Partner = Annotated[str, typer.Option(help="Only this partner's.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="parked", help="Messages that stopped and wait for a person.", no_args_is_help=True)
    group.command("list")(list_parked)
    group.command("show")(show)
    group.command("retry")(retry)
    group.command("discard")(discard)
    group.command("correct")(correct)
    app.add_typer(group)


def list_parked(partner: Partner = "", config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List what waits: why it stopped and what to do."""
    rows = read(config, lambda tx: _stopped(tx, partner))
    if json:
        as_json(rows)
        return
    columns = ("id", "partner", "direction", "kind", "status", "since", "order", "what to do")
    table(
        (
            (
                row.id,
                row.partner,
                row.direction,
                row.kind,
                row.status,
                _when(row.received_at),
                row.subject,
                row.operator,
            )
            for row in rows
        ),
        *columns,
    )


def show(
    exchange_id: Annotated[str, typer.Argument(help="The id of one exchange.")],
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Show one exchange whole: both texts, the bytes, and every attempt."""
    detail = read(config, lambda tx: tx.views.exchange(exchange_id))
    if detail is None:
        raise Stop(f"There is no exchange '{exchange_id}'; list them with: crossdock parked list")
    if json:
        as_json({"row": detail.row, "body": _text(detail), "headers": detail.headers, "attempts": detail.attempts,
                 "events": [event.cloudevent() for event in detail.events],
                 "corrects": detail.corrects, "corrected": detail.corrected})  # fmt: skip
        return
    row = detail.row
    lines(
        [
            f"{row.id}  {row.direction}  {row.partner}  {row.kind}  {row.status}",
            f"received  {_when(row.received_at)}   order {row.subject or '-'}   trace {row.trace_id}",
            f"to do     {row.operator or '-'}",
            f"engineer  {row.engineer or '-'}",
            *(f"stands for {each.original_id}: {each.reason}" for each in [detail.corrects] if each),
            *(f"corrected by {each.exchange_id}: {each.reason}" for each in [detail.corrected] if each),
            "",
            *(f"attempt {each.number}: {each.verdict}  {each.operator}" for each in detail.attempts),
            _text(detail),
        ]
    )


def retry(
    ids: Ids,
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Let exchanges go on. One that may have reached its partner is asked after before it is sent again."""
    _act("retry", ids, config, dry_run=dry_run, yes=yes, json=json)


def discard(
    ids: Ids,
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """End exchanges for good; they stay readable. One that its partner may have carried out is named first: look
    there. A label that may have been bought becomes an exception of its order.
    """
    found = read(config, lambda tx: [tx.views.exchange(each) for each in ids])
    for warning in [text for each in found if each and each.row.status in STOPPED and (text := warning_of(each))]:
        note(warning)
    _act("discard", ids, config, dry_run=dry_run, yes=yes, json=json)


def _act(action: str, ids: list[str], config: ConfigPath, *, dry_run: bool, yes: bool, json: bool) -> None:
    if not dry_run:
        confirm(f"{action.capitalize()} {len(ids)} exchanges?", yes=yes)
    moment = now()

    def step(tx: Transaction) -> int:
        if dry_run:
            found = (tx.views.exchange(each) for each in ids)
            return sum(1 for each in found if each is not None and each.row.status in STOPPED)
        requests = Requests()
        count = (requests.retry if action == "retry" else requests.discard)(tx, ids, moment)
        for each in ids:
            tx.doors.audit(moment, actor(), f"exchange.{action}", each, "")
        return count

    count = read(config, step) if dry_run else write(config, step, wakes=("inbound", "outbound", "log"))
    if json:
        as_json({"action": action, "asked": len(ids), "done": 0 if dry_run else count, "would": count})
    else:
        note(f"{action}: {'would do ' if dry_run else ''}{count} of {len(ids)}")
    if count < len(ids):
        raise typer.Exit(Exit.PARTLY if count else Exit.FAILED)


def _stopped(tx: Transaction, partner: str) -> list[ExchangeRow]:
    rows: list[ExchangeRow] = []
    after = ""
    while True:
        page, after = tx.views.exchanges(partner=partner, statuses=STOPPED, after=after, limit=_PAGE)
        rows += page
        if not after:
            return rows


def _text(detail: ExchangeDetail) -> str:
    return "(the bytes are gone: retention)" if detail.body_gone else detail.body.decode("utf-8", "replace")


def _when(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
