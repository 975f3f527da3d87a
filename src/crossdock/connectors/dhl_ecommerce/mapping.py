"""Between the tracking answers of DHL eCommerce Americas (JSON) and DHL Global Mail (XML) and canonical scans; pure."""

from crossdock.model.instants import InvalidInstant, Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at
from crossdock.tracking.trees import Tree, WebPage, any_text, each, first, text

CODES = Codes("crossdock.connectors.dhl_ecommerce")
_AXIS = "dhl_ecommerce.event"


def read(tree: Tree, scans: Scans) -> None:
    """Every package of an answer; errors are refusals."""
    if isinstance(tree, WebPage) or type(tree) is not dict:
        scans.problem("", "this is no answer of DHL eCommerce")
        return
    shipments = each(tree, "track", "shipment")
    packages = each(tree, "packages") or each(tree, "data", "mailItems") or each(tree, "mailItems")
    refusals = _refusals(tree)
    for said in refusals:
        scans.refusal(said)
    for shipment in shipments:
        _events(any_text(shipment, "trackingnumber", "deliveryconfirm"), each(shipment, "event"), shipment, scans)
    for package in packages:
        about = first(package, "package") or first(package, "mail")
        number = any_text(about, "trackingId", "dhlPackageId", "packageId", "mailIdentifier", "intlMailIdentifier")
        _events(number, each(package, "events"), package, scans)
    if not (shipments or packages or refusals):
        scans.problem("", "this is none of the shapes DHL eCommerce is known to send")


def _refusals(tree: Tree) -> list[str]:
    found = [f"{text(error, 'code')} {text(error, 'description')}" for error in each(tree, "track", "error")]
    found += [f"{text(error, 'error_type')} {text(error, 'error_message')}" for error in each(tree, "meta", "error")]
    if "title" in tree and "packages" not in tree:
        found.append(f"{text(tree, 'title')} {text(tree, 'detail')}")
    if "packages" in tree and not each(tree, "packages"):
        found.append("no package of this number")
    return [said.strip() for said in found if said.strip()]


def _events(number: str, events: list[Tree], package: Tree, scans: Scans) -> None:
    if not events:
        scans.refusal(f"no event of {number or 'the number'} yet")
    for index, event in enumerate(events):
        code = any_text(event, "primaryEventId", "code", "id")
        said = any_text(event, "primaryEventDescription", "description")
        finer = text(event, "secondaryEventDescription")
        scans.scan(
            number,
            scans.when(
                f"/events/{index}/date", _stamp, text(event, "date"), text(event, "time"), text(event, "timeZone")
            ),
            CODES.meaning(_AXIS, code, said),
            code=code,
            text=f"{said} | {finer}" if finer and finer != said else said,
            place=_place(event),
            signed_by=text(package, "signedby"),
        )


def _stamp(day: str, clock: str, zone: str) -> Stamp:
    """With the zone word beside it, which in XML is part of the clock; without it where it means none."""
    try:
        return at(day, f"{clock} {zone}".strip(), "mdy")
    except InvalidInstant:
        return at(day, clock, "mdy")


def _place(event: Tree) -> Address:
    city, _, region = any_text(event, "city", "location").partition(",")
    country = text(event, "country")
    return Address(
        city=city.strip(),
        region=text(event, "state") or region.partition(",")[0].strip(),
        postcode=any_text(event, "postalCode", "postalcode"),
        country=country if len(country) == 2 else "",
    )
