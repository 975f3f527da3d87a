"""Why a carrier was chosen, as people read it."""

import pytest

from crossdock.model import events as ev
from crossdock.model.customs import Terms
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.selection import Constraint, Wishes
from crossdock.processes.shipping_policy import OrderToShipPolicy
from crossdock.views.choices import choices_of
from orders import delivery_order, quote, rate
from processes.history import History


@pytest.mark.req("C1")
def test_every_offer_says_what_became_of_it():
    wishes = Wishes(constraints=(Constraint("no economy", services=("Economy",), never=True),))
    policy = OrderToShipPolicy(("easypost",), wishes=wishes, customs=Terms())
    told = History(order_to_ship(policy), delivery_order().id)
    offers = (rate("c", "1.00", service="Economy"), rate("a", "5.00"), rate("b", "9.00", service="Express", days=1))
    told.tell(ev.FulfilmentRequested(delivery_order()), ev.RatesQuoted(quote("P1", "s1", *offers)))
    events = [told._event(body) for body in told.events]
    [choice] = choices_of(events)
    assert (choice.service, choice.rule) == ("Priority", "cheapest of 2")
    lines = [(line.service, line.price, line.promise, line.taken, line.constraint) for line in choice.offers]
    assert lines == [
        ("Priority", "5.00 USD", "2 days", True, ""),
        ("Express", "9.00 USD", "1 days", False, ""),
        ("Economy", "1.00 USD", "2 days", False, "no economy"),
    ]
