"""Canonical commands as the values Odoo is given: file names, note bodies, and the marker that finds a note again."""

import base64
import hashlib
import re
from html import escape
from typing import Any

from crossdock.model.commands import RecordDocument, RecordMilestone, RecordProof, RecordShipping
from crossdock.model.identifiers import digest
from crossdock.model.instants import Stamp

_EXTENSIONS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "text/plain": ".txt",
    "application/zpl": ".zpl",
    "x-application/zpl": ".zpl",
}
_PLAIN = re.compile(r"[A-Za-z0-9.:/#-]{1,120}")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def label_name(command: RecordShipping) -> str:
    """The attachment's name: the package's tracking number and what kind of file it is."""
    return f"{_file_safe(command.tracking_number)}{_extension(command.label.media_type)}"


def proof_name(command: RecordProof) -> str:
    """The attachment's name of a proof of delivery; a carrier's words alone become a text file."""
    kind = command.document.media_type if command.document else "text/plain"
    return f"{_file_safe(command.tracking_number)}-proof{_extension(kind)}"


def paper_name(command: RecordDocument) -> str:
    """The attachment's name of a paper: the package's tracking number and what the paper is."""
    kind = command.document.kind.replace("_", "-")
    return f"{_file_safe(command.tracking_number)}-{kind}{_extension(command.document.media_type)}"


def tracking_reference(command: RecordShipping) -> str:
    """All tracking numbers in package order, as one field of the transfer holds them (decision 4)."""
    return ",".join(command.tracking_numbers)


def numbers_in(reference: str) -> set[str]:
    """The tracking numbers a transfer's reference field names.

    >>> sorted(numbers_in("1Z1, 1Z2"))
    ['1Z1', '1Z2']
    """
    return {part.strip() for part in reference.split(",") if part.strip()}


def marker_text(marker: str) -> str:
    """What is looked for before a note is sent again: plain characters that no HTML cleaning touches, closed by
    brackets so that no marker is the beginning of another.
    """
    return f"[crossdock:{marker if _PLAIN.fullmatch(marker) else digest(marker)}]"


def note_html(text: str, marker: str) -> str:
    """The body of a note: escaped text, one paragraph per line, and the visible marker."""
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())
    return f"{paragraphs}<p>{marker_text(marker)}</p>"


def milestone_text(command: RecordMilestone) -> str:
    """The note of a milestone: what, which package, when by the carrier's clock."""
    return f"{command.text}\n{command.tracking_number} · {_when(command.occurred)}"


def proof_text(command: RecordProof) -> str:
    """The note of a proof of delivery."""
    signed = f"\nSigned by {command.signed_by}" if command.signed_by else ""
    return f"{command.text}{signed}\n{command.tracking_number} · {_when(command.occurred)}"


def attachment_values(model: str, record: int, name: str, media_type: str, data: bytes) -> dict[str, Any]:
    """Values of ir.attachment; ``datas`` is base64 as the API wants it."""
    return {
        "name": name,
        "res_model": model,
        "res_id": record,
        "mimetype": media_type,
        "datas": base64.b64encode(data).decode(),
    }


def checksum(data: bytes) -> str:
    """Odoo's checksum of an attachment: SHA-1, used here only to tell contents apart."""
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def _when(occurred: Stamp) -> str:
    return occurred.at if occurred.tz_known or occurred.precision == "day" else f"{occurred.at} (local time)"


def _extension(media_type: str) -> str:
    return _EXTENSIONS.get(media_type.partition(";")[0].strip().lower(), ".bin")


def _file_safe(value: str) -> str:
    return _UNSAFE.sub("_", value)
