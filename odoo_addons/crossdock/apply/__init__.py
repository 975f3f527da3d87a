"""What ``crossdock.event.apply`` does: read the items, tell known from new, write each transfer once, say it once."""
