"""`crossdock bench` as people run it, small: a real serving process, simulated partners, a scratch store."""

import pytest

from crossdock.cli.output import Exit

pytestmark = pytest.mark.req("K14")
DAY = "title: {title}\norders: {orders}\nscans: {scans}\nerp_seconds: 0\ncarrier_seconds: 0\n"


def _day(folder, orders):
    path = folder / "day.yaml"
    path.write_text(DAY.format(title="Test day", orders=[orders] * 24, scans=[3600] * 24))
    return path


def test_a_day_is_measured_and_nothing_is_left(config, crossdock):
    before = sorted(path.name for path in config.parent.iterdir())
    day = _day(config.parent, orders=1)
    answer = crossdock(
        "bench", "--config", config, "--profile", day, "--orders", 10, "--timed", 5, "--seconds", 1, "--json"
    )
    assert answer.code == 0, answer.err
    report = answer.json
    assert report["store"] == "sqlite"
    assert report["orders"]["count"] == 5
    assert report["scans"]["count"] >= 150
    assert report["rehearsal"]["statuses"] == {"202": 2}
    assert report["verdict"]["headroom"] > 1
    assert report["verdict"]["bottleneck"]
    day.unlink()
    assert sorted(path.name for path in config.parent.iterdir()) == before


@pytest.mark.slow
def test_a_day_that_does_not_fit_is_said_by_the_exit_code(config, crossdock):
    day = _day(config.parent, orders=36_000_000)
    answer = crossdock("bench", "--config", config, "--profile", day, "--orders", 10, "--timed", 5, "--seconds", 1)
    assert answer.code == Exit.FOUND, answer.err
    assert "gives way first orders" in answer.out
    assert ">|" in answer.out


def test_an_unknown_profile_names_those_there_are(config, crossdock):
    answer = crossdock("bench", "--config", config, "--profile", "bank-holiday")
    assert answer.code == Exit.USAGE
    assert "ordinary-day, peak-day" in answer.err
