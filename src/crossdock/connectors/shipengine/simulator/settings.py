"""Options of the simulator, as text by name, so that a command line or a scenario file can give them."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct


class SimulatorSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How a simulated account behaves.

    ``seed`` makes all ids; ``api_key`` is the only key taken (any when empty); ``host`` is the name answered under, for
    files too; ``files_url`` is where they point (when empty: where the simulator was called, on loopback, else
    ``host``); ``webhook_url`` registers a webhook at once; ``pace`` is the seconds between the steps of a parcel's
    journey (0: only by the control action ``advance``); ``sells_twice`` sells a second label of one shipment, which
    ShipEngine's documents do not forbid.
    """

    seed: int = 0
    api_key: str = ""
    host: str = "api.shipengine.com"
    files_url: str = ""
    webhook_url: str = ""
    pace: float = 0.0
    sells_twice: bool = False


def settings_from(options: Mapping[str, str]) -> SimulatorSettings:
    """Read options given as text. Raises `ValueError` that names the option."""
    try:
        return msgspec.convert(dict(options), SimulatorSettings, strict=False)
    except msgspec.ValidationError as problem:
        raise ValueError(f"options of the ShipEngine simulator: {problem}") from None
