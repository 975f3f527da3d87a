"""Feeds: a page may say when it wants to be asked again, and a hint may wake several feeds."""

import asyncio

import pytest

from crossdock.backbone.poll import Poller
from crossdock.ports.connector import Page
from crossdock.ports.verdicts import Retry
from crossdock.sim.clock import VirtualClock
from hubs import WHY, Scripted, scripted_hub


class Asked(Scripted):
    """Counts how often its feed is asked; every page wants two minutes of peace."""

    def __init__(self):
        super().__init__()
        self.count = 0

    async def fetch(self, feed, cursor):
        self.count += 1
        return Page(b"", cursor, next_after=120.0)


async def settled():
    """Let everything run that can, without moving the clock."""
    for _ in range(300):
        await asyncio.sleep(0)


@pytest.mark.req("J4")
async def test_a_page_says_when_to_ask_again_and_a_failure_forgets_it():
    carrier = Scripted()
    carrier.pages = [Page(b"", "a", next_after=120.0), Page(b"", "b"), Page(b"", "c", next_after=3.0), Retry(WHY)]
    hub = scripted_hub(carrier)
    poller: Poller = hub.engine._poller
    said = []
    for _ in range(4):
        await poller.step("carrier", "news")
        said.append(poller.pause("carrier", "news"))
    assert said == [120.0, None, 3.0, None]


@pytest.mark.req("J4")
async def test_a_feed_is_asked_when_it_said_or_when_one_of_several_hints_names_it():
    carrier, clock = Asked(), VirtualClock(auto=False)
    hub = scripted_hub(carrier, clock=clock)
    running = asyncio.create_task(hub.engine.run())
    asked = []
    for step in (0, 60, 70, "other news", "other"):
        if isinstance(step, str):
            hub.engine.hint("carrier", step)
        else:
            clock.advance(step)
        await settled()
        asked.append(carrier.count)
    hub.engine.stop()
    while not running.done():
        clock.advance(60)
        await settled()
    assert asked == [1, 1, 2, 3, 3], "at first, not after a minute, after two, when hinted at, not when others are"
