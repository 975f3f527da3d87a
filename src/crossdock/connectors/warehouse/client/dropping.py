"""Orders and events as files in a shared folder."""

from typing import Any

import msgspec

from crossdock.connectors.warehouse.mapping.catalogue import Catalogue
from crossdock.connectors.warehouse.mapping.instructing import Instruction, file_of
from crossdock.model.events import EventBody, Fact
from crossdock.model.instants import from_epoch_us
from crossdock.model.names import names_of
from crossdock.model.warehouse import AnnounceInbound, CancelOrder, InboundAnnounced, WarehouseOrderReleased
from crossdock.ports.clock import Clock
from crossdock.ports.connector import Command, Page
from crossdock.ports.verdicts import AlreadyDone, Done, ErrorClass, Explanation, Park, Retry, Verdict
from crossdock.transports.folder import SharedFolder


class Dropping:
    """One warehouse's folder."""

    def __init__(self, folder: SharedFolder, partner: str, catalogue: Catalogue, clock: Clock) -> None:
        self._folder = folder
        self._partner = partner
        self._catalogue = catalogue
        self._clock = clock

    async def send(self, command: Command, body: Instruction) -> Verdict:
        """Write the file. Written again it is the same file. Raises `UomMismatch`."""
        name, written = file_of(body, self._catalogue)
        try:
            self._folder.write(name, written)
        except OSError as problem:
            return _no_folder(problem)
        return Done(handed_over(command, body, self._partner, self._clock))

    async def settle(self, command: Command, body: Instruction) -> Verdict:
        """A file that lies there was written; one that does not may have been taken already, and is written again:
        the warehouse knows it by its reference and revision.
        """
        name, _ = file_of(body, self._catalogue)
        if self._folder.has(name):
            return AlreadyDone(handed_over(command, body, self._partner, self._clock))
        return Retry(Explanation("The file is written again.", f"{name} is not in out/"), ErrorClass.PENDING, after=0)

    async def fetch(self, cursor: str) -> Page | Verdict:
        """The file that lies there longest. The one that ``cursor`` names was kept: it is put away first."""
        last: dict[str, Any] = msgspec.json.decode(cursor) if cursor else {}
        try:
            if last:
                self._folder.finish(str(last.get("name", "")), str(last.get("sha256", "")))
            found = self._folder.oldest(self._clock.now())
        except OSError as problem:
            return _no_folder(problem)
        if found is None:
            return Page(b"", cursor)
        following = msgspec.json.encode({"name": found.name, "sha256": found.sha256}).decode()
        if following == cursor:
            text = f"{found.name} was read and could not be moved into done/"
            return Park(Explanation("A file was read and cannot be put away: allow us to write to the folder.", text))
        return Page(found.body, following, more=True)


def handed_over(command: Command, body: Instruction, partner: str, clock: Clock) -> tuple[Fact, ...]:
    """That the warehouse has it: as a file, or as a line of its list at the partner desk."""
    told: EventBody
    if isinstance(body, CancelOrder):
        return ()
    if isinstance(body, AnnounceInbound):
        told = InboundAnnounced(partner, body.reference)
    else:
        told = WarehouseOrderReleased(partner, body.reference, body.revision)
    now = from_epoch_us(clock.now())
    return (Fact(told, now, subject=command.subject, binds=names_of(told, partner)),)


def _no_folder(problem: OSError) -> Retry:
    operator = "The shared folder cannot be used: see that it is there and that we may write to it. We try again."
    return Retry(Explanation(operator, f"{type(problem).__name__}: {problem.strerror}"), ErrorClass.UNREACHABLE)
