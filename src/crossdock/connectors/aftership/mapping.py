"""Between AfterShip's trackings and canonical scans; pure."""

from crossdock.model.instants import InvalidInstant, Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.aftership")
FAILED = 400
ALPHA_2 = dict(
    pair.split(":")
    for pair in [
        "ARE:AE",
        "ARG:AR",
        "ARM:AM",
        "AUS:AU",
        "AUT:AT",
        "BEL:BE",
        "BGR:BG",
        "BRA:BR",
        "CAN:CA",
        "CHE:CH",
        "CHL:CL",
        "CHN:CN",
        "COL:CO",
        "CYP:CY",
        "CZE:CZ",
        "DEU:DE",
        "DNK:DK",
        "EGY:EG",
        "ESP:ES",
        "EST:EE",
        "FIN:FI",
        "FRA:FR",
        "GBR:GB",
        "GEO:GE",
        "GRC:GR",
        "HKG:HK",
        "HRV:HR",
        "HUN:HU",
        "IDN:ID",
        "IND:IN",
        "IRL:IE",
        "ISL:IS",
        "ISR:IL",
        "ITA:IT",
        "JOR:JO",
        "JPN:JP",
        "KAZ:KZ",
        "KEN:KE",
        "KOR:KR",
        "KWT:KW",
        "LKA:LK",
        "LTU:LT",
        "LUX:LU",
        "LVA:LV",
        "MAC:MO",
        "MAR:MA",
        "MEX:MX",
        "MLT:MT",
        "MYS:MY",
        "NGA:NG",
        "NLD:NL",
        "NOR:NO",
        "NZL:NZ",
        "OMN:OM",
        "PAK:PK",
        "PER:PE",
        "PHL:PH",
        "POL:PL",
        "PRI:PR",
        "PRT:PT",
        "QAT:QA",
        "ROU:RO",
        "RUS:RU",
        "SAU:SA",
        "SGP:SG",
        "SRB:RS",
        "SVK:SK",
        "SVN:SI",
        "SWE:SE",
        "THA:TH",
        "TUN:TN",
        "TUR:TR",
        "TWN:TW",
        "UKR:UA",
        "USA:US",
        "UZB:UZ",
        "VNM:VN",
        "ZAF:ZA",
    ]
)
"""ISO 3166-1 alpha-3 to alpha-2 of the countries parcels are mostly sent to; others are left out."""


def read(tree: Tree, scans: Scans) -> None:
    """A webhook, or an answer with one tracking, several, or the last checkpoint of one."""
    if type(tree) is not dict:
        scans.problem("", "this is none of the shapes AfterShip is known to send")
        return
    code = text(tree, "meta", "code")
    if code.isascii() and code.isdigit() and int(code) >= FAILED:
        scans.refusal(f"{code} {text(tree, 'meta', 'message')}".strip())
        return
    trackings = [node for node in _trackings(tree) if type(node) is dict and "tracking_number" in node]
    for tracking in trackings:
        _tracking(tracking, scans)
    if not trackings:
        scans.problem("", "this is none of the shapes AfterShip is known to send")


def _trackings(tree: Tree) -> list[Tree]:
    if "msg" in tree:
        return each(tree, "msg")
    data = tree.get("data", tree)
    if type(data) is dict and "trackings" in data:
        return each(data, "trackings")
    return each(data, "tracking") or each(tree, "data") or [tree]


def _tracking(tracking: Tree, scans: Scans) -> None:
    number = text(tracking, "tracking_number")
    checkpoints = each(tracking, "checkpoints") or each(tracking, "checkpoint")
    signed_by, eta = text(tracking, "signed_by"), _eta(tracking)
    for index, checkpoint in enumerate(checkpoints):
        tag, subtag = text(checkpoint, "tag"), text(checkpoint, "subtag")
        said = any_text(checkpoint, "message", "subtag_message")
        occurred = scans.when(f"/checkpoints/{index}/checkpoint_time", moment, text(checkpoint, "checkpoint_time"))
        scans.scan(
            number,
            occurred,
            _meaning(tag, subtag, said),
            code=subtag or tag,
            text=said,
            place=_place(checkpoint),
            carrier=text(checkpoint, "slug") or text(tracking, "slug"),
            signed_by=signed_by,
            eta=eta,
        )
    if not checkpoints:
        scans.refusal(f"{number}: {text(tracking, 'tag') or 'no tag'}, without checkpoints")


def _meaning(tag: str, subtag: str, said: str) -> Meaning:
    """The subtag's; a new subtag goes on with its tag's meaning and is asked about."""
    if not subtag:
        return CODES.meaning("aftership.tag", tag, said)
    if CODES.has("aftership.subtag", subtag):
        return CODES.meaning("aftership.subtag", subtag, said)
    coarse = CODES.meaning("aftership.tag", tag or subtag.partition("_")[0], said)
    return Meaning(coarse.milestone, coarse.category, coarse.reason, known=False)


def _place(checkpoint: Tree) -> Address:
    country = any_text(checkpoint, "country_region", "country_iso3")
    country = country if len(country) == 2 else ALPHA_2.get(country.upper(), "")
    city, region, postcode = (
        text(checkpoint, "city"),
        text(checkpoint, "state"),
        any_text(checkpoint, "zip", "postal_code"),
    )
    if not (city or region or postcode):
        city = text(checkpoint, "location")
    return Address(city=city, region=region, postcode=postcode, country=country)


def _eta(tracking: Tree) -> Stamp | None:
    written = text(tracking, "courier_estimated_delivery_date", "estimated_delivery_date")
    written = written or text(tracking, "expected_delivery")
    try:
        return moment(written) if written else None
    except InvalidInstant:
        return None
