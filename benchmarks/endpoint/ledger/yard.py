"""What the office sets up by hand before a run, and what the books have to know of this Odoo. Safe to run again."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from benchmarks.endpoint.ledger.goods import Good
from benchmarks.endpoint.ledger.plain import Declined, Plain, linked

PRODUCT = "product.product"


class Terms(Struct, frozen=True):
    """How this Odoo taxes the run's goods, read once: percent by SKU, and whether it rounds each line."""

    rates: dict[str, Decimal]
    per_line: bool
    warehouse: str


def make_by_hand(plain: Plain, goods: Sequence[Good]) -> None:
    """Products kept in dozens, and all products invoiced by what is delivered."""
    skus = [each.sku for each in goods]
    there = {row["default_code"] for row in plain.find(PRODUCT, [["default_code", "in", skus]], ["default_code"])}
    dozens = [each for each in goods if each.kept == "DZN" and each.sku not in there]
    if dozens:
        # 19 brings the dozen archived, and an archived record is found by its name only where such are shown.
        shown = {"context": {"active_test": False}}
        _, unit = plain.call("ir.model.data", "check_object_reference", "uom", "product_uom_dozen", **shown)
        plain.call(PRODUCT, "create", [_values(each, unit) for each in dozens])
    rows = plain.find(PRODUCT, [["default_code", "in", skus]], ["default_code", "invoice_policy"])
    if others := [row["id"] for row in rows if row["invoice_policy"] != "delivery"]:
        plain.call(PRODUCT, "write", others, {"invoice_policy": "delivery"})


def _values(good: Good, unit: int) -> dict[str, object]:
    """A product as a person enters it; before 19 what is bought has a unit of its own, of the same category."""
    named = {"name": f"Ledger good {good.sku}", "default_code": good.sku, "type": "consu", "is_storable": True}
    return {**named, "uom_id": unit, "list_price": float(good.price)}


def terms(plain: Plain, skus: Sequence[str]) -> Terms:
    """Read once, after the products are there. Raises `Declined` for taxes the books do not know how to compute."""
    [user] = plain.call("res.users", "read", [plain.user], ["company_id"])
    company = linked(user["company_id"])
    [row] = plain.call("res.company", "read", [company], ["tax_calculation_rounding_method"])
    rows = plain.find(PRODUCT, [["default_code", "in", list(skus)]], ["default_code", "taxes_id"])
    taxes = {each["id"]: each for each in _taxes(plain, sorted({tax for one in rows for tax in one["taxes_id"]}))}
    rates: dict[str, Decimal] = {}
    for one in rows:
        own = [taxes[tax] for tax in one["taxes_id"] if linked(taxes[tax]["company_id"]) == company]
        if len(own) > 1 or any(each["amount_type"] != "percent" or each["price_include"] for each in own):
            raise Declined(f"{one['default_code']} has taxes the books do not know: {own}")
        rates[one["default_code"]] = Decimal(str(own[0]["amount"])) if own else Decimal(0)
    [house] = plain.find("stock.warehouse", [["company_id", "=", company]], ["code"], limit=1)
    return Terms(rates, row["tax_calculation_rounding_method"] == "round_per_line", str(house["code"]))


def _taxes(plain: Plain, ids: Sequence[int]) -> list[dict[str, object]]:
    return plain.find(
        "account.tax", [["id", "in", list(ids)]], ["amount", "amount_type", "price_include", "company_id"]
    )
