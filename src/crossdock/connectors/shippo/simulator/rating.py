"""What carriers offer for a parcel: a price list that is simple and always gives the same."""

from crossdock.connectors.shippo.simulator.answers import Json, rate

# provider, service token and name, carrier account, days, base price and price per started kilogram in US cents
_OFFERS = (
    ("USPS", "usps_ground_advantage", "Ground Advantage", "b741b99f95e841639b54272834bc478c", 4, 512, 190),
    ("USPS", "usps_priority", "Priority Mail", "b741b99f95e841639b54272834bc478c", 2, 795, 240),
    ("UPS", "ups_ground", "Ground", "8abd4b3a9e5e4f0c9c4f2f0cf4c1b1a2", 3, 771, 210),
    ("UPS", "ups_second_day_air", "2nd Day Air", "8abd4b3a9e5e4f0c9c4f2f0cf4c1b1a2", 2, 1688, 470),
)
_ABROAD = (
    (
        "USPS",
        "usps_priority_mail_international",
        "Priority Mail International",
        "b741b99f95e841639b54272834bc478c",
        8,
        3390,
        990,
    ),
    ("DHL Express", "dhl_express_worldwide", "Worldwide", "1f2c9a3d5b7e48f0a1c3e5d7f9b1a3c5", 3, 4510, 1250),
)
PICKED_UP_BY = frozenset({"USPS", "DHL Express"})
"""Carriers that take pickups through Shippo."""


def rates_of(
    given: Json, shipment_id: str, ids: list[str], down: dict[str, str], now: int, *, test: bool
) -> tuple[list[Json], list[Json]]:
    """Rates and messages for a shipment as it was asked for; ``down`` are carriers that make no offers, with a text."""
    wanted = given.get("carrier_accounts") or []
    sender, receiver = given["address_from"].get("country"), given["address_to"].get("country")
    kilograms = -(-sum(_grams(parcel) for parcel in given["parcels"]) // 1000)
    rates, messages = [], []
    for offer, object_id in zip(_OFFERS if sender == receiver else _ABROAD, ids, strict=False):
        provider, account, base, per_kilogram = offer[0], offer[3], offer[5], offer[6]
        if wanted and account not in wanted:
            continue
        if provider in down:
            messages.append({"source": provider, "code": "carrier_timeout", "text": down[provider]})
            continue
        if sender != receiver and not given.get("customs_declaration"):
            text = "A customs declaration is required for international shipments."
            messages.append({"source": provider, "code": "", "text": text})
            continue
        rates.append(rate(object_id, shipment_id, offer[:5], base + per_kilogram * int(kilograms), now, test=test))
    return rates, messages


def _grams(parcel: Json) -> float:
    return float(parcel["weight"]) * {"g": 1, "kg": 1000, "oz": 28.3495, "lb": 453.592}[parcel["mass_unit"]]


def tracking_number(provider: str, number: int) -> str:
    """A tracking number as the carrier writes them, out of a number."""
    if provider == "UPS":
        return f"1Z86Q55F03{number % 10**8:08d}"
    if provider == "DHL Express":
        return f"{number % 10**10:010d}"
    return f"920559016491{number % 10**10:010d}"
