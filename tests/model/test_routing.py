"""Routing rules: the first that fits decides, always, and the answer says why the others did not."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from crossdock.model.calendars import calendar
from crossdock.model.instants import epoch_us, stamp
from crossdock.model.money import Money
from crossdock.model.postcodes import BadPattern, covers, matches, read
from crossdock.model.routing import Conditions, Effect, Routable, Rule, RuleBook, route
from crossdock.model.shadows import cases, pattern_covers, warnings
from crossdock.model.shadows import covers as rule_covers
from orders import ANTWERP, delivery_order

MONDAY = epoch_us(stamp("2026-11-23T10:00:00+01:00"))
OFFICE = calendar("Europe/Brussels", (((480, 960),),) * 5 + ((),) * 2)
GHENT = Routable(
    "BE", "VOV", "9000", ("DESK-1", "LAMP-2"), Decimal(42), Money(19_900, "EUR"), "standard", "shop", "vip"
)


def book(*whens: Conditions) -> RuleBook:
    rules = tuple(Rule(f"r{number}", when, Effect(f"p{number}")) for number, when in enumerate(whens))
    return RuleBook(rules, "Europe/Brussels", {"bulky": ("DESK-*",)}, {"office": OFFICE})


@pytest.mark.req("A7")
@pytest.mark.parametrize(
    ("when", "why"),
    [
        (Conditions(countries=("NL", "LU")), "country BE is not NL or LU"),
        (Conditions(regions=("VAN",)), "region VOV is not VAN"),
        (Conditions(postcodes=("1000-1999", "80*")), "postcode 9000 is not 1000-1999 or 80*"),
        (Conditions(skus=("SOFA-*",)), "no line is SOFA-*"),
        (Conditions(only_skus=("DESK-*",)), "LAMP-2 is not DESK-*"),
        (Conditions(tags=("fragile",)), "no line is tagged fragile"),
        (Conditions(min_weight=Decimal(50)), "weight 42 kg is below 50 kg"),
        (Conditions(max_weight=Decimal(30)), "weight 42 kg is above 30 kg"),
        (Conditions(min_value=Money(50_000, "EUR")), "value 199.00 EUR is below 500.00 EUR"),
        (Conditions(max_value=Money(100, "USD")), "value 199.00 EUR is not in USD"),
        (Conditions(service_levels=("express",)), "service level standard is not express"),
        (Conditions(channels=("portal",)), "channel shop is not portal"),
        (Conditions(customer_groups=("retail",)), "customer group vip is not retail"),
        (Conditions(companies=("Acme",)), "company unknown is not Acme"),
        (Conditions(weekdays=(5, 6)), "Monday is not one of its weekdays"),
        (Conditions(since=16 * 60), "10:00 is not within its hours"),
        (Conditions(since=22 * 60, until=6 * 60), "10:00 is not within its hours"),
        (Conditions(outside="office"), "Monday 10:00 is within the calendar office"),
    ],
)
def test_each_condition_keeps_a_rule_from_deciding_and_says_so(when, why):
    decided = route(GHENT, book(when, Conditions()), MONDAY)
    assert (decided.rule, decided.partner) == ("r1", "p1")
    assert [(each.rule, each.why) for each in decided.rejected] == [("r0", why)]


@pytest.mark.req("A7")
@pytest.mark.parametrize(
    "when",
    [
        Conditions(countries=("NL", "BE"), postcodes=("90*",), skus=("SOFA-*", "LAMP-*")),
        Conditions(only_skus=("DESK-*", "LAMP-*"), tags=("bulky",)),
        Conditions(min_weight=Decimal(42), max_weight=Decimal(42)),
        Conditions(min_value=Money(19_900, "EUR"), max_value=Money(20_000, "EUR"), customer_groups=("vip",)),
        Conditions(weekdays=(0,), since=600, until=601, during="office"),
        Conditions(since=22 * 60, until=10 * 60 + 1),
    ],
)
def test_a_rule_whose_every_condition_holds_decides(when):
    assert route(GHENT, book(when), MONDAY).rule == "r0"


@pytest.mark.req("A7")
def test_what_is_not_known_fits_no_rule_that_asks_for_it():
    unknown = Routable()
    asking = book(
        Conditions(min_weight=Decimal(0)), Conditions(max_value=Money(1, "EUR")), Conditions(postcodes=("*",)),
        Conditions(only_skus=("*",)),
    )  # fmt: skip
    decided = route(unknown, asking, MONDAY)
    assert (decided.rule, decided.partner, len(decided.rejected)) == ("", "", 4)


@pytest.mark.req("A7")
def test_a_delivery_order_is_seen_with_its_place_goods_weight_and_value():
    order = delivery_order(packages=2, ship_to=ANTWERP)
    rules = book(Conditions(countries=("BE",), postcodes=("2000-2999",), skus=("SKU-*",), min_weight=Decimal("0.1")))
    assert route(order, rules, MONDAY).rule == "r0"


@pytest.mark.req("A7", "D6")
def test_a_hundred_orders_go_to_the_3pl_of_their_region_and_to_no_other():
    regions = {"VAN": "north3pl", "VOV": "west3pl", "WLG": "south3pl"}
    rules = tuple(
        Rule(f"{region} to {partner}", Conditions(countries=("BE",), regions=(region,)), Effect(partner))
        for region, partner in regions.items()
    )
    rules += (Rule("the rest of the world", Conditions(), Effect("export")),)
    orders = [replace(GHENT, region=(*regions, "WHT")[number % 4], country="BE") for number in range(100)]
    got = [route(order, RuleBook(rules), MONDAY).partner for order in orders]
    assert got == [regions.get(order.region, "export") for order in orders]
    assert {partner: got.count(partner) for partner in set(got)} == dict.fromkeys([*regions.values(), "export"], 25)


words = st.sampled_from(["BE", "NL", "DE"])
patterns = st.sampled_from(["*", "A*", "AB*", "AB", "B?", "AB1"])
postcodes = st.sampled_from(["*", "9*", "90*", "9000", "9000-9499", "9400-9999", "8*"])
some = {"max_size": 2, "unique": True}
conditions = st.builds(
    Conditions,
    countries=st.lists(words, **some).map(tuple),
    postcodes=st.lists(postcodes, **some).map(tuple),
    skus=st.lists(patterns, **some).map(tuple),
    only_skus=st.lists(patterns, max_size=1).map(tuple),
    tags=st.lists(st.sampled_from(["t1", "t2"]), **some).map(tuple),
    min_weight=st.none() | st.integers(0, 3).map(Decimal),
    max_weight=st.none() | st.integers(0, 3).map(Decimal),
    min_value=st.none() | st.builds(Money, st.integers(0, 3), st.sampled_from(["EUR", "USD"])),
    channels=st.lists(st.sampled_from(["shop", "portal"]), **some).map(tuple),
    weekdays=st.lists(st.integers(0, 2), **some).map(tuple),
    since=st.none() | st.sampled_from([0, 480, 1200]),
    until=st.none() | st.sampled_from([480, 720, 1440]),
    during=st.sampled_from(["", "", "office"]),
)
loose = st.builds(
    Conditions,
    countries=st.lists(words, max_size=3, unique=True).map(tuple),
    postcodes=st.lists(postcodes, max_size=1).map(tuple),
    max_weight=st.none() | st.integers(1, 3).map(Decimal),
)
routables = st.builds(
    Routable,
    country=words | st.just(""),
    postcode=st.sampled_from(["", "9000", "9050", "9450", "8000"]),
    skus=st.lists(st.sampled_from(["AB", "AB1", "B2", "A", "C"]), max_size=2, unique=True).map(tuple),
    weight=st.none() | st.integers(0, 3).map(Decimal),
    value=st.none() | st.builds(Money, st.integers(0, 3), st.sampled_from(["EUR", "USD"])),
    channel=st.sampled_from(["", "shop", "portal"]),
)
moments = st.integers(0, 72 * 60).map(lambda minutes: MONDAY + minutes * 60_000_000)
books = st.lists(conditions | loose, max_size=6).map(
    lambda whens: RuleBook(
        tuple(Rule(f"r{number}", when, Effect(f"p{number}")) for number, when in enumerate(whens)),
        "Europe/Brussels", {"t1": ("A*",), "t2": ("B*", "AB")}, {"office": OFFICE},
    )
)  # fmt: skip


@pytest.mark.req("A7")
@given(books, routables, moments)
@settings(max_examples=300)
def test_every_order_is_decided_on_by_the_first_rule_that_fits_it_alone(rules, order, at):
    decided = route(order, rules, at)
    alone = [route(order, replace(rules, rules=(rule,)), at).rule for rule in rules.rules]
    fitting = [name for name in alone if name]
    assert decided.rule == (fitting[0] if fitting else "")
    before = [rule.name for rule in rules.rules]
    cut = before.index(decided.rule) if decided.rule else len(before)
    assert [each.rule for each in decided.rejected] == before[:cut]
    assert all(each.why for each in decided.rejected)
    assert decided.partner == decided.rule.replace("r", "p")
    assert decided == route(order, rules, at)


@pytest.mark.req("A7")
@given(books, routables, moments)
@settings(max_examples=500)
def test_a_rule_that_is_warned_of_never_decides(rules, order, at):
    warned = {each.rule for each in warnings(rules)}
    assert route(order, rules, at).rule not in warned - {""}


@pytest.mark.req("A7")
@given(conditions | loose, conditions | loose, routables, moments)
@settings(max_examples=500)
def test_what_a_rule_covers_fits_it_and_the_cases_of_a_rule_are_the_rule(wide, narrow, order, at):
    def fits(when):
        rules = RuleBook((Rule("r", when),), "Europe/Brussels", {"t1": ("A*",), "t2": ("B*", "AB")}, {"office": OFFICE})
        return route(order, rules, at).rule == "r"

    if rule_covers(wide, narrow) and fits(narrow):
        assert fits(wide)
    assert fits(narrow) == any(fits(each) for each in cases(narrow))


@pytest.mark.req("A7")
def test_shadows_contradictions_and_gaps_are_warned_of():
    shadowed = book(
        Conditions(countries=("BE",)), Conditions(countries=("NL",)), Conditions(countries=("BE", "NL"), skus=("A*",)),
        Conditions(min_weight=Decimal(5), max_weight=Decimal(3)), Conditions(postcodes=("9*",)),
        Conditions(postcodes=("9000-9999",), countries=("DE",)),
    )  # fmt: skip
    told = {each.rule: each.text for each in warnings(shadowed)}
    assert told["r2"] == "never decides: 'r0' and 'r1' before it take its orders"
    assert "least weight 5 is above" in told["r3"]
    assert told["r5"] == "never decides: 'r4' before it takes its orders"
    assert "route.none" in told[""]
    assert set(told) == {"r2", "r3", "r5", ""}
    assert warnings(book(Conditions(countries=("BE",)), Conditions())) == ()
    assert "no effect" in warnings(RuleBook((Rule("idle"),)))[0].text


@pytest.mark.req("A7")
def test_a_version_changes_with_anything_in_the_book_and_with_nothing_else():
    rules = book(Conditions(countries=("BE",)))
    assert rules.version == book(Conditions(countries=("BE",))).version
    assert len({rules.version, book(Conditions()).version, replace(rules, zone="UTC").version,
                replace(rules, tags={}).version, replace(rules, calendars={}).version}) == 5  # fmt: skip


@given(postcodes, postcodes, st.text("0123459", max_size=5))
def test_a_postcode_pattern_covers_only_what_it_matches(wide, narrow, postcode):
    if covers(wide, narrow) and matches(narrow, postcode):
        assert matches(wide, postcode)


@given(st.text("AB*?", min_size=1, max_size=4), st.text("AB*?", min_size=1, max_size=4), st.text("AB", max_size=4))
def test_a_sku_pattern_covers_only_what_it_matches(wide, narrow, sku):
    from fnmatch import fnmatchcase  # noqa: PLC0415 - one use

    if pattern_covers(wide, narrow) and fnmatchcase(sku, narrow):
        assert fnmatchcase(sku, wide)


@pytest.mark.parametrize("pattern", ["", "9*0", "2000-1000"])
def test_what_is_no_postcode_pattern_is_refused(pattern):
    with pytest.raises(BadPattern):
        read(pattern)
