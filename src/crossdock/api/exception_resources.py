"""Exceptions, their causes, owners and alerts as callers see them."""

from msgspec import Struct

from crossdock.api.resources import Next, at
from crossdock.model.cases import Case
from crossdock.model.exception_kinds import kind_of
from crossdock.model.money import Money
from crossdock.ports import rows
from crossdock.ports.stores_exceptions import Alert as AlertRow
from crossdock.views.exceptions import Whole


class BusinessException(Struct, frozen=True):
    """Something a person must put right. Times are empty where there is none; ``owner`` is a team, ``assignee`` a
    person, ``value`` what the order it holds up is worth, ``group`` the cause it shares with others. ``promised_by`` is
    the last moment of what its customer, of ``tier``, was promised; ``proposed`` a day that could be promised instead,
    ``agreed`` the one somebody agreed to.
    """

    id: str
    shipment_id: str
    name: str
    sales_order: str
    kind: str
    pointer: str
    text: str
    raised_at: str
    resolved_at: str
    state: str
    queue: str
    severity: str
    category: str
    partner: str
    group: str
    owner: str
    assignee: str
    acknowledge_by: str
    resolve_by: str
    acknowledged_at: str
    breached_at: str
    level: int
    escalated_to: str
    waiting_on: str
    waiting_until: str
    value: str
    comments: int
    resolved_by: str
    reason: str
    promised_by: str = ""
    tier: str = ""
    proposed: str = ""
    agreed: str = ""


class Exceptions(Struct, frozen=True):
    """A page of business exceptions, newest first."""

    items: list[BusinessException]
    next: Next = ""


class Urgent(Struct, frozen=True):
    """Open exceptions, the most urgent first."""

    items: list[BusinessException]


class Happened(Struct, frozen=True):
    """One thing that happened to an exception."""

    at: str
    title: str
    detail: str
    actor: str


class ExceptionDetail(Struct, frozen=True):
    """An exception with what to do, its history, and what it is linked to. ``alike`` counts open ones of its cause."""

    exception: BusinessException
    title: str
    do: str
    history: list[Happened]
    messages: tuple[str, ...]
    alike: int


class Group(Struct, frozen=True):
    """Open exceptions of one cause. ``values`` are what the orders they hold up are worth, by currency."""

    id: str
    kind: str
    title: str
    partner: str
    category: str
    queue: str
    count: int
    breached: int
    oldest_at: str
    values: list[str]


class Groups(Struct, frozen=True):
    """Causes, the most exceptions first."""

    items: list[Group]


class Owner(Struct, frozen=True):
    """Whose a kind is, and how soon. ``unowned`` goes to the default queue because nobody was named."""

    kind: str
    title: str
    category: str
    queue: str
    owner: str
    severity: str
    acknowledge_minutes: int
    resolve_minutes: int
    unowned: bool


class Matrix(Struct, frozen=True):
    """The ownership matrix in force."""

    items: list[Owner]


class Alert(Struct, frozen=True):
    """Something somebody is told, once per cause and occasion while any exception of the cause is open."""

    id: str
    group: str
    occasion: str
    kind: str
    partner: str
    severity: str
    owner: str
    told: str
    shipment_id: str
    text: str
    raised_at: str
    sent_at: str
    closed_at: str
    value: str = ""
    tier: str = ""
    promised_by: str = ""


class Alerts(Struct, frozen=True):
    """Alerts, newest first."""

    items: list[Alert]


class Requested(Struct, frozen=True):
    """What was asked for of how many exceptions; they show it within a moment. A dry run changes nothing."""

    action: str
    exceptions: int
    ids: list[str]
    dry_run: bool


def business_exception(row: rows.ExceptionRow) -> BusinessException:
    """A row as a resource."""
    return case_resource(row.case, row.name, row.sales_order)


def case_resource(case: Case, name: str, sales_order: str) -> BusinessException:
    """An exception as a resource, with what people call its order."""
    return BusinessException(
        case.id, case.subject, name, sales_order, case.kind, case.pointer, case.text, at(case.raised_at),
        at(case.resolved_at), case.state, case.queue, case.severity, case.category, case.partner, case.cause_group,
        case.owner, case.assignee, at(case.acknowledge_by), at(case.resolve_by), at(case.acknowledged_at),
        at(case.breached_at), case.level, case.escalated_to, case.waiting_on, at(case.waiting_until),
        str(Money(case.value, case.currency)) if case.currency else "", case.comments, case.resolved_by, case.reason,
        at(case.promised_at), case.tier, case.proposed, case.agreed,
    )  # fmt: skip


def detail(found: Whole) -> ExceptionDetail:
    """An exception whole."""
    history = [Happened(at(each.at), each.title, each.detail, each.actor) for each in found.history]
    case = case_resource(found.case, found.name, found.sales_order)
    return ExceptionDetail(case, found.kind.title, found.kind.do, history, found.messages, found.siblings)


def group(row: rows.CauseGroup) -> Group:
    """A cause as a resource."""
    values = [str(Money(amount, currency)) for currency, amount in sorted(row.values.items())]
    return Group(
        row.id, row.kind, kind_of(row.kind).title, row.partner, row.category, row.queue, row.count, row.breached,
        at(row.oldest_at), values,
    )  # fmt: skip


def owner(row: rows.Ownership) -> Owner:
    """A row of the matrix."""
    kind = row.kind
    return Owner(
        kind.kind, kind.title, kind.category, kind.queue, row.owner, row.severity, row.acknowledge_minutes,
        row.resolve_minutes, row.unowned,
    )  # fmt: skip


def alert(row: AlertRow) -> Alert:
    """An alert as a resource."""
    return Alert(
        row.id, row.cause_group, row.occasion, row.kind, row.partner, row.severity, row.owner, row.told, row.subject,
        row.text, at(row.raised_at), at(row.sent_at), at(row.closed_at),
        str(Money(row.value, row.currency)) if row.currency else "", row.tier, at(row.promised_at),
    )  # fmt: skip
