"""What people rule about a partner's words, as a step of a transaction: it commits together with its audit."""

from crossdock.ports.stores import Transaction
from crossdock.ports.stores_mapping import Ruling


def rule(tx: Transaction, ruling: Ruling) -> None:
    """Write a ruling down; it holds for every message that is read from now on."""
    tx.mappings.rule(ruling)
    tx.doors.audit(ruling.at, ruling.by, f"mapping.{ruling.act}", f"{ruling.partner}/{ruling.name}", ruling.note)
