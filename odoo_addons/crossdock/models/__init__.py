"""Order matters: the watched models inherit what ``watched`` declares."""

from . import (  # isort: skip
    labels,
    event,
    outbox,
    watched,
    watched_models,
    stock_picking,
    sale_order,
    res_groups,
    res_config_settings,
)

__all__ = [
    "event",
    "labels",
    "outbox",
    "res_config_settings",
    "res_groups",
    "sale_order",
    "stock_picking",
    "watched",
    "watched_models",
]
