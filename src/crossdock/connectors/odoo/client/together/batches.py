"""Commands that travel together: in batches of the chosen way's size; one bad entry never fails its neighbours."""

from collections.abc import AsyncIterator, Mapping, Sequence

from msgspec import Struct, field

from crossdock.connectors.odoo.client.failures import Failed, OdooError, failure_of
from crossdock.connectors.odoo.client.together.way import Applied, Way
from crossdock.connectors.odoo.mapping.applying import Entry, entry_of
from crossdock.ports.connector import Command, Documents
from crossdock.ports.verdicts import AlreadyDone, Done, Explanation, InDoubt, Park, Reauthenticate, Retry, Verdict

_NO_BYTES = "The document to attach is no longer kept: fetch it again, then retry."
_LARGEST_BYTES = 16 * 1024 * 1024
"""Bytes of files in one call, and in memory; Odoo takes 128 MiB, proxies before it less."""

Unreached = Retry | InDoubt | Reauthenticate


class Batch(Struct):
    """Entries of one call with the bytes of their files by key, ``weight`` in all. ``again``: an earlier attempt may
    have done some.
    """

    entries: list[Entry] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    weight: int = 0
    again: bool = False


async def send_batches(way: Way, commands: Sequence[Command], documents: Documents) -> list[Verdict]:
    """A verdict per command, in order; `Done` without facts where the caller has to add its own.

    When Odoo cannot be reached for one batch, those behind it are not sent: they would only wait as long each, and a
    later one must not overtake an earlier one of its transfer.
    """
    verdicts: dict[str, Verdict] = {}
    async for batch in _batches(commands, documents, verdicts, way.largest):
        found = await _apply(way, batch.entries, batch.files, again=batch.again)
        verdicts |= found
        if lost := _lost(found):
            return [verdicts.get(command.key) or _unsent(lost) for command in commands]
    return [verdicts[command.key] for command in commands]


async def _batches(
    commands: Sequence[Command], documents: Documents, verdicts: dict[str, Verdict], largest: int
) -> AsyncIterator[Batch]:
    """Batches that are neither too many nor too heavy; a command whose document is gone is parked in ``verdicts``."""
    batch = Batch()
    for command in commands:
        entry = entry_of(command)
        data = b""
        if entry.file:
            try:
                data = entry.file.words.encode() or await documents.get(entry.file.sha256)
            except KeyError as missing:
                verdicts[command.key] = Park(Explanation(_NO_BYTES, f"document {missing} is not in the store"))
                continue
        if batch.entries and (batch.weight + len(data) > _LARGEST_BYTES or len(batch.entries) >= largest):
            yield batch
            batch = Batch()
        batch.entries.append(entry)
        batch.weight += len(data)
        batch.again = batch.again or command.attempt > 1
        if entry.file:
            batch.files[entry.key] = data
    if batch.entries:
        yield batch


def _lost(found: Mapping[str, Verdict]) -> Unreached | None:
    return next((each for each in found.values() if isinstance(each, Unreached)), None)


def _unsent(lost: Unreached) -> Verdict:
    """Of what was not sent there is no doubt."""
    return Retry(lost.why, lost.error_class) if isinstance(lost, InDoubt) else lost


async def _apply(way: Way, entries: Sequence[Entry], files: dict[str, bytes], *, again: bool) -> dict[str, Verdict]:
    """Halves what Odoo declines as a whole until the entry it declines is alone."""
    try:
        applied = await way.apply(entries, files, again=again)
    except Failed as failed:
        if isinstance(failed.verdict, Unreached) or len(entries) == 1:
            return {entry.key: failed.verdict for entry in entries}
        middle = len(entries) // 2
        first = await _apply(way, entries[:middle], files, again=True)
        if lost := _lost(first):
            return first | {entry.key: _unsent(lost) for entry in entries[middle:]}
        return first | await _apply(way, entries[middle:], files, again=True)
    return {entry.key: _verdict(result) for entry, result in zip(entries, applied, strict=True)}


def raise_refused(results: Sequence[Applied]) -> None:
    """Raises `Failed` for the first entry that Odoo declined."""
    for each in results:
        if each.error:
            raise _failure(each)


def _verdict(applied: Applied) -> Verdict:
    if applied.error:
        return _failure(applied).verdict
    return AlreadyDone() if applied.before else Done()


def _failure(applied: Applied) -> Failed:
    text = applied.why.operator if applied.why else ""
    return failure_of(OdooError(applied.error, text), 200, "apply")
