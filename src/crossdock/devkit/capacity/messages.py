"""Carriers' messages to measure with: EasyPost tracker webhooks of about 490 bytes, one scan each, signed (v1)."""

import hashlib
import hmac
import json


def tracker_update(code: str, delivery_id: str, status: str, moment: str) -> bytes:
    """One scan of the package ``code`` at ``moment`` (RFC 3339), as EasyPost would push it."""
    identity = f"trk_{code[-12:]}"
    body = {
        "id": delivery_id,
        "object": "Event",
        "description": "tracker.updated",
        "mode": "test",
        "result": {
            "id": identity,
            "object": "Tracker",
            "mode": "test",
            "tracking_code": code,
            "status": status,
            "carrier": "USPS",
            "tracking_details": [
                {
                    "object": "TrackingDetail",
                    "message": "scanned",
                    "status": status,
                    "status_detail": "arrived_at_facility" if status == "in_transit" else status,
                    "datetime": moment,
                    "source": "USPS",
                    "tracking_location": {"city": "PORTLAND", "state": "OR", "country": "US", "zip": "97201"},
                }
            ],
        },
    }
    return json.dumps(body, separators=(",", ":")).encode()


def signature(body: bytes, secret: str) -> str:
    """EasyPost's v1 signature."""
    return "hmac-sha256-hex=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def post(path: str, body: bytes, secret: str) -> bytes:
    """A whole signed HTTP request, made before any clock starts."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"x-hmac-signature: {signature(body, secret)}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
