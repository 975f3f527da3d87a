"""The door for customers: pages on which an order is followed, without scripts and without anybody else's help."""
