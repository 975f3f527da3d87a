"""What people do in Odoo: they enter products, customers, orders and payments, and look things up. By plain JSON-RPC.

Every call blocks; `Office` is used from threads of its own by `driving`.
"""

from collections.abc import Sequence
from typing import Any

from benchmarks.endpoint.flows.scenario import (
    CUSTOMERS,
    DEBT,
    DEBTOR,
    LIMIT,
    STOCK,
    Good,
    Purchase,
    Sale,
    Scenario,
    customer_name,
)
from benchmarks.endpoint.ledger.plain import Declined, Place, Plain, Row, linked

PICKING, ORDER, PARTNER, MOVE = "stock.picking", "sale.order", "res.partner", "account.move"
_ADDRESS = {"street": "1 Flow Street", "city": "Austin", "zip": "73301"}


class Office:
    """An administrator at work."""

    def __init__(self, place: Place, run: Scenario) -> None:
        """Signs on. Raises `Declined`."""
        self.plain = Plain(place)
        self._run = run
        self._products: dict[str, int] = {}
        self._customers: dict[int, int] = {}
        self._vendor = 0

    def move_in(self, warehouse: str) -> None:
        """Products with stock, customers and a vendor, and the old debt of one of them."""
        state = self._one("res.country.state", [["code", "=", "TX"], ["country_id.code", "=", "US"]])
        country = self._one("res.country", [["code", "=", "US"]])
        where = {**_ADDRESS, "state_id": state, "country_id": country}
        for good in self._run.goods:
            self._products[good.sku] = self._create("product.product", _product(good))
        shelf = self._shelf(warehouse)
        for product in self._products.values():
            self._count(product, shelf)
        for number in range(CUSTOMERS + 1):
            named = {"name": customer_name(self._run.tag, number), "is_company": True, **where}
            self._customers[number] = self._create(PARTNER, named)
        self._vendor = self._create(PARTNER, {"name": f"XF {self._run.tag} Vendor", "is_company": True, **where})

    def indebt(self) -> int:
        """The debtor gets its limit, and an invoice it has not paid: the id of that."""
        debtor = self._customers[DEBTOR]
        limit = {"use_partner_credit_limit": True, "credit_limit": LIMIT / 100}
        self.plain.call(PARTNER, "write", [debtor], limit)
        product = self._products[self._run.goods[0].sku]
        line = [0, 0, {"product_id": product, "quantity": 1, "price_unit": DEBT / 100}]
        named = {"move_type": "out_invoice", "partner_id": debtor, "invoice_line_ids": [line]}
        invoice = self._create(MOVE, named)
        self.plain.call(MOVE, "action_post", [invoice])
        return invoice

    def pay(self, invoice: int) -> None:
        """What is left of an invoice comes in at the bank and is matched with it."""
        [row] = self.plain.call(MOVE, "read", [invoice], ["amount_residual", "partner_id", "line_ids", "company_id"])
        lines = self.plain.find("account.move.line", [["id", "in", row["line_ids"]]], ["account_id", "account_type"])
        [owed] = [line for line in lines if line["account_type"] == "asset_receivable"]
        company = linked(row["company_id"])
        at = [["type", "=", "bank"], ["company_id", "=", company]]
        [journal] = self.plain.find("account.journal", at, ["default_account_id"], limit=1)
        amount = float(row["amount_residual"])
        who = {"partner_id": linked(row["partner_id"]), "name": "Paid"}
        both = [
            [0, 0, {**who, "account_id": linked(journal["default_account_id"]), "debit": amount}],
            [0, 0, {**who, "account_id": linked(owed["account_id"]), "credit": amount}],
        ]
        entry = self._create(MOVE, {"move_type": "entry", "journal_id": journal["id"], "line_ids": both})
        self.plain.call(MOVE, "action_post", [entry])
        wanted = [["move_id", "=", entry], ["account_id", "=", linked(owed["account_id"])]]
        [credit] = self.plain.find("account.move.line", wanted, ["id"])
        self.plain.call("account.move.line", "reconcile", [owed["id"], credit["id"]])

    def sell(self, sale: Sale) -> int:
        """A sales order, entered and confirmed: the id of its delivery."""
        lines = [
            [0, 0, {"product_id": self._products[sku], "product_uom_qty": quantity, "price_unit": self._price(sku)}]
            for sku, quantity in sale.lines.items()
        ]
        named = {"partner_id": self._customers[sale.customer], "client_order_ref": sale.reference, "order_line": lines}
        order = self._create(ORDER, named)
        self.plain.call(ORDER, "action_confirm", [order])
        [row] = self.plain.call(ORDER, "read", [order], ["picking_ids"])
        [picking] = row["picking_ids"]
        return int(picking)

    def buy(self, purchase: Purchase) -> str:
        """A purchase order, entered and confirmed: the name of its receipt."""
        lines = [
            [0, 0, {"product_id": self._products[sku], "product_qty": quantity, "price_unit": 1.0}]
            for sku, quantity in purchase.lines.items()
        ]
        named = {"partner_id": self._vendor, "partner_ref": purchase.reference, "order_line": lines}
        order = self._create("purchase.order", named)
        self.plain.call("purchase.order", "button_confirm", [order])
        [row] = self.plain.call("purchase.order", "read", [order], ["picking_ids"])
        [receipt] = self.plain.call(PICKING, "read", row["picking_ids"], ["name"])
        return str(receipt["name"])

    def picking(self, number: int) -> Row:
        """One transfer: name, state and tracking reference."""
        [row] = self.plain.call(PICKING, "read", [number], ["name", "state", "carrier_tracking_ref"])
        return dict(row)

    def backorder(self, number: int) -> int:
        """The transfer with the rest of another, 0 while there is none."""
        found = self.plain.find(PICKING, [["backorder_id", "=", number]], ["id"])
        return int(found[0]["id"]) if found else 0

    def posted(self, reference: str, kind: str) -> int:
        """How many posted invoices or credit notes a sales order has."""
        [row] = self.plain.find(ORDER, [["client_order_ref", "=", reference]], ["invoice_ids"])
        wanted = [["id", "in", row["invoice_ids"]], ["move_type", "=", kind], ["state", "=", "posted"]]
        return len(self.plain.find(MOVE, wanted, ["id"]))

    def receipts(self, reference: str) -> list[str]:
        """States of the receipts of a purchase order."""
        [row] = self.plain.find("purchase.order", [["partner_ref", "=", reference]], ["picking_ids"])
        return [str(each["state"]) for each in self.plain.call(PICKING, "read", row["picking_ids"], ["state"])]

    def returned(self, reference: str) -> list[str]:
        """States of what came back of a sales order."""
        wanted = [["sale_id.client_order_ref", "=", reference], ["picking_type_code", "=", "incoming"]]
        return [str(each["state"]) for each in self.plain.find(PICKING, wanted, ["state"])]

    def on_hand(self, sku: str) -> int:
        """Pieces in stock of our own."""
        wanted = [["product_id", "=", self._products[sku]], ["location_id.usage", "=", "internal"]]
        return int(sum(row["quantity"] for row in self.plain.find("stock.quant", wanted, ["quantity"])))

    def order(self, reference: str) -> int:
        """A sales order by the customer's reference."""
        return self._one(ORDER, [["client_order_ref", "=", reference]])

    def tasks(self, model: str, number: int) -> int:
        """Open activities on a record."""
        wanted = [["res_model", "=", model], ["res_id", "=", number], ["active", "=", True]]
        return len(self.plain.find("mail.activity", wanted, ["id"]))

    def _price(self, sku: str) -> float:
        return next(good.cents for good in self._run.goods if good.sku == sku) / 100

    def _shelf(self, warehouse: str) -> int:
        [row] = self.plain.find("stock.warehouse", [["code", "=", warehouse]], ["lot_stock_id"], limit=1)
        return linked(row["lot_stock_id"])

    def _count(self, product: int, shelf: int) -> None:
        mode = {"context": {"inventory_mode": True}}
        named = {"product_id": product, "location_id": shelf, "inventory_quantity": STOCK}
        made = self._create("stock.quant", named, **mode)
        self.plain.call("stock.quant", "action_apply_inventory", [made], **mode)

    def _create(self, model: str, values: Row, **more: Any) -> int:
        made = self.plain.call(model, "create", values, **more)
        return int(made[0] if isinstance(made, list) else made)

    def _one(self, model: str, domain: Sequence[Any]) -> int:
        found = self.plain.find(model, domain, ["id"], limit=1)
        if not found:
            raise Declined(f"there is no {model} with {domain}")
        return int(found[0]["id"])


def _product(good: Good) -> Row:
    named = {"name": f"Flow good {good.sku}", "default_code": good.sku, "type": "consu", "is_storable": True}
    return {**named, "list_price": float(good.price), "weight": 0.5, "invoice_policy": "delivery"}
