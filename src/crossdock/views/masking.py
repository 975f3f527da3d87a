"""What is personal in rows, documents and texts, and how it looks to those who may not read it: ``J*** D**``.

Names keep the first letter of each word; all else that is personal keeps nothing. Raw bytes of partners have no shape
that is known, so of those only what is known to be harmless stays (`untrusted`).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec
from msgspec import Struct, structs

from crossdock.model.order import DeliveryOrder
from crossdock.model.party import Address, Party
from crossdock.ports.rows import ExchangeDetail

HIDDEN = "****"
"""Stands for a text of which nothing may be said."""

_LEAVES = (int, float, bool, type(None), Decimal, Enum, date, time, timedelta)
_PARTIES = frozenset({
    "ship_to", "ship_from", "bill_to", "invoice_to", "sold_to", "consignee", "recipient", "party", "customer",
    "sender", "return_to",
})  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+|\d+")
_MAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_PERSONAL_NUMBERS = ("phone", "mobile", "zip", "post")
_HARMLESS_KEYS = frozenset({
    "status", "code", "type", "method", "carrier", "service", "currency", "country", "object", "mode", "event", "kind",
    "unit", "incoterm", "milestone", "verdict", "sku", "tracking_code", "tracking_number", "result", "id", "schema",
})  # fmt: skip
_HARMLESS = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?"  # an instant
    r"|[A-Z]{2,6}(?:/[A-Z]{2,6})+/\d+|(?:SO|PO|INV|RMA)-?\d{4,}"  # a document's number
    r"|\d{16,}"  # a tracking number: telephone numbers have 15 digits at most
)
_TOKEN = re.compile(r"[\w:./#+-]{1,64}")
_SHORTEST_WORD = 3
_MOST_STARS = 7
"""How long a hidden word was is nobody's business beyond this, and a row of stars does not break into lines."""


def _stars(hidden: str) -> str:
    return "*" * min(len(hidden), _MOST_STARS)


def initials(name: str) -> str:
    """A name with the first letter of each word.

    >>> initials("John Doe")
    'J*** D**'
    """
    return _WORD.sub(lambda word: word[0][0] + _stars(word[0][1:]), name)


def blotted(text: str) -> str:
    """A text of which only the spaces and signs between its words are left.

    >>> blotted("12 Example St")
    '** ******* **'
    """
    return _WORD.sub(lambda word: _stars(word[0]), text)


def mailbox(address: str) -> str:
    """An address of mail of which one letter is left.

    >>> mailbox("ada@example.com")
    'a***@***'
    """
    return f"{address[:1]}***@***" if address else ""


_FIELDS: Mapping[str, Callable[[str], str]] = {
    "customer": initials, "signed_by": initials, "contact": initials, "email": mailbox, "recipient": mailbox,
    "phone": blotted, "mobile": blotted, "postcode": blotted, "street": blotted, "vat": blotted,
}  # fmt: skip
"""Fields that are personal wherever they are."""


class Known:
    """What is personal of one order, so that it is found in texts that people and partners wrote about it."""

    def __init__(self, names: Iterable[str] = (), others: Iterable[str] = ()) -> None:
        """``names`` keep their initials; of ``others`` (lines, postcodes, telephone numbers) nothing is left."""
        self._shown: dict[str, str] = {}
        for each in others:
            self._shown[each.casefold()] = blotted(each)
        for each in names:
            words = [word for word in _WORD.findall(each) if len(word) >= _SHORTEST_WORD]
            self._shown.update({word.casefold(): initials(word) for word in (each, *words)})
        self._shown.pop("", None)
        longest = sorted(map(re.escape, self._shown), key=len, reverse=True)
        self._found = re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)", re.IGNORECASE) if longest else None

    def hide(self, text: str) -> str:
        """The text without what is personal."""
        plain = _MAIL.sub(lambda found: mailbox(found[0]), text) if "@" in text else text
        if self._found is None or (_TOKEN.fullmatch(plain) and plain.casefold() not in self._shown):
            return plain  # an id or a path, whatever stands in it: links have to lead somewhere
        return self._found.sub(lambda found: self._shown[found[0].casefold()], plain)


NOBODY = Known()
"""Where nothing is known of anybody: mail addresses are still found."""


def known_of(value: object) -> Known:
    """All that is personal in rows or documents; the warehouse that an order leaves is not."""
    names: list[str] = []
    others: list[str] = []
    _gather(value, names, others)
    return Known(names, others)


def _gather(value: object, names: list[str], others: list[str]) -> None:
    if isinstance(value, Party):
        names += [each for each in (value.name, value.company) if each]
        others += [each for each in (value.phone, value.email) if each]
    if isinstance(value, Address):
        others += [each for each in (*value.lines, value.postcode) if each]
    elif isinstance(value, Struct):
        names += [signed] if (signed := getattr(value, "signed_by", "")) else []
        for field in structs.fields(value):
            if not (isinstance(value, DeliveryOrder) and field.name == "ship_from"):
                _gather(getattr(value, field.name), names, others)
    elif isinstance(value, Mapping):
        for each in value.values():
            _gather(each, names, others)
    elif isinstance(value, list | tuple):
        for each in value:
            _gather(each, names, others)


def masked(value: Any, known: Known, inside: Callable[[Struct, Known], Any] | None = None) -> Any:
    """The same rows with nothing personal in them. ``inside`` is asked for each struct within (how: see
    `crossdock.views.masked`). Raises `TypeError` for what it does not know: nothing passes unseen.
    """
    if isinstance(value, _LEAVES):
        return value
    if isinstance(value, str | bytes):
        return known.hide(value) if isinstance(value, str) else untrusted(value, known)
    if isinstance(value, Struct):
        return inside(value, known) if inside else struct_masked(value, known)
    if isinstance(value, Mapping):
        return {key: _field(str(key), each, known, inside) for key, each in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_make"):
        return value._make(masked(each, known, inside) for each in value)
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(masked(each, known, inside) for each in value)
    raise TypeError(f"{type(value).__name__} cannot be masked")


def struct_masked(value: Struct, known: Known, inside: Callable[[Struct, Known], Any] | None = None) -> Any:
    """One struct by what its fields are."""
    changes: dict[str, Any] = {
        name: _field(name, getattr(value, name), known, inside) for name in value.__struct_fields__
    }
    if isinstance(value, Party):
        changes |= {"name": initials(value.name), "company": initials(value.company)}
    elif isinstance(value, Address):
        changes |= {"lines": tuple(map(blotted, value.lines)), "latitude": None, "longitude": None}
    elif isinstance(value, ExchangeDetail) and value.row.direction == "outbound":
        changes["body"] = canonical(value.body, known)
    return structs.replace(value, **changes)


def _field(name: str, value: Any, known: Known, inside: Callable[[Struct, Known], Any] | None) -> Any:
    if isinstance(value, str) and not isinstance(value, Enum) and name in _FIELDS:
        return _FIELDS[name](value)
    if isinstance(value, bytes) and name == "state":
        return canonical(value, known)
    if name == "processes" and isinstance(value, Mapping):
        return {key: canonical(each, known) for key, each in value.items()}
    return masked(value, known, inside)


def canonical(data: bytes, known: Known) -> bytes:
    """A document of our own (a state, a command), which stays one."""
    try:
        return msgspec.json.encode(_own(msgspec.json.decode(data), known, party=False))
    except msgspec.DecodeError:
        return untrusted(data, known)


def _own(value: Any, known: Known, *, party: bool) -> Any:
    if isinstance(value, str):
        return known.hide(value)
    if isinstance(value, list):
        return [_own(each, known, party=party) for each in value]
    if not isinstance(value, dict):
        return value
    place = "lines" in value or "postcode" in value
    person = party or isinstance(value.get("address"), dict) or "gln" in value
    return {
        key: _own_field(key, each, known, person=person)
        for key, each in value.items()
        if not (place and key in {"latitude", "longitude"})
    }


def _own_field(key: str, value: Any, known: Known, *, person: bool) -> Any:
    if isinstance(value, str) and (key in _FIELDS or (person and key in {"name", "company"})):
        return _FIELDS.get(key, initials)(value)
    if key == "lines" and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return [blotted(each) for each in value]
    return _own(value, known, party=key in _PARTIES)


def untrusted(data: bytes, known: Known) -> bytes:
    """Bytes whose shape is their partner's: of JSON the shape, numbers, and words known to be harmless."""
    try:
        return msgspec.json.encode(_foreign(msgspec.json.decode(data), known, ""))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return f"({len(data):,} bytes, masked)".encode() if data else b""


def _foreign(value: Any, known: Known, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _foreign(each, known, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_foreign(each, known, key) for each in value]
    if isinstance(value, str) and value:
        return _foreign_text(value, known, key)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return HIDDEN if number and any(word in key.casefold() for word in _PERSONAL_NUMBERS) else value


def _foreign_text(value: str, known: Known, key: str) -> str:
    if value[0] in "{[":
        return untrusted(value.encode(), known).decode()
    if key == "url":
        return value.partition("?")[0]
    harmless = key.casefold() in _HARMLESS_KEYS and _TOKEN.fullmatch(value)
    return known.hide(value) if harmless or _HARMLESS.fullmatch(value) else HIDDEN
