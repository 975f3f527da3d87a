"""Every language says everything, and places and pictures are what they seem."""

import re
from pathlib import Path

import pytest

from crossdock.model.milestones import MILESTONES
from crossdock.settings.tracking_page_checks import LANGUAGES
from crossdock.trackpage.asking import RETURN_REASONS
from crossdock.trackpage.words import NAMES, chosen, words_of
from crossdock.views.customers import ALL_SCANS, STATUSES
from crossdock.views.drawing import HEIGHT, WIDTH, Stop, draw
from crossdock.views.geography import Spot, spot_of

pytestmark = pytest.mark.req("E11")
SLOT = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_phrase_with_the_same_values(language):
    words, english = words_of(language), words_of("en")
    assert {name: set(table) for name, table in words.tables.items()} == {
        name: set(table) for name, table in english.tables.items()
    }
    for name, table in english.tables.items():
        for key, phrase in table.items():
            assert sorted(SLOT.findall(words.tables[name][key])) == sorted(SLOT.findall(phrase)), (name, key)
            assert words.tables[name][key].strip()
    assert (len(words.months), len(words.weekdays), language in NAMES) == (12, 7, True)


def test_everything_that_may_be_shown_has_words():
    english = words_of("en")
    public = {code for code, row in MILESTONES.items() if row.told in ALL_SCANS}
    assert public == set(english.tables["checkpoint"])
    assert set(STATUSES) == set(english.tables["status"]) == set(english.tables["next"])
    assert set(RETURN_REASONS) == set(english.tables["reason"])


@pytest.mark.parametrize(
    ("wanted", "accepted", "own", "found"),
    [("de", "fr", "es", "de"), ("xx", "fr-CA,en;q=0.3", "es", "fr"), ("", "pt", "es_MX", "es"), ("", "", "", "en"),
     ("", "en;q=0.1, nl;q=0.9", "", "nl"), ("", "de;q=x, fr", "", "fr"), ("", "," * 5000, "", "en")],
)  # fmt: skip
def test_the_language_is_the_one_asked_for_else_the_browsers_else_the_orders(wanted, accepted, own, found):
    assert chosen(wanted, accepted, own, LANGUAGES, "en") == found


def test_a_city_that_is_known_is_exact_and_any_other_is_its_country():
    assert spot_of("bruxelles", "BE").rough
    assert spot_of("São Paulo", "BR") == Spot(-46.617, -23.533, rough=False)
    assert spot_of("Nowhere", "ZZ") is None


@pytest.mark.parametrize(
    "ends", [((4.3, 50.8), (-3.7, 40.4)), ((121.5, 31.2), (-118.2, 34.0)), ((178.0, -18.0), (-176.0, -13.0))]
)
def test_a_journey_fits_into_the_picture_also_over_the_date_line(ends):
    stops = [Stop("a", Spot(*ends[0], rough=False), "here"), Stop("b", Spot(*ends[1], rough=False), "goal")]
    drawing = draw(stops, None)
    assert all(0 < mark.x < WIDTH and 0 < mark.y < HEIGHT for mark in drawing.marks)
    assert (drawing.land, len(drawing.marks), bool(drawing.ahead)) == ((), 2, True)
    assert draw([], None) is None


def test_outlines_that_cannot_be_read_are_left_out(tmp_path):
    broken = tmp_path / "countries.json"
    broken.write_text("{}")
    stop = Stop("a", Spot(4.3, 50.8, rough=True), "here")
    assert [draw([stop], each).land for each in (broken, Path("/nowhere"))] == [(), ()]
