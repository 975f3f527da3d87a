"""What a customer was promised of an order."""

from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.instants import Stamp


def promise_of(state: FulfilmentState) -> Stamp | None:
    """What the customer was promised: the order's own day, else the booked offer's."""
    if state.order and state.order.deliver_by:
        return state.order.deliver_by
    for booking in state.live_bookings().values():
        quote = state.quotes.get(f"{booking.partner} {booking.shipment_id}")
        rates = [each for each in quote.rates if each.service == booking.service] if quote else []
        if rates and rates[0].deliver_by:
            return rates[0].deliver_by
    return None
