"""What a model of the simulated Odoo adds to plain rows: defaults, consequences, computed fields, methods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from crossdock.connectors.odoo.simulator.accounts import Accounts
from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.sim.ledger import Scalar

Note = tuple[str, str, dict[str, Scalar]]


class Method(Struct, frozen=True):
    """A public method: its named parameters (``required`` of them first), and whether it wants records.

    ``recordset`` results come as a list of ids, or as text up to Odoo 18; ``returns`` is their model when it is
    another than the method's own.
    """

    run: Callable[[Call], Any]
    parameters: tuple[str, ...] = ()
    required: int = 0
    on_records: bool = True
    recordset: bool = False
    returns: str = ""


class Rules(Struct, frozen=True):
    """Hooks of one model, each inside the call's transaction.

    ``prepare`` completes the values of a new row; ``created`` follows it (all rows of one call at once);
    ``check`` may refuse or change values before they are written; ``written`` follows with the rows as they were;
    ``deleting`` may refuse. ``computed`` fields are functions of the rows; ``required`` names mandatory ones with
    their labels; ``order`` is the order of relations to this model.
    """

    prepare: Callable[[Call, Row], Row] | None = None
    created: Callable[[Call, list[int]], None] | None = None
    check: Callable[[Call, list[int], Row], Row] | None = None
    written: Callable[[Call, list[int], Row, dict[int, Row]], None] | None = None
    deleting: Callable[[Call, list[int]], None] | None = None
    computed: Mapping[str, Callable[[Database, Row], Any]] = {}
    required: tuple[tuple[str, str], ...] = ()
    title: str = ""
    methods: Mapping[str, Method] = {}


NOTHING = Rules()


class Call(Struct):
    """One method call inside its transaction: ``notes`` go to the ledger when it commits."""

    database: Database
    model: str
    ids: list[int]
    arguments: dict[str, Any]
    uid: int
    context: dict[str, Any]
    notes: list[Note] = []
    rules: Mapping[str, Rules] = {}
    accounts: Accounts = msgspec.field(default_factory=Accounts)

    def get(self, name: str, default: Any = None) -> Any:
        """A named argument."""
        return self.arguments.get(name, default)

    def on(self, model: str, ids: list[int] | None = None, **arguments: Any) -> Call:
        """A further call in the same transaction, by the same user and with the same context."""
        return msgspec.structs.replace(self, model=model, ids=ids or [], arguments=arguments)

    def note(self, kind: str, key: str, **details: Scalar) -> None:
        """Something the ledger is to know when this commits."""
        self.notes.append((kind, key, details))
