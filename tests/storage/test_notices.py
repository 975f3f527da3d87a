"""Where notices stand, who unsubscribed, declared outages: on every kind of store."""

import pytest

from crossdock.backbone import desk
from crossdock.ports.stores import StateRow
from crossdock.ports.stores_delivery import DueTimer
from crossdock.ports.stores_notices import NoticeRow

DAY = 86_400_000_000


@pytest.mark.req("E12", "L15")
async def test_the_last_word_of_a_notice_stands_and_keeps_what_it_leaves_out(store):
    first = NoticeRow("do:a:1", "delayed", "due", "", "WH/1", "de", "", 10, 10, mail=True)
    await store.run(lambda tx: tx.notices.note([first]))
    await store.run(
        lambda tx: tx.notices.note([NoticeRow("do:a:1", "delayed", "sent", recipient="h", since=20, at=20)])
    )
    [row] = await store.read(lambda tx: tx.notices.of_order("do:a:1"))
    assert row == NoticeRow("do:a:1", "delayed", "sent", "", "WH/1", "de", "h", 10, 20)
    assert await store.read(lambda tx: tx.notices.counts()) == {("sent", ""): 1}


@pytest.mark.req("L15")
async def test_what_is_due_and_not_out_is_counted_from_its_objective_on(store):
    rows = [
        NoticeRow("do:a:1", "delayed", "due", at=10, mail=True),
        NoticeRow("do:a:2", "delayed", "due", at=30, mail=True),
        NoticeRow("do:a:3", "delayed", "due", at=10),
        NoticeRow("do:a:4", "delayed", "held", "gls", at=10),
    ]
    await store.run(lambda tx: tx.notices.note(rows))
    assert await store.read(lambda tx: tx.notices.unsent(20)) == 1
    assert await store.read(lambda tx: tx.notices.unsent(31)) == 2


@pytest.mark.req("L15")
async def test_orders_at_a_milestone_without_their_notice_are_found(store):
    def state(number: int, milestone: str, at: int) -> StateRow:
        return StateRow(f"do:a:{number}", b"{}", {}, at, {"milestone": milestone})

    rows = [state(1, "delivered", 50), state(2, "delivered", 50), state(3, "in_transit", 50), state(4, "delivered", 5)]
    await store.run(lambda tx: tx.states.save(rows))
    await store.run(lambda tx: tx.notices.note([NoticeRow("do:a:2", "delivered", "dropped", "stale", at=50)]))
    wanted = {"delivered": ["delivered"]}
    assert await store.read(lambda tx: tx.notices.untold(wanted, 10, 60)) == 1
    assert await store.read(lambda tx: tx.notices.untold(wanted, 10, 50)) == 0
    assert await store.read(lambda tx: tx.notices.untold({**wanted, "in_transit": ["in_transit"]}, 0, 60)) == 3


@pytest.mark.req("E12")
async def test_an_address_unsubscribes_once_and_the_first_time_counts(store):
    await store.run(lambda tx: tx.notices.refuse([("h1", 10), ("h2", 20)]))
    await store.run(lambda tx: tx.notices.refuse([("h1", 99)]))
    found = await store.read(lambda tx: tx.notices.refusals(0))
    assert [(each.recipient, each.at) for each in found] == [("h1", 10), ("h2", 20)]
    assert await store.read(lambda tx: tx.notices.refusals(found[-1].number)) == []


@pytest.mark.req("E13")
async def test_the_end_of_an_outage_wakes_what_waited_for_it_and_nothing_else(store):
    timers = [DueTimer("do:a:1", "notices/held/gls", DAY), DueTimer("do:a:1", "notices/held/ups", DAY)]
    await store.run(lambda tx: tx.timers.set(timers))
    await store.run(lambda tx: desk.pause(tx, "gls", "ops", "strike", 10))
    await store.run(lambda tx: desk.resume(tx, "gls", "ops", "over", 20))
    moves = await store.read(lambda tx: tx.notices.pauses(0))
    assert [(each.partner, each.at, each.paused) for each in moves] == [("gls", 10, True), ("gls", 20, False)]
    standing = await store.read(lambda tx: tx.timers.standing(["do:a:1"]))
    assert [(each.name, each.due_at) for each in standing] == [("notices/held/gls", 20), ("notices/held/ups", DAY)]
