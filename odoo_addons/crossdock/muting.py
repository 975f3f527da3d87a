"""Which transfers the running call writes itself, so that their changes are no news to the one who sent them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_MUTED: ContextVar[frozenset[int]] = ContextVar("crossdock_muted", default=frozenset())


@contextmanager
def muted(pickings: Iterable[int]) -> Iterator[None]:
    """While this is open, changes of these transfers (by id) and of their moves stay out of the outbox.

    Not a key of Odoo's context: that one is gone when pending values are flushed to the database.
    """
    token = _MUTED.set(_MUTED.get() | frozenset(pickings))
    try:
        yield
    finally:
        _MUTED.reset(token)


def muted_now() -> frozenset[int]:
    """The ids of the transfers whose changes stay out."""
    return _MUTED.get()
