"""Secrets are references in configuration and values only in memory."""

from typing import Protocol


class UnknownSecret(LookupError):
    """A secret reference that leads nowhere. The text names the reference, never a value."""


class Secrets(Protocol):
    """Resolves ``secret://env/NAME``, ``secret://file/path`` and what else a deployment offers."""

    def reveal(self, reference: str) -> str:
        """The value behind ``reference``. Raises `UnknownSecret`."""
        ...
