"""Partners' reasons for returns in one set of words."""

import pytest

from crossdock.model.return_reasons import REASONS, UNKNOWN, reason_of

PARTNERS = {
    "wrong_size": ["Too small", "SIZE_TOO_LARGE", "Passt nicht", "size", "Te klein", "does-not-fit"],
    "damaged": ["Damaged in transit", "Beschädigt", "ITEM_DAMAGED", "endommagé", "Broken on arrival"],
    "defective": ["DEFECTIVE", "doa", "Does not work", "Défectueux"],
    "wrong_item": ["Received wrong item", "Falscher Artikel", "NOT_WHAT_I_ORDERED"],
    "not_as_described": ["Item not as described", "style", "Wrong colour"],
    "changed_mind": ["No longer needed", "Customer changed mind", "unwanted", "Gefällt nicht"],
    "arrived_late": ["Late delivery", "Zu spät geliefert"],
    "missing_parts": ["Missing accessories", "INCOMPLETE"],
    "duplicate_order": ["Ordered twice"],
    "undeliverable": ["RTS", "Return to sender", "Unzustellbar"],
    "refused": ["Annahme verweigert", "refused by recipient"],
    "unclaimed": ["Niet afgehaald"],
    "other": ["Sonstiges", "Misc."],
}


@pytest.mark.req("F7")
def test_what_partners_say_has_one_meaning():
    said = [(each, reason) for reason, words in PARTNERS.items() for each in words]
    assert len(said) >= 30
    assert {each: reason_of(each) for each, _ in said} == dict(said)


@pytest.mark.req("F7")
def test_every_reason_is_known_by_its_word_and_its_name_and_nothing_is_guessed():
    assert all(reason_of(each.reason) == reason_of(each.name) == each.reason for each in REASONS.values())
    assert [reason_of(each) for each in ("", "R47", "it smells", "damage to my feelings")] == [UNKNOWN] * 4
    assert {each.borne_by for each in REASONS.values()} == {
        "carrier", "supplier", "warehouse", "seller", "customer", "nobody",
    }  # fmt: skip
