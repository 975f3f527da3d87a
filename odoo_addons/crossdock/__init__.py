"""Crossdock in Odoo: a bulk, idempotent way in, an outbox out, and what people see of both."""

from . import models
from .hooks import uninstall_hook

__all__ = ["models", "uninstall_hook"]
