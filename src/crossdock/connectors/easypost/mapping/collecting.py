"""Pickups, manifests and addresses between the canonical words and EasyPost's; pure."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from crossdock.connectors.easypost import wire
from crossdock.connectors.easypost.mapping.booking import address, plain
from crossdock.model.address_checks import judged
from crossdock.model.collecting import AddressChecked, ManifestClosed, PickupCancelled, PickupScheduled
from crossdock.model.commands import CancelPickup, CheckAddress, CloseManifest, SchedulePickup
from crossdock.model.events import Fact
from crossdock.model.instants import Stamp, stamp
from crossdock.model.money import InvalidAmount, Money, money
from crossdock.model.party import Address
from crossdock.model.shipment import Document

SCHEDULED, CANCELLED = "scheduled", "canceled"
"""States of a pickup; anything else is one that was not bought."""


def pickup_request(command: SchedulePickup, goods: tuple[str, str]) -> bytes:
    """The body of POST /v2/pickups; ``goods`` is ("shipment" or "batch", its id)."""
    kind, object_id = goods
    pickup = {
        "reference": command.reference,
        "address": address(command.ship_from),
        kind: {"id": object_id},
        "min_datetime": command.window.ready_at.at,
        "max_datetime": command.window.closes_at.at,
        "is_account_address": False,
        "instructions": command.instructions,
    }
    return msgspec.json.encode({"pickup": pickup})


def pickup_rate(command: SchedulePickup, rates: Sequence[wire.PickupRate]) -> wire.PickupRate | None:
    """The cheapest offer of the carrier and service that are asked for; None where there is none."""
    fitting = [
        each
        for each in rates
        if command.carrier in {"", each.carrier} and command.service in {"", each.service} and _is_price(each.rate)
    ]
    return min(fitting, key=lambda each: Decimal(each.rate), default=None)


def _is_price(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def refusals_of(pickup: wire.Pickup) -> str:
    """Why carriers offered nothing, in their words."""
    return "; ".join(f"{each.carrier or 'carrier'}: {plain(each.message)}" for each in pickup.messages)


def scheduled(command: SchedulePickup, pickup: wire.Pickup, cost: Money | None, partner: str, subject: str) -> Fact:
    """A pickup the carrier confirmed. Raises `InvalidInstant`."""
    body = PickupScheduled(partner, command.reference, pickup.id, command.window, pickup.confirmation or "", cost)
    return Fact(body, stamp(pickup.updated_at or pickup.created_at), subject=subject)


def cost_of(rate: wire.PickupRate | None) -> Money | None:
    """What a pickup costs; None where it is not told exactly."""
    try:
        return money(rate.rate, rate.currency) if rate is not None else None
    except InvalidAmount:
        return None


def cancelled(command: CancelPickup, pickup: wire.Pickup, partner: str, subject: str) -> Fact:
    """A pickup that will not come. Raises `InvalidInstant`."""
    body = PickupCancelled(partner, command.reference, pickup.id)
    return Fact(body, stamp(pickup.updated_at or pickup.created_at), subject=subject)


def closed(command: CloseManifest, form: wire.ScanForm, sheet: Document | None, partner: str, subject: str) -> Fact:
    """A manifest with the sheet its driver signs. Raises `InvalidInstant`."""
    documents = (sheet,) if sheet is not None else ()
    body = ManifestClosed(partner, command.reference, form.id, command.shipments, documents)
    return Fact(body, stamp(form.created_at), subject=subject)


def checked(command: CheckAddress, given: wire.Address, partner: str, now: Stamp, subject: str) -> Fact:
    """What the check of an address came to; ``unknown`` where EasyPost did not check it."""
    delivery = given.verifications.delivery
    lines = tuple(line for line in (given.street1, given.street2) if line)
    there = Address(lines, given.city or "", given.state or "", given.zip or "", given.country or "")
    messages = tuple(plain(each) for each in delivery.errors) if delivery is not None else ()
    is_valid = delivery.success if delivery is not None else None
    asked = command.party.address
    body = judged(partner, command.reference, asked, there, is_valid=is_valid, messages=messages)
    return Fact(body, now, subject=subject)


def unverified(command: CheckAddress, why: str, partner: str, now: Stamp, subject: str) -> Fact:
    """An address no carrier can deliver to."""
    return Fact(AddressChecked(partner, command.reference, "invalid", messages=(why,)), now, subject=subject)
