"""One run: partners, a database file and processes that come and go, under one seed."""

import asyncio
import hashlib
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

import structlog
from msgspec import Struct, field, structs

from crossdock.backbone.breaker import Limits
from crossdock.backbone.engine import Pace
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.quiet_feeds import QuietFeeds
from crossdock.backbone.spans import Spans
from crossdock.bootstrap import PartnerPlan, Sizes, World, compose
from crossdock.catalog import connectors, simulators
from crossdock.devkit.chaos.loop import VirtualLoop
from crossdock.devkit.chaos.machine import EPOCH, Machine, MachineCaller, MachineStore
from crossdock.devkit.chaos.noted import AWAY, DATABASE, KILLED, STANDSTILL, UNANSWERED, Faults, NotedFaults
from crossdock.devkit.chaos.scenarios import ChaosScenario
from crossdock.devkit.crashing import EverySecret, SeededIds
from crossdock.ports.connector import Connector, Received
from crossdock.ports.process import Process
from crossdock.ports.spec import ConnectorSpec
from crossdock.ports.wire import HttpCaller, HttpRequest, HttpResponse
from crossdock.processes.delivery_to_invoice import DeliveryToInvoicePolicy, delivery_to_invoice
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.selection import Constraint, Wishes
from crossdock.processes.shipping_policy import OrderToShipPolicy
from crossdock.sim.faults import Effect, FaultBook, Match, Rule, When
from crossdock.sim.inprocess import InProcessCaller
from crossdock.sim.simulator import Simulator
from crossdock.sim.webhooks import OutgoingWebhook
from crossdock.transports.recorder import RecordingCaller

KEY = "sim-key"
_HOOK = "http://crossdock.test/in/{}/events"
_CARRIERS = ("alpha", "beta")
_TROUBLED_SECONDS = 900.0
"""Things go wrong for a quarter of an hour; then everything must come to rest."""
_ODOO_WRITES = r"/json/2/.*/(create|write|load|message_post|action_.*|button_.*)"
_AWAY = (Effect(unreachable=True), Effect(drop=True), Effect(status=503), Effect(latency=45))
_APART = 1_000_000
"""Between the seeds of two carriers: they must not give the same tracking numbers."""
_KILL, _SUSPEND = "kill", "suspend"
_STRIKING_SECONDS = 200.0
BREAKER = Limits(failures=20, open_seconds=30)


_installed, _simulated = cache(connectors), cache(simulators)
"""Looked for once: processes are started all the time here."""


class Outage(Struct, frozen=True):
    """From and until, in virtual seconds."""

    since: float
    until: float


class Chaos(Struct):
    """A run in progress, and afterwards all that is judged. Of the accepted messages ``spoilt`` were made bad, so that
    they must be parked, and ``strangers`` speak of packages nobody knows, so that they wait. ``around`` is put round
    every partner's connector.
    """

    seed: int
    scenario: ChaosScenario
    database: Path
    loop: VirtualLoop
    odoo: Any
    carriers: dict[str, Any]
    draw: random.Random
    strikes: list[tuple[float, str]] = field(default_factory=list)
    database_away: tuple[Outage, ...] = ()
    machines: list[Machine] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    cancelled: set[str] = field(default_factory=set)
    story: list[str] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    spoilt: set[str] = field(default_factory=set)
    strangers: set[str] = field(default_factory=set)
    around: Callable[[str, Connector], Connector] = lambda _partner, connector: connector

    def now(self) -> int:
        """The world's time, epoch microseconds."""
        return EPOCH + round(self.loop.time() * 1_000_000)

    async def sleep(self, seconds: float) -> None:
        """Wait in virtual time."""
        await asyncio.sleep(seconds)

    def tell(self, what: str) -> None:
        """One more line of the story."""
        self.story.append(f"{self.loop.time():10.3f} {what}")

    def fingerprint(self) -> str:
        """The same for two runs that did the same."""
        return hashlib.sha256("\n".join(self.story).encode()).hexdigest()[:16]

    def alive(self) -> list[Machine]:
        """Processes that run, or stand still for a while."""
        return [each for each in self.machines if each.alive]


def build(seed: int, scenario: ChaosScenario, empty: Path, loop: VirtualLoop) -> Chaos:
    """The world before anything runs. ``empty`` is a migrated database to copy."""
    database = empty.with_name(f"{scenario.name}-{seed}.db")
    shutil.copyfile(empty, database)
    draw = random.Random(f"world/{scenario.name}/{seed}")  # noqa: S311 - reproducible
    odoo = _simulated().get("odoo").build({"serie": "19.0", "database": "demo", "api_key": KEY, "now": str(EPOCH)})
    carriers = {name: _carrier(name, seed) for name in _CARRIERS[: scenario.carriers]}
    chaos = Chaos(seed, scenario, database, loop, odoo, carriers, draw)
    chaos.strikes = _strikes(chaos)
    chaos.database_away = _outages(chaos, scenario.troubles.database_away)
    for each in chaos.database_away:
        chaos.faults.note(DATABASE, "database", each.since, each.until)
    return chaos


def network(chaos: Chaos) -> InProcessCaller:
    """The partners, with all that goes wrong on the way to them."""
    named = {"odoo": chaos.odoo, **chaos.carriers}
    books = {each.hosts[0]: _faults(chaos, name) for name, each in named.items()}
    return InProcessCaller(chaos, named.values(), books)


class Afar:
    """Partners act in their own time: what has left a process reaches them though it dies or stands still."""

    def __init__(self, loop: VirtualLoop, partners: HttpCaller) -> None:
        self._loop = loop
        self._partners = partners

    async def call(self, request: HttpRequest) -> HttpResponse:
        """The partner's answer. Raises `NotSent` or `NoAnswer`."""
        return await self._loop.abroad(self._partners.call(request))

    async def close(self) -> None:
        """There are no connections."""


def _carrier(name: str, seed: int) -> Simulator:
    options = {
        "seed": str(seed + _APART * _CARRIERS.index(name)),
        "api_key": KEY,
        "api_host": f"{name}.example",
        "files_host": f"files.{name}.example",
        "webhook_url": _HOOK.format(name),
        "webhook_secret": KEY,
    }
    simulator: Simulator = _simulated().get("easypost").build(options)
    return simulator


def _faults(chaos: Chaos, name: str) -> FaultBook:
    """What happens to calls to a partner: a little of everything, and outages."""
    book = rough_calls(chaos, name, _TROUBLED_SECONDS)
    for outage in _outages(chaos, chaos.scenario.troubles.partner_away):
        effect = chaos.draw.choice(_AWAY)
        book.add(Rule(effect, Match(), When(since=outage.since, until=outage.until)))
        chaos.faults.note(AWAY, name, outage.since, outage.until)
    return book


def rough_calls(chaos: Chaos, name: str, until: float) -> FaultBook:
    """A little of everything happens to calls to a partner until that second; every one that is struck is noted."""
    book = NotedFaults(seed=chaos.seed, started_at=EPOCH, whom=name, faults=chaos.faults)
    troubles = chaos.scenario.troubles
    writes = Match("POST", _ODOO_WRITES) if name == "odoo" else Match()
    for share, effect, match in (
        (troubles.answer_lost, Effect(lost_answer=True), writes),
        (troubles.call_lost, Effect(drop=True), Match()),
        (troubles.twice, Effect(duplicate=True), writes),
        (troubles.refused, Effect(status=503), Match()),
        (troubles.refused / 2, Effect(status=429, retry_after=3), Match()),
        (troubles.slow, Effect(latency=90), Match()),
    ):
        if share:
            book.add(Rule(effect, match, When(probability=share, until=until)))
    return book


def _outages(chaos: Chaos, count: tuple[int, int]) -> tuple[Outage, ...]:
    found = []
    for _ in range(chaos.draw.randint(*count)):
        since = chaos.draw.uniform(0, _TROUBLED_SECONDS / 2)
        found.append(Outage(since, since + chaos.draw.uniform(*chaos.scenario.troubles.away)))
    return tuple(found)


def start(chaos: Chaos, wires: InProcessCaller) -> Machine:
    """A new process on the same database, running all its loops."""
    number = len(chaos.machines) + 1
    strike = partial(_strike, chaos)
    machine = Machine(f"process-{number}", chaos.loop, str(chaos.seed), chaos.scenario.troubles, strike, chaos.tell)
    chaos.machines.append(machine)
    chaos.tell(f"{machine.name} starts")
    chaos.loop.spawn(machine, _live(chaos, machine, number, wires))
    return machine


def _strikes(chaos: Chaos) -> list[tuple[float, str]]:
    """From when on which troubles wait for a process."""
    troubles = chaos.scenario.troubles
    acts = [_KILL] * chaos.draw.randint(*troubles.deaths) + [_SUSPEND] * chaos.draw.randint(*troubles.suspended)
    return [(chaos.draw.uniform(0, _STRIKING_SECONDS), act) for act in acts]


def _strike(chaos: Chaos, machine: Machine, what: str) -> None:
    """Kill or suspend a process at this step, as long as the seed has such troubles left."""
    due = [each for each in chaos.strikes if each[0] <= chaos.loop.time()]
    if not due:
        return
    strike = chaos.draw.choice(due)
    chaos.strikes.remove(strike)
    if strike[1] == _KILL:
        chaos.tell(f"{machine.name} is killed {what}")
        chaos.faults.note(KILLED, machine.name, chaos.loop.time(), what=what)
        chaos.loop.kill(machine)
        return
    seconds = chaos.draw.uniform(*chaos.scenario.troubles.standstill)
    stand_still(chaos, machine, seconds, what)


def stand_still(chaos: Chaos, machine: Machine, seconds: float, what: str) -> None:
    """Suspend a process for so long."""
    chaos.tell(f"{machine.name} stands still for {seconds:.1f} s {what}")
    now = chaos.loop.time()
    chaos.faults.note(STANDSTILL, machine.name, now, now + seconds, what)
    chaos.loop.freeze(machine)
    chaos.loop.call_later(seconds, _go_on, chaos, machine, context=Context())


def _go_on(chaos: Chaos, machine: Machine) -> None:
    if machine.alive:
        chaos.tell(f"{machine.name} goes on")
        chaos.loop.thaw(machine)


async def _live(chaos: Chaos, machine: Machine, number: int, wires: InProcessCaller) -> None:
    def is_away() -> bool:
        return any(each.since <= chaos.loop.time() < each.until for each in chaos.database_away)

    others = partial(_notify, chaos) if chaos.scenario.told else None
    store = machine.store = MachineStore(machine, chaos.database, is_away, chaos.tell, chaos.faults, others)
    journal = RecordingCaller(Afar(chaos.loop, wires))
    caller = MachineCaller(machine, journal, chaos.tell)
    world = World(
        store, machine, SeededIds(chaos.seed * 100 + number), EverySecret(), lambda _plan: (caller, journal),
        Metrics(), Spans(), machine.name,
    )  # fmt: skip
    idle, lease = chaos.scenario.idle, chaos.scenario.lease
    pace = Pace(idle=idle, lease=lease, sweep=60, failure=1, measure=60)  # nobody looks at the gauges
    sizes = Sizes(translate=20, reduce=20, claim_seconds=60, deliveries=4, pace=pace)
    quiet = QuietFeeds(store, chaos.scenario.quiet_hours, EPOCH)
    machine.hub = compose(world, _plans(chaos), processes(chaos), sizes=sizes, sweeps={"feeds": quiet})
    await machine.hub.engine.run()


def _notify(chaos: Chaos, topic: str) -> None:
    for machine in chaos.alive():
        if machine.store is not None:
            machine.store.hear(topic)


def _plans(chaos: Chaos) -> Sequence[PartnerPlan]:
    specs = {name: _installed().get(name) for name in ("odoo", "easypost")}
    odoo = specs["odoo"].config(
        f"http://{chaos.odoo.hosts[0]}", "demo", f"secret://x/{KEY}", dialect="json2", overlap=5,
        poll_idle=chaos.scenario.poll,
    )  # fmt: skip
    plans = [PartnerPlan("odoo", _inside(chaos, specs["odoo"]), odoo, BREAKER)]
    for name in chaos.carriers:
        config = specs["easypost"].config(
            f"secret://x/{KEY}", url=f"https://{name}.example", label_hosts=(f"files.{name}.example",),
            webhook_secrets=(f"secret://x/{KEY}",),
        )  # fmt: skip
        plans.append(PartnerPlan(name, _inside(chaos, specs["easypost"]), config, BREAKER))
    return plans


def _inside(chaos: Chaos, spec: ConnectorSpec) -> ConnectorSpec:
    """The same connector with what the run puts around it."""
    build = spec.build
    return structs.replace(spec, build=lambda around: chaos.around(around.partner, build(around)))


def policy_of(chaos: Chaos) -> OrderToShipPolicy:
    """What shipping is decided by."""
    carriers, light = tuple(chaos.carriers), chaos.scenario.light
    limit = Constraint("light parcels", partners=carriers[:1], max_weight=Decimal(light))
    return OrderToShipPolicy(carriers, wishes=Wishes(constraints=(limit,) * bool(light)), levels=chaos.scenario.levels)


def processes(chaos: Chaos) -> Sequence[Process]:
    """What the scenario decides by."""
    chosen = [order_to_ship(policy_of(chaos))]
    if chaos.scenario.invoice:
        chosen.append(delivery_to_invoice(DeliveryToInvoicePolicy(when="delivered")))
    return chosen


async def receive(chaos: Chaos, partner: str, webhook: OutgoingWebhook) -> int:
    """A webhook comes to any process that runs: the HTTP status it is answered with, 0 for none."""
    return (await receive_one(chaos, partner, webhook))[0]


async def receive_one(chaos: Chaos, partner: str, webhook: OutgoingWebhook) -> tuple[int, str]:
    """The same with the id of the exchange that it became, "" for none."""
    ready = [(each, each.hub) for each in chaos.alive() if each.hub is not None and not each.frozen]
    if not ready:
        return 0, ""
    machine, hub = chaos.draw.choice(ready)
    headers = {name.lower(): value for name, value in webhook.headers.items()}
    message = Received("events", webhook.body, headers, machine.now(), path=f"/in/{partner}/events")
    answer = chaos.loop.spawn(machine, hub.intake.accept(partner, message))
    done, _ = await asyncio.wait({answer}, timeout=10)
    if not done:
        chaos.faults.note(UNANSWERED, partner, chaos.loop.time(), what=machine.name)
        return 0, ""
    taken = answer.result()
    chaos.tell(f"{machine.name} answers {taken.status} to a webhook of {partner}")
    if taken.status == 202:
        chaos.accepted.append(taken.exchange_id)
    return int(taken.status), taken.exchange_id


async def bury(chaos: Chaos) -> None:
    """Stop whatever is left, the dead too, so that nothing of this run goes on in the next one."""
    for machine in chaos.machines:
        machine.over, machine.alive = True, True
        chaos.loop.thaw(machine)
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


@contextmanager
def quiet_logs() -> Iterator[None]:
    """What goes wrong on purpose is told by the story alone; afterwards logs are as they were."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50), cache_logger_on_first_use=False)
    try:
        yield
    finally:
        structlog.configure(**before)
