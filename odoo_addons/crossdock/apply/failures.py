"""Which errors belong to one item, and which to the whole call.

A lost race (serialization failure, deadlock, lock not available) must leave the method: Odoo then runs the whole call
again on a fresh snapshot, and the caller sees nothing of it. So must an error in a transaction that is lost already.
"""

from __future__ import annotations

import psycopg2
import psycopg2.errors
from odoo import exceptions

OF_THE_CALL = (
    psycopg2.OperationalError,
    psycopg2.errors.InFailedSqlTransaction,
    getattr(exceptions, "ConcurrencyError", psycopg2.OperationalError),  # Odoo 19 and later
)
_LONGEST_MESSAGE = 500


def named(error: Exception) -> dict[str, str]:
    """The error as Odoo's own API names it: class with its module, and the text, without a traceback."""
    kind = type(error)
    text = str(error.args[0]) if error.args else str(error)
    return {"name": f"{kind.__module__}.{kind.__qualname__}", "message": " ".join(text.split())[:_LONGEST_MESSAGE]}
