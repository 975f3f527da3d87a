"""Options of the simulator, as text by name, so that a command line or a scenario file can give them."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct


class SimulatorSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How a simulated account behaves.

    ``seed`` makes all ids; ``mode`` is test or live; ``api_token`` is the only token taken (any when empty);
    ``api_host`` and ``files_host`` are the names answered under; ``files_url`` is where label URLs point (when empty:
    where the simulator was called, on loopback, else ``files_host``); ``webhook_url`` and ``webhook_secret`` register
    a webhook at once (unsigned without a secret); ``pace`` is the seconds between the steps of a parcel's journey (0:
    only by the control action ``advance``); ``queue_seconds`` is how long a label asked for with ``async`` is QUEUED.
    """

    seed: int = 0
    mode: str = "test"
    api_token: str = ""
    api_host: str = "api.goshippo.com"
    files_host: str = "deliver.goshippo.com"
    files_url: str = ""
    webhook_url: str = ""
    webhook_secret: str = ""
    pace: float = 0.0
    queue_seconds: float = 20.0


def settings_from(options: Mapping[str, str]) -> SimulatorSettings:
    """Read options given as text. Raises `ValueError` that names the option."""
    try:
        return msgspec.convert(dict(options), SimulatorSettings, strict=False)
    except msgspec.ValidationError as problem:
        raise ValueError(f"options of the Shippo simulator: {problem}") from None
