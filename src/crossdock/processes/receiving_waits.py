"""What is waited for of goods that come in: the warehouse's word that it knows, and the supplier's notice.

Each is an expectation with somebody's name to it. It is fulfilled or expires once; one that comes late says so.
"""

from crossdock.model import events as ev
from crossdock.model.instants import epoch_us, lasting
from crossdock.model.progress import ExpectationExpired, ExpectationFulfilled
from crossdock.ports.process import Timer
from crossdock.processes.receiving_steps import Receiving, ReceivingPolicy, Waiting, is_here
from crossdock.processes.stepping import Course

_ACKNOWLEDGE = "acknowledge/"
_NOTICE = "notice"
_MINUTE = 60_000_000
_KINDS = {"acknowledge/": "announcement.unacknowledged", "notice": "asn.missing"}


def acknowledged(course: Course, own: Receiving, policy: ReceivingPolicy) -> None:
    """The warehouse has to take each announcement."""
    for name in [each for each in own.steps if each.startswith("announce/")]:
        wait = f"{_ACKNOWLEDGE}{name.removeprefix('announce/')}"
        if own.is_over(name):
            _end(course, own, wait, policy)
        elif wait not in own.waits:
            due = course.now + int(policy.acknowledge_minutes * _MINUTE)
            _begin(course, own, wait, policy, (course.now, due))


def wait_for_notice(course: Course, own: Receiving, policy: ReceivingPolicy) -> None:
    """The supplier has to say what it sent, before it arrives."""
    transfer = own.transfer
    if transfer is None or not policy.notice_hours:
        return
    over = own.removed or transfer.state in {"done", "cancelled"} or is_here(own)
    if own.notices or own.receipts or over:
        _end(course, own, _NOTICE, policy)
    elif transfer.planned_for is not None:
        due = epoch_us(transfer.planned_for) - int(policy.notice_hours * 60 * _MINUTE)
        if _NOTICE not in own.waits or (own.waits[_NOTICE].due != due and not own.waits[_NOTICE].raised):
            since = own.waits[_NOTICE].since if _NOTICE in own.waits else course.now
            _begin(course, own, _NOTICE, policy, (since, due))


def overdue(course: Course, own: Receiving, policy: ReceivingPolicy) -> None:
    """A deadline has passed: say so once, unless it was moved or met meanwhile."""
    body = course.event.body
    wait = own.waits.get(body.timer) if isinstance(body, ev.DeadlinePassed) else None
    if not isinstance(body, ev.DeadlinePassed) or wait is None or wait.raised or course.now < wait.due:
        return
    wait.raised = True
    what, who = _what(body.timer, own, policy)
    course.events.append(ExpectationExpired(body.timer, _kind(body.timer), what, who, wait.since, wait.due))
    waited = lasting(course.now - wait.since)
    text = f"{what}: {who} has owed it for {waited}, due {lasting(course.now - wait.due)} ago. Ask there."
    course.raise_exception(_KINDS.get(_begins(body.timer), "asn.missing"), text, f"/waits/{body.timer}")


def _begin(course: Course, own: Receiving, name: str, policy: ReceivingPolicy, times: tuple[int, int]) -> None:
    since, due = times
    own.waits[name] = Waiting(since, due)
    what, who = _what(name, own, policy)
    course.wait(Timer(name, max(due, course.now + 1), what, who, since))


def _end(course: Course, own: Receiving, name: str, policy: ReceivingPolicy) -> None:
    wait = own.waits.pop(name, None)
    if wait is None:
        return
    if not wait.raised:
        course.clear(name)
        return
    what, who = _what(name, own, policy)
    late = course.now - wait.due
    course.events.append(ExpectationFulfilled(name, _kind(name), what, who, wait.due, late))
    course.resolve(lambda each: each.pointer == f"/waits/{name}")


def _begins(name: str) -> str:
    return next(begins for begins in _KINDS if name.startswith(begins))


def _kind(name: str) -> str:
    return _KINDS[_begins(name)]


def _what(name: str, own: Receiving, policy: ReceivingPolicy) -> tuple[str, str]:
    """What is waited for, and from whom."""
    if name != _NOTICE:
        return f"acknowledging {name.removeprefix(_ACKNOWLEDGE)}", policy.warehouse
    order = own.transfer.purchase_order if own.transfer else ""
    return f"the supplier's notice for {order or 'the receipt'}", f"the supplier of {order}" if order else "supplier"
