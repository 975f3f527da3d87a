"""The one shape of a flow: look whether it is done, do what is missing."""

from typing import Any, Protocol

from crossdock.model.events import Fact, WrittenDocument
from crossdock.ports.connector import Documents

Outcome = tuple[WrittenDocument, ...] | tuple[Fact, ...]


class Flow(Protocol):
    """Carries one kind of command out. Both methods raise `Failed` with the verdict when Odoo cannot or will not.

    A flow of several calls converges: each step looks at what is there (its marker, the state of the record) before
    it acts, so that a crash anywhere in between is made good by running it again.
    """

    async def find(self, body: Any) -> Outcome | None:
        """What an earlier attempt has done, when it did all of it; None when anything is missing."""
        ...

    async def carry_out(self, body: Any, documents: Documents, *, again: bool) -> Outcome:
        """Do what is missing. ``again``: an earlier attempt may have done part of it; else looking may be spared."""
        ...
