"""Flows: no command without a class and an objective, and no objective that is not of its class."""

import typing

import pytest

from crossdock.model.commands import CommandBody
from crossdock.model.flows import BATCH, COMMANDS, NEAR_REAL_TIME, REAL_TIME, Target, of_feed, too_long


def tags(union):
    for each in typing.get_args(union):
        yield from tags(each) if typing.get_args(each) else (each.__struct_config__.tag,)


@pytest.mark.req("J1")
def test_every_command_there_is_has_a_class_and_an_objective_that_fit():
    assert set(COMMANDS) == set(tags(CommandBody))
    assert {too_long(each.target) for each in COMMANDS.values()} == {""}


@pytest.mark.req("J1")
@pytest.mark.parametrize(("every", "target"), [(10, NEAR_REAL_TIME), (900, NEAR_REAL_TIME), (901, BATCH), (0, None)])
def test_a_feed_is_of_the_class_its_pauses_allow(every, target):
    assert of_feed(every) == target


@pytest.mark.req("J1")
def test_an_objective_longer_than_its_class_is_said_in_figures():
    assert too_long(Target("real_time", 10)) == ""
    assert too_long(Target("real_time", 11)) == "11 s are more than 10 s, which real_time is"
    assert REAL_TIME.seconds < NEAR_REAL_TIME.seconds < BATCH.seconds
