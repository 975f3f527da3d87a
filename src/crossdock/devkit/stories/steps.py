"""What can happen in a story: one struct per word, and a step that says when."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[float, Meta(ge=0)]
More = Annotated[float, Meta(gt=0)]
Moment = Annotated[
    str,
    Meta(
        description="Time of the story's first day, or of a later one",
        pattern=r"^(day [1-9]\d{0,2} )?([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$",
        examples=["08:30", "day 2 09:00"],
    ),
]
OrderName = Annotated[str, Meta(description="Name of the sales order in Odoo", min_length=1, examples=["S1001"])]
PartnerName = Annotated[str, Meta(description="A partner of the configuration", min_length=1, examples=["north3pl"])]
Quantities = Annotated[dict[Text, Count], Meta(description="How many by SKU", examples=[{"DESK-01": 2}])]


class PlaceOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """A sales order is confirmed in Odoo."""

    name: OrderName
    lines: Quantities
    customer: Annotated[str, Meta(description="A customer of Odoo by name", examples=["Ready Mat"])] = "Azure Interior"
    method: Annotated[str, Meta(description="Delivery method in Odoo; made where there is none")] = ""
    parcels: Annotated[int, Meta(description="Packages the goods are put into in Odoo", ge=1, le=9)] = 1


class ChangeOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """Quantities of a sales order are changed in Odoo."""

    order: OrderName
    lines: Quantities


class OfOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """One sales order."""

    order: OrderName


class Credit(Struct, frozen=True, forbid_unknown_fields=True):
    """What a customer owes and may owe, in Odoo, in the company's currency."""

    customer: Annotated[str, Meta(description="A customer of Odoo by name", min_length=1, examples=["Ready Mat"])]
    limit: Annotated[float, Meta(description="How much it may owe; 0: no limit", ge=0)]
    owes: Annotated[float, Meta(description="Posted invoices it has not paid", ge=0)] = 0.0


class Payment(Struct, frozen=True, forbid_unknown_fields=True):
    """A shop or payment provider says how a payment stands, as by POST /v1/payments."""

    order: OrderName
    state: Annotated[
        Literal["pending", "authorized", "captured", "failed", "refunded"], Meta(description="How it stands")
    ]
    transaction: Annotated[str, Meta(description="The provider's number", min_length=1)] = "T1"
    sequence: Annotated[int, Meta(description="Of several words about one payment the highest holds", ge=0)] = 0


class Review(Struct, frozen=True, forbid_unknown_fields=True):
    """A person decides about what a gate holds, as by `crossdock process decide`."""

    order: OrderName
    gate: Annotated[Literal["credit", "payment"], Meta(description="Which gate")]
    verdict: Annotated[Literal["approve", "reject"], Meta(description="What is decided")]
    by: Annotated[str, Meta(description="Who decides", min_length=1)] = "finance"
    reason: Annotated[str, Meta(description="Why", min_length=1)] = "decided in the story"


class Floor(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody at a warehouse does the next thing with an order."""

    partner: PartnerName
    order: OrderName
    does: Annotated[
        Literal["acknowledge", "start", "pick", "pack", "ship", "finish", "refuse", "call_off", "ship_again"],
        Meta(description="What is done; finish does all steps that are left"),
    ]
    quantities: Annotated[dict[Text, Count], Meta(description="Ship only so many, by SKU")] = field(
        default_factory=dict
    )
    text: Annotated[str, Meta(description="Why it is refused")] = "it cannot be done"
    delivery: Annotated[int, Meta(description="Which delivery of the order, the first is 1", ge=1)] = 1


class Habit(Struct, frozen=True, forbid_unknown_fields=True):
    """How a warehouse handles orders from now on."""

    partner: PartnerName
    short: Annotated[dict[Text, int], Meta(description="Missing pieces by SKU, of each order")] = field(
        default_factory=dict
    )
    damaged: Annotated[dict[Text, int], Meta(description="Damaged pieces by SKU, of each order")] = field(
        default_factory=dict
    )
    remainder: Annotated[Literal["backorder", "cancel"], Meta(description="What becomes of what is missing")] = (
        "backorder"
    )
    twice: Annotated[bool, Meta(description="Each despatch is told twice")] = False
    acknowledge_seconds: Annotated[
        float | None, Meta(description="Seconds until an order is acknowledged; below 0: never")
    ] = None


class Shelf(Struct, frozen=True, forbid_unknown_fields=True):
    """A warehouse counts an item, or finds some of it damaged."""

    partner: PartnerName
    sku: Text
    counted: Annotated[Count | None, Meta(description="How many there are")] = None
    damaged: Annotated[More | None, Meta(description="How many cannot be sold any more")] = None


class Purchase(Struct, frozen=True, forbid_unknown_fields=True):
    """A purchase order is confirmed in Odoo."""

    name: Annotated[str, Meta(description="Name of the purchase order in Odoo", min_length=1, examples=["P2001"])]
    lines: Quantities
    supplier: Annotated[str, Meta(description="A partner of Odoo by name; made where there is none")] = "Desk Makers"


class Notice(Struct, frozen=True, forbid_unknown_fields=True):
    """A supplier says what it sent, as by `crossdock desk announce-receipt`."""

    order: Annotated[str, Meta(description="Name of the purchase order", min_length=1, examples=["P2001"])]
    number: Annotated[str, Meta(description="The supplier's number of it", min_length=1, examples=["DN7"])]
    lines: Quantities


class Back(Struct, frozen=True, forbid_unknown_fields=True):
    """A customer asks to send goods back, as by POST /v1/shipments/{id}/return-requests."""

    order: OrderName
    lines: Annotated[dict[Text, Count], Meta(description="How many by SKU; everything when left out")] = field(
        default_factory=dict
    )
    said: Annotated[str, Meta(description="Why, in the customer's words", examples=["too small"])] = ""
    delivery: Annotated[int, Meta(description="Which delivery of the order, the first is 1", ge=1)] = 1


class Receipt(Struct, frozen=True, forbid_unknown_fields=True):
    """Goods that were announced to a warehouse arrive there: of a purchase, or of an order that comes back."""

    partner: PartnerName
    order: Annotated[str, Meta(description="Name of the purchase or sales order", min_length=1, examples=["P2001"])]
    received: Annotated[dict[Text, Count], Meta(description="Other quantities than announced, by SKU")] = field(
        default_factory=dict
    )
    damaged: Annotated[dict[Text, Count], Meta(description="How many of them are damaged, by SKU")] = field(
        default_factory=dict
    )


class Redelivery(Struct, frozen=True, forbid_unknown_fields=True):
    """The customer says what to do with a parcel that could not be delivered."""

    order: OrderName
    choice: Annotated[Literal["again", "collect", "return"], Meta(description="What is to be done")]
    delivery: Annotated[int, Meta(description="Which delivery of the order, the first is 1", ge=1)] = 1


class Parcel(Struct, frozen=True, forbid_unknown_fields=True):
    """A carrier scans every parcel of an order that has a label."""

    order: OrderName
    status: Annotated[
        Literal["in_transit", "out_for_delivery", "delivered", "attempted", "return_to_sender"],
        Meta(description="What is scanned"),
    ]
    signed: Annotated[bool, Meta(description="Whether a delivery is signed for: the proof of it")] = True
    only: Annotated[int | None, Meta(description="Of several parcels only this one, the first is 1")] = None
    delivery: Annotated[int, Meta(description="Which delivery of the order, the first is 1", ge=1)] = 1


class Outage(Struct, frozen=True, forbid_unknown_fields=True):
    """A partner cannot be reached for a while."""

    partner: PartnerName
    minutes: Annotated[float, Meta(description="For how long", gt=0, le=10080)]


class PartnerAct(Struct, frozen=True, forbid_unknown_fields=True):
    """Anything a simulated partner can be made to do: a control action of its simulator (see its README)."""

    partner: PartnerName
    action: Annotated[str, Meta(description="Name of the action", min_length=1, examples=["carrier_down"])]
    arguments: Annotated[dict[str, Any], Meta(description="What it is told")] = field(default_factory=dict)


class Configure(Struct, frozen=True, forbid_unknown_fields=True):
    """Crossdock is started anew with other settings; what is not named stays as it was."""

    processes: Annotated[dict[str, Any], Meta(description="Sections under `processes`, each as a whole")] = field(
        default_factory=dict
    )
    partners: Annotated[dict[str, Any], Meta(description="Partners that come in or are changed")] = field(
        default_factory=dict
    )


class Restart(Struct, frozen=True, forbid_unknown_fields=True):
    """Crossdock stops, and starts again after a while."""

    minutes: Annotated[float, Meta(description="How long it does not run", ge=0, le=10080)] = 0.0


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that happens, at a time."""

    at: Annotated[Moment, Meta(description="When it happens")]
    order: Annotated[PlaceOrder | None, Meta(description="A customer orders: a sales order is confirmed in Odoo")] = (
        None
    )
    change_order: Annotated[ChangeOrder | None, Meta(description="Quantities of an order are changed in Odoo")] = None
    cancel_order: Annotated[OfOrder | None, Meta(description="An order is cancelled in Odoo")] = None
    credit: Annotated[Credit | None, Meta(description="What a customer owes and may owe, in Odoo")] = None
    payment: Annotated[Payment | None, Meta(description="A payment provider says how a payment stands")] = None
    review: Annotated[Review | None, Meta(description="A person decides about what a gate holds")] = None
    warehouse: Annotated[Floor | None, Meta(description="A warehouse does the next thing with an order")] = None
    warehouse_habit: Annotated[Habit | None, Meta(description="How a warehouse handles orders from now on")] = None
    warehouse_stock: Annotated[Shelf | None, Meta(description="A warehouse counts an item or finds it damaged")] = None
    warehouse_receives: Annotated[
        Receipt | None, Meta(description="Goods announced to a warehouse arrive: a purchase, or a return")
    ] = None
    purchase: Annotated[Purchase | None, Meta(description="A purchase order is confirmed in Odoo")] = None
    supplier_notice: Annotated[Notice | None, Meta(description="A supplier says what it sent")] = None
    return_goods: Annotated[Back | None, Meta(description="A customer asks to send goods back")] = None
    redeliver: Annotated[
        Redelivery | None, Meta(description="The customer says what to do with a parcel that could not be delivered")
    ] = None
    parcel: Annotated[Parcel | None, Meta(description="A carrier scans the parcels of an order")] = None
    outage: Annotated[Outage | None, Meta(description="A partner cannot be reached for a while")] = None
    partner: Annotated[PartnerAct | None, Meta(description="Any control action of a partner's simulator")] = None
    configure: Annotated[Configure | None, Meta(description="Crossdock is started anew with other settings")] = None
    restart: Annotated[Restart | None, Meta(description="Crossdock stops, and starts again after a while")] = None
    note: Annotated[str, Meta(description="What people are told beside it")] = ""
