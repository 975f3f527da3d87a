"""The floor of the simulated warehouse: orders from release to despatch, by pace or on command."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct, field

from crossdock.connectors.warehouse.simulator.settings import SimulatorSettings
from crossdock.connectors.warehouse.simulator.shelves import NONE, Json, Shelves
from crossdock.connectors.warehouse.simulator.telling import Telling
from crossdock.sim.ledger import Ledger
from crossdock.sim.restful import Action, Refused

_SECOND = 1_000_000
STEPS = ("acknowledge", "start", "pick", "pack", "ship")
_LATE = {"picked": "picked", "packed": "packed", "shipped": "shipped"}


class Habits(Struct, forbid_unknown_fields=True):
    """How the next orders go, on whatever pace: ``acknowledge`` in so many seconds (below 0 never), ``short`` and
    ``damaged`` quantities by SKU, each despatch told ``twice`` or really made ``double``, its events ``reversed``,
    ``lots`` by SKU.
    """

    acknowledge: float | None = None
    short: dict[str, int] = field(default_factory=dict)
    damaged: dict[str, int] = field(default_factory=dict)
    twice: bool = False
    double: bool = False
    reversed: bool = False
    lots: dict[str, str] = field(default_factory=dict)
    remainder: str = "backorder"


class Job(Struct):
    """One order on the floor; quantities by line, in the units it was ordered in."""

    reference: str
    number: str
    body: Json
    due_at: int
    revision: int = 1
    status: str = "accepted"
    stage: str = ""
    step: int = 0
    done: dict[str, Decimal] = field(default_factory=dict)
    shipped: dict[str, Decimal] = field(default_factory=dict)
    short_of: dict[str, Decimal] = field(default_factory=dict)
    parcels: int = 1
    last: Json | None = None

    def lines(self) -> list[tuple[str, Json, Decimal]]:
        """Each line with its name and what is ordered."""
        return [(line.get("line") or line["sku"], line, Decimal(line["quantity"])) for line in self.body["lines"]]


class Floor:
    """All orders. ``number`` gives digits never given before."""

    def __init__(
        self,
        settings: SimulatorSettings,
        shelves: Shelves,
        telling: Telling,
        ledger: Ledger,
        number: Callable[[int, str], str],
    ) -> None:
        self._settings = settings
        self._shelves = shelves
        self._telling = telling
        self._ledger = ledger
        self._number = number
        self._habits = Habits()
        self.orders: dict[str, Job] = {}

    # ---- the API's side

    def release(self, body: Json, now: int) -> Json:
        """Take an order on; one that is known under this reference is answered as it stands."""
        reference = body["reference"]
        known = self.orders.get(reference)
        if known is not None:
            self._ledger.note(now, "request.repeated", reference)
            if known.body != body and known.revision == body.get("revision", 1):
                raise Refused(409, "other_content", f"{reference} is there with another content")
            return self.answer(reference)
        job = Job(reference, f"W{self._number(7, 'order')}", body, now + self._pace(), body.get("revision", 1))
        self._judge(body)
        self.orders[reference] = job
        self._ledger.note(now, "order.released", reference, revision=job.revision, lines=len(body["lines"]))
        self._reserve(job)
        self._acknowledge_in_time(job, now)
        return self.answer(reference)

    def _judge(self, body: Json) -> None:
        for line in body["lines"]:
            if not line["sku"] or Decimal(line["quantity"]) <= 0:
                raise Refused(422, "invalid", "a line has no SKU or no quantity above nothing")

    def _acknowledge_in_time(self, job: Job, now: int) -> None:
        seconds = self._habits.acknowledge if self._habits.acknowledge is not None else self._settings.acknowledge
        if seconds < 0:
            job.step = 1
        elif seconds == 0 and not self._settings.pace:
            self._acknowledge(job, now)
        else:
            job.due_at = now + int(seconds * _SECOND) + (self._pace() if not seconds else 0)

    def amend(self, reference: str, body: Json, now: int) -> Json:
        """A later revision, until picking has begun."""
        job = self._job(reference)
        revision = int(body["revision"])
        if revision <= job.revision:
            return self.answer(reference)
        if job.stage in {"pick_started", *_LATE} or job.status == "cancelled":
            text = f"it is {job.stage or job.status}"
            return {
                **self.answer(reference),
                "revision": revision,
                "status": "refused",
                "code": "too_late",
                "text": text,
            }
        self._unreserve(job)
        job.body, job.revision, job.status = body, revision, "accepted"
        self._reserve(job)
        self._ledger.note(now, "order.amended", reference, revision=revision)
        self._telling.tell("order.acknowledged", self._named(job), now)
        return self.answer(reference)

    def cancel(self, reference: str, now: int) -> Json:
        """Not after picking: then only goods that did not leave yet, and those stay where they are."""
        job = self._job(reference)
        if job.status == "cancelled":
            return self.answer(reference)
        if job.stage in _LATE:
            return {**self.answer(reference), "status": "too_late", "stage": _LATE[job.stage]}
        self._end(job, now)
        return self.answer(reference)

    def _end(self, job: Job, now: int) -> None:
        self._unreserve(job)
        job.status, job.step = "cancelled", len(STEPS)
        self._ledger.note(now, "order.cancelled", job.reference)

    def answer(self, reference: str) -> Json:
        """How an order stands."""
        job = self._job(reference)
        status = {"pick_started": "picking", "picked": "picking"}.get(job.stage, job.stage) or job.status
        status = job.status if job.status in {"cancelled", "refused"} else status
        return {"reference": reference, "status": status, "revision": job.revision, "number": job.number}

    def _job(self, reference: str) -> Job:
        if reference not in self.orders:
            raise Refused(404, "unknown_reference", f"there is no order {reference}")
        return self.orders[reference]

    # ---- work

    def work(self, now: int) -> None:
        """Everybody does what their pace asks of them until ``now``."""
        for job in list(self.orders.values()):
            while job.step < len(STEPS) and job.due_at <= now and (self._settings.pace or job.step == 0):
                at = job.due_at
                self._do(STEPS[job.step], job, at)
                job.due_at = at + self._pace()

    def _pace(self) -> int:
        return int(self._settings.pace * _SECOND)

    def _do(self, step: str, job: Job, now: int) -> None:
        known: dict[str, Callable[[Job, int], object]] = {
            "acknowledge": self._acknowledge, "start": self._start, "pick": self._pick, "pack": self._pack,
            "ship": self._ship,
        }  # fmt: skip
        known[step](job, now)
        job.step = max(job.step, STEPS.index(step) + 1)

    def _named(self, job: Job) -> Json:
        return {"reference": job.reference, "revision": job.revision, "number": job.number}

    def _acknowledge(self, job: Job, now: int) -> object:
        job.status, job.step = "acknowledged", max(job.step, 1)
        self._ledger.note(now, "order.acknowledged", job.reference)
        return self._telling.tell("order.acknowledged", self._named(job), now)

    def _start(self, job: Job, now: int) -> object:
        job.stage = "pick_started"
        return self._telling.tell(
            "order.pick_started", {"reference": job.reference, "document": self._doc("PL", job)}, now
        )

    def _pick(self, job: Job, now: int) -> object:
        """As much as there is; the rest is short."""
        lines, short = [], []
        for name, line, ordered in job.lines():
            sku = line["sku"]
            missing = job.short_of.get(name, NONE)
            for habit, reason in ((self._habits.short, "out_of_stock"), (self._habits.damaged, "damaged")):
                less = min(Decimal(habit.get(sku, 0)), ordered - missing)
                if less > 0:
                    missing += less
                    self._shelves.release(sku, less)
                    if reason == "damaged":
                        self._shelves.of(sku).blocked += less
                    short.append(self._line(line, less) | {"reason": reason})
            if job.short_of.get(name):
                short.append(self._line(line, job.short_of[name]) | {"reason": "out_of_stock"})
            job.done[name] = ordered - missing - job.shipped.get(name, NONE)
            if job.done[name] > 0:
                lines.append(self._line(line, job.done[name]) | self._lots(sku, job.done[name]))
        job.stage = "picked"
        told = {"reference": job.reference, "document": self._doc("PL", job), "lines": lines}
        event = self._telling.tell("order.picked", told, now) if lines else {}
        if short:
            self._ledger.note(now, "order.short", job.reference, lines=len(short))
            told = {"reference": job.reference, "document": self._doc("SH", job), "lines": short}
            self._telling.tell("order.short", told | {"remainder": self._habits.remainder}, now)
        return event

    def _pack(self, job: Job, now: int) -> object:
        packages = [self._package(job, name, number) for number, name in enumerate(self._parcels(job))]
        job.stage = "packed"
        return self._telling.tell("order.packed", {"reference": job.reference, "packages": packages}, now)

    def _package(self, job: Job, name: str, number: int) -> Json:
        """One of the parcels: its equal share of every line; what does not divide is in the first."""
        contents = []
        for line_name, line, _ in job.lines():
            share, rest = divmod(job.done.get(line_name, NONE), job.parcels)
            if quantity := share + (rest if number == 0 else NONE):
                contents.append(self._line(line, quantity))
        weight = {"value": str(1 + len(contents)), "unit": "KGM"}
        size = {side: {"value": "30", "unit": "CMT"} for side in ("length", "width", "height")}
        return {"id": name, "weight": weight, **size, "contents": contents}

    def _parcels(self, job: Job) -> list[str]:
        """Their names, the first of which is that of an order in one parcel."""
        name = self._doc("P", job)
        return [name, *(f"{name}-{number}" for number in range(2, job.parcels + 1))]

    def _ship(self, job: Job, now: int) -> object:
        event = self._despatch(job, now, job.done)
        if self._habits.twice:
            self._telling.send(event, now, again=True)
        if self._habits.double:
            self._despatch(job, now, dict(job.done))
        return event

    def _despatch(self, job: Job, now: int, quantities: Mapping[str, Decimal]) -> Json:
        """One truck leaves."""
        lines: list[Json] = []
        parcels = [
            {"id": name, "tracking_number": f"SIM{self._number(10, 'parcel')}", "carrier": "SimParcel"}
            for name in self._parcels(job)
        ]
        for name, line, _ in job.lines():
            quantity = quantities.get(name, NONE)
            if quantity > 0:
                packed = {"package": parcels[0]["id"]} if len(parcels) == 1 else {}
                lines.append(self._line(line, quantity) | packed | self._lots(line["sku"], quantity))
                self._shelves.take(line["sku"], quantity)
                job.shipped[name] = job.shipped.get(name, NONE) + quantity
        document = f"LS{self._number(6, 'despatch')}"
        pieces = str(sum((Decimal(line["quantity"]) for line in lines), NONE))
        self._ledger.note(now, "order.shipped", job.reference, document=document, quantity=pieces)
        told = {
            "reference": job.reference, "document": document, "lines": lines, "remainder": self._habits.remainder,
            "packages": parcels,
        }  # fmt: skip
        job.stage = "shipped"
        job.last = self._telling.tell("order.shipped", told, now)
        return job.last

    def _doc(self, prefix: str, job: Job) -> str:
        return f"{prefix}-{job.number}"

    def _line(self, line: Json, quantity: Decimal) -> Json:
        return {"sku": line["sku"], "quantity": str(quantity)} | {
            name: line[name] for name in ("line", "unit") if line.get(name)
        }

    def _lots(self, sku: str, quantity: Decimal) -> Json:
        lot = self._habits.lots.get(sku)
        return {"lots": [{"lot": lot, "quantity": str(quantity)}]} if lot else {}

    def _reserve(self, job: Job) -> None:
        for name, line, ordered in job.lines():
            job.short_of[name] = ordered - self._shelves.reserve(line["sku"], ordered)

    def _unreserve(self, job: Job) -> None:
        for name, line, ordered in job.lines():
            self._shelves.release(line["sku"], ordered - job.short_of.get(name, NONE) - job.shipped.get(name, NONE))

    # ---- what its people can be made to do

    def actions(self) -> dict[str, Action]:
        """Control actions around orders."""
        steps: dict[str, Action] = {step: self._stepping(step) for step in STEPS}
        return {
            **steps,
            "finish": self._finish,
            "refuse": self._refuse,
            "call_off": self._call_off,
            "habits": self._accustom,
            "ship_again": self._ship_again,
        }

    def _stepping(self, step: str) -> Action:
        def act(given: Mapping[str, Any], now: int) -> object:
            job = self.orders[given["reference"]]
            if step == "ship" and "quantities" in given:
                parts = {name: Decimal(str(value)) for name, value in given["quantities"].items()}
                by_line = {
                    name: parts[key] for name, line, _ in job.lines() for key in (name, line["sku"]) if key in parts
                }
                return self._despatch(job, now, by_line)
            if step == "pack":
                job.parcels = int(given.get("parcels", 1))
            self._do(step, job, now)
            return self.answer(job.reference)

        return act

    def _finish(self, given: Mapping[str, Any], now: int) -> object:
        """All steps that are left, at once."""
        job = self.orders[given["reference"]]
        start = len(self._telling.told)
        for step in STEPS[job.step :]:
            self._do(step, job, now)
        if self._habits.reversed:
            for event in reversed(self._telling.told[start:]):
                self._telling.send(event, now, again=True)
        return self.answer(job.reference)

    def _refuse(self, given: Mapping[str, Any], now: int) -> object:
        job = self.orders[given["reference"]]
        self._unreserve(job)
        job.status, job.step = "refused", len(STEPS)
        told = {"reference": job.reference, "revision": job.revision}
        told |= {"code": given.get("code", "NOT_POSSIBLE"), "text": given.get("text", "it cannot be done")}
        return self._telling.tell("order.refused", told, now)

    def _call_off(self, given: Mapping[str, Any], now: int) -> object:
        """The warehouse gives an order up of its own accord."""
        job = self.orders[given["reference"]]
        self._end(job, now)
        told = {"reference": job.reference, "text": given.get("text", "given up")}
        return self._telling.tell("order.cancelled", told, now)

    def _accustom(self, given: Mapping[str, Any], _now: int) -> object:
        self._habits = msgspec.convert(dict(given), Habits)
        return self._habits

    def _ship_again(self, given: Mapping[str, Any], now: int) -> object:
        """Tell the last despatch once more, under another event id."""
        job = self.orders[given["reference"]]
        if job.last is not None:
            self._telling.send(job.last, now, again=True)
        return job.last
