"""SmartKargo: tracking by its API."""
