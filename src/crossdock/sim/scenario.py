"""Scenario files: what happens on the partners' side, in order, as data."""

from importlib import resources

import msgspec
from msgspec import Struct, field
from ruamel.yaml import YAML


class Orders(Struct, frozen=True, forbid_unknown_fields=True):
    """Sale orders to confirm; the lists and keys are order numbers from 1, values of ``parcels`` counts."""

    count: int
    without_postcode: tuple[int, ...] = ()
    without_sku: tuple[int, ...] = ()
    parcels: dict[int, int] = field(default_factory=dict)

    def good(self) -> tuple[int, ...]:
        """Numbers of the orders that can be shipped."""
        bad = {*self.without_postcode, *self.without_sku}
        return tuple(number for number in range(1, self.count + 1) if number not in bad)

    def parcel_count(self) -> int:
        """Parcels of the good orders, which is how many labels there have to be."""
        return sum(self.parcels.get(number, 1) for number in self.good())


class Carrier(Struct, frozen=True, forbid_unknown_fields=True):
    """What goes wrong at the carrier: the nth purchase whose answer is lost; an outage of so many purchases after so
    many labels; the pause in seconds between Crossdock's death in it and its next start.
    """

    lost_answer: int = 0
    unavailable_after: int = 0
    unavailable_calls: int = 0
    kill_pause: float = 1.0


class Webhooks(Struct, frozen=True, forbid_unknown_fields=True):
    """What happens to webhooks on their way: the share delivered twice, whether batches are shuffled, how many are
    altered.
    """

    twice: float = 0.0
    shuffled: bool = False
    tampered: int = 0


class Scenario(Struct, frozen=True, forbid_unknown_fields=True):
    """One story."""

    title: str
    orders: Orders
    journey: tuple[tuple[str, str], ...]
    seed: int = 0
    carrier: Carrier = Carrier()
    webhooks: Webhooks = Webhooks()
    trace: int = 1
    patience: float = 120.0


class InvalidScenario(ValueError):
    """A scenario file that cannot be read; the text says where and why."""


def read_scenario(text: str) -> Scenario:
    """Read a scenario from YAML. Raises `InvalidScenario`."""
    try:
        return msgspec.convert(YAML(typ="safe", pure=True).load(text), Scenario, strict=False)
    except msgspec.ValidationError as problem:
        raise InvalidScenario(f"the scenario cannot be read: {problem}") from None


def bundled(name: str) -> Scenario:
    """A scenario that comes with Crossdock, such as ``first_delivery``."""
    folder = resources.files("crossdock.sim").joinpath("scenarios")
    return read_scenario(folder.joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
