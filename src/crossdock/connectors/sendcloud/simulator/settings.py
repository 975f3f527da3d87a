"""Options of the simulator, as text by name, so that a command line or a scenario file can give them."""

from msgspec import Struct


class SimulatorSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How a simulated account behaves.

    ``seed`` makes all ids; ``keys`` are the only ones taken, as ``public:secret`` (any when empty); ``host`` is the
    name answered under; ``webhook_url`` and ``webhook_secret`` register a webhook.
    """

    seed: int = 0
    keys: str = ""
    host: str = "panel.sendcloud.sc"
    webhook_url: str = ""
    webhook_secret: str = ""
