"""GLS: booking by ShipIT, tracking in every form it answers in."""
