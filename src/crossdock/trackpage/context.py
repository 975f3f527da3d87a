"""What the tracking page is built with. `crossdock serve` fills it; tests fill it with less."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from crossdock.model.notices import Kind
from crossdock.ports.clock import Clock
from crossdock.ports.connector import Documents
from crossdock.ports.stores import Store


class Mailer(Protocol):
    """Hands one short mail in, at once."""

    async def __call__(self, recipient: str, language: str, subject: str, text: str) -> bool:
        """Whether the mail server took it."""
        ...


class Preferences(Protocol):
    """What is known of an address that notices go to."""

    def recipient(self, address: str) -> str:
        """The keyed hash that stands for an address."""
        ...

    def unsubscribe(self, address: str, subject: str) -> str:
        """The path of the page on which the address unsubscribes."""
        ...


class Look(Struct, frozen=True):
    """Whose page it is. ``logo`` is the picture with its media type."""

    shop: str
    accent: str = "#3a4fd0"
    accent_dark: str = "#a9b8ff"
    home: str = ""
    email: str = ""
    phone: str = ""
    page: str = ""
    logo: tuple[bytes, str] | None = None


class Limits(Struct, frozen=True):
    """How often something may be tried within a window (microseconds)."""

    tries: int
    window: int


class Offer(Struct, frozen=True):
    """What customers may do. ``returns_days`` 0: no returns here; ``quiet`` are the hours nobody is written to."""

    lookup: Limits | None = Limits(10, 900_000_000)
    returns_days: int = 30
    redelivery: bool = True
    map: bool = True
    told: frozenset[str] = frozenset({"yes", "optional"})
    carrier_links: Mapping[str, str] = {}
    quiet: tuple[str, str] | None = None
    kinds: tuple[Kind, ...] = ()


class Context(Struct, frozen=True, kw_only=True):
    """Everything the pages need. ``secrets`` are those that links are read with, the first is the one that signs;
    ``outlines`` is where the countries' outlines are, if anywhere; without ``mail`` no proof is shown.
    """

    store: Store
    clock: Clock
    documents: Documents
    secrets: tuple[str, ...]
    look: Look
    offer: Offer = Offer()
    languages: tuple[str, ...] = ("en",)
    default_language: str = "en"
    link_life: int = 60 * 86_400_000_000
    mail: Mailer | None = None
    preferences: Preferences | None = None
    outlines: Path | None = None
    secure: bool = False
