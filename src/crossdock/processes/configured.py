"""The business processes an installation's configuration asks for."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Literal

from msgspec import structs

from crossdock.backbone.customers import Objective
from crossdock.model.customs import REQUIRED, Terms
from crossdock.model.item import DangerousGoods, Item
from crossdock.model.units import Measure
from crossdock.ports.process import Process
from crossdock.processes.carriers_desk import carriers_desk
from crossdock.processes.credit_hold import CreditPolicy, credit_hold
from crossdock.processes.customer_notices import customer_notices
from crossdock.processes.delivery_to_invoice import DeliveryToInvoicePolicy, delivery_to_invoice
from crossdock.processes.exceptions_configured import exception_processes
from crossdock.processes.expectations import Patience, StageLimit, expectations
from crossdock.processes.notices_policy import Customers, NoticesPolicy
from crossdock.processes.order_intake import order_intake
from crossdock.processes.order_release import order_release
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.ordering import intake_policy
from crossdock.processes.outstanding import hours_of
from crossdock.processes.owed_by_carriers import CARRIERS_OWE
from crossdock.processes.owed_by_warehouses import WAREHOUSES_OWE
from crossdock.processes.payment_gate import PaymentPolicy, is_to_speak, payment_gate
from crossdock.processes.release_work import ReleasePolicy
from crossdock.processes.returning_configured import returning
from crossdock.processes.routing import Router
from crossdock.processes.selection import Constraint, Wishes
from crossdock.processes.shipping_policy import OUTAGES, QUOTE_SECONDS, Fallback, OrderToShipPolicy, Outage
from crossdock.processes.shipping_work import Record
from crossdock.processes.tracking_watch import WatchPolicy, tracking_watch
from crossdock.settings.notices import CustomerNotices
from crossdock.settings.ordering import OrderIntake
from crossdock.settings.releasing import CreditHold, OrderRelease, PaymentGate
from crossdock.settings.returning import FailedDelivery, ProcureToReceive, ReturnToRefund
from crossdock.settings.sections import PartnerSettings, Processes, Settings
from crossdock.settings.shipping import Customs, Danger, DeliveryToInvoice, Goods, OfferConstraint, OrderToShip
from crossdock.settings.watching import Expectations, TrackingWatch, hours_in
from crossdock.settings.working import CalendarSettings, calendar_of


def every_process(
    settings: Settings, record: Callable[[], Record], customers: Customers, router: Router
) -> list[Process]:
    """Those of orders, of customers' notices, and then of the exceptions that all of them raise."""
    chosen = configured(settings.processes, record, settings.partners, router, settings.calendars)
    if settings.customer_notices:
        chosen.append(notices(settings.customer_notices, settings.project.timezone, customers))
    return [*chosen, *exception_processes(settings.exceptions, settings.calendars, settings.partners, router.knowledge)]


def configured(
    settings: Processes,
    record: Callable[[], Record] = dict,
    partners: Mapping[str, PartnerSettings] | None = None,
    router: Router | None = None,
    calendars: Mapping[str, CalendarSettings] | None = None,
) -> list[Process]:
    """In the order they decide in; one left out of the configuration does not run. ``record`` is how promises were
    kept so far, which carriers are chosen by; ``partners`` say what is done when one of them is down,
    ``router`` where orders go, ``calendars`` when people work.
    """
    chosen = _releasing(settings, router)
    if settings.order_intake:
        chosen.insert(0, order_intake(intake_policy(settings.order_intake)))
    if settings.order_to_ship:
        shipping = shipping_policy(settings.order_to_ship, partners or {})
        shipping = structs.replace(shipping, on_clearance=settings.order_release is not None)
        chosen += [order_to_ship(shipping, record), carriers_desk()]
    if settings.delivery_to_invoice:
        given = settings.delivery_to_invoice
        policy = DeliveryToInvoicePolicy(given.when, given.complete_transfer, given.post, given.partial)
        chosen.append(delivery_to_invoice(policy))
    chosen += returning(settings)
    if settings.tracking_watch:
        chosen.append(tracking_watch(_watching(settings.tracking_watch)))
    if settings.expectations:
        chosen.append(expectations(_patience(settings.expectations, chosen, calendars or {})))
    return chosen


def _releasing(settings: Processes, router: Router | None) -> list[Process]:
    """Gates decide before the release does: what they hold is known when it looks."""
    chosen: list[Process] = []
    if settings.credit_hold:
        credit = settings.credit_hold
        chosen.append(
            credit_hold(CreditPolicy(credit.tolerance_percent, credit.hours, credit.on_expiry, credit.assignee))
        )
    paying = settings.payment_gate and PaymentPolicy(settings.payment_gate.require, settings.payment_gate.enough)
    if paying:
        chosen.append(payment_gate(paying))
    if settings.order_release:
        given = settings.order_release
        declared = settings.order_to_ship.customs.required if settings.order_to_ship else REQUIRED
        warehouse = given.warehouse or ""
        rules = router.decided if router and router.book.rules else None
        policy = ReleasePolicy(lambda _order: warehouse, rules, declared, frozenset(given.express))
        if paying:
            policy = structs.replace(policy, is_awaited=partial(is_to_speak, policy=paying))
        chosen.append(order_release(policy))
    return chosen


def _patience(given: Expectations, chosen: Sequence[Process], calendars: Mapping[str, CalendarSettings]) -> Patience:
    """Limits of the stages of every process that runs, and of what carriers owe."""
    stages = {
        (process.name, stage.name): StageLimit(hours, stage.waits_for)
        for process in chosen
        for stage in (process.chart.stages if process.chart else ())
        if (hours := hours_in(given, process.name, stage.name, stage.hours)) and stage.waits_for
    }
    rules = (*WAREHOUSES_OWE, *CARRIERS_OWE)
    owed = {kind: limit for kind, limit in hours_of(rules, given.hours).items() if limit or kind not in given.hours}
    working = {word: calendar_of(calendars[name]) for word, name in given.calendars.items() if name in calendars}
    return Patience(rules, owed, stages, working)


def there_are() -> list[Process]:
    """Every process there is, as one would be that is asked for without any wishes: what they look like."""
    return configured(
        Processes(
            CreditHold(),
            PaymentGate(),
            OrderRelease(),
            OrderToShip("erp", ("carrier",)),
            DeliveryToInvoice(),
            FailedDelivery(),
            ReturnToRefund(),
            ProcureToReceive(),
            TrackingWatch(),
            OrderIntake("erp"),
            Expectations(),
        )
    )


def notices(given: CustomerNotices, timezone: str, customers: Customers) -> Process:
    """Customers' notices as configured; ``timezone`` is the project's, ``customers`` what holds beside the events."""
    return customer_notices(notices_policy(given, timezone), customers)


def objective(given: CustomerNotices) -> Objective:
    """What customers' notices are measured against."""
    return Objective(given.kinds, given.objective_minutes)


def notices_policy(given: CustomerNotices, timezone: str = "UTC") -> NoticesPolicy:
    """What the configuration decides about notices."""
    hours = given.quiet_hours
    return NoticesPolicy(
        partner=given.partner,
        channels=given.channels,
        kinds=given.kinds,
        languages=given.languages,
        default_language=given.default_language,
        country_languages={str(country): language for country, language in given.country_languages.items()},
        quiet=(_minute(hours.begin), _minute(hours.end)) if hours and hours.begin != hours.end else None,
        zone=given.zone or timezone,
        max_age_hours=given.max_age_hours,
        grace_hours=given.grace_hours,
    )


def _minute(hour: str) -> int:
    return int(hour[:2]) * 60 + int(hour[3:])


def _watching(given: TrackingWatch) -> WatchPolicy:
    return WatchPolicy(
        given.ask,
        WatchPolicy().hours | {str(phase): hours for phase, hours in given.hours.items()},
        given.old_hours,
        given.old_days,
        given.dead_days,
        given.silent_hours,
        given.end_days,
    )


_DEEDS: Mapping[str, Literal["", "reroute", "hold", "person"]] = {
    "by_level": "",
    "next": "reroute",
    "hold": "hold",
    "manual": "person",
}


def _fallbacks(partners: Mapping[str, PartnerSettings]) -> dict[str, Fallback]:
    return {
        name: Fallback(_DEEDS[given.do], given.next, given.words, given.contacts)
        for name, partner in partners.items()
        if (given := partner.fallback) is not None
    }


def shipping_policy(given: OrderToShip, partners: Mapping[str, PartnerSettings]) -> OrderToShipPolicy:
    """What the configuration decides about shipping."""
    return OrderToShipPolicy(
        carriers=given.carriers,
        milestones=frozenset(given.milestones),
        label_format=given.label_format,
        quote_seconds=given.quote_deadline_seconds,
        quote_levels=_waits(given),
        wishes=_wishes(given),
        levels=dict(given.service_levels.items()),
        parcel_size=_size(given.parcel_size),
        outages={**OUTAGES, **{level: Outage(each.after_seconds, each.do) for level, each in given.outage.items()}},
        fallbacks=_fallbacks(partners),
        customs=_terms(given.customs),
        goods=_goods(given.goods),
    )


def _waits(given: OrderToShip) -> dict[str, float]:
    """A level waits as configured for it; one that is not configured never waits longer than all do."""
    built_in = {level: min(seconds, given.quote_deadline_seconds) for level, seconds in QUOTE_SECONDS.items()}
    return {**built_in, **{str(level): seconds for level, seconds in given.quote_deadlines.items()}}


def _wishes(given: OrderToShip) -> Wishes:
    return Wishes(
        given.prefer,
        given.max_delivery_days,
        given.min_on_time,
        tuple(_constraint(each) for each in given.constraints),
    )


def _constraint(given: OfferConstraint) -> Constraint:
    sizes = {name: _decimal(getattr(given, name)) for name in ("max_weight", "max_length", "max_girth")}
    return Constraint(**{**structs.asdict(given), **sizes})


def _decimal(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def _size(sides: tuple[float, float, float] | None) -> tuple[Measure, Measure, Measure] | None:
    if sides is None:
        return None
    length, width, height = (Measure(Decimal(str(side)), "CMT") for side in sides)
    return length, width, height


def _terms(given: Customs) -> Terms:
    return Terms(given.incoterm, given.duties_paid_by, given.contents, given.eori, given.signer, given.required)


def _goods(given: Mapping[str, Goods]) -> dict[str, Item]:
    return {
        sku: Item(
            sku,
            hs_code=each.hs_code,
            country_of_origin=each.country_of_origin or "",
            dangerous_goods=tuple(map(_danger, each.dangerous)),
        )
        for sku, each in given.items()
    }


def _danger(given: Danger) -> DangerousGoods:
    return DangerousGoods(
        given.un_number,
        given.hazard_class,
        given.proper_shipping_name,
        given.packing_group,
        limited_quantity=given.limited_quantity,
        lithium=given.lithium,
    )
