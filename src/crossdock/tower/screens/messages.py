"""The ledger of messages: what stopped, what is tried again, what is in doubt; one message three ways."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get

from crossdock.ports.rows import Chosen as ChosenExceptions
from crossdock.ports.rows import ExceptionRow, ExchangeRow
from crossdock.ports.stores import Transaction
from crossdock.tower.desk import At, clean
from crossdock.tower.screen import Place, Screen
from crossdock.tower.screens import linking, message_acts, message_correct, messages_at_once
from crossdock.tower.screens.filters import Shown, kept_here
from crossdock.tower.screens.messages_at_once import TABS, let_go, tab_of
from crossdock.views.charging import KINDS
from crossdock.views.lineage import lineage_of
from crossdock.views.linking import WaitingLine, waiting_of
from crossdock.views.payloads import Payloads, payloads_of

_ROWS = 50


@get("/messages")
async def messages(
    request: Request[Any, Any, Any], desk: At, show: str = "", partner: str = "", direction: str = "", after: str = "",
    done: str = "", count: int = 0,
) -> Response[Any]:  # fmt: skip
    """Messages in and out, newest first; those that stopped first of all."""
    tab = tab_of(show)
    way = direction if direction in {"inbound", "outbound"} else ""

    kept_step = kept_here(request, desk, "messages")

    def step(tx: Transaction) -> tuple[list[ExchangeRow], str, list[ExceptionRow], Sequence[Shown]]:
        rows, following = tx.views.exchanges(
            partner=clean(partner), direction=way, statuses=tab.statuses, after=after, limit=_ROWS
        )
        technical = ChosenExceptions(queue="technical", partner=clean(partner))
        noticed, _ = tx.views.exceptions(chosen=technical, limit=5) if tab.name == "stopped" else ([], "")
        return rows, following, noticed, kept_step(tx)

    rows, following, noticed, kept = await desk.read(step)
    query = {"show": tab.name, "partner": partner, "direction": way}
    return desk.page(
        request,
        "messages.html",
        rows=rows,
        tabs=TABS,
        tab=tab,
        at_once=let_go(tab),
        query=query,
        older=f"/messages?{urlencode({**query, 'after': following})}" if following else "",
        fresh_at=f"/messages/fresh?{urlencode({**query, 'since': rows[0].received_at if rows else 0})}",
        noticed=noticed,
        kept=kept,
        partners=desk.context.partners,
        done=done,
        count=count,
    )


@get("/messages/fresh")
async def fresh(desk: At, show: str = "", partner: str = "", direction: str = "", since: int = 0) -> dict[str, int]:
    """How many came since the list was read."""

    def step(tx: Transaction) -> int:
        rows, _ = tx.views.exchanges(
            partner=clean(partner), direction=direction, statuses=tab_of(show).statuses, since=since + 1, limit=100
        )
        return len(rows)

    return {"count": await desk.context.store.read(step)}


@get("/messages/{exchange_id:str}")
async def message(request: Request[Any, Any, Any], desk: At, exchange_id: str, done: str = "") -> Response[Any]:
    """One message: received, canonical and sent side by side, and its attempts."""

    def step(tx: Transaction) -> tuple[Payloads | None, tuple[WaitingLine, ...]]:
        found = payloads_of(tx, clean(exchange_id))
        waits = found is not None and found.detail.row.direction == "inbound"
        return found, waiting_of(tx, clean(exchange_id)) if waits else ()

    payloads, waiting = await desk.read(step)
    if payloads is None:
        return desk.missing(request, f"There is no message “{exchange_id}”", f"crossdock trace {exchange_id}")
    can = message_acts.possible(payloads.detail.row, correctable=desk.context.corrector is not None)
    lineage = lineage_of(payloads, desk.context.packages)
    at = {each.key: linking.link_to(each.key, f"/messages/{payloads.detail.row.id}") for each in waiting}
    return desk.page(
        request, "message.html", payloads=payloads, lineage=lineage, can=can, done=done, waiting=waiting, link_at=at,
        kinds=KINDS,
    )  # fmt: skip


SCREEN = Screen(
    Place("Messages", "/messages", "mail", "m", "Every message in and out", ("parked",), ("parked", "in_doubt")),
    (messages, fresh, message, *message_correct.ROUTES, *message_acts.ROUTES, *messages_at_once.ROUTES),
)
