"""Which commands may leave now: one cap for the whole process, and who is served first under it."""

import asyncio

import pytest
from msgspec import structs

from crossdock import bootstrap
from crossdock.backbone.correlate import Origin, place
from crossdock.backbone.deliver import Courier
from crossdock.model import commands as cmd
from crossdock.model import events as ev
from crossdock.model.identifiers import trace_id_of
from crossdock.model.instants import stamp
from crossdock.ports.process import Decision, Order, Process
from crossdock.ports.wire import HttpRequest, HttpResponse, NotSent
from crossdock.transports.capped import CappedCaller
from hubs import Scripted, scripted_hub
from orders import delivery_order

NAMES = ("alpha", "beta", "gamma")


def requested(tx, number: int):
    subject = f"do:odoo:{number}"
    fact = ev.Fact(ev.FulfilmentRequested(delivery_order(number)), stamp("2026-11-21T06:00:00Z"), subject=subject)
    return place(tx, [(Origin("x", "odoo", 1, trace_id_of(subject)), [fact])], 1)


def to_everybody(_situation) -> Decision:
    orders = tuple(Order(name, name, cmd.RecordNote("do:odoo:7", "text", name)) for name in NAMES)
    return Decision(b"{}", "", orders)


async def courier(orders: int = 4, **changes) -> Courier:
    """A courier with ``orders`` commands waiting for each of three partners."""
    process = Process("all", 1, frozenset({"fulfilment.requested.v1"}), to_everybody)
    hub = scripted_hub(*map(Scripted, NAMES), processes=[process])
    for number in range(orders):
        await hub.store.run(lambda tx, number=number: requested(tx, number))
    while await hub.engine.reduce():
        pass
    made = hub.engine.courier
    made._concurrency = changes.pop("concurrency", 16)
    for name, priority in changes.items():
        made._partners = {**made._partners, name: structs.replace(made._partners[name], priority=priority)}
    return made


async def names(made: Courier) -> list[str]:
    return [load[0].partner for load in await made.claim()]


@pytest.mark.req("K11")
async def test_a_process_has_no_more_commands_under_way_than_configured():
    made = await courier(concurrency=5)
    claims = await made.claim()
    assert len(claims) == 5
    assert await made.claim() == []
    await made.carry(claims[0])
    assert len(await made.claim()) == 1


@pytest.mark.req("K12")
async def test_a_partner_of_smaller_priority_is_served_first():
    made = await courier(concurrency=5, gamma=10, alpha=90)
    assert await names(made) == ["gamma"] * 4 + ["beta"]


@pytest.mark.req("K12")
async def test_partners_of_one_priority_take_turns():
    made = await courier(concurrency=1)
    first = set()
    for _ in NAMES:
        ((claim,),) = await made.claim()
        first.add(claim.partner)
        await made.carry((claim,))
    assert first == set(NAMES)


async def test_settings_reach_the_courier(tmp_path):
    (tmp_path / "secret").write_text("s" * 40)
    (tmp_path / "crossdock.yaml").write_text(
        "workers: {delivery_concurrency: 3}\n"
        "telemetry: {otlp_endpoint: ''}\n"
        "partners:\n  easypost:\n    connector: easypost\n    priority: 7\n"
        "    config: {api_key: 'secret://file/secret', webhook_secrets: ['secret://file/secret']}\n"
    )
    installation, faults = bootstrap.load(tmp_path / "crossdock.yaml")
    assert faults == ()
    store = bootstrap.open_store(installation)
    hub = bootstrap.hub(installation, store)
    assert hub.engine.courier._concurrency == 3
    assert hub.engine.courier._partners["easypost"].priority == 7
    assert hub.callers[0]._slots._value == 3
    await hub.close()
    await store.close()


async def test_whose_the_work_is_is_asked_once_there_is_a_slot(installation_plan):
    """A call that waited for a slot for longer than its claim lasts must not leave."""
    slots, ours = asyncio.Semaphore(1), [""]
    caller, journal = bootstrap.connect(installation_plan, slots)

    async def stays_ours(_seconds):
        return ours[0]

    journal.start(stays_ours)
    async with slots:
        calling = asyncio.create_task(caller.call(HttpRequest("POST", "https://api.easypost.com/v2/shipments")))
        await asyncio.sleep(0.01)
        ours[0] = "another carries the command on"
    with pytest.raises(NotSent, match="another carries"):
        await calling
    await caller.close()


@pytest.fixture
def installation_plan(tmp_path):
    (tmp_path / "secret").write_text("s" * 40)
    (tmp_path / "crossdock.yaml").write_text(
        "partners:\n  easypost:\n    connector: easypost\n"
        "    config: {api_key: 'secret://file/secret', webhook_secrets: ['secret://file/secret']}\n"
    )
    return bootstrap.load(tmp_path / "crossdock.yaml")[0].plans[0]


async def test_calls_of_all_partners_share_the_slots():
    under_way = 0
    most = 0

    class Slow:
        async def call(self, request: HttpRequest) -> HttpResponse:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0)
            under_way -= 1
            return HttpResponse(200, {}, b"")

        async def close(self) -> None: ...

    slots = asyncio.Semaphore(2)
    callers = [CappedCaller(Slow(), slots) for _ in range(3)]
    await asyncio.gather(*(caller.call(HttpRequest("GET", "https://x")) for caller in callers * 4))
    assert most == 2
