"""Check digits, canonical ids and partitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.model import identifiers as ids

digits = st.text("0123456789", min_size=1)


def _with_check(body: str) -> str:
    return f"{body}{ids.gs1_check_digit(body)}"


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (ids.parse_gtin, "96385074"),
        (ids.parse_gtin, "036000291452"),
        (ids.parse_gtin, "6291041500213"),
        (ids.parse_gtin, "10614141000415"),
        (ids.parse_gln, "0614141000005"),
        (ids.parse_sscc, "106141411234567897"),
    ],
)
def test_published_examples_are_read(parse, text):
    assert parse(text) == text


@pytest.mark.parametrize("text", ["(00)106141411234567897", "00106141411234567897", " 10614141 1234567897 "])
def test_an_sscc_is_read_with_or_without_its_application_identifier(text):
    assert ids.parse_sscc(text) == "106141411234567897"


@given(st.text("0123456789", min_size=17, max_size=17), st.integers(0, 17), st.integers(1, 9))
def test_any_single_changed_digit_of_an_sscc_is_caught(body, place, change):
    sscc = _with_check(body)
    wrong = sscc[:place] + str((int(sscc[place]) + change) % 10) + sscc[place + 1 :]
    assert ids.parse_sscc(sscc) == sscc
    with pytest.raises(ids.InvalidIdentifier, match="wrong check digit"):
        # A leading application identifier is 20 characters long, so a changed digit can never be taken for one.
        ids.parse_sscc(wrong)


@given(st.sampled_from([7, 11, 12, 13]).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n)), st.data())
def test_any_single_changed_digit_of_a_gtin_is_caught(body, data):
    gtin = _with_check(body)
    place = data.draw(st.integers(0, len(gtin) - 1))
    change = data.draw(st.integers(1, 9))
    wrong = gtin[:place] + str((int(gtin[place]) + change) % 10) + gtin[place + 1 :]
    with pytest.raises(ids.InvalidIdentifier):
        ids.parse_gtin(wrong)


@given(st.text(max_size=20))
def test_any_text_is_a_key_or_an_invalid_identifier(text):
    for parse in (ids.parse_gtin, ids.parse_gln, ids.parse_sscc):
        try:
            key = parse(text)
        except ids.InvalidIdentifier:
            continue
        assert key.isascii()
        assert key.isdigit()


@pytest.mark.parametrize("text", ["629104150021X", "629104150021\uff13", "629104150021\u00b3"])
def test_a_last_character_that_is_no_ascii_digit_is_invalid(text):
    with pytest.raises(ids.InvalidIdentifier, match="other than digits"):
        ids.parse_gtin(text)


def test_a_un_locode_is_read_with_its_space():
    assert ids.parse_unlocode("be anr") == "BEANR"
    with pytest.raises(ids.InvalidIdentifier):
        ids.parse_unlocode("BEAN1")


@pytest.mark.parametrize("text", ["", "Odoo", "1odoo", "odoo main", "odoo/main", "a" * 41])
def test_partner_ids_are_plain(text):
    with pytest.raises(ids.InvalidIdentifier):
        ids.parse_partner_id(text)


def test_a_subject_keeps_its_partition_for_the_life_of_a_store():
    # Figures of the first release: a change here would strand every stored event (decision 0004).
    assert ids.PARTITIONS == 64
    assert [ids.partition_of(ids.delivery_order_id("odoo", str(n))) for n in (1, 2, 16)] == [4, 62, 24]


@given(st.text())
def test_every_subject_has_a_partition(subject):
    assert 0 <= ids.partition_of(subject) < ids.PARTITIONS


def test_subjects_spread_over_all_partitions():
    used = {ids.partition_of(ids.delivery_order_id("odoo", str(n))) for n in range(2_000)}
    assert len(used) == ids.PARTITIONS


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_a_digest_tells_part_borders_apart(one, other):
    assert (ids.digest(*one) == ids.digest(*other)) == (one == other)


@pytest.mark.req("L1")
def test_a_trace_id_is_32_hex_characters_and_follows_the_subject():
    trace = ids.trace_id_of("do:odoo:16")
    assert len(trace) == 32
    assert int(trace, 16)
    assert trace == ids.trace_id_of("do:odoo:16") != ids.trace_id_of("do:odoo:17")


@pytest.mark.parametrize(
    "named",
    [
        ids.delivery_order_id,
        ids.sales_order_id,
        ids.channel_order_id,
        ids.transfer_id,
        ids.stock_item_id,
        ids.storage_id,
    ],
)
def test_no_name_holds_what_no_database_keeps(named):
    assert "\x00" not in named("X\x00Y", "Z\x00")
    assert named("X\x00Y", "Z") != named("XY", "Z")
