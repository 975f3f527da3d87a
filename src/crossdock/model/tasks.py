"""Tasks for people in the system of record (Odoo: mail.activity)."""

from typing import Literal

from msgspec import Struct

from crossdock.model.instants import Stamp

RecordKind = Literal["transfer", "sales_order", "purchase_order", "invoice"]


class RaiseActivity(Struct, frozen=True, tag="activity.raise.v1", omit_defaults=True):
    """Ask a person to do something about a record, once per ``marker``. ``assignee`` is a login; empty: the person
    responsible for the record, else the integration user.
    """

    external_id: str
    summary: str
    marker: str
    record: RecordKind = "transfer"
    note: str = ""
    due: Stamp | None = None
    assignee: str = ""


class CloseActivity(Struct, frozen=True, tag="activity.close.v1", omit_defaults=True):
    """Mark the activity raised with ``marker`` done; gone already is done."""

    external_id: str
    marker: str
    record: RecordKind = "transfer"
    feedback: str = ""
