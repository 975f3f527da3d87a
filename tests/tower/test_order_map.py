"""The map of an order: a picture and its words without scripts, the same stops as data for the map with them."""

import json
import re
from html import unescape

import pytest

from crossdock.model.events import TrackingReported
from crossdock.model.instants import stamp
from crossdock.model.party import Address
from crossdock.model.tracking import TrackingEvent
from tower.pages import entering
from views.seeding import DELIVERED, NOW, REJECTED, Teller


@pytest.mark.req("L2")
async def test_an_order_has_its_picture_its_words_and_the_same_stops_for_scripts(world):
    at = stamp("2026-11-22T08:00:00Z")
    scan = TrackingEvent("easypost", "T1", "in_transit", at, place=Address(city='Berlin"<i>', country="DE"))
    later = TrackingEvent(
        "easypost", "T1", "in_transit", stamp("2026-11-22T09:00:00Z"), place=Address(city="Paris", country="FR")
    )
    await world.store.run(lambda tx: [Teller(tx, REJECTED, NOW).say(TrackingReported(each)) for each in (scan, later)])
    client = await entering(world)
    text = (await client.get(f"/orders/{REJECTED}")).text
    assert '<svg viewBox="0 0 640 320" role="img" aria-labelledby="map" aria-describedby="map-words">' in text
    assert "<bdi>Paris, FR</bdi>" in text
    assert "<bdi>Berlin&#34;&lt;i&gt;, DE</bdi>" in text
    stops = json.loads(unescape(re.search(r'data-map="([^"]*)"', text).group(1)))
    assert [(each["label"], each["kind"], each["rough"]) for each in stops] == [
        ("US", "past", True), ("DE", "past", True), ("Paris", "here", False), ("US", "goal", True)
    ]  # fmt: skip
    assert all(-180 <= each["at"][0] <= 180 and -90 <= each["at"][1] <= 90 for each in stops)
    assert text.count("<circle") >= len(stops)


async def test_the_map_needs_nothing_that_the_policy_forbids(world):
    client = await entering(world)
    answer = await client.get(f"/orders/{DELIVERED}")
    policy = answer.headers["content-security-policy"]
    assert "worker-src 'self' blob:" in policy
    assert "unsafe" not in policy
    assert not re.search(r'(?:src|href|data-vendor)="https?:', answer.text)
    worker = re.search(r'data-vendor="([^"]*)"', answer.text)
    if worker:
        sent = await client.get(f"{worker.group(1)}/maplibre-worker.js")
        assert sent.headers["content-type"].startswith(("text/javascript", "application/javascript"))
