"""What an address as a carrier writes it says of the one that was asked about; pure."""

from collections.abc import Sequence

from crossdock.model.collecting import AddressChecked
from crossdock.model.party import Address


def judged(
    partner: str, reference: str, asked: Address, given: Address, *, is_valid: bool | None, messages: Sequence[str] = ()
) -> AddressChecked:
    """The verdict on ``asked``: the carrier wrote it as ``given`` and said whether it exists (None: it cannot tell)."""
    if is_valid is None:
        return AddressChecked(partner, reference, "unknown", messages=tuple(messages))
    if not is_valid:
        return AddressChecked(partner, reference, "invalid", messages=tuple(messages))
    if is_same(asked, given):
        return AddressChecked(partner, reference, "valid", given, tuple(messages))
    return AddressChecked(partner, reference, "corrected", given, tuple(messages))


def is_same(one: Address, other: Address) -> bool:
    """Whether two spellings are one address: case, commas and the four digits behind a ZIP code correct nothing.

    >>> is_same(Address(("1 Dock Rd",), country="US"), Address(("1 DOCK RD",), country="US"))
    True
    """
    return _folded(one) == _folded(other)


def _folded(place: Address) -> tuple[str, ...]:
    postcode = place.postcode.partition("-")[0] if place.country == "US" else place.postcode
    written = (" ".join(place.lines), place.city, place.region, postcode, place.country)
    return tuple(" ".join(text.replace(",", " ").casefold().split()) for text in written)
