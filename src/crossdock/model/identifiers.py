"""Business identifiers and their check digits, and how a document's canonical id is formed.

GS1 keys follow the GS1 General Specifications (section 7.9, standard check digit); UN/LOCODE is UNECE
Recommendation 16 (two letters of country, three of place).
"""

import hashlib
import re
import zlib

from msgspec import Struct

PARTITIONS = 64
"""Number of partitions every subject hashes into. Fixed for the life of a store (decision 0004)."""

_UN_LOCODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
_PARTNER = re.compile(r"[a-z][a-z0-9-]{0,39}")


class InvalidIdentifier(ValueError):
    """An identifier whose length, alphabet or check digit is wrong. The text says which."""


class Reference(Struct, frozen=True, order=True):
    """A name some party uses for a subject, for example a tracking number.

    ``kind`` is one of the words in `ReferenceKind`; ``issuer`` is the partner whose numbering it is
    (empty where the number is unique in the world, such as an SSCC).
    """

    kind: str
    value: str
    issuer: str = ""


class ReferenceKind:
    """The kinds of reference Crossdock correlates by.

    ``ORDER`` and ``CUSTOMER_ORDER`` are numbers on goods and their papers: they mean the delivery. The same numbers as
    names of the order itself are ``PLACED_ORDER``, so that a scan never finds an order beside its delivery. ``JOB`` is
    what somebody asked for at the carriers' desk. ``WAREHOUSE_ORDER`` and ``INBOUND`` are what a delivery was released
    to a warehouse under and a receipt announced; a ``SKU`` is a name of its stock at every location.
    A ``PURCHASE_ORDER`` is a name of the first receipt of it; a ``CHARGE`` is one line of a carrier's invoice.
    """

    TRACKING = "tracking_number"
    BOOKING = "booking_reference"
    CONSIGNMENT = "consignment_id"
    ORDER = "sales_order"
    DELIVERY = "delivery_order"
    CUSTOMER_ORDER = "customer_order"
    PLACED_ORDER = "placed_order"
    SSCC = "sscc"
    JOB = "job"
    WAREHOUSE_ORDER = "warehouse_order"
    INBOUND = "inbound"
    SKU = "sku"
    PURCHASE_ORDER = "purchase_order"
    CHARGE = "freight_charge"


def gs1_check_digit(digits: str) -> int:
    """The GS1 mod-10 check digit for ``digits`` given without it.

    >>> gs1_check_digit("629104150021")
    3
    """
    if not digits.isascii() or not digits.isdigit():
        raise InvalidIdentifier(f"'{digits}' holds characters other than digits")
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return -total % 10


def _gs1_key(text: str, lengths: tuple[int, ...], name: str) -> str:
    digits = text.strip().replace(" ", "")
    if len(digits) not in lengths:
        wanted = ", ".join(map(str, lengths))
        raise InvalidIdentifier(f"{name} '{text}' has {len(digits)} characters, expected {wanted}")
    if not digits.isascii() or not digits.isdigit():
        raise InvalidIdentifier(f"{name} '{text}' holds characters other than digits")
    if gs1_check_digit(digits[:-1]) != int(digits[-1]):
        raise InvalidIdentifier(f"{name} '{text}' has a wrong check digit")
    return digits


def parse_gtin(text: str) -> str:
    """A GTIN-8, -12, -13 or -14 as its digits. Raises `InvalidIdentifier`."""
    return _gs1_key(text, (8, 12, 13, 14), "GTIN")


def parse_gln(text: str) -> str:
    """A Global Location Number (13 digits). Raises `InvalidIdentifier`."""
    return _gs1_key(text, (13,), "GLN")


def parse_sscc(text: str) -> str:
    """A Serial Shipping Container Code (18 digits, an AI ``(00)`` prefix is removed). Raises `InvalidIdentifier`."""
    cleaned = text.strip().removeprefix("(00)")
    if len(cleaned) == 20 and cleaned.startswith("00"):
        cleaned = cleaned[2:]
    return _gs1_key(cleaned, (18,), "SSCC")


def parse_unlocode(text: str) -> str:
    """A UN/LOCODE in upper case without the space. Raises `InvalidIdentifier`."""
    code = text.strip().replace(" ", "").upper()
    if not _UN_LOCODE.fullmatch(code):
        raise InvalidIdentifier(f"'{text}' is not a UN/LOCODE (two letters and three characters, such as BEANR)")
    return code


def parse_partner_id(text: str) -> str:
    """A partner's id in the configuration: lower case, digits, hyphens. Raises `InvalidIdentifier`."""
    if not _PARTNER.fullmatch(text):
        raise InvalidIdentifier(f"'{text}' is not a partner id (lower-case letters, digits and hyphens, 40 at most)")
    return text


def _storable(subject: str) -> str:
    """No database keeps U+0000 in a text, and partners' words may hold it: it becomes its picture, U+2400."""
    return subject.replace("\x00", "\u2400")


def delivery_order_id(partner: str, external_id: str) -> str:
    """Canonical id of a delivery order: derived from its system of record, so reading it twice cannot double it.

    >>> delivery_order_id("odoo", "16")
    'do:odoo:16'
    """
    return _storable(f"do:{partner}:{external_id}")


def sales_order_id(partner: str, external_id: str) -> str:
    """Canonical id of a sales order, derived like `delivery_order_id`."""
    return _storable(f"so:{partner}:{external_id}")


def channel_order_id(channel: str, reference: str) -> str:
    """Canonical id of an order as a channel (shop, portal, marketplace) placed it, by the channel's own number.

    >>> channel_order_id("shop", "R-1001")
    'co:shop:R-1001'
    """
    return _storable(f"co:{channel}:{reference}")


def transfer_id(partner: str, external_id: str) -> str:
    """Canonical id of an incoming or internal transfer (an outgoing one is a delivery order)."""
    return _storable(f"tr:{partner}:{external_id}")


def stock_item_id(sku: str, location: str) -> str:
    """Canonical id of the stock of one SKU at one location (a warehouse's code in the system of record).

    >>> stock_item_id("DESK-1", "WH")
    'sku:DESK-1@WH'
    """
    return _storable(f"sku:{sku}@{location}")


def storage_id(owner: str, location: str) -> str:
    """Canonical id of what is stored for one owner at one location: the account of storage fees."""
    return _storable(f"storage:{owner}@{location}")


def partition_of(subject: str) -> int:
    """The partition (0 to 63) a subject's events are ordered in: CRC-32 modulo `PARTITIONS`."""
    return zlib.crc32(subject.encode()) % PARTITIONS


def digest(*parts: str) -> str:
    """32 hex characters that identify the content ``parts``: SHA-256 over length-prefixed parts, cut to 128 bits."""
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()[:32]


def trace_id_of(subject: str) -> str:
    """The W3C trace id (32 hex characters) every exchange of one business transaction shares."""
    return hashlib.sha256(b"trace:" + subject.encode()).hexdigest()[:32]
