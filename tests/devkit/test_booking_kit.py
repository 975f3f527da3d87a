"""The booking kit on the model connector, and on one that books twice: the kit must see it."""

from typing import ClassVar

import pytest
from msgspec.structs import replace

from crossdock.connectors.easypost.config import EasyPostConfig
from crossdock.connectors.easypost.simulator import SIMULATOR
from crossdock.connectors.easypost.spec import SPEC
from crossdock.devkit.booking import BookingContract
from crossdock.ports.verdicts import ErrorClass, Explanation, InDoubt, Retry

KEY = "sim-key"


@pytest.mark.req("C4", "K1", "K2")
class TestEasyPostBooking(BookingContract):
    spec = SPEC
    simulator = SIMULATOR
    options: ClassVar = {"api_key": KEY}
    purchases = r"/v2/shipments.*"

    def configure(self, host):
        return EasyPostConfig(f"secret://x/{KEY}")


class Careless:
    """A connector that says of every lost answer that nothing happened."""

    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)

    async def send(self, command, documents):
        verdict = await self._inner.send(command, documents)
        if isinstance(verdict, InDoubt):
            again = replace(command.body, shipment_id=await self._opened(command, documents))
            verdict = await self._inner.send(replace(command, body=again), documents)
        return verdict

    async def _opened(self, command, documents):
        raise AssertionError("never bought under another shipment")


TRIALS = (
    ("test_an_undisturbed_booking_leaves_one_label_and_its_document", 0),
    ("test_a_death_at_any_io_step_leaves_one_label", 1),
    ("test_seeded_deaths_lost_answers_timeouts_and_second_clicks_leave_one_label", 1),
    ("test_two_workers_at_once_leave_one_label", 1),
    ("test_an_order_called_off_while_it_is_booked_leaves_no_label", 1),
)
"""The kit's trials, each with a world (by its seed) it has to judge: not its first one alone, where it has several."""


@pytest.mark.parametrize(("trial", "world"), TRIALS)
def test_a_connector_that_books_twice_is_seen(trial, world):
    class Doubling(TestEasyPostBooking):
        def build_simulator(self, seed):
            simulator = super().build_simulator(seed)
            honest = simulator.live_labels
            if seed >= world:
                simulator.live_labels = lambda: {name: [*codes, "1Z-twice"] for name, codes in honest().items()}
            return simulator

    with pytest.raises(AssertionError, match=r"^seed \d+, deaths \[.*\]: several live labels"):
        getattr(Doubling(), trial)()


def test_a_connector_that_forgets_its_purchase_is_seen():
    class Forgetful(TestEasyPostBooking):
        spec = replace(SPEC, build=lambda surroundings: _Unsure(SPEC.build(surroundings)))

    with pytest.raises(AssertionError, match="not finished"):
        Forgetful().test_an_undisturbed_booking_leaves_one_label_and_its_document()


class _Unsure(Careless):
    """Never admits that a label was bought."""

    async def send(self, command, documents):
        verdict = await self._inner.send(command, documents)
        kind = type(command.body).__name__
        return Retry(Explanation("Again.", "lost"), ErrorClass.SERVER) if kind == "BuyLabel" else verdict
