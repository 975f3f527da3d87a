"""What configuration decides about customers' notices, what no event of an order says, and the process's own state."""

from collections.abc import Mapping
from typing import Protocol

import msgspec
from msgspec import Struct, field

from crossdock.model.instants import Stamp
from crossdock.model.notices import KINDS, Channel, Kind

NAME = "customer_notices"
HOUR = 3_600_000_000


class NoticesPolicy(Struct, frozen=True):
    """What configuration decides. ``partner`` mails; ``kinds`` are told; ``quiet`` are the minutes of the day from when
    until when nobody is written to, in the customer's zone (``zone`` where nothing better is known); a notice older
    than ``max_age_hours`` is not told any more; a delivery is late when it is expected ``grace_hours`` after its
    promise.
    """

    partner: str = "mail"
    channels: tuple[Channel, ...] = ("mail",)
    kinds: tuple[Kind, ...] = KINDS
    languages: tuple[str, ...] = ("en",)
    default_language: str = "en"
    country_languages: Mapping[str, str] = {}
    quiet: tuple[int, int] | None = None
    zone: str = "UTC"
    max_age_hours: float = 24.0
    grace_hours: float = 0.0


class Customers(Protocol):
    """What holds at a moment (epoch microseconds) and stands in no order's own events."""

    def paused(self, partner: str, at: int) -> bool:
        """Whether an outage of ``partner`` was declared (`crossdock partner pause`)."""
        ...

    def refuses(self, address: str, at: int) -> bool:
        """Whether whoever reads mail at ``address`` has unsubscribed."""
        ...


class Waiting(Struct, frozen=True, omit_defaults=True):
    """A notice that waits: for ``partner`` to be back, or (without one) for quiet hours to end; ``until`` is when it is
    judged anew at the latest (epoch microseconds), ``expected`` what the carrier says of arrival.
    """

    kind: Kind
    milestone: str
    occurred: Stamp
    tracking_number: str
    expected: Stamp | None = None
    partner: str = ""
    until: int = 0


class Notices(Struct, omit_defaults=True):
    """The process's own state. ``told`` are kinds that are done with, with the key of their command where there is one;
    ``unsent`` those whose command is not confirmed; ``timers`` those that stand, ``failed`` the causes of open
    exceptions.
    """

    told: dict[Kind, str] = field(default_factory=dict)
    unsent: dict[Kind, str] = field(default_factory=dict)
    waiting: dict[Kind, Waiting] = field(default_factory=dict)
    timers: list[str] = field(default_factory=list)
    failed: dict[Kind, str] = field(default_factory=dict)
    unsubscribed: bool = False


_DECODE = msgspec.json.Decoder(Notices).decode
_ENCODE = msgspec.json.Encoder().encode


def decode(state: bytes) -> Notices:
    """The state as it was left; a new one at first."""
    return _DECODE(state) if state else Notices()


def encode(notices: Notices) -> bytes:
    """The state as it is kept."""
    return _ENCODE(notices)
