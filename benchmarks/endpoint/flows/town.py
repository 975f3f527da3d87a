"""The simulated partners of a run on loopback: a warehouse with its people, and a carrier with its drivers."""

from collections.abc import Mapping
from typing import Any

from crossdock.catalog import simulators
from crossdock.sim.server import LoopbackServer
from crossdock.transports.machine import RealClock

_SCANS = {
    "in_transit": "departed_facility",
    "out_for_delivery": "out_for_delivery",
    "delivered": "arrived_at_destination",
    "return_to_sender": "return",
}


class Town:
    """Both partners; what happens there is made to happen here, and seen in their own books."""

    def __init__(self, hub: int, secret: str) -> None:
        """They tell Crossdock at port ``hub``, signed with ``secret``; nobody listens yet."""
        self._clock = RealClock()
        at = f"http://127.0.0.1:{hub}/in"
        told = {"webhook_secret": secret}
        self._warehouse: Any = (
            simulators().get("warehouse").build({"token": secret, "webhook_url": f"{at}/north3pl/events", **told})
        )
        self._carrier: Any = (
            simulators().get("easypost").build({"api_key": secret, "webhook_url": f"{at}/post/events", **told})
        )
        self._servers = {
            "warehouse": LoopbackServer(self._warehouse, self._clock),
            "easypost": LoopbackServer(self._carrier, self._clock),
        }
        self.ports = {name: server.port for name, server in self._servers.items()}

    async def open(self) -> None:
        """Answer."""
        for server in self._servers.values():
            await server.start()

    async def close(self) -> None:
        """Answer no more."""
        for server in self._servers.values():
            await server.stop()

    def has(self, reference: str) -> bool:
        """Whether an order was released to the warehouse."""
        return reference in self._warehouse.state()["orders"]

    def awaits(self, reference: str) -> bool:
        """Whether goods were announced to the warehouse."""
        return reference in self._warehouse.state()["inbound"]

    def pack(self, reference: str, missing: Mapping[str, int], *, follows: bool, parcels: int) -> None:
        """An order is picked, as far as there is, and packed."""
        remainder = "backorder" if follows else "cancel"
        self._floor("start", reference=reference)
        self._floor("habits", short=dict(missing), remainder=remainder)
        self._floor("pick", reference=reference)
        self._floor("habits")
        self._floor("pack", reference=reference, parcels=parcels)

    def ship(self, reference: str, *, follows: bool) -> None:
        """It leaves; what is missing follows, or does not."""
        self._floor("habits", remainder="backorder" if follows else "cancel")
        self._floor("ship", reference=reference)
        self._floor("habits")

    def receive(self, reference: str, came: Mapping[str, int], damaged: Mapping[str, int]) -> None:
        """What was announced arrives; of a line that ``came`` does not name, nothing."""
        lines = self._warehouse.state()["inbound"][reference]["lines"]
        received = {line["sku"]: came.get(line["sku"], 0) for line in lines}
        self._floor("receive", reference=reference, received=received, damaged=dict(damaged))

    def labels(self, subject: str) -> list[str]:
        """Tracking numbers that were bought and not voided for the packages of an order."""
        live = self._carrier.live_labels()
        return sorted(code for name, codes in live.items() if name.startswith(f"{subject}/") for code in codes)

    def scan(self, code: str, status: str) -> None:
        """A parcel is seen."""
        told = {"tracking_code": code, "status": status, "status_detail": _SCANS[status]}
        self._carrier.control("advance", told, self._clock.now())

    def bought(self) -> int:
        """Labels that were ever bought."""
        return len(self._carrier.ledger.of("label.bought"))

    def despatches(self, reference: str) -> int:
        """How often an order left the warehouse."""
        return sum(each.key == reference for each in self._warehouse.ledger.of("order.shipped"))

    def _floor(self, action: str, **arguments: Any) -> None:
        self._warehouse.control(action, arguments, self._clock.now())
