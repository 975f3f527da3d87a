"""Options of the simulator, as text by name, so that a command line or a scenario file can give them."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct


class SimulatorSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How a simulated account behaves.

    ``seed`` makes all ids; ``host`` is the name answered under; ``account``, ``client_id`` and ``client_secret`` are
    the only ones taken (any when empty); ``lookup_lag`` is the seconds before tracking by reference shows a new label;
    ``unique_only`` refuses to name several shipments of one reference; ``webhook_url`` and ``webhook_token`` register
    a webhook.
    """

    seed: int = 0
    host: str = "apis.fedex.com"
    account: str = ""
    client_id: str = ""
    client_secret: str = ""
    lookup_lag: float = 0.0
    unique_only: bool = False
    webhook_url: str = ""
    webhook_token: str = ""


def settings_from(options: Mapping[str, str]) -> SimulatorSettings:
    """Read options given as text. Raises `ValueError` that names the option."""
    try:
        return msgspec.convert(dict(options), SimulatorSettings, strict=False)
    except msgspec.ValidationError as problem:
        raise ValueError(f"options of the FedEx simulator: {problem}") from None
