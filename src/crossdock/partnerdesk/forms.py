"""What a form brings: words, and one file whose name is a label and nothing else."""

import secrets
from typing import Any

from litestar import Request
from litestar.datastructures import UploadFile
from msgspec import Struct

_MOST = 400
_LONGEST = 4000
LARGEST_FILE = 1024 * 1024
"""Bytes of a file."""


class File(Struct, frozen=True):
    """A file that was chosen; ``name`` is what the person calls it."""

    name: str
    data: bytes


async def form_of(request: Request[Any, Any, Any]) -> tuple[dict[str, str], File | None]:
    """The words of a form (``body`` may be long), and its file."""
    fields: dict[str, str] = {}
    file = None
    for name, value in list((await request.form()).items())[:_MOST]:
        if isinstance(value, UploadFile):
            file = File(value.filename, await value.read(LARGEST_FILE + 1))
        elif isinstance(value, str):
            fields[name] = value if name == "body" else value.replace("\x00", "")[:_LONGEST]
    return fields, file


def mark_of() -> str:
    """What tells one form from another, so that a second press of its button is the same thing."""
    return secrets.token_hex(16)
