"""One note on each transfer and call, for people, without mailing anybody."""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import Any

from markupsafe import Markup, escape

from .failures import OF_THE_CALL
from .items import Item

NOTEWORTHY_KINDS = ("proof", "done", "stock", "note")
NOTEWORTHY_MILESTONES = (
    "pickup_attempted",
    "delivery_attempted",
    "available_for_pickup",
    "partially_delivered",
    "delivered",
    "return_initiated",
    "returned",
    "cancelled",
    "lost",
    "destroyed",
)
_logger = logging.getLogger(__name__)


def bodies_of(items: list[Item], which: str) -> dict[int, Markup]:
    """The notes by transfer id: one line of text, or a list with the newest last. ``which``: all, noteworthy, none."""
    said: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        if item.text and item.picking and (which == "all" or (which == "noteworthy" and _is_noteworthy(item))):
            said[item.picking].append(item)
    return {picking: _body(sorted(told, key=lambda item: item.order)) for picking, told in sorted(said.items())}


def post(env: Any, items: list[Item], which: str) -> None:
    """Write the notes in bulk. A transfer that refuses its note loses the note, never the events of the call."""
    bodies = bodies_of(items, which)
    if not bodies:
        return
    try:
        with env.cr.savepoint():
            _log(env, bodies)
    except OF_THE_CALL:
        raise
    except Exception:  # noqa: BLE001  (code of any other addon may stand behind it)
        for picking, body in bodies.items():
            _post_one(env, picking, body)


def _post_one(env: Any, picking: int, body: Markup) -> None:
    try:
        with env.cr.savepoint():
            _log(env, {picking: body})
    except OF_THE_CALL:
        raise
    except Exception:
        _logger.warning("no note on transfer %s", picking, exc_info=True)


def _log(env: Any, bodies: dict[int, Markup]) -> None:
    env["stock.picking"].browse(bodies)._message_log_batch(bodies)


def _is_noteworthy(item: Item) -> bool:
    return bool(item.exception) or item.kind in NOTEWORTHY_KINDS or item.milestone in NOTEWORTHY_MILESTONES


def _body(items: list[Item]) -> Markup:
    if len(items) == 1:
        return Markup("<p>%s</p>") % items[0].text
    return Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % escape(item.text) for item in items)
