"""A reason for a return that no table knows is a mapping task, like a carrier's code; a ruling holds from then on."""

import pytest

from crossdock.backbone import desk
from crossdock.model.desk import DeskRequested, ReturnGoods
from crossdock.model.events import Fact
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.instants import Stamp
from crossdock.model.returning import ReturnRequested
from crossdock.ports.connector import Received, Translation
from crossdock.ports.stores_mapping import Ruling
from crossdock.processes.return_to_refund import return_to_refund
from crossdock.processes.returning_cases import ReturnPolicy
from hubs import Scripted, scripted_hub

SUBJECT = "do:odoo:7"


class Portal(Scripted):
    """A portal for returns; its messages are reasons."""

    def translate(self, message: Received) -> Translation:
        said = message.body.decode()
        body = ReturnRequested(f"r-{said}", self.partner, raw_reason=said, comment="please")
        return Translation((Fact(body, Stamp("2026-03-01T08:00:00Z"), subject=SUBJECT),))


async def hear(hub, *reasons: str) -> None:
    for reason in reasons:
        message = Received("events", reason.encode(), {"delivery": reason}, hub.clock.now())
        await hub.intake.accept("portal", message)
    await hub.engine.settle_all()


async def bodies(hub, kind) -> list:
    events = await hub.store.read(lambda tx: tx.log.of_subject(SUBJECT))
    return [event.body for event in events if isinstance(event.body, kind)]


@pytest.mark.req("F7", "C6")
async def test_an_unknown_reason_is_a_task_until_somebody_rules_and_its_message_is_read_again():
    hub = scripted_hub(Portal("portal"), processes=[return_to_refund(ReturnPolicy())])
    await hear(hub, "Too small", "R47")
    gaps = await hub.store.read(lambda tx: tx.mappings.gaps())
    assert [(gap.partner, gap.kind, gap.name, gap.example) for gap in gaps] == [("portal", "reason", "R47", "please")]
    assert [body.reason for body in await bodies(hub, ReturnRequested)] == ["wrong_size", "unknown"]
    assert [body.kind for body in await bodies(hub, ExceptionRaised)] == ["return.reason_unknown"]
    ruling = Ruling("portal", "reason", "R47", "settled", "cli:ada", 5, reason="defective")
    await hub.store.run(lambda tx: tx.mappings.rule(ruling))
    held = await hub.store.read(lambda tx: tx.mappings.gaps()[0].exchange_id)
    await hub.store.run(lambda tx: tx.exchanges.reopen([held], "effects"))
    await hub.engine.settle_all()
    assert [body.reason for body in await bodies(hub, ReturnRequested)] == ["wrong_size", "unknown", "defective"]
    assert [body.kind for body in await bodies(hub, ExceptionResolved)] == ["return.reason_unknown"]


@pytest.mark.req("F7")
async def test_what_is_asked_at_the_desk_is_understood_by_the_same_rulings():
    hub = scripted_hub(processes=[return_to_refund(ReturnPolicy())])
    ruling = Ruling("shop", "reason", "R1", "settled", "cli:ada", 5, reason="warranty")

    def ask(tx, number: str, said: str) -> bool:
        request = DeskRequested(number, "cli:ann", ReturnGoods((), said, "shop"))
        return desk.ask(tx, SUBJECT, request, hub.clock.now())

    await hub.store.run(lambda tx: tx.mappings.rule(ruling))
    asked = [await hub.store.run(lambda tx, one=one: ask(tx, *one)) for one in (("a", "R1"), ("a", "R1"), ("b", "R2"))]
    await hub.engine.settle_all()
    assert asked == [True, False, True]
    assert [body.reason for body in await bodies(hub, ReturnRequested)] == ["warranty", "unknown"]
    gaps = await hub.store.read(lambda tx: tx.mappings.gaps())
    assert [(gap.partner, gap.kind, gap.name) for gap in gaps] == [("shop", "reason", "R2")]
