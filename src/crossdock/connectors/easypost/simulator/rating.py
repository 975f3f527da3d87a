"""What carriers offer for a parcel: a price list that is simple and always gives the same."""

from crossdock.connectors.easypost.simulator.answers import Json, rate

# carrier, service, carrier account, days, base price and price per started pound in US cents
_OFFERS = (
    ("USPS", "GroundAdvantage", "ca_a3934c94bd2efead52a66115be299834", 4, 547, 110),
    ("USPS", "Priority", "ca_a3934c94bd2efead52a66115be299834", 3, 802, 135),
    ("USPS", "Express", "ca_a3934c94bd2efead52a66115be299834", 1, 2710, 420),
    ("UPSDAP", "Ground", "ca_9563ac7416b19f0e50e4c79b6a8aaac8", 3, 763, 100),
    ("UPSDAP", "2ndDayAir", "ca_9563ac7416b19f0e50e4c79b6a8aaac8", 2, 1655, 240),
)
_ABROAD = (
    ("USPS", "PriorityMailInternational", "ca_a3934c94bd2efead52a66115be299834", 9, 3310, 510),
    ("UPSDAP", "UPSStandard", "ca_9563ac7416b19f0e50e4c79b6a8aaac8", 6, 4120, 430),
)
_FAILING = {
    "ca_2a0f084e3250bf31c420030b510e341f": ("FedEx", "Invalid credentials"),
    "ca_18e15f45275a87a24f1dacf1c0a4dcdd": ("DhlEcs", "shipment.customs_info.customs_items.0.value: field required"),
}
"""Carrier accounts of every simulated account that never make an offer, and what they say instead."""


def rates_of(
    given: Json, shipment_id: str, ids: list[str], mode: str, now: int, failing: dict[str, str]
) -> tuple[list[Json], list[Json]]:
    """Rates and messages for a shipment as it was asked for; ``failing`` are carriers that are down, with a text."""
    wanted = given.get("carrier_accounts") or []
    sender, receiver = given["from_address"].get("country"), given["to_address"].get("country")
    pounds = -(-float(given["parcel"]["weight"]) // 16)
    rates, messages = [], []
    for (carrier, service, account, days, base, per_pound), object_id in zip(
        _OFFERS if sender == receiver else _ABROAD, ids, strict=False
    ):
        if wanted and account not in wanted:
            continue
        if carrier in failing:
            messages.append(_message(carrier, account, failing[carrier]))
            continue
        cents = base + per_pound * int(pounds)
        rates.append(rate(object_id, shipment_id, (carrier, service, account, days), cents, mode, now))
    messages += [_message(*_failing(account)) for account in wanted if account in _FAILING]
    return rates, messages


def _failing(account: str) -> tuple[str, str, str]:
    carrier, text = _FAILING[account]
    return carrier, account, text


def _message(carrier: str, account: str, text: str) -> Json:
    return {"carrier": carrier, "carrier_account_id": account, "type": "rate_error", "message": text}


def tracking_code(carrier: str, number: int) -> str:
    """A tracking code as the carrier writes them, out of a number."""
    if carrier == "UPSDAP":
        return f"1ZCDX00003{number % 10**8:08d}"
    return f"940010000000{number % 10**10:010d}"
