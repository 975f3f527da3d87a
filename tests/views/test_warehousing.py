"""Everything a warehouse says and is asked has words for people."""

from typing import get_args

import pytest
from hypothesis import given

from crossdock.model.events import type_of
from crossdock.model.warehouse import WarehouseCommand
from crossdock.views.wording import command_name, say
from model.invented_warehouse import bodies


@given(bodies)
@pytest.mark.req("L2")
def test_every_event_has_a_title_that_names_who_said_it(body):
    said = say(body)
    assert said.title != type_of(body)
    assert body.partner in said.title or body.partner in said.detail or "announced" in said.title


@pytest.mark.parametrize("command", get_args(WarehouseCommand))
def test_every_command_has_a_name(command):
    tag = str(command.__struct_config__.tag)
    assert command_name(tag) != tag
