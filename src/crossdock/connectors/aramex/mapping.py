"""Between Aramex's tracking answers and canonical scans; pure."""

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import epoch, moment
from crossdock.tracking.trees import Tree, any_text, each, find, text

CODES = Codes("crossdock.connectors.aramex")
COUNTRIES = {
    "australia": "AU", "bahrain": "BH", "bangladesh": "BD", "canada": "CA", "china": "CN", "cyprus": "CY",
    "egypt": "EG", "france": "FR", "germany": "DE", "ghana": "GH", "hong kong": "HK", "india": "IN", "indonesia": "ID",
    "iraq": "IQ", "ireland": "IE", "italy": "IT", "jordan": "JO", "kenya": "KE", "kuwait": "KW", "lebanon": "LB",
    "libya": "LY", "malaysia": "MY", "malta": "MT", "morocco": "MA", "nepal": "NP", "netherlands": "NL",
    "new zealand": "NZ", "nigeria": "NG", "oman": "OM", "pakistan": "PK", "qatar": "QA", "saudi arabia": "SA",
    "singapore": "SG", "south africa": "ZA", "spain": "ES", "sri lanka": "LK", "thailand": "TH", "tunisia": "TN",
    "turkey": "TR", "united arab emirates": "AE", "united kingdom": "GB", "united states": "US", "vietnam": "VN",
}  # fmt: skip
"""Countries as UpdateLocation ends with them; one that is not here stays part of the place's text."""


def read(tree: Tree, scans: Scans) -> None:
    """A ShipmentTrackingResponse as SOAP or JSON, or a GetWaybillTracking of South Africa."""
    answer = find(tree, "ShipmentTrackingResponse")
    if answer is None and type(tree) is dict and ("TrackingResults" in tree or "HasErrors" in tree):
        answer = tree
    if answer is not None:
        _answer(answer, scans)
    elif type(tree) is dict and "tracking_information" in tree:
        _waybill(tree, scans)
    elif find(tree, "faultstring"):
        scans.refusal(str(find(tree, "faultstring")))
    else:
        scans.problem("", "this is none of the tracking answers Aramex is known to send")


def _answer(answer: Tree, scans: Scans) -> None:
    notes = each(answer, "Notifications")
    for note in [inner for node in notes for inner in (each(node, "Notification") or [node]) if type(inner) is dict]:
        if text(note, "Message"):
            scans.refusal(f"{text(note, 'Code')} {text(note, 'Message')}".strip())
    for missing in each(answer, "NonExistingWaybills"):
        for number in each(missing, "string") or [missing]:
            if type(number) is str and number:
                scans.refusal(f"Aramex does not know the waybill {number}")
    for result in each(answer, "TrackingResults"):
        for pair in _pairs(result):
            for value in each(pair, "Value"):
                for update in each(value, "TrackingResult") or [value]:
                    _update(update, text(pair, "Key"), scans)


def _pairs(result: Tree) -> list[Tree]:
    """The pairs of Key and Value: in JSON the items themselves, in SOAP in elements with a generated name."""
    if type(result) is not dict:
        return []
    if "Key" in result:
        return [result]
    return [inner for name in result if name.startswith("KeyValue") for inner in each(result, name)]


def _update(update: Tree, number: str, scans: Scans) -> None:
    if type(update) is not dict or "UpdateDateTime" not in update:
        return
    said = " | ".join(filter(None, (text(update, "UpdateDescription"), text(update, "Comments"))))
    code, problem = text(update, "UpdateCode"), text(update, "ProblemCode")
    meaning = CODES.meaning("aramex.update", code, text(update, "UpdateDescription"))
    occurred = scans.when("/UpdateDateTime", _moment, text(update, "UpdateDateTime"))
    scans.scan(
        text(update, "WaybillNumber") or number,
        occurred,
        meaning,
        code="/".join(filter(None, (code, problem))),
        text=said,
        place=_place(text(update, "UpdateLocation")),
    )


def _waybill(answer: Tree, scans: Scans) -> None:
    events = each(answer, "tracking_information")
    for event in events:
        said = any_text(event, "customer_description", "description")
        code = text(event, "tracking_code")
        occurred = scans.when("/tracking_information/action_date", moment, text(event, "action_date"))
        country = text(event, "update_country")
        place = Address(city=text(event, "location"), country=COUNTRIES.get(country.casefold(), ""))
        number = text(answer, "waybill_number")
        scans.scan(number, occurred, CODES.meaning("aramex.update", code, said), code=code, text=said, place=place)
    if not events:
        scans.refusal(f"{text(answer, 'status_code')} {text(answer, 'status_description')}".strip())


def _moment(written: str) -> Stamp:
    """``/Date(ms+0200)/`` of JSON, or SOAP's ISO text. Raises `InvalidInstant`."""
    return epoch(written) if written.startswith("/Date(") else moment(written)


def _place(location: str) -> Address:
    """``Branch Lac, Tunisia``: the country comes last."""
    if not location:
        return NOWHERE
    city, _, last = location.rpartition(",")
    country = COUNTRIES.get(last.strip().casefold(), "")
    return Address(city=city.strip(), country=country) if country else Address(city=location)
