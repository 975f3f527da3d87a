"""A scene served on loopback. The smoke part runs with all tests; the matrix and the other pages and faults with
CROSSDOCK_BROWSER=1.
"""

import os

import pytest

from api.serving import Site
from browser import scene
from browser.visiting import CHROMIUM

SMOKE = (
    "poison message-operations",
    "expired key-technical",
    "from_search_to_an_order_to_its_payloads[without-scripts]",
    "a_parked_message_is_retried_with_a_reason[with-scripts]",
    "what_is_new_waits_until_it_is_asked_for",
    "a_reader_reads_and_presses_nothing",
)
"""What runs with all tests: two seeded faults (a list acted on by one key, and the palette), a page read without
scripts, one acted on with them, what comes live, and a role that may not. Each starts a browser, which takes seconds.
"""


def pytest_collection_modifyitems(items):
    away = pytest.mark.skip(reason="needs Debian's chromium at /usr/bin/chromium")
    later = pytest.mark.skip(reason="part of the whole matrix: make browser")
    for item in items:
        if "browser" not in item.path.parts:
            continue
        if not CHROMIUM.exists():
            item.add_marker(away)
        elif _is_of_the_whole(item) and not os.environ.get("CROSSDOCK_BROWSER"):
            item.add_marker(later)


def _is_of_the_whole(item):
    fault = "test_faults" in item.path.name and "by_keyboard" in item.name
    chosen = fault or "test_pages" in item.path.name
    whole = item.path.name in {"test_matrix.py", "test_map_tiles.py"}
    return whole or (chosen and not any(each in item.name for each in SMOKE))


def pytest_terminal_summary(terminalreporter):
    """Fault by fault: interactions to the cause and to the fix."""
    told = [
        value.split(" | ")
        for report in terminalreporter.stats.get("passed", [])
        for name, value in report.user_properties
        if name == "fault"
    ]
    if not told:
        return
    terminalreporter.section("from Now to the cause and to the fix, by keyboard")
    terminalreporter.write_line(f"{'fault':26} {'role':11} {'cause':>5} {'fix':>4}  keys")
    for fault, role, cause, fix, keys in told:
        terminalreporter.write_line(f"{fault:26} {role:11} {cause:>5} {fix:>4}  {keys}")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One scene for tests that only read."""
    with Site(scene.opened, tmp_path_factory.mktemp("scene")) as running:
        yield running


@pytest.fixture
def site(tmp_path):
    """A scene of one's own."""
    with Site(scene.opened, tmp_path) as running:
        yield running


@pytest.fixture
def bare(tmp_path):
    """Pages over an empty store."""
    with Site(scene.empty, tmp_path) as running:
        yield running
