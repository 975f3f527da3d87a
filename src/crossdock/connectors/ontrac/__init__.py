"""OnTrac and LaserShip: tracking by their APIs."""
