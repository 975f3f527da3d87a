"""One call to a partner outside its lanes: its turn within throttle and breaker, and what came of it. All workers share
the partner's row, whose times are those of the store's clock.
"""

from crossdock.backbone.breaker import SECOND, Limits, allow, spend
from crossdock.backbone.judging import judge_health
from crossdock.ports.clock import SharedClock
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_delivery import BreakerMove
from crossdock.ports.verdicts import Verdict


def take_turn(tx: Transaction, name: str, limits: Limits, clock: SharedClock) -> float:
    """0 when one call may be made now, and then it is counted; else in how many seconds to look again."""
    health, now = tx.partners.health(name), clock.agreed(tx.server_time)
    allowance = allow(health, limits, now, 1)
    if not allowance.calls:
        return max(allowance.wait_until - now, 1) / SECOND
    spent = spend(allowance.health, limits, 1)
    if spent != health:
        tx.partners.save_health(name, spent)
    return 0.0


def note_call(tx: Transaction, name: str, limits: Limits, verdict: Verdict, clock: SharedClock) -> BreakerMove | None:
    """Take note of a call's end; the breaker's move if it made one."""
    health = tx.partners.health(name)
    changed, move = judge_health(health, limits, name, verdict, clock.agreed(tx.server_time))
    if changed != health:
        tx.partners.save_health(name, changed)
    if move is not None:
        tx.partners.note_breaker(move)
    return move
