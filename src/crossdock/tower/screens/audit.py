"""The audit: who did what, when, why, to which object, over which door."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get
from msgspec import Struct, json, structs

from crossdock.model.events import type_of
from crossdock.model.instants import InvalidInstant, epoch_us, stamp
from crossdock.ports.stores_doors import Audited
from crossdock.tower.desk import At, clean
from crossdock.tower.screen import Place, Screen
from crossdock.tower.sessions import Role
from crossdock.views.audit import AuditLine, audit_lines, audit_whole

_ROWS = 50
_MOST_NEW = 100
_ADDRESSES = {"order": "/orders/{}", "message": "/messages/{}", "partner": "/messages?show=all&partner={}"}
_FAMILIES = (
    "client", "customer", "desk", "exception", "exchange", "filter", "mapping", "outbox", "partner", "payment",
    "personal", "proof", "reconciliation", "rebuild", "retention", "review", "slot", "token", "tower", "tracking",
)  # fmt: skip


class Filter(Struct, frozen=True, omit_defaults=True):
    """The words of the address; ``since`` and ``until`` as people write them, in UTC."""

    actor: str = ""
    action: str = ""
    target: str = ""
    text: str = ""
    since: str = ""
    until: str = ""

    def words(self, **changes: str) -> dict[str, str]:
        """The words that are given."""
        return {name: each for name, each in {**structs.asdict(self), **changes}.items() if each}

    def query(self, **changes: str) -> str:
        """The same as part of an address, with some changed."""
        return urlencode(self.words(**changes))

    def chosen(self) -> Audited:
        """The same for the store."""
        return Audited(self.actor, self.action, self.target, self.text, _instant(self.since), _instant(self.until))


@get("/audit", opt={"role": Role.ENGINEER})
async def audit(request: Request[Any, Any, Any], desk: At, after: str = "") -> Response[Any]:
    """Entries, newest first, as narrowed as the address says."""
    chosen = _filter_of(request.query_params)
    lines, older = await desk.read(lambda tx: audit_lines(tx, chosen.chosen(), after=after, limit=_ROWS))
    newest = lines[0].at if lines else 0
    return desk.page(
        request,
        "audit.html",
        lines=lines,
        filter=chosen,
        families=_FAMILIES,
        actions=sorted({each.action for each in lines} - {*_FAMILIES}),
        address_of=address_of,
        after=after,
        older=f"/audit?{chosen.query(after=older)}" if older else "",
        fresh_at="" if after or chosen.until else f"/audit/fresh?{chosen.query(newest=str(newest))}",
    )


@get("/audit/fresh", opt={"role": Role.ENGINEER})
async def fresh(request: Request[Any, Any, Any], desk: At, newest: int = 0) -> dict[str, int]:
    """How many were written since the list was read."""
    chosen = _filter_of(request.query_params).chosen()
    since = structs.replace(chosen, since=max(newest + 1, chosen.since))
    lines, _ = await desk.context.store.read(lambda tx: tx.doors.audited(since, limit=_MOST_NEW))
    return {"count": len(lines)}


@get("/audit/{seq:int}", opt={"role": Role.ENGINEER})
async def entry(request: Request[Any, Any, Any], desk: At, seq: int) -> Response[Any]:
    """One entry: who, why, and the facts that were written down with it."""
    whole = await desk.read(lambda tx: audit_whole(tx, seq))
    if whole is None:
        return desk.missing(request, f"The audit has no entry {seq}", "crossdock audit list")
    facts = [(type_of(each.body), json.format(json.encode(each.body)).decode()) for each in whole.facts]
    line = whole.line
    about = Filter(target=line.target).query() if line.target else ""
    return desk.page(
        request, "audit_entry.html", line=line, facts=facts, address=address_of(line), about=about,
        by=Filter(actor=line.actor).query(), alike=Filter(action=line.action).query(),
    )  # fmt: skip


def address_of(line: AuditLine) -> str:
    """Where the object of an entry is shown, "" where it is not."""
    return _ADDRESSES[line.about].format(quote(line.about_id, safe=":")) if line.about in _ADDRESSES else ""


def _filter_of(given: Mapping[str, str]) -> Filter:
    words = {name: clean(given.get(name, "")) for name in Filter.__struct_fields__}
    return Filter(**{name: each for name, each in words.items() if name not in {"since", "until"} or _instant(each)})


def _instant(text: str) -> int:
    """Epoch microseconds of what somebody wrote, 0 where it is no time."""
    try:
        return max(epoch_us(stamp(text)), 1) if text else 0
    except (InvalidInstant, OverflowError):
        return 0


SCREEN = Screen(
    Place("Audit", "/audit", "shield", "u", "Who did what, when and why", role=Role.ENGINEER), (audit, fresh, entry)
)
