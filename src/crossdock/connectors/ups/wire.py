"""UPS's own message types, as far as they are used (developer.ups.com; unknown fields are skipped).

Versions from v2403 on answer with arrays throughout; Label Recovery v1 still gives one object where there is one.
"""

from msgspec import Struct

VOIDED = "MV"
"""Type of a package's status after its label was voided (Track API, list of status types)."""


class Fault(Struct, frozen=True):
    """One error: a number of six digits and a text."""

    code: str = ""
    message: str = ""


class Faults(Struct, frozen=True):
    """The inside of an error answer."""

    errors: list[Fault] = []


class ErrorAnswer(Struct, frozen=True):
    """An error answer."""

    response: Faults


class Code(Struct, frozen=True):
    """A code with or without words."""

    Code: str = ""
    Description: str = ""


class Amount(Struct, frozen=True):
    """An amount: decimal text and ISO 4217 code."""

    CurrencyCode: str
    MonetaryValue: str


class Negotiated(Struct, frozen=True):
    """The account's own price."""

    TotalCharge: Amount | None = None


class ArrivalTime(Struct, frozen=True):
    """When a package should arrive, at its destination's time: YYYYMMDD and HHMMSS."""

    Date: str = ""
    Time: str = ""


class ArrivalEstimate(Struct, frozen=True):
    """A promise, with the business days it takes."""

    Arrival: ArrivalTime | None = None
    BusinessDaysInTransit: str = ""


class Summary(Struct, frozen=True):
    """Time in transit of one service."""

    EstimatedArrival: ArrivalEstimate | None = None


class TransitTime(Struct, frozen=True):
    """Time in transit, asked for together with rates."""

    ServiceSummary: Summary | None = None


class RatedShipment(Struct, frozen=True):
    """An offer."""

    Service: Code
    TotalCharges: Amount
    NegotiatedRateCharges: Negotiated | None = None
    RatedShipmentAlert: list[Code] = []
    TimeInTransit: TransitTime | None = None


class Status(Struct, frozen=True):
    """Code "1" is success; alerts are warnings."""

    ResponseStatus: Code = Code()
    Alert: list[Code] = []


class RateResponse(Struct, frozen=True):
    """All offers."""

    RatedShipment: list[RatedShipment]
    Response: Status = Status()


class RateAnswer(Struct, frozen=True):
    """POST /api/rating/v2409/Shoptimeintransit."""

    RateResponse: RateResponse


class Picture(Struct, frozen=True):
    """A picture or printer commands in Base64."""

    GraphicImage: str
    ImageFormat: Code | None = None
    LabelImageFormat: Code | None = None


class PackageResult(Struct, frozen=True):
    """A package and its label."""

    TrackingNumber: str
    ShippingLabel: Picture | None = None


class Charges(Struct, frozen=True):
    """Published prices."""

    TotalCharges: Amount | None = None


class FormDocument(Struct, frozen=True):
    """A customs form; the image is a PDF."""

    Code: str = ""
    Image: Picture | None = None


class ShipmentResults(Struct, frozen=True):
    """What was booked."""

    ShipmentIdentificationNumber: str
    PackageResults: list[PackageResult]
    ShipmentCharges: Charges | None = None
    NegotiatedRateCharges: Negotiated | None = None
    Form: FormDocument | None = None


class ShipmentResponse(Struct, frozen=True):
    """What was booked."""

    ShipmentResults: ShipmentResults


class ShipAnswer(Struct, frozen=True):
    """POST /api/shipments/v2409/ship."""

    ShipmentResponse: ShipmentResponse


class VoidResult(Struct, frozen=True):
    """How the void went; Status.Code "1" is voided."""

    Status: Code


class VoidResponse(Struct, frozen=True):
    """How the void went."""

    SummaryResult: VoidResult


class VoidAnswer(Struct, frozen=True):
    """DELETE /api/shipments/v2409/void/cancel/{id}."""

    VoidShipmentResponse: VoidResponse


class LabelResult(Struct, frozen=True):
    """A recovered label."""

    TrackingNumber: str = ""
    LabelImage: Picture | None = None


class Recovery(Struct, frozen=True):
    """Recovered labels; one comes as an object, several as an array."""

    ShipmentIdentificationNumber: str = ""
    LabelResults: list[LabelResult] | LabelResult | None = None

    @property
    def results(self) -> list[LabelResult]:
        """The labels, however many came."""
        if self.LabelResults is None:
            return []
        return self.LabelResults if isinstance(self.LabelResults, list) else [self.LabelResults]


class RecoveryAnswer(Struct, frozen=True):
    """POST /api/labels/v1/recovery."""

    LabelRecoveryResponse: Recovery


class StatusType(Struct, frozen=True):
    """A status: type such as M, I, D, MV, and a code."""

    type: str = ""
    code: str = ""


class Activity(Struct, frozen=True):
    """A scan; local date YYYYMMDD and time HHMMSS."""

    date: str | None = None
    time: str | None = None
    status: StatusType | None = None


class TrackedPackage(Struct, frozen=True):
    """A package with its scans, newest first."""

    trackingNumber: str = ""  # noqa: N815 - UPS's name
    currentStatus: StatusType | None = None  # noqa: N815 - UPS's name
    activity: list[Activity] = []

    @property
    def is_voided(self) -> bool:
        """Whether its label was voided."""
        types = {each.status.type for each in self.activity if each.status}
        return VOIDED in types or (self.currentStatus is not None and self.currentStatus.type == VOIDED)

    @property
    def order(self) -> tuple[str, str]:
        """Sorts packages by when they were booked; within one second by the counting part of the number."""
        first = self.activity[-1] if self.activity else Activity()
        return f"{first.date or ''}{first.time or ''}", self.trackingNumber[10:17]


class TrackedShipment(Struct, frozen=True):
    """Packages found for one inquiry."""

    package: list[TrackedPackage] = []


class TrackResponse(Struct, frozen=True):
    """Shipments found."""

    shipment: list[TrackedShipment] = []

    @property
    def packages(self) -> list[TrackedPackage]:
        """All packages that have a number."""
        return [each for found in self.shipment for each in found.package if each.trackingNumber]


class TrackAnswer(Struct, frozen=True):
    """GET /api/track/v1/details/{number} and /api/track/v1/reference/details/{reference}."""

    trackResponse: TrackResponse  # noqa: N815 - UPS's name


class PickupRate(Struct, frozen=True):
    """What a pickup costs."""

    CurrencyCode: str = ""
    GrandTotalOfAllCharge: str = ""


class PickupCreation(Struct, frozen=True):
    """A scheduled pickup: ``PRN`` is its number."""

    PRN: str
    RateResult: PickupRate | None = None


class PickupAnswer(Struct, frozen=True):
    """POST /api/pickupcreation/v2409/pickup."""

    PickupCreationResponse: PickupCreation


class PendingPickup(Struct, frozen=True):
    """A pickup that is still to come."""

    PRN: str
    ReferenceNumber: str = ""


class PendingPickups(Struct, frozen=True):
    """All that are still to come."""

    PendingStatus: list[PendingPickup] = []


class PendingAnswer(Struct, frozen=True):
    """GET /api/shipments/v2409/pickup/oncall."""

    PickupPendingStatusResponse: PendingPickups


class PickupCancelled(Struct, frozen=True):
    """Type of what was cancelled."""

    PickupType: str = ""


class PickupCancelAnswer(Struct, frozen=True):
    """DELETE /api/shipments/v2409/pickup/02."""

    PickupCancelResponse: PickupCancelled


class AddressKey(Struct, frozen=True):
    """An address as UPS writes it: division 2 is the city, division 1 the state."""

    AddressLine: list[str] = []
    PoliticalDivision2: str = ""
    PoliticalDivision1: str = ""
    PostcodePrimaryLow: str = ""
    PostcodeExtendedLow: str = ""
    CountryCode: str = ""


class AddressCandidate(Struct, frozen=True):
    """An address that fits."""

    AddressKeyFormat: AddressKey


class AddressResult(Struct, frozen=True):
    """Which of three indicators is there is the verdict; each is an empty text."""

    ValidAddressIndicator: str | None = None
    AmbiguousAddressIndicator: str | None = None
    NoCandidatesIndicator: str | None = None
    Candidate: list[AddressCandidate] = []


class AddressAnswer(Struct, frozen=True):
    """POST /api/addressvalidation/v2/3."""

    XAVResponse: AddressResult
