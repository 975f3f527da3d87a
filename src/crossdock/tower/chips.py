"""Status words as people see them: colour, icon and text together, never colour alone."""

from msgspec import Struct

from crossdock.model.milestones import MILESTONES
from crossdock.views.wording import milestone_name

_STEPS = {"pre": 1, "first_mile": 2, "transit": 3, "last_mile": 4, "end": 5, "return": 3}
STEPS = 5
"""Segments of the little track beside a milestone."""


class Chip(Struct, frozen=True):
    """``tone`` is neutral, info, good, warn, bad or doubt; ``icon`` is a symbol of static/icons.svg."""

    tone: str
    icon: str
    text: str
    title: str = ""


_STATUS = {
    "received": Chip("info", "clock", "received", "Durable, not translated yet"),
    "translated": Chip("good", "check", "translated"),
    "waiting": Chip("warn", "clock", "waiting", "No order is known by its references yet; it binds when one is"),
    "repeated": Chip("neutral", "repeat", "repeated", "Said before; it changed nothing"),
    "hint": Chip("neutral", "bell", "hint", "Only wakes the feed"),
    "queued": Chip("info", "clock", "queued"),
    "sending": Chip("info", "send", "sending"),
    "claimed": Chip("info", "send", "sending"),
    "retry": Chip("warn", "repeat", "retrying"),
    "in_doubt": Chip(
        "doubt", "question", "in doubt", "It may have happened: the partner is asked before anything is sent again"
    ),
    "done": Chip("good", "check", "done"),
    "parked": Chip("bad", "hand", "parked", "A person must look"),
    "refused": Chip("bad", "cross", "refused", "Not acceptable as it is; never resent unchanged"),
    "discarded": Chip("neutral", "cross", "discarded", "Ended by a person"),
    "corrected": Chip("neutral", "check", "corrected", "A person put it right; its correction stands for it"),
    "open": Chip("bad", "bolt", "breaker open", "Calls are held back until the partner answers again"),
    "half_open": Chip("warn", "bolt", "breaker half open", "One probe call is let through"),
    "half-open": Chip("warn", "bolt", "breaker half open", "One probe call is let through"),
    "closed": Chip("good", "bolt", "breaker closed"),
}
_VERDICT = {
    "Done": Chip("good", "check", "done"),
    "AlreadyDone": Chip("good", "check", "already done"),
    "Retry": Chip("warn", "repeat", "retry"),
    "Reauthenticate": Chip("warn", "lock", "credential refused"),
    "InDoubt": Chip("doubt", "question", "in doubt"),
    "Park": Chip("bad", "hand", "parked"),
    "Broken": Chip("bad", "hand", "stopped by a defect", "What the partner did before is not known"),
    "Refuse": Chip("bad", "cross", "refused"),
}
_PHASE = {
    "new": Chip("neutral", "dot", "new"),
    "rejected": Chip("bad", "alert", "rejected", "Something in the order has to be put right first"),
    "rating": Chip("info", "clock", "rating", "Carriers are asked for rates"),
    "attention": Chip("bad", "hand", "attention", "A person must look"),
    "booking": Chip("info", "send", "booking", "The label is being bought"),
    "labelled": Chip("info", "doc", "labelled", "Every package has its label"),
    "shipped": Chip("info", "truck", "shipped"),
    "delivered": Chip("good", "check", "delivered"),
    "cancelled": Chip("neutral", "cross", "cancelled"),
}
PHASES = tuple(_PHASE)
_TROUBLED = {"lost", "destroyed", "cancelled"}


def status_chip(word: str) -> Chip:
    """An exchange's status or an attempt's verdict."""
    return _STATUS.get(word) or _VERDICT.get(word) or Chip("neutral", "dot", word.replace("_", " "))


def milestone_chip(code: str) -> Chip:
    """A milestone of the vocabulary."""
    row = MILESTONES.get(code)
    if not code or row is None or code == "unknown":
        return Chip("neutral", "dot", "no scan yet" if code in {"", "unknown"} else code)
    if code == "delivered":
        return Chip("good", "check", "Delivered")
    if code in _TROUBLED:
        return Chip("bad", "alert", milestone_name(code))
    if row.phase == "return" or row.rank < 0 or not row.advances:
        return Chip("warn", "return" if row.phase == "return" else "alert", milestone_name(code))
    return Chip("info", "truck" if row.rank > 20 else "box", milestone_name(code))


def phase_chip(word: str) -> Chip:
    """A process's phase; a word this page does not know is shown as it is."""
    return _PHASE.get(word) or Chip("neutral", "dot", word.replace("_", " ") or "-")


def track(code: str) -> int:
    """How many of the track's segments a milestone fills (0 to `STEPS`)."""
    row = MILESTONES.get(code)
    return _STEPS.get(row.phase, 0) if row else 0
