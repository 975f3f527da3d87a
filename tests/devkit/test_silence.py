"""A week of omissions: found in time, and nothing invented; and a campaign that cannot find is seen."""

import pytest
from msgspec import structs

from crossdock.devkit.silence import campaign
from crossdock.devkit.silence.campaign import run
from crossdock.settings.watching import Expectations


@pytest.mark.req("E14", "H7", "L10")
def test_what_is_left_out_is_found_within_its_minute_and_nothing_is_invented():
    account = run(300, 80, 7)
    assert (account.missed, account.false) == ((), ())
    assert (account.found, account.omissions) == (account.omissions, 80)
    assert 0 < account.latest <= 60
    assert len(account.kinds) >= 35
    assert account.holds
    assert run(300, 80, 7) == account


def _muted(processes, change):
    return {
        key: [
            structs.replace(each, decide=change(each.decide)) if each.name == "expectations" else each for each in some
        ]
        for key, some in processes.items()
    }


@pytest.fixture
def expectations(monkeypatch):
    """Put a bug into the process of expectations."""
    sound = campaign._processes

    def put(change):
        monkeypatch.setattr(
            campaign, "_processes", lambda *, warehouse: _muted({0: sound(warehouse=warehouse)}, change)[0]
        )

    return put


def test_a_process_that_forgets_its_deadlines_is_seen(expectations):
    expectations(lambda decide: lambda situation: structs.replace(decide(situation), timers=()))
    account = run(150, 30, 3)
    assert not account.holds
    assert account.found == 0


def test_alarms_that_come_too_early_are_seen(monkeypatch):
    monkeypatch.setattr(campaign, "Expectations", lambda: Expectations(hours={"proof": 0.5, "pick": 0.5}))
    account = run(150, 30, 3)
    assert not account.holds
    assert {each.split()[1] for each in account.false} == {"proof", "pick"}
