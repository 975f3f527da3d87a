"""What can be configured of shipping: one struct per section."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from crossdock.model.milestones import NOTEWORTHY
from crossdock.settings.words import Country, Days, PartnerId, Pattern, Seconds, Size

LineFact = Literal["hs_code", "country_of_origin", "value", "weight"]


class Customs(Struct, frozen=True, forbid_unknown_fields=True):
    """What customs are told that no order says."""

    incoterm: Annotated[
        str, Meta(description="Incoterms 2020 rule of sales abroad", pattern=r"^[A-Z]{3}$", examples=["DAP"])
    ] = "DAP"
    duties_paid_by: Annotated[
        Literal["recipient", "sender"], Meta(description="Who pays duties and taxes of importation")
    ] = "recipient"
    contents: Annotated[
        Literal["merchandise", "documents", "gift", "sample", "returned_goods", "other"],
        Meta(description="What packages abroad hold, in the words of CN22/CN23"),
    ] = "merchandise"
    eori: Annotated[str, Meta(description="The exporter's EORI number", examples=["BE0123456789"])] = ""
    signer: Annotated[str, Meta(description="Who answers for declarations", examples=["Jane Doe"])] = ""
    required: Annotated[
        tuple[LineFact, ...],
        Meta(description="What a line must say before it goes abroad; without it the order is a business exception"),
    ] = ("hs_code", "country_of_origin", "value", "weight")


class Danger(Struct, frozen=True, forbid_unknown_fields=True):
    """One dangerous substance, by the UN Model Regulations."""

    un_number: Annotated[str, Meta(description="UN number", pattern=r"^\d{4}$", examples=["3481"])]
    hazard_class: Annotated[str, Meta(description="Class or division", examples=["9"])]
    proper_shipping_name: Annotated[
        str, Meta(description="Proper shipping name", examples=["LITHIUM ION BATTERIES CONTAINED IN EQUIPMENT"])
    ] = ""
    packing_group: Annotated[Literal["", "I", "II", "III"], Meta(description="Packing group, where there is one")] = ""
    limited_quantity: Annotated[bool, Meta(description="Packed as limited quantity (chapter 3.4)")] = False
    lithium: Annotated[
        Literal["", "contained", "packed_with", "alone"], Meta(description="How a lithium battery is packed")
    ] = ""


class Goods(Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of one item; the system of record's own word counts first."""

    hs_code: Annotated[str, Meta(description="Tariff number, six digits at least", examples=["850760"])] = ""
    country_of_origin: Annotated[Country | None, Meta(description="Where it was made", examples=["CN"])] = None
    dangerous: Annotated[tuple[Danger, ...], Meta(description="What is dangerous about it")] = ()


class OfferConstraint(Struct, frozen=True, forbid_unknown_fields=True):
    """A hard limit: an offer that breaks it is left out, and the decision's record says so by this name."""

    name: Annotated[str, Meta(description="What people read in the decision's record", examples=["no lithium by air"])]
    partners: Annotated[tuple[Pattern, ...], Meta(description="About offers of these partners; none: all")] = ()
    carriers: Annotated[tuple[Pattern, ...], Meta(description="About these carriers' offers; none: all")] = ()
    services: Annotated[tuple[Pattern, ...], Meta(description="About these services; none: all")] = ()
    when_countries: Annotated[tuple[Country, ...], Meta(description="For orders to these countries; none: all")] = ()
    when_companies: Annotated[tuple[Pattern, ...], Meta(description="For orders of these companies; none: all")] = ()
    when_levels: Annotated[
        tuple[Literal["express", "standard", "economy"], ...],
        Meta(description="For orders of these service levels; none: all"),
    ] = ()
    only_countries: Annotated[tuple[Country, ...], Meta(description="Carries to these countries only")] = ()
    not_countries: Annotated[tuple[Country, ...], Meta(description="Does not carry to these countries")] = ()
    only_companies: Annotated[
        tuple[str, ...], Meta(description="The account belongs to these companies", examples=[["Acme BE"]])
    ] = ()
    max_weight: Annotated[Size | None, Meta(description="Kilograms per package", examples=[30])] = None
    max_length: Annotated[Size | None, Meta(description="Longest side in centimetres", examples=[120])] = None
    max_girth: Annotated[
        Size | None,
        Meta(description="Length + 2 x width + 2 x height in centimetres", examples=[300]),
    ] = None
    max_days: Annotated[Days | None, Meta(description="Promised days at most", examples=[2])] = None
    in_window: Annotated[bool, Meta(description="Must promise to arrive by the order's delivery date")] = False
    dangerous_goods: Annotated[
        Literal["any", "limited", "none"],
        Meta(description="Carries any dangerous goods, only limited quantities, or none"),
    ] = "any"
    never: Annotated[bool, Meta(description="true: such offers are never taken")] = False


class OutageRule(Struct, frozen=True, forbid_unknown_fields=True):
    """What is done about a booking that its carrier does not take."""

    after_seconds: Annotated[Seconds, Meta(description="How long to wait for the carrier first", examples=[120])]
    do: Annotated[
        Literal["reroute", "hold", "person"],
        Meta(description="Go to the next carrier, wait for this one, or let a person decide"),
    ]


class OrderToShip(Struct, frozen=True, forbid_unknown_fields=True):
    """From delivery order to labels in the system of record, and its milestones until delivery."""

    erp: Annotated[PartnerId, Meta(description="Partner that owns orders and gets labels and milestones")]
    carriers: Annotated[
        tuple[PartnerId, ...],
        Meta(description="Partners asked for rates", min_length=1, examples=[["easypost"]]),
    ]
    label_format: Annotated[Literal["PDF", "ZPL", "PNG"], Meta(description="Format of labels")] = "PDF"
    parcel_size: Annotated[
        tuple[Size, Size, Size] | None,
        Meta(
            description="Length, width and height in centimetres of packages whose size nobody told; some carriers "
            "book nothing without",
            examples=[[30, 20, 10]],
        ),
    ] = None
    milestones: Annotated[
        tuple[str, ...],
        Meta(description="Milestones written into the system of record; all others stay in Crossdock's history"),
    ] = NOTEWORTHY
    quote_deadline_seconds: Annotated[
        float, Meta(description="How long to wait for carriers before choosing among the answers", ge=1)
    ] = 120.0
    quote_deadlines: Annotated[
        dict[Literal["express", "standard", "economy"], Annotated[float, Meta(ge=1)]],
        Meta(
            description="The same by service level, in seconds; a level left out waits quote_deadline_seconds, express "
            "15 at most",
            examples=[{"express": 10, "economy": 600}],
        ),
    ] = field(default_factory=dict)
    prefer: Annotated[
        Literal["cheapest", "fastest", "reliable"],
        Meta(description="What decides among offers that may be used: cost, promise, or past deliveries in time"),
    ] = "cheapest"
    min_on_time: Annotated[
        float,
        Meta(
            description="Share of deliveries in time below which an offer with a record counts only when no other does",
            ge=0,
            le=1,
            examples=[0.9],
        ),
    ] = 0.0
    constraints: Annotated[
        tuple[OfferConstraint, ...], Meta(description="What an offer must keep, before anything is compared")
    ] = ()
    service_levels: Annotated[
        dict[Literal["express", "standard", "economy"], tuple[Pattern, ...]],
        Meta(
            description="Delivery methods of the system of record by level, as patterns; all others are standard",
            examples=[{"express": ["*express*", "Next day"]}],
        ),
    ] = field(default_factory=dict)
    max_delivery_days: Annotated[
        int | None, Meta(description="Slower offers count only when there is no other", examples=[3])
    ] = None
    outage: Annotated[
        dict[Literal["express", "standard", "economy", "dangerous_goods"], OutageRule],
        Meta(
            description="What is done about bookings a carrier does not take, by service level; a level left out keeps "
            "its built-in rule (see docs/how-to/choose-carriers.md)",
            examples=[{"express": {"after_seconds": 60, "do": "reroute"}}],
        ),
    ] = field(default_factory=dict)
    customs: Annotated[Customs, Meta(description="What is declared of packages that leave a customs territory")] = (
        Customs()
    )
    goods: Annotated[
        dict[str, Goods],
        Meta(description="What the system of record does not say of its items, by SKU"),
    ] = field(default_factory=dict)


class DeliveryToInvoice(Struct, frozen=True, forbid_unknown_fields=True):
    """From delivered to a posted invoice in the system of record."""

    when: Annotated[
        Literal["delivered", "proof"],
        Meta(description="Invoice when every package is delivered, or when there is a proof of delivery for each too"),
    ] = "proof"
    complete_transfer: Annotated[
        bool, Meta(description="Finish the transfer first, as reserved; false where a warehouse does it")
    ] = True
    post: Annotated[bool, Meta(description="Post the invoice; false leaves a draft")] = True
    partial: Annotated[
        Literal["wait", "invoice"],
        Meta(
            description="Where only some packages have arrived: wait for the others that do not come back, or invoice "
            "the order once the first has arrived"
        ),
    ] = "wait"
