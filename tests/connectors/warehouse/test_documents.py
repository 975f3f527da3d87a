"""What the how-to shows is what is spoken."""

import json

import msgspec
import pytest
from ruamel.yaml import YAML
from warehouse_world import HOW_TO, examples

from crossdock.connectors.warehouse import wire
from crossdock.connectors.warehouse.client.refusals import _BY_CODE
from crossdock.connectors.warehouse.config import WarehouseConfig
from crossdock.connectors.warehouse.mapping.files import COLUMNS
from crossdock.connectors.warehouse.simulator import SIMULATOR
from crossdock.model.identifiers import parse_sscc
from crossdock.sim.simulator import UnknownAction

JSON, CSV, TEXT = examples("json"), examples("csv"), HOW_TO.read_text()


@pytest.mark.req("D1")
def test_the_answers_shown_are_answers():
    answers = {title: body for title, body in JSON.items() if title.startswith("answer")}
    kinds = {"answer 201 to an announcement": wire.InboundAnswer}
    read = {
        title: msgspec.json.decode(body, type=kinds.get(title, wire.OrderAnswer)) for title, body in answers.items()
    }
    assert len(read) == 4
    assert {each.reference for each in read.values()} == {"WH/OUT/00011", "WH/IN/00003"}


def test_every_column_is_in_the_tables_of_the_page_and_every_code_too():
    assert [name for name in COLUMNS if f"`{name}`" not in TEXT] == []
    assert [code for code in _BY_CODE if f"`{code}`" not in TEXT] == []


def test_every_action_and_option_of_the_simulator_is_named():
    with pytest.raises(UnknownAction) as asked:
        SIMULATOR.build({}).control("?", {}, 0)
    actions = str(asked.value).partition("there are ")[2].split(", ")
    assert [each for each in actions if f"`{each}`" not in TEXT] == ["live_labels", "script"]


def test_the_sscc_shown_is_one():
    for body in JSON.values():
        for number in {part for part in json.dumps(json.loads(body)).split('"') if part.startswith("34012")}:
            assert parse_sscc(number) == number


def test_the_settings_shown_are_settings():
    block = TEXT.partition("```yaml\n")[2].partition("```")[0]
    config = YAML(typ="safe").load(block)["partners"]["north3pl"]["config"]
    layouts = TEXT.partition("      csv:\n")[2].partition("```")[0]
    config |= YAML(typ="safe").load("csv:\n" + layouts)
    read = msgspec.convert(config, WarehouseConfig)
    assert (read.items[0].contains, read.csv[0].fixed) == ("12", {"event": "order.shipped"})
