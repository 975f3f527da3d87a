"""Putting a message right that nobody could read: the corrected bytes become a message of their own, which names the
one it stands for. What was received stays as it was.

Nothing is accepted that would stop again: the same mapping reads the corrected bytes first, and what would follow is
told.
"""

from hashlib import sha256

from msgspec import Struct

from crossdock.backbone.replay import Imagined, Replayer
from crossdock.model.identifiers import digest
from crossdock.ports.connector import Unreadable
from crossdock.ports.rows import ExchangeDetail
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.stores_inbound import Correction, Inbound
from crossdock.ports.verdicts import Explanation

_INSTANT = 14
"""Characters of an id that say when (see `crossdock.ports.clock`)."""


class NotCorrectable(Exception):
    """This message cannot be corrected: ``status`` is 404 (there is none), 409 (it is not parked), 410 (its bytes are
    gone) or 413 (what shall stand for it is too large).
    """

    def __init__(self, status: int, operator: str, engineer: str = "") -> None:
        """``operator`` is one sentence that says what to do."""
        super().__init__(operator)
        self.status = status
        self.operator = operator
        self.engineer = engineer


class Checked(Struct, frozen=True):
    """A correction before it is made. ``faults`` say why it would not be accepted; ``imagined`` is what would follow.

    ``standing`` is the correction that was made already, with the same bytes: there is nothing left to do.
    """

    original: ExchangeDetail
    body: bytes
    faults: tuple[Unreadable, ...] = ()
    imagined: Imagined | None = None
    standing: Correction | None = None

    @property
    def acceptable(self) -> bool:
        """Whether it may be made."""
        return not self.faults

    @property
    def sha256(self) -> str:
        """Of the corrected bytes, as the audit has it."""
        return sha256(self.body).hexdigest()


class Corrector:
    """Checks corrections with the engine's own translator and reducer, and makes them."""

    def __init__(self, store: Store, replayer: Replayer, largest: int) -> None:
        """``largest`` is what intake takes, in bytes."""
        self._store = store
        self._replayer = replayer
        self.largest = largest

    async def check(self, exchange_id: str, body: bytes, now: int) -> Checked:
        """The dry run: nothing is written. Raises `NotCorrectable`."""
        if len(body) > self.largest:
            text = "The corrected message is larger than what intake takes: split it, or raise listen.max_body."
            raise NotCorrectable(413, text, f"{len(body)} bytes, the limit is {self.largest}")
        original, earlier = await self._store.read(lambda tx: _found(tx, exchange_id))
        if original is None:
            raise NotCorrectable(404, f"There is no message '{exchange_id}'.")
        if original.corrected is not None and earlier is not None and earlier.body == body:
            return Checked(original, body, standing=original.corrected)
        _correctable(original)
        if body == original.body:
            return Checked(original, body, (_UNCHANGED,))
        imagined = await self._replayer.imagine(_stand_in(original, body), now)
        return Checked(original, body, _faults(imagined), imagined)

    @staticmethod
    def make(tx: Transaction, checked: Checked, actor: str, reason: str, now: int) -> tuple[Correction, bool]:
        """Make a correction that was found acceptable, with its audit; and whether this call made it (the same one
        asked for again is made once). A step of a transaction. Raises `NotCorrectable` when the message has moved on,
        and `ValueError` for a correction with faults.
        """
        if checked.faults:
            raise ValueError("a correction with faults is not made")
        original = checked.original.row.id
        wanted = Correction(original, correction_id(original), now, actor, reason)
        if tx.exchanges.correct(wanted, checked.body):
            said = f"{wanted.exchange_id} sha256:{checked.sha256}: {reason}"
            tx.doors.audit(now, actor, "exchange.correct", original, said)
            return wanted, True
        found, earlier = _found(tx, original)
        standing = found.corrected if found is not None else None
        if standing is None or earlier is None or earlier.body != checked.body:
            raise _moved_on(standing)
        return standing, False


def correction_id(original_id: str) -> str:
    """The id of a message's correction: one only, of the same instant, so that the two stand side by side."""
    return original_id[:_INSTANT] + digest("corrects", original_id)[:12]


def _found(tx: Transaction, exchange_id: str) -> tuple[ExchangeDetail | None, ExchangeDetail | None]:
    original = tx.views.exchange(exchange_id)
    by = original.corrected if original is not None else None
    return original, tx.views.exchange(by.exchange_id) if by is not None else None


def _correctable(original: ExchangeDetail) -> None:
    row = original.row
    if row.direction != "inbound":
        text = "A command is a decision of Crossdock: correct what it was decided from, then retry or discard it."
        raise NotCorrectable(409, text, f"'{row.id}' is outbound")
    if row.status != "parked":
        raise _moved_on(original.corrected, row.status)
    if original.body_gone:
        raise NotCorrectable(410, "The bytes of this message are gone: their retention is over.")


def _moved_on(standing: Correction | None, status: str = "") -> NotCorrectable:
    if standing is not None:
        text = f"This message was corrected already, by {standing.actor}: look at {standing.exchange_id}."
        return NotCorrectable(409, text, "another correction stands")
    text = "Only a parked message can be corrected: this one has moved on meanwhile."
    return NotCorrectable(409, text, f"it is {status}" if status else "it is not parked")


def _stand_in(original: ExchangeDetail, body: bytes) -> Inbound:
    row = original.row
    return Inbound(
        correction_id(row.id), row.partner, row.kind, body, row.received_at, row.trace_id, original.content_type,
        original.headers, original.path,
    )  # fmt: skip


_UNCHANGED = Unreadable(
    "", Explanation("Nothing was changed. To read the message again as it is, retry it.", "the bytes are the same")
)
_SILENT = Unreadable(
    "", Explanation("Nothing would come of it. To end the message, discard it.", "the mapping finds no fact in it")
)


def _faults(imagined: Imagined) -> tuple[Unreadable, ...]:
    """What the mapping cannot read; else what would stop it behind the mapping."""
    if imagined.translation.problems:
        return imagined.translation.problems
    if not imagined.translation.facts:
        return (_SILENT,)
    ended = imagined.settlement
    return (Unreadable("", Explanation(ended.operator, ended.engineer)),) if ended.status == "parked" else ()
