"""Invoices and credit notes of a sales order, each once: Odoo's own quantities to invoice say what is still to do.

Odoo makes them in one call and posts them in another. The marker is noted between the two; a draft of the integration
user without a note is what a crash left behind. A draft of anybody else is somebody's work: it is never posted by us.
"""

from collections.abc import Sequence
from typing import Any

from crossdock.connectors.odoo.client.dialects import ids_of
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.flows.anchors import Anchors, only_company, parked
from crossdock.connectors.odoo.client.flows.flow import Outcome
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.mapping.billing import Bill, Due, all_reversed, bill_of, due_of, standing
from crossdock.connectors.odoo.mapping.sales import naive_utc, shorten
from crossdock.model.billing import IssueCreditNote, IssueInvoice
from crossdock.model.events import WrittenDocument
from crossdock.ports.connector import Documents
from crossdock.ports.verdicts import Park

ORDER = "sale.order"
LINE = "sale.order.line"
BILL = "account.move"
_WIZARD = "sale.advance.payment.inv"
_NOTE = "bill"
_BILL_FIELDS = ("name", "move_type", "state", "payment_state", "create_uid", "invoice_date")
_KINDS = {"out_invoice": "invoice", "out_refund": "credit_note"}

_UNCONFIRMED = "The sales order {name} is not confirmed in Odoo ({state}): nothing of it can be invoiced."
_NOTHING_YET = "Nothing of the sales order {name} was delivered yet, so there is nothing to invoice."
_NOTHING_BACK = "Nothing of the sales order {name} came back after it was invoiced, so there is nothing to credit."
_FOREIGN = (
    "The draft {kind} {draft} of the sales order {name} is somebody's work in Odoo: post or delete it, then retry."
)
_TAKEN_BACK = "Every invoice of the sales order {name} was reversed in Odoo: invoice it again there if that is meant."
_BOTH = "The sales order {name} has goods to invoice and goods to credit: issue the invoice first, then retry."
_UNPOSTED = "Odoo did not post {draft} of the sales order {name}: open it and see what it asks."


class Billing:
    """What both documents share. Every method raises `Failed` with the verdict when it cannot."""

    def __init__(self, session: OdooSession, anchors: Anchors) -> None:
        """Works through ``session``."""
        self._session = session
        self._anchors = anchors

    async def order(self, order: int) -> Row:
        """The order. Raises `Failed` where nothing of it can be invoiced."""
        row = await self._anchors.row(ORDER, order, ("name", "state", "invoice_ids", "company_id", "order_line"))
        if row["state"] not in {"sale", "done"}:
            text = _UNCONFIRMED.format(name=row["name"], state=row["state"])
            raise parked(text, f"sale.order {order}: state {row['state']}")
        return row

    async def bills(self, row: Row) -> list[Bill]:
        """Its invoices and credit notes, oldest first."""
        if not row["invoice_ids"]:
            return []
        found = await self._session.find(BILL, [("id", "in", row["invoice_ids"])], _BILL_FIELDS)
        return [bill_of(each) for each in found]

    async def due(self, row: Row) -> Due:
        """What is to be invoiced and credited now."""
        domain = [("order_id", "=", row["id"]), ("display_type", "=", False)]
        return due_of(await self._session.find(LINE, domain, ("qty_to_invoice", "is_downpayment")))

    async def marked(self, row: Row, marker: str) -> int:
        """The document this command made, or 0."""
        return await self._anchors.noted(BILL, _NOTE, marker, row["invoice_ids"]) if row["invoice_ids"] else 0

    async def own_draft(self, row: Row, drafts: Sequence[Bill]) -> int:
        """A draft of ours that nobody else works on; 0 without any. Raises `Failed` for somebody else's."""
        user = await self._anchors.user()
        if foreign := [each for each in drafts if each.author != user]:
            shown = foreign[0].name or f"no. {foreign[0].id}"
            kind = _KINDS[foreign[0].kind].replace("_", " ")
            text = _FOREIGN.format(kind=kind, draft=shown, name=row["name"])
            raise parked(text, f"account.move {foreign[0].id}: draft by user {foreign[0].author}")
        return drafts[0].id if drafts else 0

    async def make(self, row: Row, *, final: bool) -> None:
        """Have Odoo make the document. ``final`` takes returned goods and down payments off."""
        context = only_company(identifier(row.get("company_id")))
        about = {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, [row["id"]]]]}
        values = {**about, "deduct_down_payments": final}
        wizard = ids_of(await self._anchors.act(_WIZARD, "create", None, {"vals_list": [values]}, context))
        await self._anchors.act(_WIZARD, "create_invoices", wizard, {}, context)

    async def note(self, bill: int, text: str, marker: str) -> None:
        """Name a document as made by a command."""
        await self._anchors.note(BILL, bill, _NOTE, text, marker)

    async def post(self, row: Row, bill: int, values: dict[str, Any]) -> None:
        """Write what is given into a draft, and post it; posted already is done. Odoo answers ``false`` for success."""
        found = await self._bill(bill)
        if not found.is_draft:
            return
        if values:
            await self._anchors.act(BILL, "write", (bill,), {"vals": values})
        failure: Failed | None = None
        try:
            await self._anchors.act(BILL, "action_post", (bill,), {}, only_company(identifier(row.get("company_id"))))
        except Failed as failed:
            if not isinstance(failed.verdict, Park):
                raise
            failure = failed
        if (await self._bill(bill)).is_draft:
            draft = found.name or f"no. {bill}"
            raise failure or parked(
                _UNPOSTED.format(draft=draft, name=row["name"]), f"account.move {bill}: still draft"
            )

    async def documents(self, bills: Sequence[int]) -> Outcome:
        """These documents by their kind."""
        rows = await self._session.find(BILL, [("id", "in", list(bills))], _BILL_FIELDS)
        made = [bill_of(row) for row in rows]
        return tuple(WrittenDocument(_KINDS.get(each.kind, each.kind), str(each.id), each.name) for each in made)

    async def _bill(self, bill: int) -> Bill:
        return bill_of(await self._anchors.row(BILL, bill, _BILL_FIELDS))


class Invoice:
    """What was delivered and not invoiced yet. Nothing left, with an invoice there, is done."""

    def __init__(self, billing: Billing) -> None:
        """Works through ``billing``."""
        self._billing = billing

    async def find(self, body: IssueInvoice) -> Outcome | None:
        """The invoice by its marker, else that all is invoiced; posted where it is to be."""
        row = await self._billing.order(int(body.external_id))
        bills = standing(await self._billing.bills(row), "out_invoice")
        if body.post and any(each.is_draft for each in bills):
            return None
        if marked := await self._billing.marked(row, body.marker):
            return await self._billing.documents([marked])
        if not bills or (await self._billing.due(row)).to_invoice:
            return None
        return await self._billing.documents([each.id for each in bills])

    async def carry_out(self, body: IssueInvoice, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - what is there is looked at in any case
        """Take up what is there, else make it; name it; post it."""
        row = await self._billing.order(int(body.external_id))
        bill = await self._billing.marked(row, body.marker)
        if not bill:
            bills = await self._billing.bills(row)
            bill = await self._billing.own_draft(
                row, [each for each in standing(bills, "out_invoice") if each.is_draft]
            )
            if not bill:
                due = await self._billing.due(row)
                if not due.to_invoice:
                    return await self._nothing(row, bills)
                if all_reversed(bills):
                    raise parked(_TAKEN_BACK.format(name=row["name"]), f"sale.order {row['id']}: invoices reversed")
                bill = await self._made(row, bills, final=due.down_payment)
            await self._billing.note(bill, f"Invoice of {row['name']}", body.marker)
        if body.post:
            values = {"invoice_date": naive_utc(body.invoiced_on)[:10]} if body.invoiced_on else {}
            await self._billing.post(row, bill, values)
        return await self._billing.documents([bill])

    async def _made(self, row: Row, before: Sequence[Bill], *, final: bool) -> int:
        await self._billing.make(row, final=final)
        fresh = await self._billing.bills(await self._billing.order(row["id"]))
        known = {each.id for each in before}
        new = [each for each in standing(fresh, "out_invoice") if each.id not in known]
        if not new:
            raise parked(_NOTHING_YET.format(name=row["name"]), f"sale.order {row['id']}: create_invoices made none")
        return new[0].id

    async def _nothing(self, row: Row, bills: Sequence[Bill]) -> Outcome:
        """Nothing left to invoice: done where there is an invoice, else a question."""
        if there := standing(bills, "out_invoice"):
            return await self._billing.documents([each.id for each in there])
        raise parked(_NOTHING_YET.format(name=row["name"]), f"sale.order {row['id']}: qty_to_invoice 0, no invoice")


class CreditNote:
    """What came back after it was invoiced."""

    def __init__(self, billing: Billing) -> None:
        """Works through ``billing``."""
        self._billing = billing

    async def find(self, body: IssueCreditNote) -> Outcome | None:
        """The credit note by its marker, else that all is credited; posted where it is to be."""
        row = await self._billing.order(int(body.external_id))
        bills = standing(await self._billing.bills(row), "out_refund")
        if body.post and any(each.is_draft for each in bills):
            return None
        if marked := await self._billing.marked(row, body.marker):
            return await self._billing.documents([marked])
        if not bills or (await self._billing.due(row)).to_credit:
            return None
        return await self._billing.documents([each.id for each in bills])

    async def carry_out(self, body: IssueCreditNote, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - what is there is looked at in any case
        """Take up what is there, else make it; name it; post it."""
        row = await self._billing.order(int(body.external_id))
        bill = await self._billing.marked(row, body.marker)
        if not bill:
            bills = await self._billing.bills(row)
            bill = await self._billing.own_draft(row, [each for each in standing(bills, "out_refund") if each.is_draft])
            if not bill:
                due = await self._billing.due(row)
                if not due.to_credit:
                    return await self._nothing(row, bills)
                if due.to_invoice:
                    raise parked(_BOTH.format(name=row["name"]), f"sale.order {row['id']}: {due}")
                bill = await self._made(row, bills)
            await self._billing.note(bill, shorten(body.reason) or f"Credit note of {row['name']}", body.marker)
        if body.post:
            await self._billing.post(row, bill, {"ref": shorten(body.reason)} if body.reason else {})
        return await self._billing.documents([bill])

    async def _made(self, row: Row, before: Sequence[Bill]) -> int:
        await self._billing.make(row, final=True)
        fresh = await self._billing.bills(await self._billing.order(row["id"]))
        known = {each.id for each in before}
        new = [each for each in standing(fresh, "out_refund") if each.id not in known]
        if not new:
            raise parked(_NOTHING_BACK.format(name=row["name"]), f"sale.order {row['id']}: create_invoices made none")
        return new[0].id

    async def _nothing(self, row: Row, bills: Sequence[Bill]) -> Outcome:
        """Nothing left to credit: done where there is a credit note, else a question."""
        if there := standing(bills, "out_refund"):
            return await self._billing.documents([each.id for each in there])
        raise parked(_NOTHING_BACK.format(name=row["name"]), f"sale.order {row['id']}: no negative qty_to_invoice")
