"""Label files: small, real documents of each format."""

import struct
import zlib
from io import BytesIO

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas

MEDIA_TYPES = {"PDF": "application/pdf", "PNG": "image/png", "ZPL": "application/zpl", "EPL2": "application/epl2"}
ENDINGS = {"application/pdf": "pdf", "image/png": "png", "application/zpl": "zpl", "application/epl2": "epl2"}


def label_file(media_type: str, code: str, lines: tuple[str, ...]) -> bytes:
    """The bytes of a 4x6 inch label with a tracking code and some lines of text; the same input, the same bytes."""
    if media_type == "application/pdf":
        return _pdf(code, lines)
    if media_type == "image/png":
        return _png(code)
    if media_type == "application/zpl":
        texts = "".join(f"^FO40,{60 + 40 * index}^A0N,30,30^FD{line}^FS" for index, line in enumerate(lines))
        return f"^XA^CI28{texts}^FO40,700^BCN,150,Y^FD{code}^FS^XZ".encode()
    texts = "".join(f'A40,{60 + 40 * index},0,3,1,1,N,"{line}"\n' for index, line in enumerate(lines))
    return f'N\n{texts}B40,700,0,1,2,4,150,B,"{code}"\nP1\n'.encode()


def _pdf(code: str, lines: tuple[str, ...]) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, pagesize=(4 * inch, 6 * inch), invariant=1)
    canvas.setTitle(f"Label {code}")
    for index, line in enumerate(lines):
        # The built-in fonts know Latin-1 only; a simulated label may show a question mark.
        canvas.drawString(0.3 * inch, (5.5 - 0.25 * index) * inch, line.encode("latin-1", "replace").decode("latin-1"))
    Code128(code, barHeight=0.8 * inch, barWidth=0.9).drawOn(canvas, 0.1 * inch, 1.2 * inch)
    canvas.drawString(0.3 * inch, 0.9 * inch, code)
    canvas.save()
    return out.getvalue()


def _png(code: str) -> bytes:
    """A black and white picture, 64 by 96, striped by the code."""
    width, height = 64, 96
    stripe = bytes(byte ^ 0xFF for byte in code.encode()[:8].ljust(8))
    pixels = b"".join(b"\x00" + stripe for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(pixels)), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)
