"""Screens register themselves, and what they all have to keep (decision 0036)."""

import json
import re
from pathlib import Path

import pytest

from crossdock.tower.app import SEGMENTS
from crossdock.tower.live import Live
from crossdock.tower.registered import SCREENS
from crossdock.tower.rendering import ago, amount, span, until
from views.seeding import FixedClock

TOWER = Path(__file__).parents[2] / "src" / "crossdock" / "tower"
TEMPLATES = sorted((TOWER / "templates").glob("*.html"))
ICONS = json.loads((TOWER / "assets" / "icons.json").read_text(encoding="utf-8"))
SECOND, MINUTE, HOUR = 1_000_000, 60_000_000, 3_600_000_000


def _name(path):
    return path.name


def test_places_have_their_own_key_path_and_icon():
    places = [screen.place for screen in SCREENS]
    for values in ([each.key for each in places], [each.path for each in places], [each.name for each in places]):
        assert len(set(values)) == len(places)
    assert [each.icon for each in places if each.icon not in ICONS] == []
    assert len(set(SEGMENTS)) == len(SEGMENTS)
    assert set(SEGMENTS) & {"v1", "in", "livez", "readyz", "metrics"} == set()


def test_every_module_of_a_screen_is_registered():
    modules = {path.stem for path in (TOWER / "screens").glob("*.py") if "\nSCREEN = " in path.read_text("utf-8")}
    assert {screen.routes[0].fn.__module__.rpartition(".")[2] for screen in SCREENS} == modules


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_no_template_needs_more_than_the_policy_allows(path):
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"\sstyle=|\son[a-z]+=|javascript:|\|\s*safe\b", text) == []
    assert [each for each in re.findall(r"<script[^>]*>", text) if " src=" not in each] == []
    assert re.findall(r"https?://(?!www\.w3\.org)", text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_every_icon_that_is_asked_for_is_there(path):
    asked = set(re.findall(r'\bicon\("(\w+)"', path.read_text(encoding="utf-8")))
    asked |= set(re.findall(r'\b(?:badge|empty)\("[\w-]+", "(\w+)", "', path.read_text(encoding="utf-8")))
    assert {each for each in asked if each not in ICONS} - {"search"} == set()


@pytest.mark.parametrize("path", [each for each in TEMPLATES if not each.name.startswith("_")], ids=_name)
def test_forms_that_act_carry_their_token(path):
    text = path.read_text(encoding="utf-8")
    forms = re.findall(r'<form[^>]*method="post".*?</form>', text, re.DOTALL)
    assert [each[:80] for each in forms if 'name="csrf"' not in each] == []


async def test_one_look_at_the_store_serves_all_who_watch(world):
    looks = []

    class Counting:
        async def read(self, step):
            looks.append(1)
            return await world.store.read(step)

    live = Live(Counting(), FixedClock())
    streams = [live.stream() for _ in range(20)]
    told = [await anext(stream) for stream in streams]
    assert {each["event"] for each in told} == {"counts"}
    assert len({each["data"] for each in told}) == 1
    assert len(looks) == 1
    live.stop()
    for stream in streams:
        assert [each async for each in stream] == []


def test_lengths_of_time_are_in_the_largest_unit_that_fits():
    assert [ago(0, each) for each in (0, 59 * SECOND, MINUTE, 25 * HOUR)] == [
        "just now", "59 s ago", "1 min ago", "1 d ago"
    ]  # fmt: skip
    assert [until(each, HOUR) for each in (HOUR, 3 * HOUR, 0)] == ["in 0 s", "in 2 h", "1 h over"]
    assert span(-5) == ""


def test_what_is_at_stake_is_rounded_to_the_unit():
    assert [amount(123456, "EUR"), amount(500, "JPY"), amount(1, "")] == ["1,235 EUR", "500 JPY", ""]
