"""What can be expected of a story: one struct per word, and a check that says by when."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from crossdock.devkit.stories.steps import Moment, OrderName, PartnerName, Text

Delivery = Annotated[int, Meta(description="Which delivery of the order, the first is 1", ge=1)]
Number = Annotated[float, Meta(description="The number it has to be", ge=0)]
Due = Annotated[
    str,
    Meta(
        description="A time as in `at`, or end",
        pattern=r"^(end|(day [1-9]\d{0,2} )?([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?)$",
        examples=["08:35", "end"],
    ),
]


class StageIs(Struct, frozen=True, forbid_unknown_fields=True, rename={"expected": "is"}):
    """A process of an order stands in a stage; with `by` it came there."""

    order: OrderName
    process: Annotated[str, Meta(description="A process that is configured", min_length=1)]
    expected: Annotated[str, Meta(description="One of its stages", min_length=1)]
    delivery: Delivery = 1


class ExceptionIs(Struct, frozen=True, forbid_unknown_fields=True, rename={"expected": "is"}):
    """A business exception of an order."""

    order: OrderName
    kind: Annotated[str, Meta(description="Its kind", min_length=1, examples=["stock.shortage"])]
    expected: Annotated[Literal["open", "resolved"], Meta(description="Whether it is open, or was and is over")]
    delivery: Delivery = 1


class OpenExceptions(Struct, frozen=True, forbid_unknown_fields=True, rename={"expected": "is"}):
    """How many business exceptions are open, of an order or of all."""

    expected: Number
    order: Annotated[str, Meta(description="Name of the sales order; all orders when left out")] = ""


class ExpectationIs(Struct, frozen=True, forbid_unknown_fields=True, rename={"expected": "is"}):
    """Something that is owed: a kind of docs/reference/processes.md, or `stage`."""

    order: OrderName
    kind: Annotated[str, Meta(description="Kind of what is owed", min_length=1, examples=["proof"])]
    expected: Annotated[
        Literal["waiting", "expired", "fulfilled"],
        Meta(description="Waited for, said to be overdue, or come after that"),
    ]
    who: Annotated[str, Meta(description="Who owes it; anybody when left out")] = ""
    delivery: Delivery = 1


class CommandsAre(Struct, frozen=True, forbid_unknown_fields=True, rename={"expected": "is"}):
    """How many commands Crossdock gave for an order."""

    order: OrderName
    kind: Annotated[str, Meta(description="Tag of the command", min_length=1, examples=["label.buy.v1"])]
    expected: Number
    partner: Annotated[str, Meta(description="To whom; anybody when left out")] = ""
    status: Annotated[
        Literal["any", "done", "queued", "retry", "parked", "in_doubt", "withdrawn"],
        Meta(description="As they stand"),
    ] = "done"
    delivery: Delivery = 1


class EventsAre(Struct, frozen=True, forbid_unknown_fields=True, rename={"expected": "is"}):
    """How many events of a type the log has of an order."""

    order: OrderName
    type: Annotated[str, Meta(description="Tag of the event", min_length=1, examples=["shipment.dispatched.v1"])]
    expected: Number
    delivery: Delivery = 1


class InOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """Events of an order happened one after the other: the first of each type counts."""

    order: OrderName
    events: Annotated[
        tuple[Text, ...],
        Meta(
            description="Tags of events; record.written.v1 may name the command: record.written.v1 transfer.release.v1",
            min_length=2,
        ),
    ]
    delivery: Delivery = 1


class MilestoneIs(Struct, frozen=True, forbid_unknown_fields=True, rename={"expected": "is"}):
    """How far the parcels of an order are: the least advanced one."""

    order: OrderName
    expected: Annotated[str, Meta(description="A milestone", min_length=1, examples=["delivered"])]
    delivery: Delivery = 1


class HoldsAre(Struct, frozen=True, forbid_unknown_fields=True, rename={"expected": "is"}):
    """The gates that keep an order back."""

    order: OrderName
    expected: Annotated[
        tuple[Literal["credit", "payment"], ...], Meta(description="Gates; [] for none", examples=[["credit"]])
    ]
    delivery: Delivery = 1


class BooksSay(Struct, frozen=True, forbid_unknown_fields=True, rename={"expected": "is"}):
    """A figure in a partner's own books, counted there and not by Crossdock."""

    partner: PartnerName
    figure: Annotated[str, Meta(description="What is counted", min_length=1, examples=["labels"])]
    expected: Number
    order: Annotated[str, Meta(description="Name of the sales order; all when left out")] = ""
    sku: Annotated[str, Meta(description="Of this item only")] = ""


class SameWrites(Struct, frozen=True, forbid_unknown_fields=True):
    """A partner saw the same done for two orders, in the same sequence."""

    partner: PartnerName
    orders: Annotated[
        tuple[Text, ...], Meta(description="Names of two or more orders", min_length=2, examples=[["S1001", "S1002"]])
    ]


class Settled(Struct, frozen=True, forbid_unknown_fields=True):
    """No message waits, nothing is in doubt, nothing is parked."""

    parked: Annotated[int, Meta(description="Messages that may be parked for a person", ge=0)] = 0


class Check(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that has to hold: once `by` a time, `at` a time, or all the while `until` a time."""

    by: Annotated[Due | None, Meta(description="It comes true by then, and was not so before the first step")] = None
    at: Annotated[Due | None, Meta(description="It is so at that time")] = None
    until: Annotated[Due | None, Meta(description="It is so all the while until then")] = None
    since: Annotated[Moment | None, Meta(description="From when on, with `until`; from the start when left out")] = None
    stage: Annotated[StageIs | None, Meta(description="A process of an order stands in a stage")] = None
    exception: Annotated[ExceptionIs | None, Meta(description="A business exception is open, or over")] = None
    open_exceptions: Annotated[OpenExceptions | None, Meta(description="How many business exceptions are open")] = None
    expectation: Annotated[
        ExpectationIs | None, Meta(description="Something owed is waited for, overdue, or came late")
    ] = None
    commands: Annotated[CommandsAre | None, Meta(description="How many commands Crossdock gave for an order")] = None
    events: Annotated[EventsAre | None, Meta(description="How many events of a type there are of an order")] = None
    sequence: Annotated[InOrder | None, Meta(description="Events of an order happened one after the other")] = None
    milestone: Annotated[MilestoneIs | None, Meta(description="How far the parcels of an order are")] = None
    holds: Annotated[HoldsAre | None, Meta(description="The gates that keep an order back")] = None
    books: Annotated[BooksSay | None, Meta(description="A figure in a partner's own books")] = None
    same: Annotated[SameWrites | None, Meta(description="A partner saw the same done for several orders")] = None
    settled: Annotated[Settled | None, Meta(description="Nothing waits, is in doubt or parked")] = None
    note: Annotated[str, Meta(description="What people are told beside it")] = ""
