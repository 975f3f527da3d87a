"""The catalogue of business exceptions: what each kind is, whose it is, how soon, and what to do; read from data/.

A kind is ``business`` (an order, a shipment, a customer) or ``technical`` (an integration): two queues, never mixed.
"""

import csv
from importlib import resources
from typing import Literal

from msgspec import Struct, convert

from crossdock.model.kpis import KPIS, Kpi
from crossdock.model.milestones import REASONS

Severity = Literal["low", "normal", "high", "critical"]
Queue = Literal["business", "technical"]
SEVERITIES: tuple[Severity, ...] = ("low", "normal", "high", "critical")
"""From the least to the most pressing."""

MINUTE = 60_000_000


class Kind(Struct, frozen=True):
    """One row of data/exception-kinds.tsv. ``owner`` is the role whose it is unless the ownership matrix says
    otherwise, the times are minutes of working time until somebody has taken it and until it is over, ``do`` is the
    operator's text. ``source`` says who raises it: order, booking, engine, watch, kpi, or the carrier in its scans.
    """

    kind: str
    title: str
    category: str
    queue: Queue
    owner: str
    severity: Severity
    acknowledge_minutes: int
    resolve_minutes: int
    source: str
    do: str


def _rows() -> dict[str, Kind]:
    text = resources.files("crossdock.model").joinpath("data", "exception-kinds.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row["kind"]: convert(row, Kind, strict=False) for row in rows}


def _of_a_figure(kpi: Kpi) -> Kind:
    """What stands while a key figure is worse than its threshold: half an hour to take it, a day to mend it."""
    return Kind(kpi.kind, kpi.title, "figure", kpi.queue, kpi.owner, kpi.severity, 30, 1440, "kpi", kpi.do)


KINDS: dict[str, Kind] = _rows() | {kpi.kind: _of_a_figure(kpi) for kpi in KPIS.values()}
"""Every kind there is, by its name."""

_UNKNOWN = Kind("", "", "other", "business", "", "normal", 240, 1440, "", "See what it says.")


def kind_of(name: str) -> Kind:
    """The row of a kind. One that the catalogue does not have is somebody's all the same: an ordinary business one."""
    return KINDS.get(name) or Kind(name, name, *(getattr(_UNKNOWN, each) for each in Kind.__struct_fields__[2:]))


CARRIERS: dict[str, str] = {
    "delay_carrier": "shipment.delayed",
    "delay_external": "shipment.delayed_outside",
    "address": "shipment.address",
    "recipient": "shipment.recipient",
    "refused": "shipment.refused",
    "customs": "shipment.customs",
    "documents": "shipment.documents",
    "payment": "shipment.payment",
    "damage": "shipment.damage",
    "loss": "shipment.loss",
    "hold": "shipment.held",
    "security": "shipment.security",
    "shipper": "shipment.shipper",
    "return": "shipment.returning",
    "pickup": "shipment.uncollected",
    "data": "shipment.data",
    "other": "shipment.trouble",
}
"""The kind of a carrier's exception, by its category (data/exception-categories.tsv)."""

MILESTONES_IN_TROUBLE: dict[str, str] = {
    "delivery_attempted": "shipment.attempted",
    "partially_delivered": "shipment.partial",
    "return_initiated": "shipment.returning",
    "return_in_transit": "shipment.returning",
    "lost": "shipment.loss",
    "destroyed": "shipment.loss",
    "exception": "shipment.trouble",
}
"""Milestones that are an exception in themselves, by their kind; the category of the scan says it more exactly."""

_EXACT = frozenset({"partially_delivered", "return_initiated", "return_in_transit", "lost", "destroyed"})


def kind_of_scan(milestone: str, category: str, reason: str = "") -> str:
    """The kind of exception a scan is, "" for none. A reason without its category has the category of its table.

    >>> kind_of_scan("delivery_attempted", "recipient", "recipient_absent"), kind_of_scan("in_transit", "none")
    ('shipment.recipient', '')
    """
    if milestone in _EXACT:
        return MILESTONES_IN_TROUBLE[milestone]
    if category in {"none", ""} and reason:
        category = REASONS.get(reason, "none")
    return CARRIERS.get(category) or MILESTONES_IN_TROUBLE.get(milestone, "")


def severer(one: str, other: str) -> bool:
    """Whether ``one`` is at least as pressing as ``other``."""
    names: list[str] = list(SEVERITIES)
    return names.index(one) >= names.index(other)
