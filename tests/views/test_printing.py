"""Labels in one file for the printer."""

import io

import pytest
from pypdf import PdfReader

from crossdock.model.shipment import Document
from crossdock.sim.labels import label_file
from crossdock.views.printing import LabelRef, NotPrintable, merged


def label(number: int, media_type: str = "application/pdf") -> tuple[LabelRef, bytes]:
    document = Document("ab" * 32, media_type, f"T{number}", 1)
    return LabelRef("do:odoo:1", f"P{number}", f"T{number}", document), label_file(media_type, f"T{number}", ("x",))


@pytest.mark.req("C3")
def test_pdf_labels_become_pages_in_the_order_given():
    media_type, data = merged([label(2), label(1), label(3)])
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    assert media_type == "application/pdf"
    assert [f"T{number}" in text for number, text in zip((2, 1, 3), texts, strict=True)] == [True] * 3


@pytest.mark.req("C3")
def test_zpl_labels_become_one_stream():
    media_type, data = merged([label(1, "application/zpl"), label(2, "application/zpl")])
    assert media_type == "application/zpl"
    assert data.count(b"^XA") == data.count(b"^XZ") == 2
    assert data.index(b"T1") < data.index(b"T2")


@pytest.mark.parametrize("labels", [[], [label(1), label(2, "application/zpl")], [label(1, "image/png")]])
def test_what_does_not_go_together_is_said(labels):
    with pytest.raises(NotPrintable):
        merged(labels)


def test_a_broken_pdf_is_named():
    with pytest.raises(NotPrintable, match="T1 is no PDF"):
        merged([(label(1)[0], b"not a pdf")])
