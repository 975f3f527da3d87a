"""The carriers' desk: what waits for a label, labels and the end of the day, carriers and their pace."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get

from crossdock.tower.desk import At, clean
from crossdock.tower.screen import Place, Screen
from crossdock.tower.screens import desk_carriers, desk_day, desk_orders

_ROWS = 50


@get("/desk")
async def waiting(
    request: Request[Any, Any, Any], desk: At, phase: str = "", q: str = "", after: str = "", asked: int = 0
) -> Response[Any]:
    """Orders that wait for a label, the most pressing first."""
    text, chosen = clean(q), phase if phase in desk_orders.PHASES else ""
    rows, following = await desk.read(lambda tx: desk_orders.waiting(tx, chosen, text, _ROWS, after))
    words = {"phase": chosen, "q": text}
    return desk.page(
        request,
        "desk.html",
        rows=rows,
        phase=chosen,
        phases=desk_orders.PHASES,
        query=text,
        words=urlencode(words),
        full=len(rows) == _ROWS,
        older=f"/desk?{urlencode({**words, 'after': following})}" if following else "",
        asked=asked,
    )


SCREEN = Screen(
    Place("Desk", "/desk", "truck", "d", "The carriers' desk: labels, offers, manifests, pickups"),
    (waiting, *desk_orders.ROUTES, *desk_day.ROUTES, *desk_carriers.ROUTES),
)
