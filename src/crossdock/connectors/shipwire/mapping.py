"""Between Shipwire's trackings (JSON v3, TrackingUpdateResponse in XML) and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, first, text

CODES = Codes("crossdock.connectors.shipwire")
_AXIS = "shipwire.fact"
_FACTS = ("labelCreatedDate", "firstScanDate", "deliveredDate")


def read(tree: Tree, scans: Scans) -> None:
    """Every order or parcel of an answer; errors are refusals."""
    if isinstance(tree, WebPage) or type(tree) is not dict:
        scans.problem("", "this is no answer of Shipwire")
        return
    orders = each(tree, "TrackingUpdateResponse", "Order")
    parcels = [first(item, "resource") or item for item in each(tree, "resource", "items")]
    parcels = [parcel for parcel in parcels if type(parcel) is dict and "tracking" in parcel]
    errors = _refusals(tree)
    for said in errors:
        scans.refusal(said)
    for order in orders:
        _order(order, scans)
    for parcel in parcels:
        _parcel(parcel, scans)
    if "TrackingUpdateResponse" in tree and not orders and not errors:
        scans.refusal("no order in the answer")
    elif not (orders or parcels or errors):
        scans.problem("", "this is none of the shapes Shipwire's tracking is known to send")


def _refusals(tree: Tree) -> list[str]:
    found = [text(error, "message") for error in each(tree, "errors")]
    found += [text(tree, "TrackingUpdateResponse", "ErrorMessage"), text(tree, "RateResponse", "ErrorMessage")]
    if text(tree, "message") and text(tree, "status") not in {"", "200"}:
        found.append(text(tree, "message"))
    return [said for said in found if said]


def _order(order: Tree, scans: Scans) -> None:
    for parcel in each(order, "TrackingNumber"):
        number = text(parcel)
        carrier = text(parcel, "@carrier")
        _fact("shipDate", text(order, "@shipDate"), number, carrier, Address(), scans)
        if text(parcel, "@delivered") == "YES":
            _fact("deliveryDate", text(parcel, "@deliveryDate"), number, carrier, Address(), scans)
    if not each(order, "TrackingNumber"):
        scans.refusal(f"order {text(order, '@id')} has no tracking number yet")


def _parcel(parcel: Tree, scans: Scans) -> None:
    number, carrier = text(parcel, "tracking"), any_text(parcel, "carrier", "carrierCode")
    place = Address(
        city=text(parcel, "deliveryCity"),
        region=any_text(parcel, "deliveryState", "deliveryRegion"),
        postcode=text(parcel, "deliveryPostalCode"),
        country=text(parcel, "deliveryCountry"),
    )
    begun = Address(
        region=text(parcel, "firstScanRegion"),
        postcode=text(parcel, "firstScanPostalCode"),
        country=text(parcel, "firstScanCountry"),
    )
    if not any_text(parcel, *_FACTS):
        scans.refusal(f"no event of {number or 'the number'} yet")
    for name in _FACTS:
        where = {"deliveredDate": place, "firstScanDate": begun}.get(name, Address())
        _fact(name, text(parcel, name), number, carrier, where, scans)


def _fact(name: str, written: str, number: str, carrier: str, place: Address, scans: Scans) -> None:
    if not written:
        return
    scans.scan(
        number,
        scans.when(f"/{name}", moment, written),
        CODES.meaning(_AXIS, name),
        code=name,
        place=place,
        carrier=carrier,
    )
