"""Labels for the printer: one by one, or many in one file."""

import io
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.shipment import Document
from crossdock.ports.stores import Transaction
from crossdock.views.desk import DayLine
from crossdock.views.packages import packages_of
from crossdock.views.timeline import Story

PDF, ZPL = "application/pdf", "application/zpl"
_ZPL_KINDS = frozenset({ZPL, "application/x-zpl", "text/zpl", "x-application/zpl"})


class NotPrintable(ValueError):
    """Labels that do not go into one file; the text says which and why."""


class LabelRef(Struct, frozen=True):
    """A label that is held, and whose it is."""

    order: str
    package_id: str
    tracking_number: str
    document: Document


def labels_of(story: Story, package_id: str = "", *, papers: bool = False) -> list[LabelRef]:
    """The live labels of an order in package order, or one package's; with ``papers`` what goes with each after it."""
    return [
        LabelRef(story.subject, line.id, line.tracking_number, document)
        for line in story.packages
        if package_id in {"", line.id, line.tracking_number}
        for document in (line.label, *(line.papers if papers else ()))
        if document is not None
    ]


def labels_of_day(tx: Transaction, lines: Sequence[DayLine], *, papers: bool = False) -> list[LabelRef]:
    """The labels of what was booked in a day, in that order; what has no label yet is left out."""
    rows = tx.states.load({line.order for line in lines})
    states = {subject: msgspec.json.decode(row.state, type=FulfilmentState) for subject, row in rows.items()}
    return [
        LabelRef(line.order, line.package_id, line.tracking_number, document)
        for line in lines
        if line.order in states
        for each in packages_of(states[line.order])
        if each.tracking_number == line.tracking_number
        for document in (each.label, *(each.papers if papers else ()))
        if document is not None
    ]


def merged(labels: Sequence[tuple[LabelRef, bytes]]) -> tuple[str, bytes]:
    """All labels as one document in the order given: its media type and bytes. Pages of PDFs one after the other, ZPL
    as one stream. Raises `NotPrintable` for other or mixed formats, or a PDF that cannot be read.
    """
    kinds = {ZPL if label.document.media_type in _ZPL_KINDS else label.document.media_type for label, _ in labels}
    if kinds == {PDF}:
        return PDF, _pages(labels)
    if kinds == {ZPL}:
        return ZPL, b"\n".join(data.strip() for _, data in labels) + b"\n"
    if not labels:
        raise NotPrintable("there is no label to print")
    raise NotPrintable(f"labels of {', '.join(sorted(kinds))} do not go into one file; print them one by one")


def _pages(labels: Iterable[tuple[LabelRef, bytes]]) -> bytes:
    writer = PdfWriter()
    for label, data in labels:
        try:
            writer.append(PdfReader(io.BytesIO(data)))
        except (PyPdfError, ValueError, KeyError, TypeError) as problem:
            raise NotPrintable(f"the label of {label.tracking_number} is no PDF that can be read: {problem}") from None
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
