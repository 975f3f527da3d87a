"""What drivers raise, in the words of the port: full, unavailable, or worth running once more."""

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from crossdock.ports.stores import StoreFull, StoreUnavailable

_DRIVERS = (SQLAlchemyError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError)
_AGAIN = {"40001", "40P01"}
"""Serialization failure and deadlock: the transaction was rolled back and may be run again as it is."""

_FULL_STATES = {"53000", "53100", "53200", "53400"}
_UNANSWERED = ("08", "57P")
_UNAVAILABLE_CLASSES = ("08", "57P", "53300", "25006", "28")
_UNAVAILABLE_TEXTS = ("database is locked", "unable to open database", "disk i/o error", "readonly database")


class Aborted(RuntimeError):
    """A transaction that PostgreSQL had given up already was to be committed: a step passed over an error."""


def sqlstate_of(error: BaseException) -> str:
    """PostgreSQL's five-character code behind ``error``, "" where there is none."""
    return next((str(each.sqlstate) for each in _behind(error) if getattr(each, "sqlstate", None)), "")


def _behind(error: BaseException) -> Iterator[Any]:
    """``error`` as the driver raised it, and what that comes from."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    while origin is not None:
        yield origin
        origin = origin.__cause__


def is_refusal(error: BaseException) -> bool:
    """Whether a commit that failed with ``error`` was certainly not made; an answer that was lost leaves it open."""
    state = sqlstate_of(error)
    return isinstance(error, Aborted) or bool(state and not state.startswith(_UNANSWERED))


def worth_running_again(error: BaseException) -> bool:
    """Whether the same step may succeed when it is simply run again."""
    if any(isinstance(each, asyncpg.InvalidCachedStatementError) for each in _behind(error)):
        return True  # the schema changed since the statement was prepared; the driver has forgotten it by now
    return sqlstate_of(error) in _AGAIN


@contextlib.contextmanager
def in_our_words() -> Iterator[None]:
    """Raise `StoreFull` and `StoreUnavailable` for what they stand for; everything else passes as it is."""
    try:
        yield
    except _DRIVERS as error:
        text = str(error.orig if isinstance(error, DBAPIError) else error)
        state = sqlstate_of(error)
        if state in _FULL_STATES or "database or disk is full" in text:
            raise StoreFull(errno.ENOSPC, f"the database has no room left: {text}") from error
        if _unreachable(error, state, text):
            raise StoreUnavailable(f"the database cannot be reached now: {text}") from error
        raise


@contextlib.contextmanager
def network_in_our_words() -> Iterator[None]:
    """For stores behind a network: connection errors that reach us without a wrapping are `StoreUnavailable`."""
    try:
        with in_our_words():
            yield
    except (StoreFull, StoreUnavailable):
        raise
    except (ConnectionError, TimeoutError) as error:
        raise StoreUnavailable(f"the database cannot be reached now: {error}") from error
    except Exception as error:
        state = sqlstate_of(error)  # asyncpg's own errors while connecting
        if not state.startswith(_UNAVAILABLE_CLASSES) or not state:
            raise
        raise StoreUnavailable(f"the database cannot be reached now: {error}") from error


def _unreachable(error: Exception, state: str, text: str) -> bool:
    if isinstance(error, PoolTimeoutError) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return True
    if state:
        return state.startswith(_UNAVAILABLE_CLASSES)
    lowered = text.lower()
    closed = "connection is closed" in lowered or "connection was closed" in lowered
    return closed or any(each in lowered for each in _UNAVAILABLE_TEXTS)
