"""What reaches the door on a peak day: carriers' webhooks, and messages that are strange, unreadable or forged."""

import asyncio
from typing import Any

from crossdock.devkit.capacity.messages import signature, tracker_update
from crossdock.devkit.chaos.running import bring
from crossdock.devkit.chaos.world import KEY, Chaos, receive_one
from crossdock.devkit.peakday.staging import Day
from crossdock.model.instants import rfc3339
from crossdock.sim.webhooks import OutgoingWebhook

STRANGER, POISON, FORGED = "stranger", "poison message", "forged message"
_EVERY = 5.0
_AGAIN = 60.0
_UNREADABLE = b'{"object":"Event","description":"tracker.updated","id":"evt_poison_%d","result":{"tracking_code":['


async def webhooks(day: Day) -> None:
    """Carriers push every few seconds, but a silent one does not; never ends."""
    chaos, silent = day.chaos, day.plan.silent
    roads: set[asyncio.Task[Any]] = set()
    while True:
        await asyncio.sleep(_EVERY)
        for name, carrier in chaos.carriers.items():
            if name == silent.whom and silent.since <= chaos.loop.time() < silent.until:
                continue
            for webhook in carrier.take_webhooks(chaos.now()):
                road = asyncio.create_task(bring(chaos, name, carrier, webhook))
                roads.add(road)
                road.add_done_callback(roads.discard)


async def others(day: Day) -> None:
    """Messages that are not what they should be, each sent until it is answered."""
    plan = day.plan
    kinds = ((STRANGER, plan.strangers), (POISON, plan.poison), (FORGED, plan.forged))
    acts = [(at, kind, number) for kind, times in kinds for number, at in enumerate(times)]
    sending = []
    for at, kind, number in sorted(acts):
        await asyncio.sleep(max(0.0, at - day.chaos.loop.time()))
        sending.append(asyncio.create_task(_send(day, kind, number)))
    await asyncio.gather(*sending)


async def _send(day: Day, kind: str, number: int) -> None:
    chaos = day.chaos
    partner = chaos.draw.choice(sorted(chaos.carriers))
    webhook = _message(chaos, kind, number)
    since, status, exchange = chaos.loop.time(), 0, ""
    while status not in {202, 401}:
        status, exchange = await receive_one(chaos, partner, webhook)
        if status not in {202, 401}:
            await asyncio.sleep(_AGAIN)
    chaos.faults.note(kind, partner, since, chaos.loop.time(), exchange)
    if kind == STRANGER:
        chaos.strangers.add(exchange)
    if kind == POISON:
        chaos.spoilt.add(exchange)


def _message(chaos: Chaos, kind: str, number: int) -> OutgoingWebhook:
    if kind == POISON:
        body = _UNREADABLE % number
    else:
        code = f"94001000000099{number:08d}"
        body = tracker_update(code, f"evt_{kind[:6]}_{number}", "in_transit", f"{rfc3339(chaos.now())[:19]}Z")
    key = "another key" if kind == FORGED else KEY
    headers = {"x-hmac-signature": signature(body, key), "content-type": "application/json"}
    return OutgoingWebhook(f"{kind}-{number}", "", body, chaos.now(), headers)
