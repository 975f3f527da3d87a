"""What the partner desk is built with. `crossdock serve` fills it; tests fill it with less."""

from collections.abc import Callable, Mapping
from typing import Literal, Protocol

from msgspec import Struct

from crossdock.ports.clock import Clock
from crossdock.ports.connector import Received, Translation
from crossdock.ports.stores import Store
from crossdock.ports.verdicts import Explanation
from crossdock.views.partner_work import Owner


class Kept(Protocol):
    """What intake says: 202 and the exchange's id, or a refusal."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def exchange_id(self) -> str:
        """What the message is kept under."""
        ...

    @property
    def repeated(self) -> bool:
        """Whether it was kept before under the same delivery id."""
        ...

    @property
    def why(self) -> Explanation | None:
        """The reason of a refusal."""
        ...


class Intake(Protocol):
    """The one way in: what a person tells goes the same road as what a machine sends."""

    async def take(self, partner: str, message: Received, delivery_id: str) -> Kept:
        """Take a message whose sender is proved."""
        ...


class Person(Struct, frozen=True):
    """Somebody of a partner; without ``password`` they come by invitation alone."""

    id: str
    name: str
    partner: str
    password: Callable[[], str] | None = None


class Desk(Struct, frozen=True):
    """A partner: how what it says is read, and what it is. ``kind`` says how its people tell things by hand;
    ``columns`` are those of its CSV file of scans, and ``codes`` its codes for what can be told by hand, with words.
    """

    title: str
    owner: Owner
    read: Callable[[Received], Translation]
    kind: Literal["warehouse", "carrier", "files"] = "files"
    channel: str = "files"
    columns: Mapping[str, str] = {}
    separator: str = ","
    codes: Mapping[str, str] = {}


class Context(Struct, frozen=True, kw_only=True):
    """Everything the pages need. Lives are microseconds."""

    store: Store
    clock: Clock
    intake: Intake
    people: Mapping[str, Person]
    desks: Mapping[str, Desk]
    secret: str
    house: str = "Crossdock"
    session_life: int = 36_000_000_000
    secure: bool = False
