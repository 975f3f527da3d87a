"""Decisions about carriers as facts: which offer was taken and which were not, what was done in an outage, and how a
promise was kept.
"""

from typing import Literal

from msgspec import Struct

from crossdock.model.shipment import Quote


class Rejection(Struct, frozen=True, order=True, omit_defaults=True):
    """An offer that was left out: ``constraint`` is the name of the rule it broke, ``text`` what of it."""

    package_id: str
    partner: str
    carrier: str
    service: str
    constraint: str
    text: str = ""


class OnTime(Struct, frozen=True, omit_defaults=True):
    """How promises were kept so far: packages delivered, and how many of them in time."""

    partner: str
    carrier: str
    service: str
    delivered: int
    on_time: int


class CarrierSelected(Struct, frozen=True, tag="carrier.selected.v1", omit_defaults=True):
    """The decision record: which rate was taken for a package, from which offers, by which rule; ``rejected`` are the
    offers that were left out, ``record`` the on-time figures that were looked at.
    """

    package_id: str
    partner: str
    shipment_id: str
    rate_id: str
    carrier: str
    service: str
    rule: str
    quotes: tuple[Quote, ...]
    rejected: tuple[Rejection, ...] = ()
    record: tuple[OnTime, ...] = ()

    def identity(self) -> tuple[str, ...]:
        """One decision per opened shipment."""
        return (self.partner, self.shipment_id)


class BookingDiverted(Struct, frozen=True, tag="booking.diverted.v1", omit_defaults=True):
    """What was decided about a booking that its carrier does not take: ``hold`` (it waits and goes on by itself),
    ``withdraw`` (it is taken back; what became of it is settled first), ``reroute`` (to ``to_partner``), ``person``
    (somebody has to decide) or ``released`` (a held one was taken after all).
    """

    package_id: str
    partner: str
    action: Literal["hold", "withdraw", "reroute", "person", "released"]
    reason: str
    command_key: str
    to_partner: str = ""

    def identity(self) -> tuple[str, ...]:
        """One decision of a kind per booking asked for."""
        return (self.command_key, self.action)


class CommandWithdrawn(Struct, frozen=True, tag="command.withdrawn.v1", omit_defaults=True):
    """A command that was taken back will not be sent any more, and was certainly not carried out; ``last`` is why it
    was not. One that a person ended (``by_person``) while it was ``doubtful`` may have been carried out all the same.
    """

    command_key: str
    partner: str
    what: str
    package_id: str = ""
    last: str = ""
    by_person: bool = False
    doubtful: bool = False

    def identity(self) -> tuple[str, ...]:
        """A command is taken back once."""
        return (self.command_key,)


class PromiseJudged(Struct, frozen=True, tag="promise.judged.v1", omit_defaults=True):
    """A package was delivered: in time or not, by what was promised when it was booked (epoch microseconds)."""

    tracking_number: str
    partner: str
    carrier: str
    service: str
    promised_by: int
    delivered_at: int
    on_time: bool

    def identity(self) -> tuple[str, ...]:
        """A promise is judged once."""
        return (self.partner, self.tracking_number)
