"""The messages the benchmarks send: EasyPost tracker webhooks of about 490 bytes, one scan each, signed (v1)."""

import hashlib
import hmac
import json
from collections.abc import Iterator

SECRET = "benchmark-secret"  # noqa: S105 - invented
_STEPS = ("in_transit", "in_transit", "in_transit", "in_transit", "out_for_delivery", "in_transit", "in_transit",
          "in_transit", "in_transit", "delivered")  # fmt: skip


def tracking_number(order: int) -> str:
    """The number of an order's only package."""
    return f"BM{order:012d}"


def webhook(order: int, scan: int) -> bytes:
    """Scan number ``scan`` (0 to 9) of an order, as EasyPost would push it."""
    status = _STEPS[scan % len(_STEPS)]
    moment = f"2026-11-{1 + scan:02d}T{order % 24:02d}:{scan * 5:02d}:00Z"
    body = {
        "id": f"evt_{order:012d}{scan:04d}",
        "object": "Event",
        "description": "tracker.updated",
        "mode": "test",
        "result": {
            "id": f"trk_{order:012d}",
            "object": "Tracker",
            "mode": "test",
            "tracking_code": tracking_number(order),
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


def signature(body: bytes) -> str:
    """EasyPost's v1 signature."""
    return "hmac-sha256-hex=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def requests(count: int, path: str, first: int = 0) -> Iterator[bytes]:
    """``count`` whole HTTP requests, every one another event; made before the clock starts."""
    made = []
    for number in range(first, first + count):
        body = webhook(number // 10, number % 10)
        head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            f"x-hmac-signature: {signature(body)}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return iter(made)
