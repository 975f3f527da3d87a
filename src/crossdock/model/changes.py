"""Events about documents of a system of record beside deliveries: how they stand now, and that they are gone."""

import msgspec
from msgspec import Struct

from crossdock.model.identifiers import digest
from crossdock.model.masterdata import RejectedRecord
from crossdock.model.sales import SalesOrder
from crossdock.model.transfers import Transfer


class SalesOrderChanged(Struct, frozen=True, tag="sales_order.changed.v1"):
    """A sales order is as its system of record says now (the latest version holds)."""

    order: SalesOrder

    def identity(self) -> tuple[str, ...]:
        """One version of one order."""
        return (self.order.id, self.order.changed_at.at, digest(msgspec.json.encode(self.order).decode()))


class TransferChanged(Struct, frozen=True, tag="transfer.changed.v1"):
    """A transfer is as its system of record says now (the latest version holds)."""

    transfer: Transfer

    def identity(self) -> tuple[str, ...]:
        """One version of one transfer."""
        changed = self.transfer
        return (changed.id, changed.changed_at.at, digest(msgspec.json.encode(changed).decode()))


class DocumentRemoved(Struct, frozen=True, tag="document.removed.v1"):
    """A document is gone from its system of record: deleted, not cancelled. ``kind`` as in `WrittenDocument`."""

    partner: str
    kind: str
    external_id: str

    def identity(self) -> tuple[str, ...]:
        """A document is deleted once."""
        return (self.partner, self.kind, self.external_id)


class MasterDataApplied(Struct, frozen=True, tag="master_data.applied.v1", omit_defaults=True):
    """A batch of master data was applied: how many records were, and which were not and why."""

    partner: str
    marker: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: tuple[RejectedRecord, ...] = ()

    def identity(self) -> tuple[str, ...]:
        """One result per batch."""
        return (self.partner, self.marker)
