"""Where an order's parcel is drawn: from its sender over its scans to whom it goes, and back where it is sent back."""

from itertools import pairwise
from pathlib import Path

import pytest

from crossdock.model import events as ev
from crossdock.model.fulfilment import FulfilmentState, apply
from crossdock.model.instants import stamp
from crossdock.model.party import Address, Party
from crossdock.model.shipment import Booking
from crossdock.model.tracking import TrackingEvent
from crossdock.views.drawing import WIDTH, Stop, draw
from crossdock.views.geography import Spot, outlines, spot_at
from crossdock.views.journeys import order_map
from orders import delivery_order

VENDOR = Path(__file__).parents[2] / "src/crossdock/tower/static/vendor"
COUNTRIES = tuple(VENDOR / f"countries-{scale}.json" for scale in ("50m", "110m"))
needs_countries = pytest.mark.skipif(not COUNTRIES[0].exists(), reason="make assets was not run")


def scan(number, city, country, hour, milestone="in_transit"):
    at = stamp(f"2026-11-21T{hour:02}:00:00Z")
    return TrackingEvent("gls", number, milestone, at, place=Address(city=city, country=country))


def state_of(*scans, package="P1"):
    state = FulfilmentState()
    order = delivery_order(7, ship_to=Party("Ann", Address(("x",), "London", "", "E1", "GB")))
    facts = [ev.FulfilmentRequested(order)]
    facts += [
        ev.ShipmentBooked(Booking("gls", package, "s", number, "GLS", "Parcel"))
        for number in {s.tracking_number for s in scans}
    ]
    for place, body in enumerate([*facts, *(ev.TrackingReported(each) for each in scans)]):
        apply(state, body, f"k{place}")
    return state


def way_of(*scans, **more):
    return order_map(state_of(*scans, **more), scans, None)


def kinds(way):
    return [(each.label, each.kind) for each in way.drawing.stops]


@pytest.mark.req("L2")
def test_the_way_leads_from_the_sender_over_the_scans_to_whom_it_goes():
    way = way_of(scan("T1", "Berlin", "DE", 8), scan("T1", "Amsterdam", "NL", 9))
    assert kinds(way)[1:] == [("Berlin", "past"), ("Amsterdam", "here"), ("London", "goal")]
    assert kinds(way)[0][1] == "past"
    assert (way.number, way.goal, [each.place.city for each in way.scans]) == (
        "T1",
        "London, GB",
        ["Berlin", "Amsterdam"],
    )


def test_what_was_not_scanned_shows_where_it_goes_and_nowhere_that_it_is():
    way = way_of()
    assert [kind for _, kind in kinds(way)] == ["past", "goal"]
    assert (way.scans, way.number) == ((), "")
    assert order_map(FulfilmentState(), (), None) is None


def test_what_arrived_goes_nowhere_any_more():
    way = way_of(scan("T1", "Berlin", "DE", 8), scan("T1", "London", "GB", 9, "delivered"))
    assert kinds(way)[-1] == ("London", "here")
    assert way.goal == ""


def test_of_several_the_one_scanned_last_and_returns_the_other_way_round():
    way = way_of(scan("T1", "Berlin", "DE", 8), scan("T2", "Amsterdam", "NL", 9))
    assert (way.number, way.others) == ("T2", 1)
    back = way_of(scan("T1", "Amsterdam", "NL", 9), package="P1:return")
    assert kinds(back)[0] == ("London", "past")
    assert back.origin == "London, GB"


def test_a_place_that_says_its_position_is_drawn_there():
    assert spot_at(Address(city="Berlin", country="DE", latitude=52.0, longitude=13.0)) == Spot(13.0, 52.0, rough=False)
    assert spot_at(Address(city="Berlin", country="DE")).rough is False
    assert spot_at(Address(city="Nowhere", country="DE")).rough is True
    assert spot_at(Address(city="Berlin")) is None


@needs_countries
def test_no_country_leads_around_the_world():
    """Rings that cross the line of date were drawn as bands over the whole picture."""
    for path in COUNTRIES:
        for ring, _ in outlines(path):
            assert max(abs(one[0] - other[0]) for one, other in pairwise(ring)) < 361
            wide = [abs(one[0] - other[0]) for one, other in pairwise(ring) if abs(one[1]) < 85]
            assert max(wide, default=0) < 180
    north = [Stop("a", Spot(-60.0, 67.0, rough=False), "past"), Stop("b", Spot(10.0, 67.0, rough=False), "goal")]
    for shape in draw(north, *COUNTRIES).land:
        points = [tuple(map(float, each.split())) for each in shape.strip("MZ").split("L")]
        bands = [one for one, other in pairwise(points) if abs(one[0] - other[0]) > WIDTH * 0.9 and 20 < one[1] < 300]
        assert bands == []


@needs_countries
def test_long_ways_take_the_coarser_countries():
    far = [Stop("a", Spot(-74.0, 40.0, rough=False), "past"), Stop("b", Spot(2.0, 51.0, rough=False), "goal")]
    near = [Stop("a", Spot(4.0, 51.0, rough=False), "past"), Stop("b", Spot(13.0, 52.0, rough=False), "goal")]
    assert draw(far, *COUNTRIES) == draw(far, COUNTRIES[1])
    assert draw(near, *COUNTRIES) == draw(near, COUNTRIES[0])
