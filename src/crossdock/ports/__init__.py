"""What the inside asks of the world: Protocols and the words they share, no logic."""
