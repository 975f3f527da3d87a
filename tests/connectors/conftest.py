"""The longest parts of the booking kit: `make slow` runs them for every connector that books, `make test` for one
(``tests/devkit/test_booking_kit.py``). Seeded deaths, lost answers and orders called off come for all with both.
"""

import pytest

LONG = {"test_a_death_at_any_io_step_leaves_one_label", "test_two_workers_at_once_leave_one_label"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if "connectors" in item.path.parts and item.originalname in LONG:
            item.add_marker(pytest.mark.slow)
