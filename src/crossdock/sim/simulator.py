"""What every simulated partner offers, whatever it simulates, and how it is declared."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from msgspec import Struct

from crossdock.ports.wire import HttpRequest, HttpResponse
from crossdock.sim.ledger import Ledger
from crossdock.sim.webhooks import OutgoingWebhook


class UnknownAction(LookupError):
    """A control action a simulator does not know, or arguments it cannot use; the text names what there is."""


class Simulator(Protocol):
    """The partner's side. Everything is synchronous and works on its own state; time is passed in (epoch
    microseconds), so that the same calls at the same times give the same answers.
    """

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host names (with port, where it is not the usual one) the partner answers under."""
        ...

    @property
    def ledger(self) -> Ledger:
        """What happened here."""
        ...

    def handle(self, request: HttpRequest, now: int) -> HttpResponse:
        """Answer as the partner would; never raises on what a caller may send."""
        ...

    def control(self, action: str, arguments: Mapping[str, Any], now: int) -> object:
        """Make something happen on the partner's side. The result is JSON-able. Raises `UnknownAction`."""
        ...

    def state(self) -> object:
        """All there is, JSON-able."""
        ...

    def take_webhooks(self, now: int) -> list[OutgoingWebhook]:
        """Take out the webhooks that are due, signed; each must be reported back by `webhook_answered`."""
        ...

    def webhook_answered(self, webhook: OutgoingWebhook, status: int, now: int) -> None:
        """Tell what a webhook's receiver answered (0 = nothing); the simulator tries again as the partner would."""
        ...


class SimulatorSpec(Struct, frozen=True):
    """The declaration of a simulator, found by its entry point in the group ``crossdock.simulators``.

    ``build`` takes options as text by name (each simulator's README lists them; unknown ones raise `ValueError`).
    """

    id: str
    title: str
    build: Callable[[Mapping[str, str]], Simulator]
    default_port: int
