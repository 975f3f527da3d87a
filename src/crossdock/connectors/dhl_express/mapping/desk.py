"""Pickups and address checks between the MyDHL API's words and ours; pure."""

from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.connectors.dhl_express import wire
from crossdock.connectors.dhl_express.config import DhlExpressConfig
from crossdock.connectors.dhl_express.mapping import parties
from crossdock.connectors.dhl_express.mapping.parties import Json
from crossdock.model.collecting import AddressChecked, PickupCancelled, PickupScheduled
from crossdock.model.commands import CancelPickup, CheckAddress, SchedulePickup
from crossdock.model.events import Fact
from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.model.units import Measure

_ANY_PRODUCT = "P"


def pickup_request(command: SchedulePickup, config: DhlExpressConfig) -> bytes:
    """The body of POST /pickups. Raises `InvalidUnit`."""
    window, account = command.window, [{"typeCode": "shipper", "number": config.account_number}]
    total = parties.kilograms(command.weight)
    share = Measure(Decimal(str(total)) / max(len(command.shipments), 1), "KGM")
    length, width, height = config.package_size
    package = {
        "weight": parties.kilograms(share),
        "dimensions": {"length": length, "width": width, "height": height},
    }
    product = command.service.partition("/")[0]
    shipments: list[Json] = [
        {
            "productCode": product if len(product) == 1 else _ANY_PRODUCT,
            "accounts": account,
            "isCustomsDeclarable": False,
            "unitOfMeasurement": "metric",
            "shipmentTrackingNumber": each.tracking_number,
            "packages": [package],
        }
        for each in command.shipments
    ]
    fields: Json = {
        "plannedPickupDateAndTime": ready(window.ready_at),
        "closeTime": window.closes_at.at[11:16],
        "location": "reception",
        "accounts": account,
        "customerDetails": {"shipperDetails": parties.details(command.ship_from, config)},
        "shipmentDetails": shipments,
        "remark": parties.reference_of(command.reference),
    }
    if command.instructions:
        fields["specialInstructions"] = [{"value": command.instructions[:75], "typeCode": "TBD"}]
    return msgspec.json.encode(fields)


def ready(local: Stamp) -> str:
    """The wall clock at the place of collection; DHL wants an offset beside it, so GMT+00:00 where none is known.

    >>> ready(Stamp("2026-11-24T10:00:00+01:00"))
    '2026-11-24T10:00:00 GMT+01:00'
    """
    offset = local.at[-6:] if local.tz_known and not local.at.endswith("Z") else "+00:00"
    return f"{local.at[:16]}:00 GMT{offset}"


def scheduled(command: SchedulePickup, made: wire.PickupMade, partner: str, subject: str, at: Stamp) -> Fact:
    """The pickup. Raises `ValueError` where DHL names no confirmation."""
    if not made.dispatch_confirmation_numbers:
        raise ValueError("DHL confirmed the pickup without a dispatchConfirmationNumber")
    number = made.dispatch_confirmation_numbers[0]
    body = PickupScheduled(partner, command.reference, number, command.window, confirmation=number)
    return Fact(body, at, subject=subject)


def pickup_cancelled(command: CancelPickup, partner: str, subject: str, at: Stamp) -> Fact:
    """The cancelled pickup."""
    return Fact(PickupCancelled(partner, command.reference, command.pickup_id), at, subject=subject)


def checked(command: CheckAddress, answer: wire.Places, partner: str, subject: str, at: Stamp) -> Fact:
    """What DHL says of country, postcode and city; it knows no streets, so lines are given back as they were."""
    given, places = command.party.address, answer.address
    fitting = [each for each in places if _same(each.postal_code, given.postcode) and _same(each.city_name, given.city)]
    messages = tuple(answer.warnings)
    if fitting:
        body = AddressChecked(partner, command.reference, "valid", given, messages)
    elif places:
        best = places[0]
        suggested = Address(given.lines, best.city_name.title(), given.region, best.postal_code, best.country_code)
        body = AddressChecked(partner, command.reference, "corrected", suggested, messages)
    else:
        body = AddressChecked(partner, command.reference, "invalid", messages=messages)
    return Fact(body, at, subject=subject)


def unplaced(
    command: CheckAddress, verdict: Literal["invalid", "unknown"], message: str, told: tuple[str, str, Stamp]
) -> Fact:
    """An address DHL does not know, or was not able to look for; ``told`` are partner, subject and time."""
    partner, subject, at = told
    return Fact(AddressChecked(partner, command.reference, verdict, messages=(message,)), at, subject=subject)


def _same(one: str, other: str) -> bool:
    return one.replace(" ", "").casefold() == other.replace(" ", "").casefold()
