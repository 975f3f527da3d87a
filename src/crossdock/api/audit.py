"""/v1/audit: who did what, when, why, to which object, over which door."""

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import Parameter
from msgspec import Struct

from crossdock.api.pages import Cursor, Instant, Limit, instant, page, seal, turn, unseal
from crossdock.api.problems import documented
from crossdock.api.provided import Here
from crossdock.api.resources import at
from crossdock.ports.policy import Scope
from crossdock.ports.stores_doors import Audited
from crossdock.views.audit import AuditLine, audit_lines

Text = Annotated[str, Parameter(max_length=300)]
Action = Annotated[str, Parameter(max_length=60, description="A whole name (`desk.void`) or a family (`desk`).")]


class AuditEntry(Struct, frozen=True):
    """One thing somebody did: ``detail`` is the reason, or what else was written down."""

    id: int
    at: str
    actor: str
    door: str
    who: str
    action: str
    target: str
    detail: str
    about: str
    about_id: str


class Audit(Struct, frozen=True):
    """A page of the audit."""

    items: list[AuditEntry]
    next: str


@get(
    "/v1/audit", scope=Scope.ADMIN, responses=documented(400, 401, 403, 404, 503),
    summary="Who did what, and why", tags=["Audit"],
)  # fmt: skip
async def list_audit(
    request: Request[Any, Any, Any],
    context: Here,
    *,
    actor: Text = "",
    action: Action = "",
    target: Text = "",
    text: Text = "",
    since: Instant = None,
    until: Instant = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Response[Audit]:
    """Entries, newest first. Where few of very many fit, a page may be short or empty and still name the next one."""
    chosen = Audited(actor, action, target, text, instant("since", since), instant("until", until))
    after = unseal(cursor)
    lines, following = await turn(context.store, lambda tx: audit_lines(tx, chosen, after=after, limit=limit))
    cursor = seal(following) if following else ""
    return page(request, Audit([_entry(each) for each in lines], cursor), cursor)


def _entry(line: AuditLine) -> AuditEntry:
    return AuditEntry(
        line.seq, at(line.at), line.actor, line.door, line.who, line.action, line.target, line.detail,
        line.about, line.about_id,
    )  # fmt: skip


ROUTES = (list_audit,)
