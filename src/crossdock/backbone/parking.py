"""What a person may do with messages that stopped: retry them, end them, replay them. Steps of a transaction, so that
they commit together with the audit entry or the answer of the door they came through.
"""

from collections.abc import Sequence

from crossdock.backbone.withdrawing import given_up
from crossdock.model.identifiers import trace_id_of
from crossdock.ports.stores import NewEvent, Transaction
from crossdock.ports.stores_delivery import Withdrawn
from crossdock.ports.stores_inbound import Settlement


class Requests:
    """The effects that people and machines may ask for; whoever holds the lease carries them out."""

    def retry(self, tx: Transaction, exchange_ids: Sequence[str], now: int) -> int:
        """Let parked, refused or waiting commands and parked inbound messages go on; how many.

        A command that may have reached its partner stays doubtful: the partner is asked before it is sent again.
        """
        return tx.lanes.retry(exchange_ids, now) + tx.exchanges.reopen(_parked(tx, exchange_ids), "")

    def discard(self, tx: Transaction, exchange_ids: Sequence[str], now: int) -> int:
        """End parked messages for good; they stay readable. How many. That a command is not sent any more is a fact
        of its order, and so is that its partner may have carried it out; what waited for it goes on.
        """
        inbound = _parked(tx, exchange_ids)
        tx.exchanges.reopen(inbound, "")
        ended = tx.exchanges.settle([Settlement(each, "discarded") for each in inbound], now)
        commands = tx.lanes.discard(exchange_ids, now)
        tx.log.append([_given_up(each, now) for each in commands], now)
        return len(ended) + len(commands)

    def replay(self, tx: Transaction, exchange_ids: Sequence[str], now: int, *, effects: bool) -> int:  # noqa: ARG002 - every request is told the time
        """Read inbound messages again with today's mapping; without ``effects`` no command leaves. How many."""
        return tx.exchanges.reopen(exchange_ids, "effects" if effects else "quiet")


def _given_up(row: Withdrawn, now: int) -> NewEvent:
    fact = given_up(row, now)
    return NewEvent(fact.key(row.subject), row.subject, fact, now, "", "", trace_id_of(row.subject))


def _parked(tx: Transaction, exchange_ids: Sequence[str]) -> list[str]:
    found = (tx.views.exchange(each) for each in exchange_ids)
    return [each.row.id for each in found if each and each.row.direction == "inbound" and each.row.status == "parked"]
