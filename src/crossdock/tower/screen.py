"""What a screen of the tower is: its place in the navigation and its routes.

A screen is added in three steps: a module in ``tower/screens`` that ends with ``SCREEN = Screen(Place(...), routes)``,
a template of the same name in ``templates`` that extends ``layout``, and one line in `crossdock.tower.registered`. The
navigation, the palette, the shortcuts and the first segments of paths all follow from that line. A screen reads
through functions of ``crossdock.views`` and acts through the functions that API and CLI call. docs/how-to/
add-a-screen.md says it at length.
"""

from collections.abc import Sequence

from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from crossdock.ports.rows import Counts
from crossdock.tower.sessions import Role


class Place(Struct, frozen=True):
    """Where a screen is: ``key`` is the letter after ``g``, ``icon`` a symbol of assets/icons.json, ``within`` further
    first segments of paths that belong to it, ``counts`` the fields of `Counts` whose sum stands beside its name,
    ``role`` who sees it in the navigation (its routes say so again).
    """

    name: str
    path: str
    icon: str
    key: str
    about: str
    within: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    role: Role = Role.SUPPORT

    def badge(self, counts: Counts | None) -> int:
        """The number beside its name, 0 for none."""
        return sum(getattr(counts, name) for name in self.counts) if counts else 0

    def holds(self, path: str) -> bool:
        """Whether a page at ``path`` belongs here."""
        return path.split("/", 2)[1] in self.segments

    @property
    def segments(self) -> tuple[str, ...]:
        """The first segments of its paths."""
        return (self.path.split("/", 2)[1], *self.within)


class Screen(Struct, frozen=True):
    """A place and what answers there."""

    place: Place
    routes: Sequence[HTTPRouteHandler]
