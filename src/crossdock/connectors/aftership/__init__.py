"""AfterShip: trackings as its API answers them and its webhooks push them."""
