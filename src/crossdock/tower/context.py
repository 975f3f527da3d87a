"""What the tower is built with. bootstrap fills it; tests fill it with less."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from crossdock.ports.clock import Clock
from crossdock.ports.connector import Documents
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.stores_kpis import Board
from crossdock.tower.sessions import Sessions
from crossdock.views.kpis import UNCONFIGURED


class Requests(Protocol):
    """What people ask for on a page, as steps of a transaction."""

    def retry(self, tx: Transaction, exchange_ids: Sequence[str], now: int) -> int:
        """Let parked, refused or waiting exchanges go on, inbound and outbound; how many."""
        ...

    def discard(self, tx: Transaction, exchange_ids: Sequence[str], now: int) -> int:
        """End parked or refused exchanges for good; how many."""
        ...


class Context(Struct, frozen=True, kw_only=True):
    """Everything the pages need. ``secure`` marks cookies for HTTPS only, ``board`` are the key figures watched."""

    store: Store
    clock: Clock
    requests: Requests
    documents: Documents
    sessions: Sessions
    version: str
    secure: bool = False
    board: Board = UNCONFIGURED
