"""The lives of a run's orders: what people, warehouse and carrier do, each once the step before is seen in the books
of whom it concerns. Nothing here gives Crossdock a command; it is only told what shops, customers and finance tell it.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from msgspec import Struct, field

from benchmarks.endpoint.flows.house import House
from benchmarks.endpoint.flows.office import ORDER, PICKING, Office
from benchmarks.endpoint.flows.scenario import Purchase, Quantities, Sale
from benchmarks.endpoint.flows.town import Town
from benchmarks.endpoint.ledger.plain import Declined

_PAUSE = 0.7
_PATIENCE = 420.0
"""Seconds: longer than a carrier waits before it tells again what nobody took."""


class Stuck(RuntimeError):
    """Something that had to come did not. The text says what of which order."""


class Seen(Struct):
    """What was seen on the way, to be compared with the scenario afterwards. By reference: ids of deliveries, and tasks
    open in Odoo while something was wrong and after it; ``early`` are orders of which something came before its time.
    """

    deliveries: dict[str, list[int]] = field(default_factory=dict)
    tasks: dict[str, tuple[int, int]] = field(default_factory=dict)
    early: list[str] = field(default_factory=list)
    stuck: dict[str, str] = field(default_factory=dict)


class Driver:
    """Carries a scenario out."""

    def __init__(self, house: House, office: Office, town: Town, at_once: int) -> None:
        """So many orders ``at_once``."""
        self._house, self._office, self._town = house, office, town
        self._room = asyncio.Semaphore(at_once)
        self._purse = asyncio.Lock()
        self.seen = Seen()

    async def drive(self, sales: tuple[Sale, ...], purchases: tuple[Purchase, ...]) -> None:
        """All of them; what gets stuck is noted in `seen`."""
        lives = [self._life(self._sale, each) for each in sales]
        lives += [self._life(self._purchase, each) for each in purchases]
        await asyncio.gather(*lives)

    async def _life(self, live: Callable[[Any], Any], one: Sale | Purchase) -> None:
        async with self._room:
            try:
                await live(one)
            except Exception as problem:  # noqa: BLE001 - one life's end is not that of the others
                self.seen.stuck[one.reference] = f"{type(problem).__name__}: {problem}"

    async def _sale(self, sale: Sale) -> None:
        if sale.kind == "credit":
            async with self._purse:  # the debtor pays for one order before the next one comes
                picking = await self._held_by_credit(sale)
        elif sale.kind == "prepaid":
            picking = await self._held_by_payment(sale)
        else:
            picking = await self._do(self._office.sell, sale)
        numbers = self.seen.deliveries[sale.reference] = [picking]
        for at, delivery in enumerate(sale.deliveries):
            if at:
                numbers.append(await self._until("a backorder", self._office.backorder, numbers[-1]))
            await self._deliver(sale, numbers[-1], at, delivery)
        if sale.back is not None:
            await self._bring_back(sale, numbers[0])

    async def _deliver(self, sale: Sale, picking: int, at: int, delivery: Quantities) -> None:
        """From the release to the warehouse to the posted invoice."""
        town, subject = self._town, f"do:odoo:{picking}"
        await self._until("its release", lambda: town.has(subject))
        due = {
            sku: quantity - sum(done.get(sku, 0) for done in sale.deliveries[:at])
            for sku, quantity in sale.lines.items()
        }
        missing = {sku: left - delivery.get(sku, 0) for sku, left in due.items() if left > delivery.get(sku, 0)}
        follows = sale.kind != "given_up"
        town.pack(subject, missing, follows=follows, parcels=sale.parcels)
        await self._until("its labels", lambda: len(town.labels(subject)) == sale.parcels)
        codes = town.labels(subject)
        await self._until("its labels in Odoo", self._has_references, picking, codes)
        if missing:
            await self._short(sale, subject, len(missing))
        town.ship(subject, follows=follows)
        await self._until("its delivery to be done", self._is_done, picking)
        if missing:
            await self._explained(sale, subject)
        for status in ("in_transit", "return_to_sender" if sale.kind == "unclaimed" else "out_for_delivery"):
            await self._scan(codes, status)
        if sale.kind == "unclaimed":
            return
        if await self._do(self._office.posted, sale.reference, "out_invoice") > at:
            self.seen.early.append(sale.reference)
        await self._scan(codes, "delivered")
        await self._until("its invoice", self._has_bills, sale.reference, "out_invoice", at + 1)

    async def _short(self, sale: Sale, subject: str, count: int) -> None:
        """The account manager gets a task on the sales order for each thing that is missing."""
        order = await self._do(self._office.order, sale.reference)
        await self._until(f"a task for each shortage of {subject}", self._has_tasks, ORDER, order, count)
        self.seen.tasks[sale.reference] = (await self._do(self._office.tasks, ORDER, order), -1)

    async def _explained(self, sale: Sale, subject: str) -> None:
        """Somebody tells the customer and ends the exceptions. The tasks are closed."""
        order = await self._do(self._office.order, sale.reference)
        of = {"queue": "business", "kind": "stock.shortage", "shipment_id": subject}
        told = {"filter": of, "reason": "the customer was told what comes when"}
        await self._house.tell("/v1/exceptions/resolve", told, f"{sale.reference}-short")
        await self._until("its tasks to be closed", self._has_tasks, ORDER, order, 0)
        self.seen.tasks[sale.reference] = (
            self.seen.tasks[sale.reference][0], await self._do(self._office.tasks, ORDER, order)
        )  # fmt: skip

    async def _bring_back(self, sale: Sale, picking: int) -> None:
        """A customer sends goods back, or a carrier brings them; the warehouse looks at them."""
        back, office, town = sale.back, self._office, self._town
        assert back is not None
        subject = f"do:odoo:{picking}"
        if sale.kind != "unclaimed":
            lines = [{"sku": sku, "quantity": quantity} for sku, quantity in back.lines.items()]
            told = {"reason": "it does not fit", "lines": lines, "said": "too small", "source": "shop"}
            await self._house.tell(f"/v1/shipments/{quote(subject, safe='')}/return-requests", told, sale.reference)
        row = await self._do(office.picking, picking)
        name = f"{row['name']}-R1"
        await self._until("its return to be announced", lambda: town.awaits(name))
        town.receive(name, back.lines, back.damaged)
        await self._until("its goods in stock", self._is_back, sale.reference)
        if sale.kind != "unclaimed":
            await self._until("its credit note", self._has_bills, sale.reference, "out_refund", 1)

    async def _held_by_credit(self, sale: Sale) -> int:
        """Over its limit: it waits until the debt is paid and finance lets it go."""
        invoice = await self._do(self._office.indebt)
        picking = await self._do(self._office.sell, sale)
        subject = f"do:odoo:{picking}"
        await self._until("its task for finance", self._has_tasks, PICKING, picking, 1)
        tasks = await self._do(self._office.tasks, PICKING, picking)
        if self._town.has(subject):
            self.seen.early.append(sale.reference)
        await self._do(self._office.pay, invoice)
        told = {"gate": "credit", "verdict": "approve", "reason": "the old invoice was paid today"}
        await self._house.tell(f"/v1/shipments/{quote(subject, safe='')}/reviews", told, sale.reference)
        await self._until("its task to be closed", self._has_tasks, PICKING, picking, 0)
        self.seen.tasks[sale.reference] = (tasks, await self._do(self._office.tasks, PICKING, picking))
        return int(picking)

    async def _held_by_payment(self, sale: Sale) -> int:
        """The shop says that it is not paid yet, before Odoo has it; later that it is."""
        payment = {"order": sale.reference, "transaction": f"T{sale.number}"}
        await self._house.tell("/v1/payments", {**payment, "state": "pending"}, f"{sale.reference}-0")
        picking = await self._do(self._office.sell, sale)
        path = f"/v1/shipments/{quote(f'do:odoo:{picking}', safe='')}/processes"
        await self._until("its hold", self._stands, path, "payment_gate", "waiting")
        if self._town.has(f"do:odoo:{picking}"):
            self.seen.early.append(sale.reference)
        paid = {**payment, "state": "captured", "sequence": 1}
        await self._house.tell("/v1/payments", paid, f"{sale.reference}-1")
        return int(picking)

    async def _purchase(self, purchase: Purchase) -> None:
        name = await self._do(self._office.buy, purchase)
        damaged: Quantities = purchase.damaged
        for at, arrival in enumerate(purchase.arrivals):
            reference = name if at == 0 else f"{name}/{at + 1}"
            await self._until("its announcement", lambda told=reference: self._town.awaits(told))
            if at == 0 and purchase.kind == "noticed":
                await self._notice(purchase, name)
            self._town.receive(reference, arrival, damaged)
            damaged = {}
            await self._until("its receipt", self._are_received, purchase.reference, at + 1)

    async def _notice(self, purchase: Purchase, name: str) -> None:
        """The supplier says what it sent; written down by hand."""
        lines = [word for sku, quantity in purchase.lines.items() for word in ("--line", f"{sku}={quantity}")]
        await self._house.command("desk", "announce-receipt", name, "--number", f"DN{purchase.number}", *lines)

    # ---- what is waited for

    async def _has_references(self, picking: int, codes: list[str]) -> bool:
        row = await self._do(self._office.picking, picking)
        return sorted(str(row["carrier_tracking_ref"] or "").split(",")) == codes

    async def _is_done(self, picking: int) -> bool:
        return bool((await self._do(self._office.picking, picking))["state"] == "done")

    async def _has_bills(self, reference: str, kind: str, count: int) -> bool:
        return bool(await self._do(self._office.posted, reference, kind) >= count)

    async def _is_back(self, reference: str) -> bool:
        states = await self._do(self._office.returned, reference)
        return "done" in states and not {"assigned", "confirmed", "waiting"} & set(states)

    async def _are_received(self, reference: str, count: int) -> bool:
        return bool((await self._do(self._office.receipts, reference)).count("done") >= count)

    async def _has_tasks(self, model: str, number: int, count: int) -> bool:
        return bool(await self._do(self._office.tasks, model, number) == count)

    async def _stands(self, path: str, process: str, stage: str) -> bool:
        try:
            told = await self._house.ask(path)
        except RuntimeError:  # Crossdock has not read the order yet
            return False
        return any((each["process"], each["stage"]) == (process, stage) for each in told["processes"])

    async def _scan(self, codes: list[str], status: str) -> None:
        """Parcels are seen; a carrier's clock shows whole seconds, so that each scan gets its own."""
        for code in codes:
            self._town.scan(code, status)
        await asyncio.sleep(1.1)

    async def _do(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.to_thread(work, *arguments)

    async def _until(self, what: str, question: Callable[..., Any], *arguments: Any) -> Any:
        """Ask until the answer is something. Raises `Stuck`."""
        until = time.monotonic() + _PATIENCE
        while True:
            answer = await self._asked(question, *arguments)
            if answer:
                return answer
            if time.monotonic() > until:
                raise Stuck(f"waited {_PATIENCE:.0f} s for {what}")
            await asyncio.sleep(_PAUSE)

    async def _asked(self, question: Callable[..., Any], *arguments: Any) -> Any:
        """The answer; None where Odoo could not give it this time, as when two requests of its threads met."""
        try:
            if getattr(question, "__self__", None) is self._office:
                return await self._do(question, *arguments)
            answer = question(*arguments)
            return await answer if asyncio.iscoroutine(answer) else answer
        except Declined:
            return None
