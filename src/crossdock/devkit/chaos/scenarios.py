"""What is simulated, and what may go wrong in it."""

from collections.abc import Mapping

from msgspec import Struct

Range = tuple[float, float]


_COMMITS = ("commit of Reducer.step", "commit of Courier._settle", "commit of _committing")
_WORK = (*_COMMITS, "commit of _accepting", "commit of StoredDocuments", "/buy", "/create", "/write")


class Troubles(Struct, frozen=True):
    """How rough a scenario is. Counts and seconds are drawn by the seed between two bounds; shares are probabilities.

    ``deaths`` are processes killed at an I/O step (before or after a commit or a call), ``suspended`` processes that
    stand still for ``standstill`` seconds and go on, ``jumps`` of a process's clock by up to ``jump`` seconds,
    ``database_away`` and ``partner_away`` outages of up to that many seconds. ``commit_unheard`` is the share of
    commits whose answer is lost after they were made, ``slow_disk`` the share of commits that take seconds. Of the
    calls to partners, ``answer_lost`` acted without our hearing of it, ``call_lost`` never arrived, ``twice`` arrived
    twice, ``refused`` were answered 503 or 429, and ``slow`` took longer than the caller waits. Of the messages to us,
    ``repeated`` come twice, ``delayed`` late and out of order. ``around`` names the steps that processes are struck at
    most: parts of the names of what is committed, or the method of a call.
    """

    deaths: tuple[int, int] = (0, 2)
    suspended: tuple[int, int] = (0, 1)
    standstill: Range = (5, 90)
    jumps: tuple[int, int] = (0, 1)
    jump: float = 20
    database_away: tuple[int, int] = (0, 1)
    partner_away: tuple[int, int] = (0, 1)
    away: Range = (5, 60)
    commit_unheard: float = 0.01
    slow_disk: float = 0.02
    answer_lost: float = 0.04
    call_lost: float = 0.015
    twice: float = 0.0
    refused: float = 0.02
    slow: float = 0.01
    repeated: float = 0.2
    delayed: float = 0.3
    around: tuple[str, ...] = _WORK


class ChaosScenario(Struct, frozen=True):
    """``orders`` of which ``large`` have two parcels and ``cancelled`` are called off on the way; ``workers`` processes
    on one database; ``invoice`` says whether parcels travel, are delivered and invoiced; ``carriers`` may be asked.
    ``levels`` are patterns of Odoo's delivery methods by service level; the first carrier takes packages up to
    ``light`` kilograms (0: all); ``quiet_hours`` says after how long a partner's silence is an exception. Processes
    look for work every ``idle`` seconds, at Odoo every ``poll``, and at once where they are ``told``; they lease it for
    ``lease`` seconds.
    """

    name: str
    about: str
    orders: int = 3
    large: int = 1
    cancelled: int = 0
    workers: int = 2
    invoice: bool = False
    carriers: int = 1
    troubles: Troubles = Troubles()
    levels: Mapping[str, tuple[str, ...]] = {}
    light: int = 0
    quiet_hours: Mapping[str, float] = {}
    idle: float = 3.0
    lease: float = 30.0
    poll: float = 10.0
    told: bool = False


_SCENARIOS = (
    ChaosScenario("booking", "orders become labels and references in Odoo while everything fails a little"),
    ChaosScenario(
        "delivery",
        "parcels travel and are invoiced: one stock move and one posted invoice a delivery",
        orders=2,
        invoice=True,
        troubles=Troubles(repeated=0.4, delayed=0.5),
    ),
    ChaosScenario(
        "takeover",
        "workers stand still longer than their leases, clocks jump, and others take over",
        workers=3,
        troubles=Troubles(
            deaths=(0, 1),
            suspended=(1, 3),
            standstill=(40, 240),
            jumps=(1, 3),
            jump=300,
            partner_away=(0, 0),
            around=_COMMITS,
        ),
    ),
    ChaosScenario(
        "crashes",
        "processes die at any step, again and again",
        workers=2,
        troubles=Troubles(deaths=(2, 6), answer_lost=0.08, commit_unheard=0.02, around=_COMMITS),
    ),
    ChaosScenario(
        "outage",
        "carriers and Odoo are away for minutes; what cannot wait goes elsewhere, and what was bought is found",
        carriers=2,
        troubles=Troubles(
            deaths=(0, 1), suspended=(0, 0), partner_away=(1, 3), away=(60, 600), answer_lost=0.06, refused=0.03
        ),
    ),
    ChaosScenario(
        "called-off",
        "orders are cancelled in Odoo while their labels are bought: nothing is left bought for nobody",
        orders=3,
        cancelled=2,
    ),
    ChaosScenario(
        "storage",
        "the database goes away, loses the answers to its commits, and its disk is slow",
        invoice=True,
        orders=2,
        troubles=Troubles(
            deaths=(0, 1), database_away=(1, 3), away=(5, 120), commit_unheard=0.08, slow_disk=0.2, partner_away=(0, 0)
        ),
    ),
)
SCENARIOS: Mapping[str, ChaosScenario] = {each.name: each for each in _SCENARIOS}
"""By name."""
