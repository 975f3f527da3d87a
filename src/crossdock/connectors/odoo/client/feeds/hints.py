"""What webhooks hinted at: bounded, and believed in nothing but "look there first"."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct, field

MOST_HINTS = 500
"""Records remembered per feed; what a flood brings beyond is found by the ordinary pass it also causes."""


class Hint(Struct):
    """The part of a webhook's body that is used: which record of which model. Everything else is read from Odoo."""

    model: str = msgspec.field(name="_model")
    id: int = msgspec.field(name="_id")


class Hints(Struct):
    """Hinted ids by model, each once."""

    waiting: dict[str, dict[int, None]] = field(default_factory=dict)
    count: int = 0

    def note(self, hint: Hint) -> None:
        """Remember it unless there are too many."""
        of_model = self.waiting.setdefault(hint.model, {})
        if hint.id not in of_model and self.count < MOST_HINTS:
            of_model[hint.id] = None
            self.count += 1

    def ids(self, models: Iterable[str]) -> dict[str, list[int]]:
        """What waits, by model, of ``models`` only."""
        return {model: list(self.waiting[model]) for model in models if self.waiting.get(model)}

    def clear(self) -> None:
        """They were followed."""
        self.waiting, self.count = {}, 0


def read_hint(body: bytes) -> Hint | None:
    """The record a webhook of Odoo names, or None whatever else the bytes are."""
    try:
        hint = msgspec.json.decode(body, type=Hint)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return hint if 0 < hint.id < 2**31 else None
