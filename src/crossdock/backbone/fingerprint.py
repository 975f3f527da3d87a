"""One hash for all that is kept of a subject, so that two histories can be compared."""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from crossdock.model.cases import Case
from crossdock.model.fulfilment import FulfilmentState, state_hash
from crossdock.model.identifiers import digest
from crossdock.model.measures import Handover, Parcel
from crossdock.ports.stores import StateRow
from crossdock.ports.stores_delivery import DueTimer
from crossdock.ports.stores_processes import Instance

_DECODE_STATE = msgspec.json.Decoder(FulfilmentState).decode
_NONE = "0" * 32


def fold_hash(row: StateRow) -> str:
    """Of the folded state alone; "" where the row cannot be read."""
    try:
        return state_hash(_DECODE_STATE(row.state))
    except msgspec.DecodeError:
        return ""


def row_hash(row: StateRow) -> str:
    """Of the folded state, the states of the processes and the columns of lists; not of when it was written."""
    parts = [f"{name}={value.decode(errors='replace')}" for name, value in sorted(row.processes.items())]
    parts += [f"{name}={value}" for name, value in sorted(row.summary.items())]
    return digest(row.subject, fold_hash(row) or row.state.hex(), *parts)


def subject_hash(
    row: StateRow | None,
    exceptions: Sequence[Case],
    timers: Sequence[DueTimer],
    instances: Sequence[Instance] = (),
    measured: Sequence[Parcel | Handover] = (),
) -> str:
    """Of everything that is kept of a subject."""
    parts = [str(each) for each in exceptions] + [str(each) for each in timers]
    return digest(row_hash(row) if row else "", *parts, *map(str, instances), *map(str, measured))


class Total:
    """A hash of many subjects that does not depend on their order: the sum of their hashes."""

    def __init__(self) -> None:
        """Of nothing yet."""
        self._sum = 0
        self.count = 0

    def add(self, one: str) -> None:
        """The hash of one more subject; each once."""
        self._sum = (self._sum + int(one, 16)) % (1 << 128)
        self.count += 1

    def digest(self) -> str:
        """32 hex characters; all of them 0 for no subject."""
        return hashlib.sha256(self._sum.to_bytes(16)).hexdigest()[:32] if self.count else _NONE


def columns_changed(old: StateRow | None, new: StateRow) -> Mapping[str, tuple[str, str]]:
    """The columns people see that differ, each with its text before and after."""
    before = old.summary if old else {}
    pairs = {name: (str(before.get(name, "")), str(value)) for name, value in new.summary.items()}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1] and pair != ("", "0")}
