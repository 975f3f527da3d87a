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


def test_a_connector_that_books_twice_is_seen():
    class Doubling(TestEasyPostBooking):
        def build_simulator(self, seed):
            simulator = super().build_simulator(seed)
            honest = simulator.live_labels
            simulator.live_labels = lambda: {name: [*codes, "1Z-twice"] for name, codes in honest().items()}
            return simulator

    with pytest.raises(AssertionError, match="several live labels"):
        Doubling().test_an_undisturbed_booking_leaves_one_label_and_its_document()


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
