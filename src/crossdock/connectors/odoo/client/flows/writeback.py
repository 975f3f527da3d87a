"""Labels, milestones, proofs and notes onto a transfer. The call that tells comes last in each."""

from crossdock.connectors.odoo.client.flows.flow import Outcome
from crossdock.connectors.odoo.client.records import Records
from crossdock.connectors.odoo.mapping.writing import (
    label_name,
    milestone_text,
    note_html,
    numbers_in,
    paper_name,
    proof_name,
    proof_text,
    tracking_reference,
)
from crossdock.model.commands import RecordDocument, RecordMilestone, RecordNote, RecordProof, RecordShipping
from crossdock.ports.connector import Documents


class Shipping:
    """A label as an attachment, and all tracking numbers so far as the transfer's reference."""

    def __init__(self, records: Records) -> None:
        """Writes through ``records``."""
        self._records = records

    async def find(self, body: RecordShipping) -> Outcome | None:
        """Attachment by name, and the reference naming these numbers."""
        picking = int(body.external_id)
        if await self._records.attachment(picking, label_name(body)) and await self._referenced(picking, body):
            return ()
        return None

    async def carry_out(self, body: RecordShipping, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - what is there is found by name in any case
        """Attach, then refer."""
        picking = int(body.external_id)
        data = await documents.get(body.label.sha256)
        await self._records.attach(picking, label_name(body), body.label.media_type, data)
        if not await self._referenced(picking, body):
            await self._records.write_tracking_reference(picking, tracking_reference(body))
        return ()

    async def _referenced(self, picking: int, body: RecordShipping) -> bool:
        """Whether the transfer names these numbers; a late retry must not shorten what a later parcel wrote."""
        return set(body.tracking_numbers) <= numbers_in(await self._records.tracking_reference(picking))


class Note:
    """A milestone or a word for people, as one note found again by its marker."""

    def __init__(self, records: Records) -> None:
        """Writes through ``records``."""
        self._records = records

    async def find(self, body: RecordMilestone | RecordNote) -> Outcome | None:
        """The note by its marker."""
        return () if await self._records.has_note(int(body.external_id), body.marker) else None

    async def carry_out(self, body: RecordMilestone | RecordNote, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - a note has no document
        """Post it, unless it is there."""
        if not (again and await self.find(body) is not None):
            text = milestone_text(body) if isinstance(body, RecordMilestone) else body.text
            await self._records.post_note(int(body.external_id), note_html(text, body.marker))
        return ()


class Proof:
    """A proof of delivery: the document attached, and a note with name, time and place."""

    def __init__(self, records: Records) -> None:
        """Writes through ``records``."""
        self._records = records

    async def find(self, body: RecordProof) -> Outcome | None:
        """The note by its marker: it is posted last."""
        return () if await self._records.has_note(int(body.external_id), body.marker) else None

    async def carry_out(self, body: RecordProof, documents: Documents, *, again: bool) -> Outcome:
        """Attach, then tell."""
        if again and await self.find(body) is not None:
            return ()
        picking = int(body.external_id)
        data, kind = proof_text(body).encode(), "text/plain"
        if body.document:
            data, kind = await documents.get(body.document.sha256), body.document.media_type
        attached = await self._records.attach(picking, proof_name(body), kind, data)
        await self._records.post_note(picking, note_html(proof_text(body), body.marker), (attached,))
        return ()


class Paper:
    """A paper that goes with a package, such as its customs invoice, as an attachment beside the label."""

    def __init__(self, records: Records) -> None:
        """Writes through ``records``."""
        self._records = records

    async def find(self, body: RecordDocument) -> Outcome | None:
        """The attachment by its name."""
        return () if await self._records.attachment(int(body.external_id), paper_name(body)) else None

    async def carry_out(self, body: RecordDocument, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - what is there is found by name in any case
        """Attach it."""
        data = await documents.get(body.document.sha256)
        await self._records.attach(int(body.external_id), paper_name(body), body.document.media_type, data)
        return ()
