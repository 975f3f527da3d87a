"""What people do in the story's Odoo: they work there directly, by the control actions of its simulator."""

from collections.abc import Mapping
from typing import Any

from crossdock.devkit.stories.format import Product
from crossdock.devkit.stories.steps import ChangeOrder, Credit, PlaceOrder, Purchase
from crossdock.settings.reading import closest

_PACKAGES = ("stock.package", "stock.quant.package")
Row = dict[str, Any]


class Office:
    """Everything is found by the names people know. Raises `LookupError` for a name that is nowhere."""

    def __init__(self, odoo: Any) -> None:
        self._odoo = odoo

    def stock(self, products: Mapping[str, Product], now: int) -> None:
        """Items as they are given; one that is not there is made."""
        for sku, given in products.items():
            values: Row = {} if given.price is None else {"list_price": given.price}
            values |= {} if given.weight is None else {"weight": given.weight}
            if given.invoiced is not None:
                values["invoice_policy"] = "delivery" if given.invoiced == "delivered" else "order"
            known = [row["id"] for row in self._rows("product.product") if row.get("default_code") == sku]
            if not known:
                plain = {"uom_id": 1, "is_storable": True, "weight": 1.0, "default_code": sku, "name": sku}
                known = self._create("product.product", {**plain, **values}, now)
            elif values:
                self._write("product.product", known, values, now)
            if given.stock is not None:
                self._count(known[0], given.stock, now)

    def place(self, said: PlaceOrder, now: int) -> None:
        """A sales order is entered and confirmed."""
        lines = [
            [0, 0, {"product_id": self._one("product.product", sku, "default_code"), "product_uom_qty": quantity}]
            for sku, quantity in said.lines.items()
        ]
        values: Row = {"name": said.name, "partner_id": self._one("res.partner", said.customer), "order_line": lines}
        values["client_order_ref"] = f"PO-{said.name}"
        if said.method:
            values["carrier_id"] = self._method(said.method, now)
        made = self._create("sale.order", values, now)
        self._call("sale.order", "action_confirm", made, now)
        if said.parcels > 1:
            self._pack(made[0], said.parcels, now)

    def buy(self, said: Purchase, now: int) -> None:
        """A purchase order is entered and confirmed."""
        lines = [
            [0, 0, {"product_id": self._one("product.product", sku, "default_code"), "product_qty": quantity}]
            for sku, quantity in said.lines.items()
        ]
        known = [row["id"] for row in self._rows("res.partner") if row.get("name") == said.supplier]
        supplier = known or self._create("res.partner", {"name": said.supplier, "is_company": True}, now)
        made = self._create("purchase.order", {"partner_id": supplier[0], "order_line": lines}, now)
        self._write("purchase.order", made, {"name": said.name}, now)
        self._call("purchase.order", "button_confirm", made, now)

    def change(self, said: ChangeOrder, now: int) -> None:
        """Quantities of lines are changed."""
        order = self._one("sale.order", said.order)
        for sku, quantity in said.lines.items():
            product = self._one("product.product", sku, "default_code")
            rows = [row for row in self._rows("sale.order.line") if row["order_id"] == order]
            line = next((row["id"] for row in rows if row["product_id"] == product), 0)
            if not line:
                raise LookupError(f"{said.order} has no line of {sku}")
            self._write("sale.order.line", [line], {"product_uom_qty": quantity}, now)

    def cancel(self, order: str, now: int) -> None:
        """A sales order is cancelled."""
        self._call("sale.order", "action_cancel", [self._one("sale.order", order)], now)

    def credit(self, said: Credit, now: int) -> None:
        """A customer's limit, and a posted invoice for what it owes beside its orders."""
        customer = self._one("res.partner", said.customer)
        limit = {"credit_limit": said.limit, "use_partner_credit_limit": said.limit > 0}
        self._write("res.partner", [customer], limit, now)
        self._settle(customer, now)
        if said.owes:
            line = [0, 0, {"name": "Earlier deliveries", "quantity": 1.0, "price_unit": said.owes}]
            values = {"move_type": "out_invoice", "partner_id": customer, "invoice_line_ids": [line]}
            self._call("account.move", "action_post", self._create("account.move", values, now), now)

    def _settle(self, customer: int, now: int) -> None:
        """Invoices without an order are paid: what is owed is said anew."""
        for row in self._rows("account.move"):
            unpaid = (row.get("move_type"), row["state"], row.get("payment_state")) == (
                "out_invoice", "posted", "not_paid"
            )  # fmt: skip
            lines = [line for line in self._rows("account.move.line") if line["move_id"] == row["id"]]
            if unpaid and row.get("partner_id") == customer and not any(line.get("sale_line_ids") for line in lines):
                self._write("account.move", [row["id"]], {"payment_state": "paid"}, now)

    def _pack(self, order: int, count: int, now: int) -> None:
        model = next(each for each in _PACKAGES if each in self._odoo.database.rows)
        packages = [self._create(model, {}, now)[0] for _ in range(count)]
        pickings = {row["id"] for row in self._rows("stock.picking") if row.get("sale_id") == order}
        lines = [row["id"] for row in self._rows("stock.move.line") if row.get("picking_id") in pickings]
        for at, line in enumerate(lines):
            self._write("stock.move.line", [line], {"result_package_id": packages[at % count]}, now)

    def _method(self, name: str, now: int) -> int:
        known = [row["id"] for row in self._rows("delivery.carrier") if row["name"] == name]
        services = [row["id"] for row in self._rows("product.product") if row.get("type") == "service"]
        return int((known or self._create("delivery.carrier", {"name": name, "product_id": services[0]}, now))[0])

    def _count(self, product: int, quantity: float, now: int) -> None:
        """As many as there are lie in the warehouse's stock, without a count that would be news."""
        shelf = self._odoo.database.rows["stock.warehouse"][1]["lot_stock_id"]
        there = [
            row["id"]
            for row in self._rows("stock.quant")
            if (row["product_id"], row["location_id"]) == (product, shelf)
        ]
        values = {"product_id": product, "location_id": shelf, "inventory_quantity": quantity}
        made = there or self._create("stock.quant", values, now)
        self._write("stock.quant", made, {"inventory_quantity": quantity}, now)
        self._call("stock.quant", "action_apply_inventory", made, now)

    def _rows(self, model: str) -> list[Row]:
        return list(self._odoo.database.rows[model].values())

    def _one(self, model: str, name: str, field: str = "name") -> int:
        rows = self._rows(model)
        found = [row["id"] for row in rows if row.get(field) == name]
        if not found:
            names = {str(row[field]) for row in rows if row.get(field)}
            raise LookupError(f"Odoo has no {model} '{name}'; {closest(name, names)}")
        return int(found[0])

    def _create(self, model: str, values: Row, now: int) -> list[int]:
        made = self._odoo.control("create", {"model": model, "values": values}, now)
        return [made] if isinstance(made, int) else list(made)

    def _write(self, model: str, ids: list[int], values: Row, now: int) -> None:
        self._odoo.control("write", {"model": model, "ids": ids, "values": values}, now)

    def _call(self, model: str, method: str, ids: list[int], now: int) -> None:
        self._odoo.control("call", {"model": model, "method": method, "ids": ids}, now)
