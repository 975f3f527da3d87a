"""What real Odoo 18 and 19 did in whole flows, the simulator does too: same calls, same answers."""

import copy

import pytest
from replay import FLOWS, NOT_COMPARED, Differs, Replay

OTHER = {bool: lambda value: not value, int: lambda value: value + 1, float: lambda value: value + 1.0}


@pytest.mark.req("N1")
@pytest.mark.parametrize("path", FLOWS, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_a_recorded_flow_goes_the_same_way(path):
    replay = Replay(path)
    replay.run()
    assert replay.flow["steps"]


def test_what_is_not_compared_has_its_reason():
    assert all(reason for reason in NOT_COMPARED.values())


def places(value, path=()):
    """(path, value) of every number, flag and word in an answer; ids and names of people are left out."""
    if isinstance(value, dict):
        return [found for key, each in value.items() for found in places(each, (*path, key))]
    if isinstance(value, list):
        return [found for index, each in enumerate(value) for found in places(each, (*path, index))]
    spared = isinstance(value, str) and (value.startswith(("<", "@")) or "mark" in value)
    return [] if value is None or spared else [(path, value)]


def changed(value):
    return OTHER[type(value)](value) if type(value) in OTHER else f"{value}x"


@pytest.mark.req("N1")
@pytest.mark.parametrize("serie", ["18", "19"])
def test_the_smallest_difference_is_noticed(serie):
    [path] = [each for each in FLOWS if each.match(f"{serie}/flows/no-backorder.json")]
    told = Replay(path).flow
    spots = [(number, *spot) for number, step in enumerate(told["steps"]) for spot in places(step["response"]["body"])]
    assert len(spots) > 60
    for number, where, value in spots[:: len(spots) // 30]:
        if not where or where[-1] in {"jsonrpc", "id", "target", "view_mode"}:
            continue
        replay = Replay(path)
        replay.flow = copy.deepcopy(told)
        inner = replay.flow["steps"][number]["response"]["body"]
        for key in where[:-1]:
            inner = inner[key]
        inner[where[-1]] = changed(value)
        with pytest.raises(Differs):
            replay.run()
