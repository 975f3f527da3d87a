"""What carriers say of a package on its way, and the proof that it arrived."""

from msgspec import Struct

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.model.shipment import Document


class TrackingEvent(Struct, frozen=True, omit_defaults=True):
    """One scan. Milestone, exception category, reason and raw code are four separate facts (see `milestones`)."""

    partner: str
    tracking_number: str
    milestone: str
    occurred: Stamp
    exception_category: str = "none"
    reason: str = ""
    raw_code: str = ""
    raw_text: str = ""
    place: Address = Address()
    carrier: str = ""
    signed_by: str = ""
    eta: Stamp | None = None


class ProofOfDelivery(Struct, frozen=True, omit_defaults=True):
    """Evidence of a delivery: who signed, when, where, and the document where there is one."""

    partner: str
    tracking_number: str
    occurred: Stamp
    signed_by: str = ""
    place: Address = Address()
    document: Document | None = None
