"""`crossdock serve`: intake, engine, API and tower, in one process or divided by roles among many."""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Annotated

import structlog
import typer
import uvicorn
from msgspec import structs

from crossdock import __version__
from crossdock.api import app as api_app
from crossdock.api.context import Context as ApiContext
from crossdock.api.context import Pinger
from crossdock.api.intake import IntakeApp
from crossdock.api.server import Doors
from crossdock.backbone.correcting import Corrector
from crossdock.backbone.documents import StoredDocuments
from crossdock.backbone.replay import Selection
from crossdock.bootstrap import (
    Hub,
    Installation,
    address_hash,
    board,
    flows,
    hub,
    installed,
    open_store,
    processes_of,
)
from crossdock.bridges.joining import wire_named
from crossdock.bridges.pinging import ping
from crossdock.cli.output import Exit, Stop, fail_with_faults, note
from crossdock.cli.serve_desk import desk_pages
from crossdock.cli.serve_pages import links_of, map_file_of, pages_of
from crossdock.cli.serve_partners import facts_of
from crossdock.cli.serve_settings import ServedSettings
from crossdock.governance.access import ClientAccess
from crossdock.ports.asking import Plan, Planner
from crossdock.ports.leases import ALL_ROLES, Role
from crossdock.ports.outbox import Outcome
from crossdock.ports.stores import Store
from crossdock.processes.configured import objective
from crossdock.processes.exceptions_configured import matrix
from crossdock.processes.ordering import door_of
from crossdock.settings.loading import load
from crossdock.settings.sections import Settings
from crossdock.settings.tower_checks import map_faults
from crossdock.tower import app as tower_app
from crossdock.tower.context import Context as TowerContext
from crossdock.tower.live import Live
from crossdock.tower.sessions import Sessions
from crossdock.transports.machine import FreshIds, RealClock, steady_collector
from crossdock.views.availability import freshness
from crossdock.views.kpis import RecentFigures
from crossdock.views.stuck import objectives_of
from crossdock.views.trends import Trends

_DRAIN_SECONDS = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    config: Annotated[Path, typer.Option(help="The configuration file.")] = Path("crossdock.yaml"),
    migrate: Annotated[bool, typer.Option(help="Bring the schema up before serving.")] = True,
    role: Annotated[
        list[Role] | None,
        typer.Option(help="What this process does; may be repeated. Needs PostgreSQL.", show_default="all of them"),
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Instead of listen.port; 0 takes any free one.")
    ] = None,
) -> None:
    """Run Crossdock until it is told to stop: intake, engine, API and control tower.

    On PostgreSQL any number of processes share the work. intake only takes messages in; worker translates, decides and
    delivers; scheduler fires timers, polls feeds, reconciles by night and cleans up; tower serves pages and API.
    """
    loaded = load(config)
    installation, faults = installed(loaded)
    if installation is None:
        fail_with_faults(faults)
    roles = frozenset(role or ALL_ROLES)
    if roles != ALL_ROLES and not installation.settings.store.url.startswith("postgresql"):
        text = "Roles need PostgreSQL: SQLite belongs to one process. Leave --role out, or set store.url."
        raise Stop(text, installation.settings.store.url, Exit.USAGE)
    for fault in map_faults(loaded) if Role.TOWER in roles else ():
        note(f"warning: maps are drawn without streets: {fault.text}; {fault.hint}")
    start_logs(installation)
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        options = {} if port is None else {"listen.port": port}
        known = ServedSettings(config, loaded, installation, options, RealClock().now())
        runner.run(run(_listening_at(installation, port), roles, known, migrate=migrate))


def _listening_at(installation: Installation, port: int | None) -> Installation:
    if port is None:
        return installation
    listen = structs.replace(installation.settings.listen, port=port)
    return structs.replace(installation, settings=structs.replace(installation.settings, listen=listen))


async def run(installation: Installation, roles: frozenset[Role], known: ServedSettings, *, migrate: bool) -> None:
    """Serve and work until a signal comes, then drain: intake stops first, commands in flight are waited for."""
    with _listening(installation) as door:
        store = open_store(installation)
        try:
            if migrate:
                await store.migrate()
            joined = hub(installation, store, roles)
            try:
                sessions, live = Sessions(joined.clock), Live(store, joined.clock)
                server = _server(installation, _doors(installation, store, joined, sessions, live, known))
                server.before_drain = live.stop
                steady_collector()
                await _until_stopped(installation, joined, server, door, sessions)
            finally:
                await joined.close()
        finally:
            await store.close()


@contextlib.contextmanager
def _listening(installation: Installation) -> Iterator[socket.socket]:
    """The port, taken before anything starts, so that a taken one is said in one sentence."""
    listen = installation.settings.listen
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Inherited by what is accepted; where uvloop is not there, nobody else would set it (40 ms an answer).
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            door.bind((listen.host, listen.port))
        except OSError as problem:
            text = f"Cannot listen on {listen.host}:{listen.port}: end what listens there, or change listen.port."
            raise Stop(text, str(problem)) from None
        yield door


async def _until_stopped(
    installation: Installation, joined: Hub, server: "_Server", door: socket.socket, sessions: Sessions
) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.end)
    working = asyncio.create_task(joined.engine.run())
    serving = asyncio.create_task(server.serve([door]))
    address = public_url(installation, door.getsockname()[1])
    roles = joined.engine.roles
    doing = "" if roles == ALL_ROLES else f" as {', '.join(sorted(roles))}"
    note(f"Crossdock {__version__} listens on {address}{doing}")
    if installation.settings.security.tower_login and Role.TOWER in roles:
        note(f"Open the control tower (once, within ten minutes): {address}/enter?token={sessions.invite()}")
    await asyncio.wait({working, serving}, return_when=asyncio.FIRST_COMPLETED)
    server.end()
    joined.engine.stop()
    await serving
    try:
        await asyncio.wait_for(working, _DRAIN_SECONDS)
    except TimeoutError:
        note("A partner did not answer in time; what was under way is asked for after the next start.")


def _doors(
    installation: Installation, store: Store, joined: Hub, sessions: Sessions, live: Live, known: ServedSettings
) -> Doors:
    settings = installation.settings
    address = public_url(installation)
    roles = joined.engine.roles
    processes = {each.name: each for each in processes_of(installation)}
    corrector = Corrector(store, joined.replayer, settings.listen.max_body)
    api = api_app.build(
        ApiContext(
            store=store,
            access=ClientAccess(store, joined.clock, installation.secrets, settings.security.signing_secret, address),
            intake=joined.intake,
            requests=joined.requests,
            plan=_planner(joined),
            corrector=corrector,
            clock=joined.clock,
            registry=joined.metrics.registry,
            version=__version__,
            issuer=address,
            partners=tuple(joined.plans),
            standing=joined.engine.standing,
            outboxes=dict.fromkeys(settings.bridges, "bridge") | dict.fromkeys(settings.webhooks, "webhook"),
            ping=_pinger(installation, joined),
            freshness=freshness(settings.availability),
            ordering=door_of(installation.settings),
            tracking_links=links_of(installation, address),
            board=board(installation),
            flows=flows(installation),
            configuration=known,
            approvals=settings.mapping.approvals,
            processes=processes,
            matrix=matrix(settings.exceptions, settings.calendars),
            teams=_teams(settings),
            notices=objective(settings.customer_notices) if settings.customer_notices else None,
            address_hash=(lambda text: address_hash(installation, text)) if settings.customer_notices else None,
        ),
        probes_only=Role.TOWER not in roles,
    )
    tower = tower_app.build(_tower(installation, store, joined, sessions, live, known, corrector))
    intake = IntakeApp(joined.intake, joined.clock, settings.listen.max_body) if Role.INTAKE in roles else None
    if Role.TOWER not in roles:
        return Doors(intake, api)
    pages = [*pages_of(installation, store, joined.clock, address), *desk_pages(installation, joined, address)]
    return Doors(intake, api, tower, tower_app.SEGMENTS, pages)


def _tower(
    installation: Installation,
    store: Store,
    joined: Hub,
    sessions: Sessions,
    live: Live,
    known: ServedSettings,
    corrector: Corrector,
) -> TowerContext:
    settings, figures = installation.settings, board(installation)
    processes = {each.name: each for each in processes_of(installation)}
    return TowerContext(
        store=store,
        clock=joined.clock,
        requests=joined.requests,
        documents=StoredDocuments(store, joined.clock),
        sessions=sessions,
        version=__version__,
        secure=public_url(installation).startswith("https://"),
        figures=RecentFigures(figures, settings.kpis.every_seconds, monotonic),
        live=live,
        plan=_planner(joined),
        processes=processes,
        objectives=objectives_of(settings, processes),
        matrix=matrix(settings.exceptions, settings.calendars),
        teams=_teams(settings),
        partners=facts_of(installation),
        trends=Trends(figures, monotonic),
        board=figures,
        environment=settings.environment,
        changed_at=installation.secrets.changed_at,
        configuration=known,
        corrector=corrector,
        timezone=settings.project.timezone,
        approvals=settings.mapping.approvals,
        map_file=map_file_of(installation),
    )


def _teams(settings: Settings) -> frozenset[str]:
    return frozenset({*settings.exceptions.teams, settings.exceptions.default_queue})


def _planner(joined: Hub) -> Planner:
    async def plan(ids: tuple[str, ...], partner: str, since: int, until: int, flow: str, *, effects: bool) -> Plan:
        selection = Selection(ids, since, until, partner, flow)
        return await joined.replayer.plan(selection, joined.clock.now(), effects=effects)

    return plan


def _pinger(installation: Installation, joined: Hub) -> Pinger:
    async def send(name: str) -> Outcome:
        now = joined.clock.now()
        wire = wire_named(installation.settings, name, installation.secrets)
        return await ping(wire, FreshIds().fresh(now), now)

    return send


class _Server(uvicorn.Server):
    """Signals are handled by `run`, which also has an engine to drain."""

    before_drain: Callable[[], None] = staticmethod(lambda: None)

    def end(self) -> None:
        """Answer what was asked and take nothing more; streams that never end by themselves are ended first."""
        self.before_drain()
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


def _server(installation: Installation, doors: Doors) -> _Server:
    listen = installation.settings.listen
    config = uvicorn.Config(
        doors,
        host=listen.host,
        port=listen.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=64 * 1024,
    )
    return _Server(config)


def public_url(installation: Installation, port: int = 0) -> str:
    """The address people and partners call; ``port`` is the one that was taken where the configured one is 0."""
    listen = installation.settings.listen
    return listen.public_url or f"http://{listen.host}:{listen.port or port}"


def start_logs(installation: Installation) -> None:
    """Structured logs on stderr, as configured."""
    telemetry = installation.settings.telemetry
    level = logging.getLevelNamesMapping()[telemetry.log_level.upper()]
    last = (
        structlog.processors.JSONRenderer()
        if telemetry.log_format == "json"
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),  # as it is when something is said
    )
    logging.basicConfig(level=logging.WARNING)
