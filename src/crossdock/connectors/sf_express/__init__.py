"""SF Express: routes as they are pushed and answered, JSON and XML."""
