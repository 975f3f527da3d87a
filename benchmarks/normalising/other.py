"""The other side: karrio's tracking parsers, timed in karrio's own environment. Run by karrio's Python, not by ours.

Reads one JSON line per job from standard input, {"carrier", "file", "seconds"}, and answers with {"rate", "events"} or
{"problem"}. Only the parser is timed: the proxy's HTTP call is answered with the file's text before the clock starts.
"""

import contextlib
import json
import sys
import time
from pathlib import Path
from unittest.mock import patch

import attr
import karrio.sdk as karrio
from karrio import lib
from karrio.core.models import TrackingRequest
from loguru import logger

logger.remove()


def settings_of(carrier: str) -> dict[str, object]:
    """Invented credentials for every setting the carrier demands."""
    fields = attr.fields_dict(karrio.gateway.providers[carrier].Settings)
    needed = (name for name, field in fields.items() if field.default is attr.NOTHING)
    return {**dict.fromkeys(needed, "x"), "test_mode": True}


def gateway_of(carrier: str) -> object:
    """A gateway whose access token is invented, so that no call for one is made."""
    settings_class = karrio.gateway.providers[carrier].Settings
    for name in ("access_token", "session_id", "token"):
        with contextlib.suppress(AttributeError):
            if isinstance(getattr(settings_class, name, None), property):
                setattr(settings_class, name, property(lambda _self: "x"))
    return karrio.gateway[carrier].create(settings_of(carrier))


def timed(carrier: str, file: str, seconds: float) -> dict[str, object]:
    """Parse one answer over and over for about ``seconds``; parses per second and events in it."""
    body = Path(file).read_text(encoding="utf-8", errors="replace")
    request = TrackingRequest(tracking_numbers=["1"])
    with patch.object(lib, "request", lambda **_: body):
        answer = karrio.Tracking.fetch(request).from_(gateway_of(carrier))
        trackers, _ = answer.parse()
        count, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            answer.parse()
            count += 1
        taken = time.perf_counter() - began
    return {"rate": count / taken, "events": sum(len(each.events or []) for each in trackers or [])}


def main() -> None:
    """Answer jobs until the input ends."""
    for line in sys.stdin:
        job = json.loads(line)
        try:
            answer = timed(job["carrier"], job["file"], job["seconds"])
        except Exception as problem:  # noqa: BLE001 - whatever its parser raises is its answer
            answer = {"problem": f"{type(problem).__name__}: {problem}"[:200]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
