"""What people read for a milestone or an exception. Codes this version does not know are shown as they are."""

from __future__ import annotations

from odoo import _, models


class CrossdockLabels(models.AbstractModel):
    """Texts by code. A model, since every series of Odoo looks for the language in ``self``."""

    _name = "crossdock.labels"
    _description = "Crossdock Labels"

    def _milestones(self) -> dict[str, str]:
        """Texts by code of a milestone."""
        return {
            "info_received": _("Announced"),
            "booked": _("Booked"),
            "pickup_scheduled": _("Pickup scheduled"),
            "pickup_attempted": _("Pickup attempted"),
            "dropped_off": _("Dropped off"),
            "picked_up": _("Picked up"),
            "received_at_origin": _("At origin facility"),
            "departed_origin": _("Departed origin facility"),
            "in_transit": _("In transit"),
            "arrived_at_facility": _("Arrived at facility"),
            "departed_facility": _("Departed facility"),
            "loaded": _("Loaded"),
            "unloaded": _("Unloaded"),
            "departed_origin_country": _("Left origin country"),
            "arrived_destination_country": _("In destination country"),
            "customs_processing": _("In customs"),
            "customs_cleared": _("Customs cleared"),
            "handed_to_partner": _("Handed to partner carrier"),
            "arrived_at_destination_facility": _("At delivery depot"),
            "delivery_scheduled": _("Delivery scheduled"),
            "out_for_delivery": _("Out for delivery"),
            "delivery_attempted": _("Delivery attempted"),
            "available_for_pickup": _("Available for collection"),
            "partially_delivered": _("Partially delivered"),
            "delivered": _("Delivered"),
            "pod_available": _("Proof of delivery available"),
            "return_initiated": _("Return started"),
            "return_in_transit": _("Return in transit"),
            "returned": _("Returned"),
            "cancelled": _("Cancelled"),
            "lost": _("Lost"),
            "destroyed": _("Destroyed"),
        }

    def _exceptions(self) -> dict[str, str]:
        """Texts by category of an exception."""
        return {
            "delay_carrier": _("Delay at carrier"),
            "delay_external": _("Delay by weather, strike or traffic"),
            "address": _("Address"),
            "recipient": _("Recipient not met"),
            "refused": _("Refused"),
            "customs": _("Customs"),
            "documents": _("Documents"),
            "payment": _("Payment"),
            "damage": _("Damage"),
            "loss": _("Loss"),
            "hold": _("On hold"),
            "security": _("Security"),
            "shipper": _("Shipper"),
            "return": _("Return"),
            "pickup": _("Pickup failed"),
            "data": _("Carrier data"),
            "other": _("Other"),
        }

    def _kinds(self) -> dict[str, str]:
        """Texts by kind of an event."""
        return {
            "milestone": _("Milestone"),
            "eta": _("ETA"),
            "proof": _("Proof of delivery"),
            "plan": _("Dispatch plan"),
            "label": _("Shipping label"),
            "note": _("Note"),
            "done": _("Transfer done"),
            "stock": _("Stock change"),
        }


def label(texts: dict[str, str], code: str | None) -> str | None:
    """The text for ``code``; None for no code."""
    if not code:
        return None
    return texts.get(code) or code.replace("_", " ").capitalize()
