"""One decision of order-to-ship in the making, and what the process remembers between decisions."""

from collections.abc import Callable, Mapping

import msgspec
from msgspec import Struct, field

from crossdock.model import events as ev
from crossdock.model.customs import completed, crosses_border
from crossdock.model.deciding import OnTime
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.identifiers import digest
from crossdock.model.order import DeliveryOrder
from crossdock.ports.process import Decision, Order, Situation, Timer
from crossdock.processes.promises import Promise
from crossdock.processes.shipping_policy import OrderToShipPolicy

Record = Mapping[tuple[str, str, str], OnTime]
"""How promises were kept so far, by partner, carrier and service."""

NAME = "order_to_ship"
SECOND = 1_000_000
QUOTES = "quotes"
BEFORE_RATES = frozenset({"new", "waiting", "settling", "rejected"})
"""Where the order's own way leads to rates, or something has to come first: clearance, a void, a correction."""
_ENCODE = msgspec.json.Encoder().encode


class Raised(Struct, frozen=True):
    """An exception this process holds open."""

    kind: str
    pointer: str
    cause: str


class Buying(Struct, omit_defaults=True):
    """A purchase under way: the command's key, its partner, since when (epoch microseconds), and the ``number`` of the
    package's label it is for, counted from 1. ``held`` it waits for its carrier; ``then`` is what follows when it was
    taken back: reroute, person or again; of a cancelled order nothing (`crossdock.processes.outage.is_unwanted`).
    """

    key: str
    partner: str
    since: int
    number: int = 1
    held: bool = False
    then: str = ""


class Progress(Struct, omit_defaults=True):
    """The process's own state. ``failed`` are quotes that will not come, as ``package/carrier``; ``asked`` counts by
    package the labels ever asked for, so that none is asked for under a used reference; ``promised`` is by package
    what its chosen offer promises, ``buying`` the purchase under way; ``tried`` are carriers given up, as
    ``package/partner``; ``rebook`` are packages that get another label once theirs is void, ``returning`` those
    whose way back waits for rates. ``cleared`` is the version of the order's clearance, where it waits for one.
    ``voiding`` are labels whose void was asked for, as ``partner/shipment``, and the key of that command: it is not
    asked for again unless it failed. ``bought`` is by package the number of the last label that was bought: what
    was quoted for it buys no other. ``settling`` it was reopened, and begins anew once nothing lives of what was
    bought before it was called off.
    """

    phase: str = "new"
    version: str = ""
    failed: list[str] = field(default_factory=list)
    selected: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    raised: list[Raised] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    promised: dict[str, Promise] = field(default_factory=dict)
    buying: dict[str, Buying] = field(default_factory=dict)
    tried: list[str] = field(default_factory=list)
    rebook: list[str] = field(default_factory=list)
    returning: list[str] = field(default_factory=list)
    cleared: str = ""
    voiding: dict[str, str] = field(default_factory=dict)
    bought: dict[str, int] = field(default_factory=dict)
    settling: bool = False


decode_progress = msgspec.json.Decoder(Progress).decode


class Work:
    """One decision in the making."""

    def __init__(
        self, situation: Situation, policy: OrderToShipPolicy, progress: Progress, record: Record | None = None
    ) -> None:
        """Start from the process's state as it was; ``record`` is how promises were kept so far."""
        self.record = record or {}
        self.now = situation.now
        self.event = situation.event
        self.state: FulfilmentState = situation.fulfilment
        self.policy = policy
        self.progress = progress
        self.before = progress.phase if situation.process else ""
        self.orders: list[Order] = []
        self.events: list[ev.EventBody] = []
        self.timers: list[Timer] = []
        self.cleared: list[str] = []
        self.withdrawn: list[str] = []

    @property
    def order(self) -> DeliveryOrder | None:
        """The order in force, packed as it is packed, with what configuration knows of its goods; None while only other
        facts of it are here.
        """
        order = self.state.order
        if order is not None and order.packages != (parcels := self.state.parcels):
            order = msgspec.structs.replace(order, packages=parcels)
        return completed(order, self.policy.goods) if order and self.policy.goods else order

    @property
    def carriers(self) -> tuple[str, ...]:
        """The carriers that may have it: of those configured the ones its routing rule names, where it names any."""
        named = self.state.routed.routed.carriers if self.state.routed else ()
        return tuple(each for each in self.policy.carriers if not named or each in named)

    @property
    def lacks_label(self) -> bool:
        """Whether a package has no label and none is being bought."""
        live, order = self.state.live_bookings(), self.order
        packages = order.packages if order else ()
        return any(each.id not in live and each.id not in self.progress.buying for each in packages)

    def raise_exception(self, kind: str, text: str, pointer: str = "", partner: str = "") -> None:
        """Open an exception unless the same one stands. ``partner`` is who it is about if the event does not say."""
        if any(each.kind == kind and each.pointer == pointer for each in self.progress.raised):
            return
        cause = self.event.key
        self.progress.raised.append(Raised(kind, pointer, cause))
        about = partner or str(getattr(self.event.body, "partner", ""))
        self.events.append(ExceptionRaised(kind, text, pointer, cause, about))

    def closed(self) -> None:
        """A person ended an exception: should it come again, it is raised again."""
        body = self.event.body
        if isinstance(body, ExceptionResolved):
            ended = Raised(body.kind, body.pointer, body.cause)
            self.progress.raised = [each for each in self.progress.raised if each != ended]

    def resolve(self, which: Callable[[Raised], bool]) -> None:
        """Close those this process holds open and ``which`` picks."""
        for each in [each for each in self.progress.raised if which(each)]:
            self.progress.raised.remove(each)
            self.events.append(ExceptionResolved(each.kind, each.pointer, each.cause))

    def clear(self, timer: str) -> None:
        """Wait for a deadline no longer; it may be set again after."""
        self.timers = [each for each in self.timers if each.name != timer]
        self.cleared.append(timer)

    def decision(self) -> Decision:
        """The finished decision."""
        progress = self.progress
        return Decision(
            state=_ENCODE(progress),
            phase=progress.phase,
            orders=tuple(self.orders),
            events=tuple(self.events),
            timers=tuple(self.timers),
            cleared=tuple(self.cleared),
            withdrawn=tuple(self.withdrawn),
            before=self.before,
            stage=progress.phase,
        )


def essence_of(order: DeliveryOrder) -> str:
    """What a label depends on: a change of anything else does not matter to the carrier. What is inside counts where
    it is declared.
    """
    abroad = crosses_border(order.ship_from.address, order.ship_to.address)
    packages = (
        order.packages if abroad else tuple(msgspec.structs.replace(each, contents=()) for each in order.packages)
    )
    return digest(_ENCODE((order.ship_to, packages)).decode())
