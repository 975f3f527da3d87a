"""Whether goods that leave the United States must be filed for export, parcel by parcel; pure.

The rules are those of the Foreign Trade Regulations: nothing is filed for Canada (15 CFR 30.36), nor for goods worth
2,500 USD or less per tariff number (15 CFR 30.37(a)); everything else needs the filing's number (ITN).
"""

from decimal import Decimal

from crossdock.model.money import minor_exponent
from crossdock.model.shipment import Consignment

TO_CANADA, OF_SMALL_VALUE = "30.36", "30.37(a)"
_NO_FILING_UP_TO = Decimal(2500)


class FilingNeeded(ValueError):
    """Goods that must be filed and have no ITN; the text says what to do."""


def exemption_of(goods: Consignment) -> str:
    """The paragraph by which ``goods`` need no filing: `TO_CANADA` or `OF_SMALL_VALUE`; "" where they have an ITN, do
    not leave the USA, or declare nothing. Values in other currencies than US dollars are not judged.

    Raises `FilingNeeded`.
    """
    declared = goods.customs
    if declared is None or declared.itn or goods.ship_from.address.country != "US":
        return ""
    if goods.ship_to.address.country == "CA":
        return TO_CANADA
    by_tariff: dict[str, Decimal] = {}
    for each in declared.items:
        if each.value.currency == "USD":
            value = Decimal(each.value.amount).scaleb(-minor_exponent("USD"))
            by_tariff[each.hs_code] = by_tariff.get(each.hs_code, Decimal(0)) + value
    if any(value > _NO_FILING_UP_TO for value in by_tariff.values()):
        raise FilingNeeded("Goods of one tariff number worth over 2,500 USD need an export filing: give its ITN.")
    return OF_SMALL_VALUE
