"""The messages the benchmarks send: EasyPost tracker webhooks of about 490 bytes, one scan each, signed (v1)."""

import hashlib
from collections.abc import Iterator

from crossdock.devkit.capacity.messages import post, tracker_update

SECRET = "benchmark-secret"  # noqa: S105 - invented
_STEPS = ("in_transit", "in_transit", "in_transit", "in_transit", "out_for_delivery", "in_transit", "in_transit",
          "in_transit", "in_transit", "delivered")  # fmt: skip


def tracking_number(order: int) -> str:
    """The number of an order's only package."""
    return f"BM{order:012d}"


def delivery_id(order: int, scan: int) -> str:
    """What EasyPost numbers a delivery with: 32 hexadecimal digits in no order."""
    return f"evt_{hashlib.sha256(f'{order} {scan}'.encode()).hexdigest()[:32]}"


def webhook(order: int, scan: int) -> bytes:
    """Scan number ``scan`` (0 to 29; an order's own are the first ten) of an order, as EasyPost would push it."""
    moment = f"2026-11-{1 + scan:02d}T{order % 24:02d}:{scan * 5 % 60:02d}:00Z"
    return tracker_update(tracking_number(order), delivery_id(order, scan), _STEPS[scan % len(_STEPS)], moment)


def requests(count: int, path: str, first: int = 0) -> Iterator[bytes]:
    """``count`` whole HTTP requests, every one another event; made before the clock starts."""
    return iter([post(path, webhook(each // 10, each % 10), SECRET) for each in range(first, first + count)])
