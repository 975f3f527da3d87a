"""Reads what is known of customers from a CSV file: one line for each, with faults at their lines."""

import csv
from pathlib import Path
from typing import Any

import msgspec

from crossdock.model.postcodes import BadPattern, read
from crossdock.settings.enrichment import DeliveryWishes, PreferenceSettings
from crossdock.settings.loading import Loaded
from crossdock.settings.nodes import Fault

_NAMES = ("reference", "country", "postcode")
_WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_SWITCHES = ("tail_lift", "leave_with_neighbour")


def preferences_of(loaded: Loaded) -> tuple[list[PreferenceSettings], list[Fault]]:
    """The lines of the configured file; none where none is configured."""
    file = loaded.settings.enrichment.file if loaded.settings else ""
    return read_preferences(loaded.root / file, file) if file else ([], [])


def read_preferences(path: Path, shown: str) -> tuple[list[PreferenceSettings], list[Fault]]:
    """The lines of a file, or every fault of it; ``shown`` is what people know the file by."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            known = {*_NAMES, *DeliveryWishes.__struct_fields__}
            strange = [each for each in reader.fieldnames or () if each not in known]
            if strange:
                text = f"has columns nobody knows: {', '.join(strange)}"
                return [], [Fault(shown, 1, "enrichment.file", text, f"there are: {', '.join(sorted(known))}")]
            return _read(reader, shown)
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        text = f"cannot be read: {type(problem).__name__}"
        return [], [Fault(shown, 0, "enrichment.file", text, "see that it is there, in UTF-8, with a header")]


def _read(reader: "csv.DictReader[str]", shown: str) -> tuple[list[PreferenceSettings], list[Fault]]:
    found: list[PreferenceSettings] = []
    faults: list[Fault] = []
    for row in reader:
        try:
            found.append(_preference(row))
        except (msgspec.ValidationError, BadPattern, ValueError) as wrong:
            faults.append(Fault(shown, reader.line_num, "enrichment.file", str(wrong), "correct this line"))
    return found, faults


def _preference(row: dict[str, str]) -> PreferenceSettings:
    given = {name: value.strip() for name, value in row.items() if name and value and value.strip()}
    postcodes = tuple(given.pop("postcode", "").split())
    for each in postcodes:
        read(each)
    wishes: dict[str, Any] = {name: value for name, value in given.items() if name not in _NAMES}
    for name in _SWITCHES:
        if name in wishes:
            if wishes[name].lower() not in _WORDS:
                raise ValueError(f"{name} is neither yes nor no")
            wishes[name] = _WORDS[wishes[name].lower()]
    plain = {
        "wishes": wishes, "reference": given.get("reference", ""), "country": given.get("country"),
        "postcodes": postcodes,
    }  # fmt: skip
    if not plain["reference"] and not postcodes:
        raise ValueError("names neither a reference nor a postcode")
    return msgspec.convert(plain, PreferenceSettings, strict=False)
