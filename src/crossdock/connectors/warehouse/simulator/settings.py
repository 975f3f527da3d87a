"""The options of the simulated warehouse."""

from msgspec import Struct


class SimulatorSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``webhook_url`` and ``files_url`` are where events are told and exports uploaded ("" nowhere); ``pace`` is the
    seconds between the steps of an order (0: only when told to); ``acknowledge`` the seconds until an order is
    acknowledged (below 0 never); ``stock`` is ``SKU=quantity`` separated by commas, ``plenty`` of what is not named.
    """

    seed: int = 1
    api_host: str = "wms.example"
    token: str = ""
    webhook_url: str = ""
    webhook_secret: str = ""
    files_url: str = ""
    upload_token: str = ""
    pace: float = 0.0
    acknowledge: float = 0.0
    stock: str = ""
    plenty: int = 100000
    unit: str = ""
    owner: str = ""

    def on_hand(self) -> dict[str, int]:
        """The stock at the start. Raises `ValueError`."""
        pairs = [each.partition("=") for each in self.stock.split(",") if each.strip()]
        return {sku.strip(): int(quantity) for sku, _, quantity in pairs}
