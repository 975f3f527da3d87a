"""Enrichment: every field by the first who says it, with who that is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from crossdock.model.enrichment import FIELDS, Knowledge, Preference, Wishes, enrich
from crossdock.model.party import Address
from orders import ANTWERP, delivery_order

ADA = replace(ANTWERP, name="Ada", reference="C-1", email="Ada@Shop.example")
ORDER = delivery_order(ship_to=ADA)
MORNING = Preference(Wishes("08:00", "12:00", tail_lift=True), "customers.csv line 2", "C-1")
PORT = Preference(
    Wishes("06:00", "10:00", service_minutes=15, latitude=51.22, longitude=4.40), "customers.csv line 3", "", "BE",
    ("2000-2060",),
)  # fmt: skip
DEFAULTS = Wishes(service_level="standard", service_minutes=5, leave_with_neighbour=False)
KNOWLEDGE = Knowledge((PORT, MORNING), DEFAULTS)


def told(order, knowledge=KNOWLEDGE):
    return {each.name: (each.value, each.source) for each in enrich(order, knowledge).fields}


@pytest.mark.req("A4")
def test_each_field_names_its_source_and_the_order_counts_before_the_customer_before_the_place():
    order = replace(ORDER, service_level="express", note="Gate 3")
    assert told(order) == {
        "window_from": ("08:00", "customers.csv line 2"),
        "window_until": ("12:00", "customers.csv line 2"),
        "service_level": ("express", "order"),
        "service_minutes": (15, "customers.csv line 3"),
        "tail_lift": (True, "customers.csv line 2"),
        "leave_with_neighbour": (False, "defaults"),
        "latitude": (51.22, "customers.csv line 3"),
        "longitude": (4.40, "customers.csv line 3"),
        "instructions": ("Gate 3", "order"),
    }


@pytest.mark.req("A4")
def test_a_customer_is_known_by_number_gln_or_address_of_mail_and_a_place_by_its_country():
    by_mail = Knowledge((replace(MORNING, reference="ada@shop.example"),))
    assert told(ORDER, by_mail)["tail_lift"] == (True, "customers.csv line 2")
    elsewhere = replace(ORDER, ship_to=replace(ADA, address=Address(("Dam 1",), "Amsterdam", "", "2000", "NL")))
    assert "latitude" not in told(elsewhere)
    placed = replace(ADA.address, latitude=0.0, longitude=0.0)
    assert told(replace(ORDER, ship_to=replace(ADA, address=placed)))["latitude"] == (0.0, "order")


wishes = st.builds(
    Wishes,
    window_from=st.sampled_from(["", "08:00"]),
    service_level=st.sampled_from(["", "express"]),
    service_minutes=st.none() | st.just(0),
    tail_lift=st.none() | st.booleans(),
)


@pytest.mark.req("A4")
@given(st.lists(wishes, max_size=4), wishes)
def test_no_field_is_lost_and_none_is_invented(known, defaults):
    preferences = tuple(Preference(each, f"line {number}", "C-1") for number, each in enumerate(known))
    order = replace(ORDER, service_level="")
    found = told(order, Knowledge(preferences, defaults))
    for name in FIELDS:
        said = [(getattr(each, name), f"line {number}") for number, each in enumerate(known)]
        said.append((getattr(defaults, name), "defaults"))
        first = next((each for each in said if each[0] is not None and each[0] != ""), None)
        assert found.get(name) == first
