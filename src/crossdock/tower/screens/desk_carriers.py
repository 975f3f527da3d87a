"""Carriers and other partners: paused or not, and how fast they are called; changed on their own pages."""

from typing import Any

from litestar import Request, Response, get
from msgspec import Struct

from crossdock.backbone.breaker import effective
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_delivery import Health
from crossdock.tower.context import PartnerFacts
from crossdock.tower.desk import At, Desk


class Carrier(Struct, frozen=True):
    """A partner as it stands: ``waiting`` are commands in its lanes."""

    facts: PartnerFacts
    health: Health
    waiting: int

    @property
    def pace(self) -> str:
        """Calls per second and at once that hold now, in words."""
        held = effective(self.facts.agreed.limits, self.health)
        return f"{held.per_second:g} a second, {held.burst} at once" if held.per_second else "no limit"


@get("/desk/carriers")
async def carriers(request: Request[Any, Any, Any], desk: At) -> Response[Any]:
    """All of them."""
    rows = await desk.read(lambda tx: _carriers(tx, desk))
    return desk.page(request, "desk_carriers.html", rows=rows)


def _carriers(tx: Transaction, desk: Desk) -> list[Carrier]:
    waiting: dict[str, int] = {}
    for name, _, count, _ in tx.lanes.depth(desk.context.clock.now()):
        waiting[name] = waiting.get(name, 0) + count
    return [Carrier(each, tx.partners.health(each.id), waiting.get(each.id, 0)) for each in desk.context.partners]


ROUTES = (carriers,)
