"""One decision of order-release in the making, and what the process remembers between decisions."""

from collections.abc import Callable, Collection

import msgspec
from msgspec import Struct, field, structs

from crossdock.model import events as ev
from crossdock.model.commands import CommandBody
from crossdock.model.customs import REQUIRED
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.identifiers import digest
from crossdock.model.order import DeliveryOrder
from crossdock.model.routing import OrderRouted
from crossdock.model.warehouse_state import Release, place_of
from crossdock.ports.process import Decision, Order, Priority, Situation
from crossdock.processes.shipping_work import Raised

NAME = "order_release"
_URGENCIES = {"express": Priority.EXPRESS, "normal": Priority.NORMAL, "batch": Priority.BATCH}
_ENCODE = msgspec.json.Encoder().encode


def _nowhere(_order: DeliveryOrder) -> str:
    return ""


def _nobody(_state: FulfilmentState) -> bool:
    return False


class ReleasePolicy(Struct, frozen=True):
    """What configuration decides. ``route`` gives the warehouse (a partner) that ships an order, "" for none;
    ``rules`` decide instead where there are any, at a time (epoch microseconds); ``declared`` are the facts of a line
    without which it does not go abroad; ``express`` are the service levels that go before all others; ``is_awaited``
    whether a gate has yet to say that it holds the order.
    """

    route: Callable[[DeliveryOrder], str] = _nowhere
    rules: Callable[[DeliveryOrder, int], OrderRouted] | None = None
    declared: Collection[str] = REQUIRED
    express: frozenset[str] = frozenset()
    is_awaited: Callable[[FulfilmentState], bool] = _nobody


class Releasing(Struct, omit_defaults=True):
    """The process's own state. ``number`` counts releases, ``revision`` what the warehouse was told of the present one;
    ``despatches`` are those the system of record was told of; ``asked`` what was asked for while undoing, ``why`` the
    reason for it; ``stops`` how often it was stopped; ``given`` the key of the release's command; ``uncleared`` its
    packages were closed while it was being called off, so no label was cleared.
    """

    stage: str = "checking"
    version: str = ""
    warehouse: str = ""
    reference: str = ""
    number: int = 0
    revision: int = 0
    stops: int = 0
    why: str = ""
    given: str = ""
    uncleared: bool = False
    raised: list[Raised] = field(default_factory=list)
    despatches: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)


_DECODE = msgspec.json.Decoder(Releasing).decode


class Work:
    """One decision in the making."""

    def __init__(self, situation: Situation, policy: ReleasePolicy) -> None:
        """Start from the process's state as it was."""
        self.now = situation.now
        self.event = situation.event
        self.state: FulfilmentState = situation.fulfilment
        self.policy = policy
        self.progress = _DECODE(situation.process) if situation.process else Releasing()
        self.before = self.progress.stage if situation.process else ""
        self.orders: list[Order] = []
        self.events: list[ev.EventBody] = []
        self.withdrawn: list[str] = []

    @property
    def order(self) -> DeliveryOrder | None:
        """The order in force."""
        return self.state.order

    @property
    def release(self) -> Release | None:
        """What the warehouse said of the present release; None for nothing yet."""
        return self.state.warehouse.get(place_of(self.progress.warehouse, self.progress.reference))

    def decided(self, order: DeliveryOrder) -> OrderRouted | None:
        """What the rules say of an order now; None where there are no rules."""
        return self.policy.rules(order, self.now) if self.policy.rules else None

    def as_routed(self, order: DeliveryOrder, decided: OrderRouted | None) -> DeliveryOrder:
        """The order as a warehouse is told it: at the service level it was routed with."""
        level = decided.routed.service_level if decided else ""
        return structs.replace(order, service_level=level) if level else order

    def give(self, name: str, partner: str, body: CommandBody, urgency: str = "") -> None:
        """Order a command."""
        order = self.order
        urgent = order is not None and order.service_level in self.policy.express
        usual = Priority.EXPRESS if urgent else Priority.NORMAL
        self.orders.append(Order(name, partner, body, _URGENCIES.get(urgency, usual)))

    def raise_exception(self, kind: str, text: str, pointer: str = "") -> None:
        """Open an exception unless the same one stands."""
        if any(each.kind == kind and each.pointer == pointer for each in self.progress.raised):
            return
        self.progress.raised.append(Raised(kind, pointer, self.event.key))
        self.events.append(ExceptionRaised(kind, text, pointer, self.event.key))

    def take_back(self) -> None:
        """A release that stopped on its way is not sent any more, should somebody retry it."""
        if self.progress.given:
            self.withdrawn.append(self.progress.given)
            self.progress.given = ""

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

    def decision(self) -> Decision:
        """The finished decision."""
        return Decision(
            _ENCODE(self.progress),
            orders=tuple(self.orders),
            events=tuple(self.events),
            withdrawn=tuple(self.withdrawn),
            before=self.before,
            stage=self.progress.stage,
        )


def essence(order: DeliveryOrder) -> str:
    """What a warehouse works by: a change of anything else does not matter to it."""
    parts = (order.ship_to, order.lines, order.service_level, order.deliver_by, order.note, order.name)
    return digest(_ENCODE(parts).decode())
