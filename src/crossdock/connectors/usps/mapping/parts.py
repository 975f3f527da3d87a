"""Answers in parts (RFC 7578), as USPS gives labels and SCAN forms unless JSON is asked for; pure."""

from email.parser import BytesParser
from email.policy import HTTP


def parts_of(content_type: str, body: bytes) -> dict[str, bytes]:
    """The parts by name, as they came; {} where there are none."""
    head = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode(errors="replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    found = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(data, bytes):
            found[name] = data
    return found
