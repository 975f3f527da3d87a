"""`crossdock failures`: what of the integration is out of order. Exceptions of the business have their own queue."""

import typer

from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, read
from crossdock.cli.output import AsJson, as_json, note, table
from crossdock.model.instants import rfc3339
from crossdock.ports.rows import Chosen, ExceptionRow, ExchangeRow
from crossdock.ports.stores import Transaction

_STOPPED = ("parked", "refused", "in_doubt")
_PAGE = 200


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("failures")(failures)


def failures(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List technical failures: messages that stopped, and what Crossdock noticed of feeds, mappings and writes."""
    messages, noticed = read(config, lambda tx: (_messages(tx), _noticed(tx)))
    if json:
        as_json({
            "messages": messages,
            "exceptions": [{"id": each.case.id, "kind": each.kind, "partner": each.case.partner, "owner":
                            each.case.owner, "severity": each.case.severity, "subject": each.subject,
                            "raised_at": rfc3339(each.raised_at), "text": each.text} for each in noticed],
        })  # fmt: skip
        return
    note(f"{len(messages)} messages stopped (crossdock parked), {len(noticed)} noticed (crossdock exceptions)")
    rows: list[tuple[object, ...]] = [
        (each.id, each.partner, each.kind, each.status, rfc3339(each.received_at)[:16], each.operator)
        for each in messages
    ]
    rows += [
        (each.case.id, each.case.partner, each.kind, each.case.state, rfc3339(each.raised_at)[:16], each.text)
        for each in noticed
    ]
    table(rows, "id", "partner", "what", "status", "since", "what to do")


def _messages(tx: Transaction) -> list[ExchangeRow]:
    rows: list[ExchangeRow] = []
    after = ""
    while True:
        page, after = tx.views.exchanges(statuses=_STOPPED, after=after, limit=_PAGE)
        rows += page
        if not after:
            return rows


def _noticed(tx: Transaction) -> list[ExceptionRow]:
    rows: list[ExceptionRow] = []
    after = ""
    while True:
        page, after = tx.views.exceptions(chosen=Chosen(queue="technical"), after=after, limit=_PAGE)
        rows += page
        if not after:
            return rows
