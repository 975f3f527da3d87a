"""Runs the real worker on invented karrio modules: ``python stand_in.py -I worker.py``.

The gateway's settings say how the carrier behaves: ``behaviour`` (obliging, hanging, dying, refusing, garbling,
probing) and ``ledger``, a file that gets a line per label bought or voided. Like karrio it switches TLS verification
off when it is imported.
"""

# ruff: noqa: SLF001 - the switches of the ssl module that karrio turns are private ones

import base64
import os
import runpy
import socket
import ssl
import sys
import time
import types
from pathlib import Path
from typing import Any


class Model:
    """Any of karrio's models: its fields are what it was made with."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)


class Carrier:
    """The carrier behind the gateway."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.behaviour = settings.get("behaviour", "obliging")
        self.ledger = settings.get("ledger", os.devnull)

    def note(self, line: str) -> None:
        """Write into the ledger."""
        with Path(self.ledger).open("a", encoding="utf-8") as book:
            book.write(f"{line}\n")

    def misbehave(self) -> Any:
        """What comes instead of the answer; None where the carrier obliges."""
        if self.behaviour == "hanging":
            time.sleep(600)
        if self.behaviour == "dying":
            os._exit(1)
        if self.behaviour == "refusing":
            return None, [Model(code="E1", message="no such service", carrier_name="acme")]
        if self.behaviour == "garbling":
            return None, [Model(code="SHIPPING_SDK_INTERNAL_ERROR", message="Expecting value", carrier_name="acme")]
        return None


class Call:
    """What ``fetch``, ``create`` and ``cancel`` return: asked of a gateway, then parsed."""

    def __init__(self, operation: str, request: Model) -> None:
        self._operation = operation
        self._request = request
        self._carrier: Carrier | None = None

    def from_(self, carrier: Carrier) -> "Call":
        """Choose the gateway."""
        self._carrier = carrier
        return self

    def parse(self) -> Any:
        """The result and the messages."""
        assert self._carrier is not None
        return getattr(self, self._operation)(self._carrier, self._request)

    def rates(self, carrier: Carrier, _request: Model) -> Any:
        """Two offers."""
        found = [Model(service=name, total_charge=price, currency="EUR", carrier_name="acme", transit_days=days)
                 for name, price, days in (("slow", 5.5, 3), ("fast", 11.25, 1))]  # fmt: skip
        return carrier.misbehave() or (found, [])

    def ship(self, carrier: Carrier, request: Model) -> Any:
        """Sells the label before anything goes wrong, as the worst carrier would."""
        reference: str = request.__dict__["reference"]
        carrier.note(f"bought {reference}")
        label = base64.b64encode(b"%PDF-1.4 stand-in").decode()
        sold = Model(
            tracking_number=f"ACME{len(reference)}", shipment_identifier=f"id-{reference}", label_type="PDF",
            docs=Model(label=label), selected_rate=Model(service="slow", total_charge=5.5, currency="EUR"),
        )  # fmt: skip
        return carrier.misbehave() or (sold, [])

    def cancel(self, carrier: Carrier, request: Model) -> Any:
        """Takes a label back."""
        carrier.note(f"voided {request.__dict__['shipment_identifier']}")
        return carrier.misbehave() or (Model(success=True), [])

    def track(self, carrier: Carrier, request: Model) -> Any:
        """One scan; ``probing`` tells what the guards left open."""
        if carrier.behaviour == "probing":
            return None, [Model(code="PROBE", message=probe(), carrier_name="acme")]
        scan = Model(date="2026-03-02", time="09:41", description="Delivered", code="DL", status="delivered")
        number = request.__dict__["tracking_numbers"][0]
        return carrier.misbehave() or ([Model(tracking_number=number, carrier_name="acme", events=[scan])], [])


def probe() -> str:
    """TLS verification, sentry, timeouts and foreign hosts, as the worker's process has them."""
    context = ssl._create_default_https_context()
    try:
        import sentry_sdk  # type: ignore[import-not-found,unused-ignore] # noqa: F401, PLC0415 - whether it can is the question

        sentry = "there"
    except ImportError:
        sentry = "kept out"
    try:
        socket.getaddrinfo("labels.example.org", 80)
        foreign = "reached"
    except OSError as refused:
        foreign = str(refused)
    return f"verify={context.verify_mode.name} sentry={sentry} timeout={socket.getdefaulttimeout()} foreign={foreign}"


def plain(value: Any) -> Any:
    """A model as dicts and lists."""
    if isinstance(value, Model):
        return {name: plain(each) for name, each in value.__dict__.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


class Gateways:
    """karrio.sdk.gateway."""

    def __getitem__(self, _carrier: str) -> Any:
        return Model(create=Carrier)


def install() -> None:
    """Put the modules in place, as importing karrio would."""

    def family(**verbs: str) -> Model:
        return Model(**{verb: (lambda request, name=name: Call(name, request)) for verb, name in verbs.items()})

    karrio, sdk, core = types.ModuleType("karrio"), types.ModuleType("karrio.sdk"), types.ModuleType("karrio.core")
    lib, models = types.ModuleType("karrio.lib"), types.ModuleType("karrio.core.models")
    lib.__dict__["to_dict"] = plain
    models.__dict__.update(
        dict.fromkeys(("RateRequest", "ShipmentRequest", "ShipmentCancelRequest", "TrackingRequest"), Model)
    )
    sdk.__dict__.update(
        gateway=Gateways(), Rating=family(fetch="rates"), Shipment=family(create="ship", cancel="cancel"),
        Tracking=family(fetch="track"),
    )  # fmt: skip
    karrio.__dict__.update(sdk=sdk, lib=lib, core=core)
    core.__dict__["models"] = models
    sys.modules |= {each.__name__: each for each in (karrio, sdk, core, lib, models)}
    ssl._create_default_https_context = ssl._create_unverified_context  # type: ignore[assignment]


if __name__ == "__main__":
    install()
    runpy.run_path(sys.argv[-1], run_name="__main__")
