"""Many stopped messages at once: those picked, or all that fit; a dry run says first whom it concerns."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.response import Redirect
from msgspec import Struct

from crossdock.ports.rows import ExchangeRow
from crossdock.ports.stores import Transaction
from crossdock.tower.desk import At, Desk, clean, session_of
from crossdock.tower.sessions import Role

MOST = 1000
"""Messages that one request lets go on at most."""

_PAGE = 200
_LONGEST_REASON = 500


class Tab(Struct, frozen=True):
    """A reading of the ledger: the statuses it shows."""

    name: str
    title: str
    statuses: tuple[str, ...]


TABS = (
    Tab("stopped", "Stopped", ("parked", "refused", "in_doubt")),
    Tab("retrying", "Retrying", ("retry",)),
    Tab("waiting", "Waiting for their order", ("waiting",)),
    Tab("moving", "On their way", ("received", "queued", "sending", "claimed", "retry")),
    Tab("all", "All", ()),
)


def tab_of(name: str) -> Tab:
    """The reading of this name; the first where there is none."""
    return next((each for each in TABS if each.name == name), TABS[0])


_LET_GO = {"stopped": TABS[0].statuses, "retrying": TABS[1].statuses, "moving": TABS[1].statuses}
"""Readings in which messages can be let go on at once, and which of them these are."""


def let_go(tab: Tab) -> bool:
    """Whether messages of a reading can be let go on at once."""
    return tab.name in _LET_GO


class Many(Struct, frozen=True):
    """Which messages that stand still, or wait for their next try: those of ``ids``, or all of a reading (``show``),
    partner and direction ("" for any).
    """

    partner: str = ""
    direction: str = ""
    ids: tuple[str, ...] = ()
    show: str = TABS[0].name

    @property
    def statuses(self) -> tuple[str, ...]:
        """How those that are meant stand."""
        return _LET_GO.get(self.show, TABS[0].statuses)

    def rows(self, tx: Transaction) -> list[ExchangeRow]:
        """Those that stand so now, the newest first, `MOST` at most."""
        if self.ids:
            found = (tx.views.exchange(each) for each in self.ids[:MOST])
            return [each.row for each in found if each and each.row.status in self.statuses]
        rows: list[ExchangeRow] = []
        after = ""
        while len(rows) < MOST:
            page, after = tx.views.exchanges(
                partner=self.partner, direction=self.direction, statuses=self.statuses, after=after, limit=_PAGE
            )
            rows += page
            if not after:
                break
        return rows[:MOST]

    @property
    def words(self) -> list[tuple[str, str]]:
        """The words of a form that mean the same."""
        given = [
            ("show", self.show),
            ("partner", self.partner),
            ("direction", self.direction),
            *(("id", each) for each in self.ids),
        ]
        return [(name, value) for name, value in given if value]


@get("/messages/retry", opt={"role": Role.ENGINEER})
async def preview(
    request: Request[Any, Any, Any], desk: At, partner: str = "", direction: str = "", show: str = ""
) -> Response[Any]:
    """The dry run: how many of what, to whom, and how many of them are asked about first."""
    ids = tuple(request.query_params.getall("id", []))
    many = Many(clean(partner), _way(direction), ids, tab_of(show).name)
    return await _asking(request, desk, many)


@post("/messages/retry", status_code=303, opt={"role": Role.ENGINEER})
async def retry(request: Request[Any, Any, Any], desk: At) -> Response[Any]:
    """Let them go on; the audit says how many and why."""
    data = await request.form()
    form = await desk.form(request)
    if form is None:
        return desk.forged(request)
    ids = tuple(each for each in data.getall("id", []) if isinstance(each, str))
    show = tab_of(form.get("show", "")).name
    many = Many(clean(form.get("partner", "")), _way(form.get("direction", "")), ids, show)
    reason = form.get("reason", "").strip()[:_LONGEST_REASON]
    if not reason:
        return await _asking(request, desk, many, "Say why, for those who read it later.")
    actor, now = session_of(request).actor, desk.context.clock.now()

    def step(tx: Transaction) -> int:
        count = desk.context.requests.retry(tx, [row.id for row in many.rows(tx)], now)
        if count:
            tx.doors.audit(now, actor, "exchange.retry", f"{count} messages", reason)
        return count

    count = await desk.context.store.run(step)
    if not count:
        return await _asking(request, desk, many, "Nothing was done: none of them stands so any more.")
    for topic in ("inbound", "outbound", "log"):
        desk.context.store.wake(topic)
    shown = [] if many.show == TABS[0].name else [("show", many.show)]
    about = [("partner", many.partner), ("direction", many.direction), ("done", "retries"), ("count", count)]
    query = urlencode([*shown, *about])
    return Redirect(f"/messages?{query}", status_code=303)


async def _asking(request: Request[Any, Any, Any], desk: Desk, many: Many, complaint: str = "") -> Response[Any]:
    rows = await desk.read(many.rows)
    return desk.page(
        request,
        "messages_retry.html",
        status=422 if complaint else 200,
        many=many,
        rows=rows,
        most=MOST,
        kinds=_counted([f"{row.direction}/{row.kind}/{row.partner}" for row in rows]),
        doubtful=sum(row.status == "in_doubt" for row in rows),
        complaint=complaint,
    )


def _counted(words: Sequence[str]) -> list[tuple[str, str, str, int]]:
    counted = Counter(words).most_common(12)
    return [(*word.split("/", 2), count) for word, count in counted]  # type: ignore[misc]


def _way(word: str) -> str:
    return word if word in {"inbound", "outbound"} else ""


ROUTES = (preview, retry)
