"""A hint to Crossdock that there is something to pull. Best effort: what is lost, the next pull or the cron makes good.

Signed as Standard Webhooks (standardwebhooks.com) says: HMAC-SHA256 over ``id.timestamp.body``, sent as
``webhook-signature: v1,<base64>`` beside ``webhook-id`` and ``webhook-timestamp``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import logging
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any

import requests

TIMEOUT_SECONDS = 1.0
_SLOT = "crossdock.push"
_SECRET_PREFIX = "whsec_"  # noqa: S105  (marks how the secret is written)
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Target:
    """Where hints go, under which name of this Odoo, and the secret they are signed with."""

    url: str
    secret: str
    partner: str


def target_of(env: Any) -> Target | None:
    """The target from the system parameters, or None when no address or no secret is set."""
    parameters = env["ir.config_parameter"].sudo()
    url, secret = parameters.get_param("crossdock.push_url"), parameters.get_param("crossdock.push_secret")
    if not (url and secret and url.startswith(("http://", "https://"))):
        return None
    return Target(url, secret, parameters.get_param("crossdock.push_partner") or "odoo")


def after_commit(env: Any, first: int, last: int) -> None:
    """Order one push for this transaction, about the rows ``first`` to ``last`` and those it may add."""
    target = target_of(env)
    if target is None:
        return
    callbacks = env.cr.postcommit
    if _SLOT in callbacks.data:
        callbacks.data[_SLOT][1] = last
        return
    rows = callbacks.data[_SLOT] = [first, last]
    database = env.cr.dbname
    callbacks.add(lambda: _PUSHER.push(database, target, rows[0], rows[1]))


def send(target: Target, first: int, last: int) -> bool:
    """POST the hint and say whether it was taken. Never raises, and logs no address, body or secret."""
    body = json.dumps({"partner": target.partner, "from": first, "to": last}, separators=(",", ":")).encode()
    try:
        headers = signed(body, target.secret, f"msg_{uuid.uuid4().hex}", int(time.time()))
        answer = requests.post(target.url, data=body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except (requests.RequestException, ValueError) as error:
        _logger.info("push of outbox rows %s to %s not taken: %s", first, last, type(error).__name__)
        return False
    if answer.status_code >= 300:
        _logger.info("push of outbox rows %s to %s not taken: HTTP %s", first, last, answer.status_code)
    return answer.status_code < 300


def signed(body: bytes, secret: str, message_id: str, timestamp: int) -> dict[str, str]:
    """The headers for ``body``. Raises ValueError when a secret written ``whsec_...`` is no base64."""
    content = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(_key(secret), content, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _key(secret: str) -> bytes:
    if not secret.startswith(_SECRET_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret[len(_SECRET_PREFIX) :], validate=True)
    except binascii.Error as error:
        raise ValueError("the push secret is no base64") from error


class Pusher:
    """Sends on one thread per database, so that nobody's click waits for Crossdock. Hints that come while one is on
    its way are sent as one after it.
    """

    def __init__(self) -> None:
        """Nothing is on its way."""
        self._lock = threading.Lock()
        self._waiting: dict[str, list[Any]] = {}
        self._running: set[str] = set()

    def push(self, database: str, target: Target, first: int, last: int) -> None:
        """Have rows ``first`` to ``last`` announced soon."""
        with self._lock:
            there = self._waiting.get(database)
            self._waiting[database] = [target, min(first, there[1]) if there else first, last]
            if database in self._running:
                return
            self._running.add(database)
        threading.Thread(target=self._drain, args=(database,), name="crossdock.push", daemon=True).start()

    def _drain(self, database: str) -> None:
        while True:
            with self._lock:
                waiting = self._waiting.pop(database, None)
                if waiting is None:
                    self._running.discard(database)
                    return
            send(*waiting)


_PUSHER = Pusher()
