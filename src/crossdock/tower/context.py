"""What the tower is built with. bootstrap fills it; tests fill it with less."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from crossdock.backbone.correcting import Corrector
from crossdock.ports.asking import Planner, Requests
from crossdock.ports.clock import Clock
from crossdock.ports.connector import Documents
from crossdock.ports.process import Process
from crossdock.ports.rows import Ownership
from crossdock.ports.stores import Store
from crossdock.ports.stores_kpis import Board
from crossdock.settings.explaining import InForce
from crossdock.tower.live import Live
from crossdock.tower.sessions import Sessions
from crossdock.views.kpis import UNCONFIGURED, RecentFigures
from crossdock.views.partners import Agreed
from crossdock.views.standing import Asked
from crossdock.views.stuck import Objectives
from crossdock.views.trends import Trends


class Figure(Protocol):
    """A key figure as pages show it: `crossdock.views.kpis` gives them."""

    @property
    def name(self) -> str:
        """Its id."""
        ...

    @property
    def title(self) -> str:
        """What it is called."""
        ...

    @property
    def value(self) -> float | None:
        """The number; None where nothing is known."""
        ...

    @property
    def threshold(self) -> float | None:
        """What it may not be worse than; None: nobody set one."""
        ...

    @property
    def text(self) -> str:
        """The number as people read it."""
        ...

    @property
    def unit(self) -> str:
        """What is counted, in a word; percent is part of ``text``."""
        ...

    @property
    def state(self) -> str:
        """good, bad, plain or unwatched."""
        ...

    @property
    def link(self) -> str:
        """Where the list behind it is."""
        ...

    @property
    def meaning(self) -> str:
        """What is counted."""
        ...

    @property
    def why(self) -> str:
        """Why there is no number, "" where there is one."""
        ...

    @property
    def queue(self) -> str:
        """Whether it is of the business or technical."""
        ...


class PartnerFacts(Struct, frozen=True):
    """A configured partner as people know it; ``feeds`` are those asked for news, each with its pause in seconds,
    ``package`` is its connector's, where its tables are, ``commands`` the tags of what it can be asked for.
    """

    id: str
    connector: str
    title: str
    feeds: tuple[tuple[str, float], ...] = ()
    agreed: Agreed = Agreed()
    package: str = ""
    commands: frozenset[str] = frozenset()

    @property
    def asked(self) -> Asked:
        """How it is asked for."""
        return self.id, self.title, self.feeds


class MapFile(Struct, frozen=True):
    """The PMTiles archive that maps are drawn over, whose data it is, and where those words lead."""

    path: Path
    attribution: str = ""
    attribution_url: str = ""


class Context(Struct, frozen=True, kw_only=True):
    """Everything the pages need. ``secure`` marks cookies for HTTPS only; ``processes`` are those that run, by name,
    ``objectives`` how long their stages may take; ``matrix`` says whose exceptions are, ``teams`` are those who work on
    them. Without ``plan`` nothing is replayed here, without ``corrector`` nothing corrected; ``figures`` gives the key
    figures at an instant (epoch microseconds), ``trends`` how they were, ``board`` how they are counted; ``changed_at``
    says of a secret's reference when it was written last (epoch microseconds, 0: nobody knows); ``configuration`` is
    what is configured; the days of ``timezone`` are those of the carriers' desk; ``approvals`` is how many people a
    ruling about a partner's code takes; ``map_file`` lies under orders' maps.
    """

    store: Store
    clock: Clock
    requests: Requests
    documents: Documents
    sessions: Sessions
    version: str
    secure: bool = False
    live: Live | None = None
    plan: Planner | None = None
    processes: Mapping[str, Process] = {}
    objectives: Objectives = {}
    matrix: tuple[Ownership, ...] = ()
    teams: frozenset[str] = frozenset()
    partners: tuple[PartnerFacts, ...] = ()
    figures: RecentFigures | None = None
    trends: Trends | None = None
    board: Board = UNCONFIGURED
    environment: str = "dev"
    changed_at: Callable[[str], int] = lambda _reference: 0
    configuration: Callable[[], InForce] | None = None
    corrector: Corrector | None = None
    timezone: str = "UTC"
    approvals: int = 1
    map_file: MapFile | None = None

    @property
    def packages(self) -> dict[str, str]:
        """The connectors' packages by partner."""
        return {each.id: each.package for each in self.partners}
