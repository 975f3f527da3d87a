"""The other direction of what people do about exceptions, where there is one."""

from collections.abc import Sequence

from crossdock.backbone.exceptions_desk import Asked, Assign, Deed, Resume, Wait, act
from crossdock.model.cases import Case
from crossdock.model.identifiers import digest
from crossdock.ports.stores import Transaction


def inverses(cases: Sequence[Case], deed: Deed, now: int) -> list[tuple[Case, Deed]]:
    """For each case, as it was before ``deed``, what would make it so again; those that nothing would are left out:
    comments and resolutions stay, a team cannot be taken away, and a time that is over is not waited for again.
    """
    found = ((case, _inverse(case, deed, now)) for case in cases if not case.resolved_at)
    return [(case, back) for case, back in found if back is not None]


def _inverse(case: Case, deed: Deed, now: int) -> Deed | None:
    match deed:
        case Assign(owner, assignee):
            same = (owner in {"", case.owner}) and assignee == case.assignee
            return None if same or (owner and not case.owner) else Assign(case.owner if owner else "", case.assignee)
        case Wait(on, until):
            if (on, until) == (case.waiting_on, case.waiting_until):
                return None
            return _waited(case, now) or Resume()
        case Resume():
            return _waited(case, now)
        case _:
            return None


def _waited(case: Case, now: int) -> Wait | None:
    stands = bool(case.waiting_on) and (not case.waiting_until or case.waiting_until > now)
    return Wait(case.waiting_on, case.waiting_until) if stands else None


def take_back(tx: Transaction, steps: Sequence[tuple[Case, Deed]], deed: Deed, once: str, actor: str, now: int) -> int:
    """Take ``deed`` back where nobody has moved the case on since; how many cases it was."""
    held = {each.id: each for each in tx.exceptions.with_ids([case.id for case, _ in steps])}
    groups: dict[Deed, list[Case]] = {}
    for before, back in steps:
        current = held.get(before.id)
        if current is not None and not current.resolved_at and _untouched(current, before, deed):
            groups.setdefault(back, []).append(current)
    name = str(deed.__struct_config__.tag)
    identity = digest("undo", once)[:24]
    return sum(act(tx, cases, Asked(identity, actor, f"undo of {name}", back), now) for back, cases in groups.items())


def _untouched(current: Case, before: Case, deed: Deed) -> bool:
    """Still as ``deed`` left it, or not yet decided."""
    if isinstance(deed, Assign):
        left = (deed.owner or before.owner, deed.assignee)
        return (current.owner, current.assignee) in {left, (before.owner, before.assignee)}
    waits = deed.on if isinstance(deed, Wait) else ""
    return current.waiting_on in {waits, before.waiting_on}
