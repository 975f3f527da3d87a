"""Names Crossdock gives records in Odoo, so that what was written is found again; pure."""

import re

from crossdock.model.identifiers import digest

MODULE = "__crossdock__"
"""The module part of our external ids (``module.name``), never a module's name: Odoo deletes the records of a module
when it is upgraded or uninstalled. Odoo's own imports write ``__import__`` for the same reason.
"""

_PLAIN = re.compile(r"[A-Za-z0-9-]{1,60}")


def name_of(kind: str, *keys: str) -> str:
    """The name part of an external id: readable where its keys are plain, else their hash.

    Plain keys hold neither dots, which part the module from the name, nor underscores, which part the keys.

    >>> name_of("sale", "webshop", "4711")
    'sale_webshop_4711'
    """
    if all(_PLAIN.fullmatch(key) for key in keys):
        return "_".join((kind, *keys))
    return f"{kind}_{digest(*keys)}"


def external_id(name: str) -> str:
    """The whole external id."""
    return f"{MODULE}.{name}"


def message_id(kind: str, marker: str) -> str:
    """A marker as the Message-Id of a note: Odoo keeps it as it is, and indexes it (RFC 5322 section 3.6.4).

    ``kind`` says what the note is about, so that all notes of a kind are found by `notes_of`.
    """
    plain = marker if _PLAIN.fullmatch(marker) else digest(marker)
    return f"<crossdock.{kind}.{plain}@crossdock.invalid>"


def notes_of(kind: str) -> str:
    """A pattern of ``=like`` for the Message-Ids of a kind."""
    return f"<crossdock.{kind}.%"


def record_id(value: object) -> int:
    """The id in a relation as any call gives it: ``7``, ``[7, "Name"]``; 0 for ``false``."""
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
