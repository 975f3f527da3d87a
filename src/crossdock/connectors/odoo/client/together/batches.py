"""Commands that travel together: in batches of the chosen way's size; one bad entry never fails its neighbours."""

from collections.abc import Sequence

from crossdock.connectors.odoo.client.failures import Failed, OdooError, failure_of
from crossdock.connectors.odoo.client.together.way import Applied, Way
from crossdock.connectors.odoo.mapping.applying import Entry, entry_of
from crossdock.ports.connector import Command, Documents
from crossdock.ports.verdicts import AlreadyDone, Done, Explanation, InDoubt, Park, Reauthenticate, Retry, Verdict

_NO_BYTES = "The document to attach is no longer kept: fetch it again, then retry."
_LARGEST_BYTES = 16 * 1024 * 1024
"""Bytes of files in one call; Odoo takes 128 MiB, proxies before it less."""

Sized = tuple[Command, Entry, int]


async def send_batches(way: Way, commands: Sequence[Command], documents: Documents) -> list[Verdict]:
    """A verdict per command, in order; `Done` without facts where the caller has to add its own."""
    verdicts: dict[str, Verdict] = {}
    ready: list[tuple[Command, Entry]] = []
    files: dict[str, bytes] = {}
    for command in commands:
        entry = entry_of(command)
        try:
            if entry.file:
                words = entry.file.words.encode()
                files[entry.key] = words or await documents.get(entry.file.sha256)
            ready.append((command, entry))
        except KeyError as missing:
            verdicts[command.key] = Park(Explanation(_NO_BYTES, f"document {missing} is not in the store"))
    for batch in _cut(ready, files, way.largest):
        again = any(command.attempt > 1 for command, _ in batch)
        verdicts |= await _apply(way, [entry for _, entry in batch], files, again=again)
    return [verdicts[command.key] for command in commands]


def _cut(
    ready: Sequence[tuple[Command, Entry]], files: dict[str, bytes], largest: int
) -> list[list[tuple[Command, Entry]]]:
    """Batches that are neither too many nor too heavy."""
    batches: list[list[tuple[Command, Entry]]] = []
    weight = 0
    for command, entry in ready:
        size = len(files.get(entry.key, b""))
        if not batches or len(batches[-1]) >= largest or weight + size > _LARGEST_BYTES:
            batches.append([])
            weight = 0
        batches[-1].append((command, entry))
        weight += size
    return batches


async def _apply(way: Way, entries: Sequence[Entry], files: dict[str, bytes], *, again: bool) -> dict[str, Verdict]:
    """Halves what Odoo declines as a whole until the entry it declines is alone."""
    try:
        applied = await way.apply(entries, files, again=again)
    except Failed as failed:
        if isinstance(failed.verdict, Retry | InDoubt | Reauthenticate) or len(entries) == 1:
            return {entry.key: failed.verdict for entry in entries}
        middle = len(entries) // 2
        first = await _apply(way, entries[:middle], files, again=True)
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
