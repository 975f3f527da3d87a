"""A store with a bit of everything, for screenshots and for tests in a browser: the same on every machine."""

import random
from pathlib import Path
from time import monotonic

from browser.scene_measured import measured
from charged import charge, waits
from crossdock.backbone.breaker import Limits
from crossdock.backbone.correcting import Corrector
from crossdock.backbone.decide import Reducer
from crossdock.backbone.documents import StoredDocuments
from crossdock.backbone.feed_clock import Arrival
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.parking import Requests
from crossdock.backbone.replay import Replayer
from crossdock.backbone.spans import Spans
from crossdock.backbone.translate import Translator
from crossdock.connectors.easypost.mapping.tracking import translation_of
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.model import events as ev
from crossdock.model.calendars import calendar
from crossdock.model.cases import Case
from crossdock.model.exception_kinds import KINDS
from crossdock.model.exceptions import ExceptionAssigned, ExceptionCommented, ExceptionRaised
from crossdock.model.fulfilment import summary_of
from crossdock.model.instants import stamp
from crossdock.model.money import money
from crossdock.model.party import Address, Party
from crossdock.model.progress import ProcessMoved
from crossdock.model.shipment import Booking, Document
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.rows import Ownership
from crossdock.ports.spec import Kind
from crossdock.ports.stores_delivery import Blob, BreakerMove, DueTimer, Health
from crossdock.ports.stores_doors import ApiClient
from crossdock.ports.stores_filters import SavedFilter
from crossdock.ports.stores_mapping import Gap, Ruling
from crossdock.ports.stores_processes import Instance
from crossdock.processes.configured import there_are
from crossdock.settings.credentials import Credential
from crossdock.settings.explaining import InForce, explained, moved_on
from crossdock.settings.nodes import Node, Place, read_text
from crossdock.settings.releasing import OrderRelease
from crossdock.settings.sections import Processes, Settings
from crossdock.settings.watching import Expectations, TrackingWatch
from crossdock.storage.opening import open_store
from crossdock.tower.app import build
from crossdock.tower.context import Context, PartnerFacts
from crossdock.tower.live import Live
from crossdock.tower.sessions import Sessions
from crossdock.views.kpis import RecentFigures, board_of
from crossdock.views.partners import Agreed
from crossdock.views.stuck import objectives_of
from crossdock.views.trends import Trends
from views.seeding import LABEL, LABEL_HASH, NOW, SECOND, FixedClock, Teller, _opened, _quoted, fill

MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
CLOCK = NOW + 26 * HOUR
HOSTILE = '<img src=x onerror="document.title=1">\u202egnp.exe ' + "W" * 400
_PEOPLE = (
    ("Mara Lindqvist", "Göteborg", "41104", "SE"), ("Ben Okafor", "Leeds", "LS1 4DY", "GB"),
    ("Ines Carvalho", "Porto", "4000-322", "PT"), ("Jun Sakamoto", "Osaka", "530-0001", "JP"),
    ("Noor El Amrani", "Rotterdam", "3011", "NL"), ("Tomás Herrera", "Valencia", "46002", "ES"),
    ("Greta Baumann", "Zürich", "8001", "CH"), ("Owen Price", "Cardiff", "CF10 1EP", "GB"),
    ("Camille Roux", "Lyon", "69002", "FR"), ("Ann Example", "Portland", "97201", "US"),
)  # fmt: skip
_STOPS = (("Berlin", "DE"), ("Amsterdam", "NL"), ("London", "GB"), ("London", "GB"))
_CARRIERS = (("DHL Express", "Express Worldwide"), ("GLS", "Parcel"), ("USPS", "Priority"), ("UPS", "Standard"))
_OFFICE = calendar("Europe/Brussels", (((480, 1020),),) * 5 + ((),) * 2)
AGREED = {
    "odoo": Agreed(kind="erp", silent_hours=1.0, owner="integration",
                   credentials=(Credential("api_key", "secret://env/ODOO_API_KEY"),)),
    "gls": Agreed(
        kind="carrier", silent_hours=0.2, owner="carriers-desk", limits=Limits(5.0, 20), mode="production",
        credentials=(Credential("client_secret", "secret://file/secrets/gls"),
                     Credential("webhook_secrets", "secret://env/GLS_WEBHOOK_SECRET")),
    ),
    "easypost": Agreed(kind="carrier", silent_hours=4.0, calendar=_OFFICE, hours_of="office", mode="test"),
    "warehouse": Agreed(kind="warehouse", silent_hours=2.0,
                        arrivals=(Arrival("warehouse", "counts", (360, 840), _OFFICE, 600 * SECOND),)),
    "usps": Agreed(kind="carrier", limits=Limits(2.0, 5)),
}  # fmt: skip
PROCESSES = {each.name: each for each in there_are()}
_WATCHED = Settings(
    processes=Processes(
        expectations=Expectations(), order_release=OrderRelease(), tracking_watch=TrackingWatch(feeds={"gls": 1.0})
    )
)
BOARD = board_of(_WATCHED, {"gls": Kind.CARRIER, "easypost": Kind.CARRIER, "warehouse": Kind.WAREHOUSE})
_WRONG = (
    # kind, text, partner, how many, orders at (hours ago, due in hours)
    ("proof.missing", "Delivered, and no proof of it for {n}", "gls", 9, 1.5),
    ("address.incomplete", "The delivery address has no postcode", "", 4, -2.0),
    ("booking.failed", "DHL Express refuses the booking: invalid account for this origin", "dhl_express", 6, -0.4),
    ("shipment.customs", "Held at customs: commercial invoice is missing", "dhl_express", 2, 5.0),
    ("despatch.overdue", "Not shipped in time: promised for 17:00 by the Antwerp warehouse", "warehouse", 3, 0.4),
    ("reconciliation.gap", "Odoo says 12 shipped, the warehouse says 10", "odoo", 2, 20.0),
    ("weight.missing", "Package without a weight", "", 1, 8.0),
)
_TECHNICAL = (
    ("feed.silent", "Nothing was heard of gls for 47 minutes; 10 is usual", "gls", 1, -0.3),
    ("mapping.unknown_code", "Unknown status code “ZN11” of dhl_express", "dhl_express", 3, 9.0),
    ("tracking.refused", "The carrier does not know the number {n}", "usps", 2, 30.0),
)


_COUNTER = frozenset({"manifest.close.v1", "pickup.schedule.v1", "pickup.cancel.v1"})
_CONFIGURATION = """\
project: {name: acme-logistics, timezone: Europe/Brussels}
environment: sandbox
listen: {port: 8443, public_url: "https://crossdock.acme.example"}
security:
  signing_secret: secret://file/secrets/signing
partners:
  odoo:
    connector: odoo
    config: {url: "https://odoo.acme.example", database: acme, api_key: "secret://env/ODOO_KEY"}
  gls:
    connector: gls
    throttle: {per_second: 4, burst: 8}
    fallback: {do: next, next: [odoo], words: '<img src=x onerror="document.title=1">'}
processes:
  order_to_ship: {erp: odoo, carriers: [gls]}
"""


def configured() -> InForce:
    """What the scene is configured with, and what the files say by now."""
    node, _ = read_text(_CONFIGURATION, "/etc/crossdock/crossdock.yaml")
    later, _ = read_text(_CONFIGURATION.replace("burst: 8", "burst: 20"), "/etc/crossdock/crossdock.yaml")
    node.value["store"] = Node({"url": Node("postgresql://crossdock:geheim@db/x", Place("CROSSDOCK__STORE__URL"))},
                               Place("CROSSDOCK__STORE__URL"))  # fmt: skip
    node.value["store"].keys["url"] = Place("CROSSDOCK__STORE__URL")
    later.value["store"] = node.value["store"]
    types = {"odoo": OdooConfig}
    settings, then = (explained(each, types, Path("/etc/crossdock")) for each in (node, later))
    warned = ("carrier 'gls' has no fallback; say what is done: partners.gls.fallback",)
    return InForce(settings, warned, CLOCK - 3 * HOUR, moved_on(settings, then))


class Scene:
    """Store, app and sessions over the seeded store; tests and screenshots enter through ``sessions``."""

    def __init__(self, store, clock, map_file=None):
        self.store = store
        self.clock = clock
        self.sessions = Sessions(clock)
        self.live = Live(store, clock)
        names = (("odoo", "Odoo 19"), ("easypost", "EasyPost"), ("dhl_express", "DHL Express"), ("gls", "GLS"),
                 ("warehouse", "Antwerp warehouse"), ("usps", "USPS"))  # fmt: skip
        feeds = {"odoo": (("pickings", 15.0),), "warehouse": (("movements", 30.0), ("counts", 3600.0))}
        self.app = build(
            Context(
                store=store,
                clock=clock,
                requests=Requests(),
                documents=StoredDocuments(store, clock),
                sessions=self.sessions,
                version="0.1.0",
                live=self.live,
                processes=PROCESSES,
                objectives=objectives_of(Settings(), PROCESSES),
                matrix=tuple(Ownership(kind, kind.owner, kind.severity, 60, 240, False) for kind in KINDS.values()),
                teams=frozenset(kind.owner for kind in KINDS.values() if kind.owner),
                figures=RecentFigures(BOARD, 60, monotonic),
                trends=Trends(BOARD, monotonic),
                configuration=configured,
                partners=tuple(
                    PartnerFacts(
                        name,
                        name,
                        title,
                        feeds.get(name, ()),
                        AGREED.get(name, Agreed(kind="carrier", limits=Limits(4.0, 8))),
                        f"crossdock.connectors.{name}",
                        _COUNTER,
                    )
                    for name, title in names
                ),
                board=BOARD,
                environment="prod",
                changed_at=lambda reference: CLOCK - 400 * 24 * HOUR if "gls" in reference else 0,
                corrector=Corrector(store, _replayer(store, clock), 10_000_000),
                timezone="Europe/Brussels",
                map_file=map_file,
            )
        )


class Reading:
    """EasyPost's mapping, and no more of it."""

    def translate(self, message):
        return translation_of(message.body, "easypost")


def _replayer(store, clock):
    metrics = Metrics()
    translator = Translator(store, {"easypost": Reading()}, clock, metrics, Spans())
    return Replayer(store, translator, Reducer(store, [], clock, None, metrics, summary_of))


async def opened(folder, map_file=None) -> Scene:
    """The scene in a store of its own; ``map_file`` lies under its orders' maps."""
    store = open_store(f"sqlite:///{folder / 'crossdock.db'}", folder=folder)
    await store.migrate()
    await store.run(furnish)
    return Scene(store, FixedClock(CLOCK), map_file)


async def empty(folder) -> Scene:
    """The same with nothing in it."""
    store = open_store(f"sqlite:///{folder / 'crossdock.db'}", folder=folder)
    await store.migrate()
    return Scene(store, FixedClock(CLOCK))


def furnish(tx):
    """All of it."""
    chance = random.Random(7)
    subjects = [_order(tx, number, chance) for number in range(21, 61)]
    fill(tx)  # what it leaves in doubt would be claimed by those before
    cases = [each for given in (*_WRONG, *_TECHNICAL) for each in _cases(given, subjects, chance)]
    tx.exceptions.save(cases)
    _history(tx, cases)
    _partners(tx)
    _processes(tx, subjects)
    _hostile(tx)
    measured(tx, CLOCK, chance)
    _audit(tx, subjects)
    _filters(tx)
    tx.log.advance("reducer", {partition: (0, head) for partition, head in tx.views.log_heads().items() if head})


def _order(tx, number, chance):
    name, city, postcode, country = _PEOPLE[number % len(_PEOPLE)]
    at = NOW + chance.randrange(20 * 60) * MINUTE
    subject = f"do:odoo:{number}"
    party = Party(name, Address(("12 Example St",), city, "", postcode, country))
    teller, cause = _opened(tx, number, subject, at, ship_to=party, packages=1 + number % 3 // 2)
    if number % 8 == 0:
        teller.end("rating")
        return subject
    carrier, service = _CARRIERS[number % len(_CARRIERS)]
    shipment = _quoted(teller, number, cause)
    teller.settle("done", "Done")
    tracking = f"00{number}340434161094{number:06d}"
    booking = Booking("easypost", "P1", shipment, tracking, carrier, service, money("7.58", "USD"))
    teller.say(ev.ShipmentBooked(booking), "easypost")
    tx.blobs.put(Blob(LABEL_HASH, "application/pdf", "label", len(LABEL), teller.at, LABEL))
    teller.say(ev.LabelReceived("P1", shipment, tracking, Document(LABEL_HASH, "application/pdf", "label.pdf", 15)))
    steps = ("picked_up", "in_transit", "out_for_delivery", "delivered")[: number % 5]
    for step, milestone in enumerate(steps):
        told = teller.receive("easypost", "trackers", {"result": {"status": milestone, "tracking_code": tracking}})
        occurred = stamp(f"2026-11-21T{9 + 3 * step:02}:{number % 60:02}:00+01:00")
        scan = TrackingEvent(
            "easypost", tracking, milestone, occurred, raw_code=f"X-{milestone}", carrier=carrier,
            place=Address(city=_STOPS[step][0], country=_STOPS[step][1]),
        )  # fmt: skip
        teller.say(ev.TrackingReported(scan), "easypost", told, occurred)
    teller.end("delivered" if len(steps) == 4 else "shipped" if steps else "labelled")
    return subject


def _cases(given, subjects, chance):
    kind, text, partner, count, hours = given
    row = KINDS[kind]
    found = []
    for number in range(count):
        due = CLOCK + int((hours + number * 0.7) * HOUR)
        raised = CLOCK - int((2 + number * 1.3) * HOUR)
        taken = number % 3 == 1
        waits = number % 5 == 3
        found.append(
            Case(
                subjects[(number * 7 + len(kind)) % len(subjects)], kind, f"/packages/P{number + 1}",
                f"{kind}-{number}",
                text.format(n=f"00340434161094{number:06d}"), raised,
                state="waiting" if waits else "assigned" if taken else "open", owner=row.owner,
                assignee=("mara", "jonas", "lea")[number % 3] if taken or waits else "", severity=row.severity,
                queue=row.queue, category=row.category, partner=partner,
                acknowledge_by=due - HOUR, resolve_by=due, acknowledged_at=raised + MINUTE if taken or waits else 0,
                breached_at=due if due < CLOCK else 0,
                value=chance.randrange(4000, 240000) if row.queue == "business" else 0,
                currency="EUR" if row.queue == "business" else "", waiting_on="DHL Express" if waits else "",
                comments=number % 3,
            )
        )  # fmt: skip
    return found


def _history(tx, cases):
    for case in cases:
        teller = Teller(tx, case.subject, case.raised_at)
        raised = ExceptionRaised(case.kind, case.text, case.pointer, case.cause, case.partner, case.category)
        teller.say(raised, case.partner)
        if case.assignee:
            about = (case.pointer, case.cause)
            teller.say(ExceptionAssigned(case.kind, "r1", "tower:mara", *about, case.owner, case.assignee, "mine"))
        if case.comments:
            said = "Called them; they look into it and call back before noon."
            about = (case.pointer, case.cause)
            teller.say(ExceptionCommented(case.kind, f"c{case.cause}", "tower:jonas", said, *about))


def _partners(tx):
    tx.partners.save_health("gls", Health(failures=7, opened_at=CLOCK - 47 * MINUTE))
    tx.partners.note_breaker(BreakerMove("gls", CLOCK - 47 * MINUTE, "open", "5 failures in a row"))
    tx.partners.save_health("dhl_express", Health(failures=2, tokens=3.0, refilled_at=CLOCK))
    tx.partners.save_health("usps", Health(paused=True))
    tx.partners.note_breaker(
        BreakerMove("usps", CLOCK - 3 * HOUR, "paused", "tower:mara: their maintenance until noon")
    )
    tx.mappings.note(
        [
            Gap("dhl_express", "code", "ZN11", "Shipment delayed, customs (see note)", "odoo7m1".ljust(26, "0"),
                CLOCK - 30 * HOUR, CLOCK - HOUR, 14),
            Gap("dhl_express", "field", "/pieces/0/temperatureRange", "2-8 C", "", CLOCK - 9 * HOUR, CLOCK - HOUR, 3),
            Gap("gls", "code", "<b>X</b>", HOSTILE, "", CLOCK - 9 * HOUR, CLOCK - HOUR, 3),
        ]
    )  # fmt: skip
    tx.mappings.rule(
        Ruling("dhl_express", "field", "/pieces/0/temperatureRange", "proposed", "tower:lea", CLOCK - HOUR)
    )
    tx.partners.move_cursor("odoo", "pickings", "", "1", CLOCK - 9 * SECOND)
    tx.partners.move_cursor("warehouse", "movements", "", "1", CLOCK - 4 * MINUTE)


_STAGES = (
    # process, stage, how many, hours ago the first came
    ("order_to_ship", "waiting", 2, 30), ("order_to_ship", "rejected", 4, 26), ("order_to_ship", "rating", 5, 1.2),
    ("order_to_ship", "booking", 6, 3), ("order_to_ship", "labelled", 7, 40), ("order_to_ship", "attention", 3, 9),
    ("order_to_ship", "delivered", 8, 90), ("order_release", "held", 3, 50), ("order_release", "acknowledged", 9, 20),
    ("order_release", "picking", 5, 6), ("order_release", "packed", 4, 3), ("order_release", "shipped", 14, 80),
    ("order_release", "cancelling", 1, 4), ("return_to_refund", "under_way", 6, 200),
    ("return_to_refund", "inspecting", 3, 90), ("return_to_refund", "refunded", 11, 400),
)  # fmt: skip


def _processes(tx, subjects):
    for number, subject in enumerate(subjects):
        teller = Teller(tx, subject, CLOCK - 3 * HOUR)
        tx.instances.put([Instance(subject, "order_to_ship", 1, "shipped", CLOCK - 3 * HOUR)])
        teller.say(ProcessMoved("order_to_ship", 1, "labelled", "shipped", "tracking.reported.v1", "scan"))
        due = CLOCK + (number % 5 - 1) * 2 * HOUR
        tx.timers.set([DueTimer(subject, "scan", due, "the next scan", "the carrier", CLOCK - 3 * HOUR)])
    for place, (process, stage, count, hours) in enumerate(_STAGES):
        rows = [
            Instance(
                subjects[(place * 3 + each) % len(subjects)], process, 1, stage, CLOCK - int(hours * HOUR / (each + 1))
            )
            for each in range(count)
        ]
        tx.instances.put(rows)


def _filters(tx):
    kept = (
        ("exceptions", "Late and high", "severity=high&late=1", "tower:mara", False),
        ("exceptions", HOSTILE[:90], "partner=gls", "tower:lea", True),
        ("messages", "All of EasyPost", "show=all&partner=easypost", "tower:lea", True),
        ("search", "Needs somebody", "phase=attention", "tower:mara", True),
    )
    for number, (place, name, query, owner, shared) in enumerate(kept):
        tx.filters.save(SavedFilter(f"kept-{number}", place, name, query, owner, shared, CLOCK - HOUR))


def _audit(tx, subjects):
    tx.doors.save_client(ApiClient("0a1b2c3d4e5f", "Warehouse system", "hash", ("read", "write"), NOW))
    message = "odoo7m1".ljust(26, "0")
    said = (
        ("tower:mara", "exchange.retry", message, "rates were renewed"),
        ("0a1b2c3d4e5f", "desk.book", subjects[3], "customer paid"),
        ("cli:deploy", "rebuild", "read models", "40 orders folded again, none changed"),
        ("tower:jonas", "exception.resolve", "6 orders", "6 (booking.failed): account was put right"),
        ("partner:warehouse/lea (Lea Maes)", "partner.told", message, "stock count"),
        ("customer", "proof.opened", subjects[5], ""),
        ("tower:mara", "partner.pause", "usps", "strike until Monday"),
        ("retention", "bytes.purge", "", "1,204 bodies older than 90 days, 18.2 MB"),
        ("0a1b2c3d4e5f", "token.issue", "0a1b2c3d4e5f", "read write"),
        ("tower:jonas", "tower.invite", "lea", "operator"),
        (f"tower:{HOSTILE[:60]}", "desk.void", "do:odoo:66", HOSTILE),
    )
    for round_, days in enumerate((9, 4, 1, 0)):
        for number, entry in enumerate(said):
            tx.doors.audit(CLOCK - days * 24 * HOUR - (round_ * 7 + 40 - number) * MINUTE, *entry)


def _hostile(tx):
    party = Party(HOSTILE, Address((HOSTILE,), HOSTILE[:60], "", "1000", "BE"))
    teller, _ = _opened(tx, 66, "do:odoo:66", NOW, ship_to=party, sku='"><script>alert(1)</script>')
    case = Case("do:odoo:66", "address.incomplete", "/ship_to/<b>", "hostile", HOSTILE, CLOCK - HOUR,
                partner="<i>x</i>", owner="order-desk", value=100, currency="EUR", assignee=HOSTILE[:60])  # fmt: skip
    teller.say(ExceptionRaised(case.kind, HOSTILE, case.pointer, case.cause))
    tx.exceptions.save([case])
    teller.end("rejected")
    waits(tx, charge(text=HOSTILE), at=CLOCK - HOUR)
