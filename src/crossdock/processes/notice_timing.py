"""Quiet hours where the customer is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from crossdock.model.instants import is_zone
from crossdock.model.party import Address
from crossdock.processes.notices_policy import NoticesPolicy
from crossdock.tracking.zones import zone_of

_CAPITALS = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "ES": "Europe/Madrid",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MX": "America/Mexico_City",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
}
"""Where a country has several clocks and the region says nothing: the one most of its people live by."""


def zone_of_customer(address: Address, default: str) -> str:
    """The zone a customer most likely lives in: by region, else by country, else ``default``."""
    found = zone_of(address) or _CAPITALS.get(address.country.upper(), "") or default
    return found if is_zone(found) else default


def quiet_until(policy: NoticesPolicy, address: Address, now: int) -> int:
    """When quiet hours end that ``now`` falls in (epoch microseconds), 0 outside of them. Hours are of the local clock,
    so a night with a change to or from summer time is an hour shorter or longer.
    """
    if policy.quiet is None:
        return 0
    since, until = policy.quiet
    zone = ZoneInfo(zone_of_customer(address, policy.zone))
    local = datetime.fromtimestamp(now / 1_000_000, UTC).astimezone(zone)
    minute = local.hour * 60 + local.minute
    inside = since <= minute < until if since <= until else minute >= since or minute < until
    if not inside:
        return 0
    day = local.date() + timedelta(days=1 if since > until and minute >= since else 0)
    end = datetime(day.year, day.month, day.day, until // 60, until % 60, tzinfo=zone)
    return max(int(end.timestamp()) * 1_000_000, now + 1)
