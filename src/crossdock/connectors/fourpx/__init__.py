"""4PX: answers of its order tracking (tr.order.tracking.get)."""
