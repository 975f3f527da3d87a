"""The HTTP door for machines: intake, /v1 resources, tokens and health. It holds no rules; it asks and answers."""
