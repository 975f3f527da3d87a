"""What a day needs against what was measured: arithmetic on figures made up here."""

import pytest

from crossdock.devkit.capacity.measuring import mixed
from crossdock.devkit.capacity.plot import plot
from crossdock.devkit.capacity.profile import InvalidProfile, Profile, bundled, read_profile, shipped
from crossdock.devkit.capacity.reckoning import Calls, Measured, reckon

pytestmark = pytest.mark.req("K14")

FLAT = Profile("flat", orders=(360.0,) * 24, scans=(3600.0,) * 23 + (7200.0,), busiest_minute=2.0)


def orders(**changed):
    return Measured("orders", **({"count": 40, "seconds": 10.0, "processor_seconds": 1.0} | changed))


def scans(**changed):
    return Measured("scans", **({"count": 800, "seconds": 10.0, "processor_seconds": 9.5} | changed))


def test_needs_of_orders_and_scans_add_up():
    verdict = reckon(FLAT, orders(), scans())
    # 360 an hour, doubled in the busiest minute: 0.2 a second of 4; 7,200 scans: 4 a second of 80
    assert verdict.busiest_hour == 23
    assert verdict.hours[23].load == pytest.approx(0.2 / 4 + 4 / 80)
    assert verdict.headroom == pytest.approx(10)
    assert verdict.sustained_scans == pytest.approx(40)
    assert verdict.sustained_orders == pytest.approx(2)


def test_a_full_core_gives_way_first():
    verdict = reckon(FLAT, orders(count=400), scans())
    assert "0.95 of one core" in verdict.bottleneck


def test_a_slow_partner_gives_way_first():
    busy = (Calls("carrier", 120, 36.0, 4), Calls("erp", 40, 4.0, 4))
    verdict = reckon(FLAT, orders(count=20, partners=busy), scans())
    assert "carrier answers in 300 ms" in verdict.bottleneck
    assert "3.6 of 4 calls" in verdict.bottleneck
    assert "throttle.concurrency of carrier" in verdict.advice


def test_what_neither_computes_nor_waits_for_partners_waits_for_its_disk():
    verdict = reckon(FLAT, orders(count=400), scans(processor_seconds=2.0))
    assert "commits of the store" in verdict.bottleneck


def test_the_plot_marks_where_the_machine_is_full():
    drawn = list(plot(reckon(FLAT, orders(count=2), scans())))
    assert len(drawn) == 25
    assert all(line.count("|") == 1 for line in drawn[1:])
    assert ">|" in drawn[-1]
    assert "105%" in drawn[-1]


@pytest.mark.parametrize("name", shipped())
def test_shipped_profiles_are_days(name):
    day = bundled(name)
    assert sum(day.orders) > 0
    assert sum(day.scans) > sum(day.orders)


def test_a_peak_day_is_busier_than_an_ordinary_one():
    assert {"peak-day", "ordinary-day"} <= set(shipped())
    assert max(bundled("peak-day").orders) > 2 * max(bundled("ordinary-day").orders)


def test_a_profile_of_23_hours_is_refused():
    with pytest.raises(InvalidProfile, match="orders"):
        read_profile(f"title: short\norders: {[1] * 23}\nscans: {[1] * 24}\n")


def test_the_mix_has_its_shares():
    day = Profile("mix", (1.0,) * 24, (1.0,) * 24, repeats=0.1, unknown=0.05, unreadable=0.01)
    packages = [f"EZ{number:012d}" for number in range(100)]
    made = list(mixed(day, packages, range(10), "secret"))
    assert len(made) == 1000 + 100 + 50 + 10
    assert len(set(made)) == len(made) - 100
    assert sum(b"ZZ0" in each for each in made) == 50
    assert made == list(mixed(day, packages, range(10), "secret"))
