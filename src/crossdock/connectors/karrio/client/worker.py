"""Runs karrio, in an environment that has it. Started by `client.speaking`, never imported by Crossdock.

One JSON line in, {"operation", "request"}; one out, {"result", "messages"} or {"fault"}. The first line configures it:
{"carrier", "settings", "hosts", "seconds"}. Five hazards of karrio 2026.1 (found by running it) are guarded here:

1. it switches TLS verification off for the whole process when it is imported: the default is put back;
2. with sentry_sdk installed every failing request is sent twice: that module is kept from being imported;
3. it sets no timeouts: sockets get one, and the parent kills what takes longer;
4. it posts labels to a public converter in plain text: only the configured hosts are resolved;
5. its proxies are global to a process: this one has one carrier and no proxies.
"""

import importlib
import json
import os
import socket
import ssl
import sys
from collections.abc import Sequence
from typing import Any

VERIFIED = ssl.create_default_context
OPERATIONS = {
    "rates": ("Rating", "fetch", "RateRequest"),
    "ship": ("Shipment", "create", "ShipmentRequest"),
    "cancel": ("Shipment", "cancel", "ShipmentCancelRequest"),
    "track": ("Tracking", "fetch", "TrackingRequest"),
}


def guard(hosts: Sequence[str], seconds: float) -> None:
    """Hazards 2, 3 and 4, before karrio is imported; ``hosts`` are exact names or ``*.suffix``."""
    sys.modules["sentry_sdk"] = None  # type: ignore[assignment] # None keeps a module from being imported
    socket.setdefaulttimeout(seconds)
    resolve = socket.getaddrinfo

    def allowed_only(host: Any, *rest: Any, **named: Any) -> Any:
        name = (host.decode() if isinstance(host, bytes) else str(host)).lower()
        if name not in hosts and not any(each.startswith("*.") and name.endswith(each[1:]) for each in hosts):
            raise OSError(f"egress to '{name}' is not allowed: it is not among this partner's hosts")
        return resolve(host, *rest, **named)

    socket.getaddrinfo = allowed_only


def put_tls_back() -> None:
    """Hazard 1: after karrio's import."""
    ssl._create_default_https_context = VERIFIED  # noqa: SLF001 - the very switch karrio turns off


def main() -> None:
    """Configure, then answer lines until the input ends. Nothing but answers goes to standard output."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what karrio prints must not look like an answer
    first = json.loads(sys.stdin.readline())
    guard([each.lower() for each in first["hosts"]], first["seconds"])
    try:
        karrio = importlib.import_module("karrio.sdk")
        lib = importlib.import_module("karrio.lib")
        models = importlib.import_module("karrio.core.models")

        put_tls_back()
        gateway = karrio.gateway[first["carrier"]].create(first["settings"])
        put_tls_back()
        ready: dict[str, object] = {"ready": True}
    except Exception as problem:  # noqa: BLE001 - whatever it raises, the parent must hear of it
        ready = {"fault": f"{type(problem).__name__}: {problem}"[:500]}
    print(json.dumps(ready), file=answers, flush=True)
    if "fault" in ready:
        return
    for line in sys.stdin:
        job = json.loads(line)
        try:
            family, verb, shape = OPERATIONS[job["operation"]]
            request = getattr(models, shape)(**job["request"])
            result, messages = getattr(getattr(karrio, family), verb)(request).from_(gateway).parse()
            told = {"result": lib.to_dict(result), "messages": [lib.to_dict(each) for each in messages or []]}
        except Exception as problem:  # noqa: BLE001 - whatever it raises, the parent must hear of it
            told = {"fault": f"{type(problem).__name__}: {problem}"[:500]}
        print(json.dumps(told, default=str), file=answers, flush=True)


if __name__ == "__main__":
    main()
