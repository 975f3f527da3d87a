"""The vocabulary is closed, and its tables agree with each other."""

import pytest

from crossdock.model.milestones import CATEGORIES, MILESTONES, REASONS, UnknownMilestone, check


@pytest.mark.req("E3")
def test_the_milestones_customers_know_are_there():
    known = {"info_received", "picked_up", "in_transit", "out_for_delivery", "delayed", "delivered", "exception"}
    assert known <= set(MILESTONES)


@pytest.mark.req("E4")
def test_every_reason_has_a_category_and_every_category_an_owner():
    assert set(REASONS.values()) <= set(CATEGORIES)
    assert all(owner for category, owner in CATEGORIES.items() if category != "none")


def test_orthogonal_facts_never_advance_and_moves_have_a_rank_of_their_own():
    moves = [row for row in MILESTONES.values() if row.advances]
    assert all(row.phase != "orthogonal" for row in moves)
    assert len({row.rank for row in moves}) == len(moves)
    assert all(not row.advances for row in MILESTONES.values() if row.phase == "orthogonal")


def test_ends_are_terminal():
    terminal = {row.code for row in MILESTONES.values() if row.terminal}
    assert terminal == {"delivered", "returned", "cancelled", "lost", "destroyed"}


def test_words_outside_the_vocabulary_are_refused():
    assert check("delivery_attempted", "recipient", "recipient_absent").code == "delivery_attempted"
    for words in [("teleported",), ("delayed", "bad_luck"), ("delayed", "none", "because")]:
        with pytest.raises(UnknownMilestone, match="not in the vocabulary"):
            check(*words)
