"""What carriers charge for shipments, line by line, and names of an order that people add by hand."""

from msgspec import Struct

from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import Stamp
from crossdock.model.money import Money
from crossdock.model.units import Measure


class FreightCharged(Struct, frozen=True, tag="freight.charged.v1", omit_defaults=True):
    """A carrier charges for a shipment: one line of an invoice or a charge file of ``partner``. ``line`` tells the
    lines of one ``invoice`` apart; ``text`` and ``code`` are the carrier's own, verbatim; a credit has a negative
    ``amount``. Without a ``tracking_number`` a person says what it is for.
    """

    partner: str
    invoice: str
    line: str
    amount: Money
    billed_on: Stamp
    tracking_number: str = ""
    text: str = ""
    code: str = ""
    weight: Measure | None = None

    def identity(self) -> tuple[str, ...]:
        """Seen before is judged by content: the same line with another amount is another fact, and is seen."""
        return (
            self.partner,
            self.invoice,
            self.line,
            self.tracking_number,
            str(self.amount),
            self.code,
            self.text,
            self.billed_on.at,
        )

    @property
    def name(self) -> str:
        """What it is called: invoice and line."""
        return f"{self.invoice}/{self.line}"

    @property
    def own(self) -> Reference:
        """The name by which this line alone can be linked to an order."""
        return Reference(ReferenceKind.CHARGE, self.name, self.partner)

    @property
    def lookups(self) -> tuple[Reference, ...]:
        """The names it is found by: its parcel's number, and its own."""
        parcel = (Reference(ReferenceKind.TRACKING, self.tracking_number),) if self.tracking_number else ()
        return (*parcel, self.own)


class ReferenceLinked(Struct, frozen=True, tag="reference.linked.v1", omit_defaults=True):
    """A person says that a name (a `Reference`) is the order's; it holds like one that a partner said."""

    kind: str
    value: str
    actor: str
    reason: str
    issuer: str = ""

    @property
    def reference(self) -> Reference:
        """The name."""
        return Reference(self.kind, self.value, self.issuer)

    def identity(self) -> tuple[str, ...]:
        """A name is linked once."""
        return (self.kind, self.value, self.issuer)


FreightEvent = FreightCharged | ReferenceLinked
"""What is charged, and what people link so that it finds its order."""
