"""The one place where adapters meet ports: real clock, real ids, real database, real network."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import time as time_of_day
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct

from crossdock import __version__
from crossdock.backbone.breaker import Limits
from crossdock.backbone.casebook import Alerting
from crossdock.backbone.customers import KnownCustomers, NoticeGauges
from crossdock.backbone.decide import Reducer
from crossdock.backbone.deliver import Courier, Partner
from crossdock.backbone.documents import StoredDocuments
from crossdock.backbone.engine import Engine, FeedPlan, Pace
from crossdock.backbone.intake import Intake
from crossdock.backbone.kpi_watch import KpiWatch
from crossdock.backbone.lanes import DEFAULT_SCHEDULES, Schedule
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.nightly import Nightly, Plan
from crossdock.backbone.parking import Requests
from crossdock.backbone.poll import Poller
from crossdock.backbone.quiet_feeds import QuietFeeds
from crossdock.backbone.reconcile import Reconciler
from crossdock.backbone.record import OnTimeRecord
from crossdock.backbone.replay import Replayer
from crossdock.backbone.ship import Shipper
from crossdock.backbone.silent_workers import SilentWorkers
from crossdock.backbone.spans import Spans, forced_ids
from crossdock.backbone.translate import Translator
from crossdock.backbone.unmatched_charges import UnmatchedCharges
from crossdock.bridges.alerting import mail_houses, messenger
from crossdock.bridges.joining import Fanout, fan_out
from crossdock.bridges.logstream import shipper_of, stream_of
from crossdock.catalog import connectors as installed_connectors
from crossdock.governance.retaining import NightlyRetention, Retainer, RetentionMetrics
from crossdock.governance.retention import Retention, configured, no_shorter
from crossdock.model.enrichment import Knowledge
from crossdock.model.flows import Flow
from crossdock.model.fulfilment import summary_of
from crossdock.notices.links import recipient_hash
from crossdock.ports.clock import Ids, SharedClock
from crossdock.ports.connector import Connector
from crossdock.ports.leases import ALL_ROLES, Role
from crossdock.ports.process import Process
from crossdock.ports.reconcile import Healing, Judge
from crossdock.ports.secrets import Secrets
from crossdock.ports.spec import ConnectorSpec, Surroundings
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.stores_kpis import Board
from crossdock.ports.wire import HttpCaller, Journal
from crossdock.processes.configured import every_process, objective
from crossdock.processes.feeds_configured import feed_promises
from crossdock.processes.notices_policy import Customers
from crossdock.processes.reconciliation import Policy, Reconciliation
from crossdock.processes.retrying import schedules
from crossdock.processes.routing import known_of, router_of
from crossdock.processes.shipping_work import Record
from crossdock.settings.loading import Loaded
from crossdock.settings.loading import load as read_settings
from crossdock.settings.nightly import ReconciliationSettings, RetentionSettings
from crossdock.settings.nodes import Fault
from crossdock.settings.notices_checks import notice_faults
from crossdock.settings.partners import read_partners
from crossdock.settings.secrets import ReferencedSecrets
from crossdock.settings.sections import PartnerSettings, Settings
from crossdock.settings.tracking_page_checks import tracking_page_faults
from crossdock.storage.opening import MigratableStore
from crossdock.storage.opening import open_store as open_database
from crossdock.storage.schema import newest
from crossdock.transports import otlp
from crossdock.transports.capped import CappedCaller
from crossdock.transports.http import AiohttpCaller
from crossdock.transports.machine import FreshIds, RealClock, worker_name
from crossdock.transports.recorder import RecordingCaller
from crossdock.views.flows import flow_faults, flows_of
from crossdock.views.kpis import board_of

Schedules = Mapping[str, Schedule]
Jobs = Mapping[str, Callable[[int], Awaitable[object]]]


class PartnerPlan(Struct, frozen=True):
    """A partner as configured: its connector, the typed configuration, how hard to press it, when to try again."""

    id: str
    spec: ConnectorSpec
    config: Any
    limits: Limits = Limits()
    allow_hosts: tuple[str, ...] = ()
    allow_private: bool = False
    priority: int = 50
    retry: Schedules | None = None


class World(Struct, frozen=True):
    """What differs between production, a simulation and a test. ``connect`` gives a partner its caller and the journal
    of what it calls.
    """

    store: Store
    clock: SharedClock
    ids: Ids
    secrets: Secrets
    connect: Callable[[PartnerPlan], tuple[HttpCaller, Journal]]
    metrics: Metrics
    spans: Spans
    owner: str


class Hub(Struct, frozen=True):
    """Everything, joined."""

    store: Store
    clock: SharedClock
    connectors: Mapping[str, Connector]
    intake: Intake
    engine: Engine
    replayer: Replayer
    reducer: Reducer
    reconciler: Reconciler
    requests: Requests
    metrics: Metrics
    plans: Mapping[str, PartnerPlan]
    callers: tuple[HttpCaller, ...] = ()
    spans: Spans = Spans()
    fanout: Fanout = Fanout()

    async def close(self) -> None:
        """Let go of partners' connections and send the last spans. The store is closed by who opened it."""
        await self.fanout.close()
        for caller in self.callers:
            await caller.close()
        await asyncio.to_thread(self.spans.close)


class Sizes(Struct, frozen=True):
    """Batch sizes and paces of a worker; ``feeds`` are pauses in seconds that differ from the connector's own;
    ``deliveries`` is how many commands may be under way at the same time, all partners together.
    """

    translate: int = 400
    reduce: int = 400
    claim_seconds: float = 120.0
    deliveries: int = 16
    pace: Pace = Pace()
    feeds: Mapping[tuple[str, str], float] = {}


def _partner_of(world: World, plan: PartnerPlan, http: HttpCaller, journal: Journal, retry: Schedules) -> Partner:
    surroundings = Surroundings(plan.id, plan.config, http, world.clock, world.secrets)
    spec = plan.spec
    tries = plan.retry or retry
    return Partner(
        spec.build(surroundings), journal, plan.limits, tries, plan.priority, spec.together, spec.largest_batch
    )


def compose(
    world: World,
    plans: Sequence[PartnerPlan],
    processes: Sequence[Process],
    *,
    schedules: Schedules = DEFAULT_SCHEDULES,
    sizes: Sizes = Sizes(),  # noqa: B008 - immutable
    sweeps: Jobs | None = None,
    refreshes: Jobs | None = None,
    judge: Judge = Reconciliation(),  # noqa: B008 - has no state
    nightly: Plan | None = None,
    fanout: Fanout | None = None,
    shipper: Shipper | None = None,
    look: Callable[[Transaction], None] | None = None,
    roles: Iterable[Role] = ALL_ROLES,
) -> Hub:
    """Join everything for one process; ``look`` reads what processes know beside the events (see `Reducer`)."""
    store, clock, ids, metrics = world.store, world.clock, world.ids, world.metrics
    wires = {plan.id: world.connect(plan) for plan in plans}
    partners = {plan.id: _partner_of(world, plan, *wires[plan.id], schedules) for plan in plans}
    connectors = {name: partner.connector for name, partner in partners.items()}
    translator = Translator(store, connectors, clock, metrics, world.spans, sizes.translate)
    loops = {**(fanout := fanout or Fanout()).loops(), **({"ship": shipper.step} if shipper else {})}
    reducer = Reducer(store, processes, clock, ids, metrics, summary_of, sizes.reduce, look, overheard=bool(loops))
    courier = Courier(
        store, partners, StoredDocuments(store, clock), clock, ids, metrics, world.spans, world.owner,
        sizes.claim_seconds, concurrency=sizes.deliveries,
    )  # fmt: skip
    feeds = [
        FeedPlan(plan.id, feed.name, sizes.feeds.get((plan.id, feed.name), feed.every))
        for plan in plans
        for feed in plan.spec.feeds
    ]
    reconciler = Reconciler(store, partners, clock, ids, metrics, judge)
    night = {"reconciliation": Nightly(reconciler, store, clock, world.owner, nightly)} if nightly else {}
    engine = Engine(
        owner=world.owner,
        store=store,
        clock=clock,
        metrics=metrics,
        translator=translator,
        reducer=reducer,
        courier=courier,
        poller=Poller(store, partners, clock, ids, metrics),
        feeds=feeds,
        pace=sizes.pace,
        sweeps={**(sweeps or {}), **night},
        refreshes=refreshes,
        loops=loops,
        roles=roles,
    )
    intake = Intake(store, connectors, clock, ids, metrics, engine.hint)
    fanout.attach(intake)
    replayer = Replayer(store, translator, reducer)
    return Hub(
        store, clock, connectors, intake, engine, replayer, reducer, reconciler, Requests(), metrics,
        {plan.id: plan for plan in plans}, callers=tuple(http for http, _ in wires.values()), spans=world.spans,
        fanout=fanout,
    )  # fmt: skip


def start_telemetry(endpoint: str) -> Spans:
    """Send spans by OTLP over HTTP to the collector at ``endpoint``, such as http://localhost:4318; none when empty."""
    if not endpoint:
        return Spans()
    provider = otlp.provider(otlp.exporting(endpoint), __version__, forced_ids)
    return Spans(provider.get_tracer("crossdock"), provider.shutdown)


class Installation(Struct, frozen=True):
    """A configuration that was read and found good, with its partners' typed settings."""

    settings: Settings
    secrets: ReferencedSecrets
    plans: tuple[PartnerPlan, ...]
    knowledge: Knowledge = Knowledge()


def load(path: Path) -> tuple[Installation | None, tuple[Fault, ...]]:
    """Read and check the configuration at ``path``: the installation, or every fault there is with file and line."""
    return installed(read_settings(path))


def installed(loaded: Loaded) -> tuple[Installation | None, tuple[Fault, ...]]:
    """The same of a configuration that was read already."""
    plugins = installed_connectors()
    specs, broken = plugins.working(), {each.name: str(each) for each in plugins.broken()}
    configs, faults = read_partners(loaded, {name: spec.config for name, spec in specs.items()}, broken)
    known, more = known_of(loaded)
    faults = sorted({*loaded.faults, *faults, *more})
    if faults or loaded.settings is None:
        return None, tuple(faults)
    settings = loaded.settings
    if wrong := (*notice_faults(loaded, configs), *tracking_page_faults(loaded, configs)):
        return None, wrong
    plans = tuple(
        _plan(name, partner, specs[partner.connector], configs[name], settings)
        for name, partner in settings.partners.items()
        if partner.enabled
    )
    found = Installation(settings, ReferencedSecrets(loaded.root), plans, known)
    faults = sorted(flow_faults(loaded.whole, settings, flows(found))) if loaded.whole else []
    return (None, tuple(faults)) if faults else (found, ())


def flows(installation: Installation) -> tuple[Flow, ...]:
    """Every flow of the configuration in force."""
    return flows_of(installation.settings, [(plan.id, plan.spec) for plan in installation.plans])


def _plan(name: str, partner: PartnerSettings, spec: ConnectorSpec, config: Any, settings: Settings) -> PartnerPlan:
    throttle, breaker = partner.throttle, partner.breaker
    limits = Limits(throttle.per_second, throttle.burst, throttle.concurrency, breaker.failures, breaker.open_seconds)
    retry = schedules(settings.retry, partner.retry) if partner.retry else None
    return PartnerPlan(name, spec, config, limits, partner.allow_hosts, partner.allow_private, partner.priority, retry)


def open_store(installation: Installation) -> MigratableStore:
    """The configured database. Nothing is created: `crossdock migrate` (and ``serve``) bring its schema up."""
    settings, secrets = installation.settings.store, installation.secrets
    password = secrets.reveal(settings.password) if settings.password else ""
    stream = stream_of(settings.log, secrets)
    return open_database(settings.url, folder=Path(settings.folder), password=password, stream=stream)


def open_file(path: Path) -> MigratableStore:
    """The SQLite file at ``path``, worked on in the calling thread, so that a simulated death leaves nothing behind."""
    return open_database(f"sqlite:///{path}", threads=False)


def newest_revision() -> str:
    """The schema revision this version works with."""
    return newest()


def connect(plan: PartnerPlan, slots: asyncio.Semaphore | None = None) -> tuple[HttpCaller, Journal]:
    """The real network, narrowed to the hosts a partner's settings name; ``slots`` cap the calls of all partners."""
    hosts = (*plan.spec.hosts(plan.config), *plan.allow_hosts)
    caller = AiohttpCaller(hosts, allow_private=plan.allow_private, allow_plain=plan.allow_private)
    recorder = RecordingCaller(caller)  # asks whose the work is; that has to be known once there is a slot
    return CappedCaller(recorder, slots) if slots else recorder, recorder


def world(installation: Installation, store: Store) -> World:
    """Production: the machine's clock, fresh ids, the network."""
    slots = asyncio.Semaphore(installation.settings.workers.delivery_concurrency)
    return World(
        store, RealClock(), FreshIds(), installation.secrets, partial(connect, slots=slots), Metrics(),
        start_telemetry(installation.settings.telemetry.otlp_endpoint), worker_name(),
    )  # fmt: skip


@asynccontextmanager
async def connected(installation: Installation, partner: str) -> AsyncIterator[Connector]:
    """One partner's connector, for commands that need no engine. Raises `KeyError` for an unknown partner."""
    plan = {each.id: each for each in installation.plans}[partner]
    http, _ = connect(plan)
    try:
        yield plan.spec.build(Surroundings(plan.id, plan.config, http, RealClock(), installation.secrets))
    finally:
        await http.close()


def board(installation: Installation) -> Board:
    """The key figures as this installation watches them."""
    return board_of(installation.settings, {plan.id: plan.spec.kind for plan in installation.plans})


def retention(installation: Installation) -> Retention:
    """How long everything is kept: as configured, but no delivery is forgotten while its partner may repeat it."""
    policy = configured(installation.settings.retention)
    return no_shorter(policy, (plan.spec.redelivers_days for plan in installation.plans))


def _at_night(given: RetentionSettings | ReconciliationSettings, days: int = 0) -> Plan:
    return Plan(time_of_day.fromisoformat(given.at), given.timezone, days)


def processes_of(
    installation: Installation, record: Callable[[], Record] = dict, customers: Customers | None = None
) -> list[Process]:
    """The processes configured, in the order they decide in; ``customers`` is what notices look at beside events."""
    settings, known = installation.settings, customers or KnownCustomers(partial(address_hash, installation))
    return every_process(settings, record, known, router_of(settings, installation.knowledge))


def address_hash(installation: Installation, address: str) -> str:
    """What stands for a customer's address in events and lists. Raises `UnknownSecret`."""
    given = installation.settings.customer_notices
    plan = next((each for each in installation.plans if given and each.id == given.partner), None)
    return recipient_hash(installation.secrets.reveal(plan.config.link_secret), address) if plan else ""


def hub(installation: Installation, store: Store, roles: Iterable[Role] = ALL_ROLES) -> Hub:
    """One process of this installation on ``store``, ready to run."""
    return joined(installation, world(installation, store), roles)


def joined(installation: Installation, place: World, roles: Iterable[Role] = ALL_ROLES) -> Hub:
    """The same in any world: what production runs, a simulation runs as well."""
    settings, workers, store = installation.settings, installation.settings.workers, place.store
    sizes = Sizes(
        workers.translate_batch, workers.reduce_batch, workers.claim_seconds, workers.delivery_concurrency,
        Pace(lease=workers.lease_seconds),
    )  # fmt: skip
    night = settings.reconciliation
    retainer = Retainer(store, place.clock, retention(installation), RetentionMetrics(place.metrics.registry))
    record = OnTimeRecord(store)
    promised = feed_promises(settings)
    customers = KnownCustomers(partial(address_hash, installation))
    houses = mail_houses((plan.id, plan.spec, plan.config) for plan in installation.plans)
    telling = messenger(settings, houses, place.secrets, place.clock, place.metrics.registry)
    sweeps: dict[str, Callable[[int], Awaitable[object]]] = {
        "retention": NightlyRetention(retainer, store, place.clock, place.owner, _at_night(settings.retention)),
        "kpis": KpiWatch(store, place.clock, board(installation), place.metrics.registry, settings.kpis),
        "alerts": Alerting(store, telling, place.owner),
        "feeds": QuietFeeds(store, promised.hours, place.clock.now(), promised.arrivals, promised.calendars),
        "charges": UnmatchedCharges(store, settings.freight.unmatched_after_hours),
        "workers": SilentWorkers(store, place.clock, workers.lease_seconds, place.owner),
    }
    if given := settings.customer_notices:
        sweeps["notices"] = NoticeGauges(store, objective(given), place.metrics.registry)
    return compose(
        place,
        installation.plans,
        processes_of(installation, record, customers),
        schedules=schedules(settings.retry),
        sizes=sizes,
        sweeps=sweeps,
        look=customers.look if settings.customer_notices else None,
        refreshes={"on_time_record": record.refresh},
        judge=Reconciliation(Policy(frozenset(map(Healing, night.heal)), night.grace_minutes)),
        nightly=_at_night(night, night.window_days) if night.enabled else None,
        fanout=fan_out(settings, place.secrets, store, place.clock, place.ids, place.metrics.registry),
        shipper=shipper_of(settings.store.log, installation.secrets, store, RealClock()),
        roles=roles,
    )
