"""Mail to customers over SMTP."""
