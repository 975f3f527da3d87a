"""What a partner's verdict on a command comes to: how the command stands, what is a fact, how the partner fares."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec import Struct, structs

from crossdock.backbone.breaker import SECOND, Limits, failed, succeeded
from crossdock.backbone.lanes import DEFAULT_SCHEDULES, Schedule, next_try
from crossdock.backbone.withdrawing import withdrawal
from crossdock.model.commands import CommandBody
from crossdock.model.events import CommandFailed, Fact
from crossdock.model.instants import from_epoch_us
from crossdock.ports.stores_delivery import Attempt, BreakerMove, Claimed, Health, Outcome
from crossdock.ports.verdicts import (
    AlreadyDone,
    Done,
    ErrorClass,
    Explanation,
    InDoubt,
    Park,
    Reauthenticate,
    Refuse,
    Retry,
    Verdict,
)

read_command: Callable[[bytes], CommandBody] = msgspec.json.Decoder(CommandBody).decode
_NOT_THE_PARTNERS_FAULT = frozenset({ErrorClass.CONFLICT, ErrorClass.THROTTLED, ErrorClass.PENDING})


class TakenBack(Struct, frozen=True):
    """Not a partner's answer: the command was taken back, and certainly was not carried out."""

    why: Explanation


class Broken(Struct, frozen=True):
    """A defect of ours stopped the call: what the partner did before is not known, so it stays in doubt."""

    why: Explanation


Judged = Verdict | TakenBack | Broken


def outcome_of(
    verdict: Judged, attempt: Attempt, schedules: Mapping[str, Schedule], tries: int, now: int, jitter: float
) -> Outcome:
    """How the command stands after ``verdict``: ended, or due again by the schedule of its kind of failure."""
    within = verdict.within if isinstance(verdict, InDoubt) else None
    match verdict:
        case Done() | AlreadyDone():
            return Outcome("done", attempt)
        case Park(why) | Broken(why):
            return Outcome("parked", _explained(attempt, why))
        case Refuse(why):
            return Outcome("refused", _explained(attempt, why))
        case TakenBack(why):
            return Outcome("withdrawn", _explained(attempt, why))
        case Retry(why, error_class, after):
            status = "retry"
        case Reauthenticate(why):
            status, error_class, after = "retry", ErrorClass.CREDENTIAL, None
        case InDoubt(why, error_class):
            status, after = "in_doubt", None
    schedule = schedules.get(error_class, DEFAULT_SCHEDULES[error_class])
    due_at = next_try(schedule, tries, now, jitter, after, within)
    if due_at is None:  # what it says of trying again is over
        given_up = f"Given up after {tries} tries; retry it when the cause is gone. {why.operator}"
        return Outcome("parked", _explained(attempt, Explanation(given_up, why.engineer)))
    return Outcome(status, _explained(attempt, why), due_at)


def facts_of(claim: Claimed, verdict: Judged, outcome: Outcome, now: int) -> Sequence[Fact]:
    """What the outcome is a fact of: the partner's own, a withdrawal, or a failure people have to know."""
    if isinstance(verdict, Done | AlreadyDone):
        return verdict.facts
    if outcome.status == "withdrawn":
        why = outcome.attempt.engineer
        return (withdrawal(claim.key, claim.partner, claim.kind, claim.body, why, claim.subject, now),)
    if outcome.status not in {"parked", "refused"}:
        return ()
    body = read_command(claim.body)
    package_id = getattr(body, "package_id", "")
    told = outcome.attempt
    failure = CommandFailed(
        f"{claim.key}#{claim.attempt}", claim.partner, claim.kind, told.operator, told.engineer, package_id
    )
    return (Fact(failure, from_epoch_us(now), subject=claim.subject),)


def judge_health(
    health: Health, limits: Limits, name: str, verdict: Judged, now: int
) -> tuple[Health, BreakerMove | None]:
    """The partner's row after ``verdict``, and the breaker's move if it made one."""
    match verdict:
        case Done() | AlreadyDone() | Park() | Refuse() | Broken():
            return succeeded(health, name, now)
        case TakenBack():
            return health, None
        case Reauthenticate(why):
            return structs.replace(health, attention=why.operator), None
        case Retry(_, ErrorClass.THROTTLED, after):
            return structs.replace(health, not_before=now + int((after or 5.0) * SECOND)), None
        case Retry(_, error_class) | InDoubt(_, error_class) if error_class in _NOT_THE_PARTNERS_FAULT:
            return health, None
        case Retry(why) | InDoubt(why):
            return failed(health, limits, name, why.engineer[:200], now)


def _explained(attempt: Attempt, why: Explanation) -> Attempt:
    return structs.replace(attempt, operator=why.operator, engineer=why.engineer)
