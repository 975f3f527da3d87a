"""Collects what one message says: scans as facts, proofs, what could not be read, and codes nobody has mapped."""

from collections.abc import Callable
from typing import Any

from crossdock.model.events import Fact, ProofCaptured, TrackingReported
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import InvalidInstant, Stamp
from crossdock.model.party import Address
from crossdock.model.tracking import ProofOfDelivery, TrackingEvent
from crossdock.ports.connector import NewField, Translation, Unreadable
from crossdock.ports.verdicts import Explanation
from crossdock.tracking.codes import Meaning
from crossdock.tracking.zones import zone_of

NOWHERE = Address()


class Scans:
    """One message being read. ``name`` is the carrier's for people."""

    def __init__(self, partner: str, name: str, asked: str = "") -> None:
        """Start with nothing. ``asked`` is the number that was asked for: some answers do not repeat it."""
        self.partner = partner
        self.name = name
        self.asked = asked
        self._facts: dict[tuple[Any, ...], Fact] = {}
        self._problems: list[Unreadable] = []
        self._unknown: dict[str, None] = {}

    def scan(
        self,
        number: str,
        occurred: Stamp | None,
        meaning: Meaning,
        *,
        code: str = "",
        text: str = "",
        place: Address = NOWHERE,
        carrier: str = "",
        signed_by: str = "",
        eta: Stamp | None = None,
    ) -> None:
        """One scan. ``code`` and ``text`` are the carrier's own, verbatim. Without a time (already reported by `when`)
        it is no fact; the same scan twice in one message is one. One without a number, in an answer to nothing that was
        asked, is a fact that waits for a person.
        """
        if occurred is None:
            return
        number = number or self.asked
        if not meaning.known:
            self._unknown[code or text] = None
        if not occurred.tz_known and not occurred.zone and occurred.precision != "day":
            zone = zone_of(place)
            if zone:
                occurred = Stamp(occurred.at, False, occurred.precision, zone)
        delivered = meaning.milestone == "delivered"
        event = TrackingEvent(
            self.partner,
            number,
            meaning.milestone,
            occurred,
            meaning.category,
            meaning.reason,
            code,
            text,
            place,
            carrier,
            signed_by if delivered else "",
            eta,
        )
        lookups = (Reference(ReferenceKind.TRACKING, number, "" if number else self.partner),)
        self._facts.setdefault(
            (number, code, text, occurred.at, place), Fact(TrackingReported(event), occurred, lookups=lookups)
        )
        if delivered and signed_by:
            proof = ProofOfDelivery(self.partner, number, occurred, signed_by, place)
            self._facts.setdefault(("proof", number, signed_by), Fact(ProofCaptured(proof), occurred, lookups=lookups))

    def say(self, fact: Fact) -> None:
        """Something else than a scan; the same thing twice in one message is one."""
        self._facts.setdefault((fact.key(),), fact)

    def when(self, pointer: str, read: Callable[..., Stamp], *given: str) -> Stamp | None:
        """``read(*given)``, or None with a problem where it cannot be read exactly."""
        try:
            return read(*given)
        except InvalidInstant as problem:
            self.problem(pointer, str(problem))
            return None

    @property
    def silent(self) -> bool:
        """Whether nothing was told yet: neither a scan nor a problem."""
        return not self._facts and not self._problems

    def unmapped(self, code: str) -> None:
        """A code nobody has mapped, beside those of scans."""
        self._unknown[code] = None

    def problem(self, pointer: str, said: str) -> None:
        """Something that could not be read exactly; ``pointer`` is a JSON pointer into the tree."""
        operator = f"{self.name} sent something that cannot be read exactly; look at it, then retry or discard it."
        self._problems.append(Unreadable(pointer, Explanation(operator, said[:500])))

    def refusal(self, said: str) -> None:
        """The carrier answered with an error of its own instead of scans."""
        operator = f"{self.name} reports an error instead of tracking events: look the number and the account up there."
        self._problems.append(
            Unreadable("", Explanation(operator, said[:500] or "an error without a text"), refused=True)
        )

    def done(self, new_fields: tuple[NewField, ...] = ()) -> Translation:
        """Everything collected, in the order it came."""
        return Translation(tuple(self._facts.values()), tuple(self._problems), tuple(self._unknown), new_fields)
