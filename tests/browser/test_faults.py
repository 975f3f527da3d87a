"""Twelve things go wrong; from *Now* to the cause in three interactions and to the fix in five, by keyboard alone, for
an operations user and for a technical one. What docs/how-to/find-and-fix.md says of each is compared with it.
"""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from api.serving import Site
from browser import faults
from browser.keyboard import Keyboard
from browser.visiting import Visit
from crossdock.backbone.kpis import Window, read, terms_of
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.stores_doors import Audited
from crossdock.tower.sessions import Role
from crossdock.views.timeline import story_of

pytestmark = pytest.mark.req("L2", "L19")
CAUSE, FIX = 3, 5
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "find-and-fix.md"
BOTH = ("operations", "technical")
ROLES = {"operations": Role.OPERATOR, "technical": Role.ENGINEER}


class Hand:
    """What somebody at the keys has, and the store to look into afterwards."""

    def __init__(self, keys, site):
        self.keys = keys
        self.site = site
        self.stage = site.world

    async def run(self, work):
        """In the loop where the store lives."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.site.loop))

    async def read(self, step):
        return await self.run(self.stage.store.read(step))

    async def goes_on(self, hours=0.0):
        """Crossdock does what follows."""
        await self.run(self.stage.pass_by(hours))

    async def audited(self, action):
        entries = await self.read(lambda tx: tx.doors.audited(Audited(action=action))[0])
        assert [each.actor for each in entries] == ["tower:mara"], (action, entries)
        return entries[0]

    async def figure(self, name):
        """What a key figure says now."""
        board, now = self.stage.figures, self.stage.clock.now()
        terms = terms_of(board, name)
        assert not terms.unwatched
        return (await self.read(lambda tx: read(tx, board, terms, now, Window(until=now)))).value

    async def case(self, kind):
        rows, _ = await self.read(lambda tx: tx.views.exceptions(kind=kind, limit=10, open_only=False))
        return rows[0].case

    async def message(self, *statuses, **chosen):
        rows, _ = await self.read(lambda tx: tx.views.exchanges(statuses=statuses, limit=20, **chosen))
        return rows

    # ---- what several faults have in common

    async def opened(self, title, line, cause):
        """From *Now* by its list of causes to the exception."""
        await self.keys.follow(title, "Exceptions")
        await self.keys.sees(cause)
        await self.keys.follow(line, title)

    async def waits(self, kind, on):
        """It is asked for; until the answer the clock stands."""
        await self.keys.press("w")
        await self.keys.send({"On whom": on, "Reason": f"asked {on} by mail"}, "written down in the audit")
        await self.goes_on()
        case = await self.case(kind)
        assert (case.state, case.waiting_on) == ("waiting", on)
        assert f"asked {on}" in (await self.audited("exception.wait")).detail

    async def assigned(self, kind, who):
        """It is handed to somebody who can do it."""
        await self.keys.press("a")
        await self.keys.send({"To whom": who, "Reason": "please look into it"}, "written down in the audit")
        await self.goes_on()
        case = await self.case(kind)
        assert (case.state, case.assignee) == ("assigned", who)
        await self.audited("exception.assign")


async def bad_mapping(hand, role):
    kind, code = "mapping.unknown_code", "post used the code 'unknown/zn11'"
    await hand.opened("A code that no mapping knows", code, code)
    if role == "operations":
        await hand.assigned(kind, "lea")
        return
    await hand.keys.press("m")
    fields = {"It means": "Arrived at facility", "How you know": "the carrier's letter of Monday"}
    await hand.keys.send(fields, "It holds for every message from now on")
    assert "unknown/zn11" in (await hand.audited("mapping.settled")).target
    await hand.audited("exchange.replay")
    await hand.goes_on()
    assert (await hand.case(kind)).state == "resolved"
    subject = await hand.run(hand.stage.subject("S1001"))
    scans = [
        each.body.event
        for each in await hand.read(lambda tx: tx.log.of_subject(subject))
        if isinstance(getattr(each.body, "event", None), TrackingEvent)
    ]
    assert "arrived_at_facility" in {each.milestone for each in scans if each.raw_code == "unknown/zn11"}


async def silent_feed(hand, role):
    said = "north3pl has sent nothing on 'files' that was due at 2026-11-23T23:00Z"
    await hand.opened("A partner has gone quiet", said, said)
    await (hand.waits if role == "operations" else hand.assigned)(
        "feed.silent", "north3pl" if role == "operations" else "lea"
    )


async def carrier_outage(hand, role):
    if role == "operations":
        await hand.keys.follow("No carrier offers a rate", "Exceptions")
        await hand.keys.sees("post has not answered what it costs for 2 min")
        await hand.keys.palette("Act on all that fit")
        await hand.keys.switch("Wait")
        await hand.keys.send({"On whom": "post", "Reason": "asked post: back at six"}, "written down in the audit")
        await hand.goes_on()
        rows, _ = await hand.read(lambda tx: tx.views.exceptions(kind="rates.none", limit=10))
        assert [row.case.waiting_on for row in rows] == ["post"] * 3
        assert "asked post" in (await hand.audited("exception.wait")).detail
    else:
        await hand.keys.go("p", "Partners")
        await hand.keys.follow("post", "post")
        await hand.keys.sees("Not called since", "connection to post.example refused")
        await hand.keys.press("p")
        await hand.keys.send({"Reason": "their network is down until six"}, "no call is made to it now")
        assert (await hand.read(lambda tx: tx.partners.health("post"))).paused
        assert (await hand.audited("partner.pause")).target == "post"


async def missing_proof(hand, role):
    await hand.opened("Delivered, and no proof of it", "the proof of delivery", "USPS has owed it for 8 h")
    await (hand.waits if role == "operations" else hand.assigned)(
        "proof.missing", "USPS" if role == "operations" else "jonas"
    )


async def wrong_unit(hand, role):
    cause = "4 PF of LAMP-07: nobody said how many H87 a PF holds"
    if role == "operations":
        await hand.opened("A quantity in a unit nobody can convert", cause, cause)
        await hand.assigned("uom.mismatch", "lea")
        return
    await hand.keys.go("m", "Messages")
    await hand.keys.sees(cause)
    await hand.keys.follow("Message on events", "Message on events")
    await hand.keys.press("c")
    [row] = await hand.message("parked")
    body = (await hand.read(lambda tx: tx.views.exchange(row.id))).body.decode()
    right = body.replace('"PF"', '"H87"').replace('"4"', '"24"')
    assert right != body
    await hand.keys.send({"Message": partial(_instead, right)}, "It can be read.")
    await hand.keys.send({"Reason": "a PF holds six, says the warehouse"}, "The correction is made")
    await hand.goes_on()
    assert await hand.message("parked") == []
    assert row.id in (await hand.audited("exchange.correct")).target


async def _instead(text, keys):
    await keys.press("Control+a")
    await keys.insert_text(text)


async def expired_key(hand, role):
    cause = "EasyPost refuses our API key: put a valid key of the right mode in place."
    waiting = await hand.message("retry")
    assert len(waiting) == 3
    if role == "operations":
        await hand.keys.go("p", "Partners")
        await hand.keys.sees(cause)
        await hand.keys.follow("post", "post")
        hand.stage.book("post").replace([])  # the key was renewed at the carrier
        await hand.keys.on("HTTP 401 UNAUTHORIZED", "r")
        await hand.keys.send({"Reason": "the key is renewed"}, "It goes on now")
        assert (await hand.audited("exchange.retry")).target in {row.id for row in waiting}
    else:
        await hand.keys.follow("Queued", "Messages")
        await hand.keys.sees(cause)
        hand.stage.book("post").replace([])
        await hand.keys.palette("Try all again at once")
        await hand.keys.send({"Reason": "the key is renewed"}, "3 messages go on now")
        assert (await hand.audited("exchange.retry")).target == "3 messages"
    await hand.run(hand.stage.theatre.rest())
    assert (await hand.read(lambda tx: tx.partners.health("post"))).attention == ""
    labels = hand.stage.simulator("post").live_labels()
    assert len(labels) == 3 + (1 if role == "operations" else 3)


async def duplicate_order(hand, role):
    said = "'LAMP-07' stands in the order more than once"
    await hand.opened("Item stands in several lines", said, said)
    await (hand.waits if role == "operations" else hand.assigned)(
        "line.duplicate", "shop" if role == "operations" else "ann"
    )


async def stuck_process(hand, role):
    await hand.opened("The warehouse has not acknowledged", "acknowledging", "north3pl has owed it for 2 h")
    await (hand.waits if role == "operations" else hand.assigned)(
        "acknowledgement.overdue", "north3pl" if role == "operations" else "pia"
    )


async def late_asn(hand, role):
    said = "the supplier's notice for P2001"
    await hand.opened("A supplier's notice is missing", said, "the supplier of P2001 has owed it for 2 h")
    await (hand.waits if role == "operations" else hand.assigned)(
        "asn.missing", "Desk Makers" if role == "operations" else "pia"
    )


async def serialization_storm(hand, role):
    await hand.keys.go("p", "Partners")
    await hand.keys.follow("odoo", "odoo")
    await hand.keys.sees("3 commands are tried again: Others were writing the same record in Odoo")
    if role == "operations":
        await hand.keys.press("p")
        await hand.keys.send({"Reason": "until the import is through"}, "no call is made to it now")
        assert (await hand.audited("partner.pause")).target == "odoo"
        assert (await hand.read(lambda tx: tx.partners.health("odoo"))).paused
        return
    await hand.keys.press("l")
    fields = {"Calls a second": "0.5", "Reason": "an import writes the same transfers"}
    await hand.keys.send(fields, "Its pace is set for all workers")
    health = await hand.read(lambda tx: tx.partners.health("odoo"))
    assert health.per_second == 0.5
    assert (await hand.audited("partner.limit")).target == "odoo"
    hand.stage.simulator("odoo")._server.scripts.clear()  # with fewer of us the others get through
    await hand.goes_on(1)
    assert await hand.message("retry", "parked", partner="odoo") == []


async def poison_message(hand, role):
    await hand.keys.go("m", "Messages")
    await hand.keys.sees("EasyPost sent something that cannot be read exactly", "Input data was truncated")
    [row] = await hand.message("parked")
    if role == "operations":
        await hand.keys.on("Message on events", "d")
        await hand.keys.send({"Reason": "cut off; the carrier sends it again"}, "It is ended")
        assert (await hand.audited("exchange.discard")).target == row.id
        assert [each.id for each in await hand.message("discarded")] == [row.id]
        return
    await hand.keys.follow("Message on events", "Message on events")
    await hand.keys.press("c")
    await hand.keys.send({"Message": partial(_behind, hand.stage.cut)}, "It can be read.")
    await hand.keys.send(
        {"Reason": "cut off on its way; the rest is in the carrier's portal"}, "The correction is made"
    )
    await hand.goes_on()
    assert await hand.message("parked") == []
    subject = await hand.run(hand.stage.subject("S1001"))
    assert (await hand.read(lambda tx: tx.views.shipment(subject))).milestone == "departed_facility"


async def _behind(text, keys):
    await keys.press("Control+End")
    await keys.insert_text(text)


async def unmatched_charge(hand, role):
    number, kind = hand.stage.mistyped, "freight.unmatched"
    said = f"haulier charges 6.30 EUR on invoice F-2207, line 3: no shipment has the number {number}."
    assert await hand.figure("unmatched_freight_charges") == 1
    await hand.opened("A freight charge without a shipment", said, said)
    await hand.keys.press("l")
    order = "S1003" if role == "operations" else number[:-1] + str((int(number[-1]) - 1) % 10)
    await hand.keys.send({"Order": order}, "what waits for it becomes the order")
    await hand.keys.send({"How you know": "their typing: the last digit"}, "written down in the audit")
    await hand.goes_on()
    assert (await hand.case(kind)).state == "resolved"
    assert await hand.figure("unmatched_freight_charges") == 0
    subject = await hand.run(hand.stage.subject("S1003"))
    entry = await hand.audited("reference.link")
    assert (entry.target, entry.detail) == (subject, f"tracking_number {number}: their typing: the last digit")
    story = await hand.read(lambda tx: story_of(tx, subject))
    assert [str(each.amount) for each in story.charges] == ["6.30 EUR"]


NAMED = {
    "bad mapping": bad_mapping,
    "silent feed": silent_feed,
    "carrier outage": carrier_outage,
    "missing proof of delivery": missing_proof,
    "wrong unit": wrong_unit,
    "expired key": expired_key,
    "duplicate order": duplicate_order,
    "stuck process": stuck_process,
    "late advance notice": late_asn,
    "serialization storm": serialization_storm,
    "poison message": poison_message,
    "unmatched charge": unmatched_charge,
}


@pytest.mark.parametrize("role", BOTH)
@pytest.mark.parametrize("name", NAMED)
async def test_from_now_to_the_cause_and_to_the_fix_by_keyboard(name, role, tmp_path, record_property):
    work = NAMED[name]
    with Site(partial(faults.staged, fault=getattr(faults, work.__name__)), tmp_path) as site:
        async with Visit(site, ROLES[role]) as visit:
            await visit.page.wait_for_load_state()
            keys = Keyboard(visit.page)
            await work(Hand(keys, site), role)
    cause, fix = keys.cause_after, len(keys.done)
    record_property("fault", f"{name} | {role} | {cause} | {fix} | {'; '.join(keys.done)}")
    assert 0 < cause <= CAUSE, keys.done
    assert cause < fix <= FIX, keys.done
    assert told_in_the_how_to(name)[role] == (cause, fix), keys.done


def told_in_the_how_to(name):
    """Interactions to the cause and to the fix, by role, as the table in the how-to says."""
    [row] = [line for line in PAGE.read_text().splitlines() if line.startswith(f"| {name} |")]
    numbers = [cell.strip() for cell in row.strip("|").split("|")][-2:]
    return {role: tuple(map(int, each.split(" / "))) for role, each in zip(BOTH, numbers, strict=True)}
