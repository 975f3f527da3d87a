"""Run with ``--test-enable --test-tags /crossdock``."""

from . import test_apply, test_effects, test_fulfil, test_outbox, test_push, test_views

__all__ = ["test_apply", "test_effects", "test_fulfil", "test_outbox", "test_push", "test_views"]
