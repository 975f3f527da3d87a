"""A week with omissions, judged: every one found in time, and nothing else said."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping

from msgspec import Struct

from crossdock.devkit.silence.goods import CARRIER, ERP, WMS
from crossdock.devkit.silence.town import Alarm, Omission, Town
from crossdock.devkit.silence.words import MINUTE
from crossdock.ports.process import Process
from crossdock.processes.configured import configured
from crossdock.processes.owed_by_carriers import CARRIERS_OWE
from crossdock.processes.owed_by_warehouses import WAREHOUSES_OWE
from crossdock.settings.releasing import CreditHold, OrderRelease, PaymentGate
from crossdock.settings.returning import FailedDelivery, ProcureToReceive
from crossdock.settings.sections import Processes
from crossdock.settings.shipping import DeliveryToInvoice, OrderToShip
from crossdock.settings.watching import Expectations


class KindLine(Struct, frozen=True):
    """One kind of expectation: how often it was left out, and how often that was found in time."""

    owed: str
    omitted: int
    found: int


class Account(Struct, frozen=True):
    """What became of a week. ``missed`` are omissions nobody was told of in time, ``false`` alarms at orders of which
    nothing was left out, ``latest`` the seconds after its deadline that the slowest alarm came.
    """

    orders: int
    events: int
    omissions: int
    kinds: tuple[KindLine, ...]
    found: int
    missed: tuple[str, ...]
    alarms: int
    false: tuple[str, ...]
    latest: float

    @property
    def holds(self) -> bool:
        """All found, at most one alarm in a hundred false, each within a virtual minute."""
        return not self.missed and len(self.false) <= self.alarms / 100 and self.latest <= 60


def run(orders: int, omissions: int, seed: int, progress: Callable[[int, int], None] = lambda *_: None) -> Account:
    """A week of ``orders`` in which ``omissions`` things that are owed do not come for long enough."""
    processes = {each: _processes(warehouse=each) for each in (True, False)}
    town = Town(processes, _limits(processes), seed)
    chosen = town.move_in(orders, omissions)
    for _ in town.run():
        progress(sum(bool(each.since) for each in chosen), len(chosen))
    return judged(town, [each for each in chosen if each.since])


def judged(town: Town, omitted: list[Omission]) -> Account:
    """Compare what was left out with what was said."""
    said: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in town.alarms:
        said[alarm.subject].append(alarm)
    struck = {each.subject for each in omitted}
    found: Counter[str] = Counter()
    missed: list[str] = []
    latest = 0
    for each in omitted:
        late = [alarm.said - alarm.due for alarm in said[each.subject] if alarm.owed == each.owed]
        if late and min(late) <= MINUTE:
            found[each.owed] += 1
            latest = max(latest, min(late))
        else:
            missed.append(f"{each.subject} {each.owed}")
    counts = Counter(each.owed for each in omitted)
    kinds = tuple(KindLine(owed, counts[owed], found[owed]) for owed in sorted(counts))
    false = tuple(f"{each.subject} {each.owed}" for each in town.alarms if each.subject not in struck)
    return Account(
        len(town.orders),
        town.events,
        len(omitted),
        kinds,
        found.total(),
        tuple(missed),
        len(town.alarms),
        false,
        latest / 1_000_000,
    )


def _processes(*, warehouse: bool) -> list[Process]:
    return configured(
        Processes(
            credit_hold=CreditHold(),
            payment_gate=PaymentGate(),
            order_release=OrderRelease(WMS) if warehouse else None,
            order_to_ship=OrderToShip(ERP, (CARRIER,)),
            delivery_to_invoice=DeliveryToInvoice(),
            failed_delivery=FailedDelivery(),
            procure_to_receive=ProcureToReceive(WMS),
            expectations=Expectations(),
        )
    )


def _limits(processes: Mapping[bool, list[Process]]) -> dict[str, float]:
    limits = {each.kind: each.hours for each in (*WAREHOUSES_OWE, *CARRIERS_OWE)}
    for each in (process for some in processes.values() for process in some):
        limits |= {f"{each.name}/{stage.name}": stage.hours for stage in (each.chart.stages if each.chart else ())}
    return limits
