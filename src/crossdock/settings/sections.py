"""What can be configured: one struct per section. Every field says what it is for; the tools print and check that."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from crossdock.settings.agreeing import Sla
from crossdock.settings.alerting import AlertSettings
from crossdock.settings.enrichment import Enrichment
from crossdock.settings.exceptions import ExceptionSettings, TeamName
from crossdock.settings.fanout import BridgeSettings, NatsServer, SubscriptionSettings, WebhookSettings
from crossdock.settings.flows import FlowName, FlowSettings
from crossdock.settings.freight import FreightSettings
from crossdock.settings.kpis import KpiSettings
from crossdock.settings.nightly import ReconciliationSettings, RetentionSettings
from crossdock.settings.notices import CustomerNotices
from crossdock.settings.ordering import DeliveryWindows, OrderIntake
from crossdock.settings.partner_desk import PartnerDesk
from crossdock.settings.releasing import CreditHold, OrderRelease, PaymentGate
from crossdock.settings.retrying import Retry
from crossdock.settings.returning import FailedDelivery, ProcureToReceive, ReturnToRefund
from crossdock.settings.routing import Routing
from crossdock.settings.shipping import DeliveryToInvoice, OrderToShip
from crossdock.settings.stock import AvailabilitySettings
from crossdock.settings.tower import Tower
from crossdock.settings.tracking_page import TrackingPage
from crossdock.settings.watching import Expectations, TrackingWatch
from crossdock.settings.words import OutboxName, PartnerId
from crossdock.settings.working import CalendarName, CalendarSettings


class Project(Struct, frozen=True, forbid_unknown_fields=True):
    """What this installation is called."""

    name: Annotated[str, Meta(description="Shown in the tower and in telemetry", examples=["acme-logistics"])] = (
        "crossdock"
    )
    timezone: Annotated[
        str,
        Meta(
            description="Zone of the warehouse (IANA name): the carriers' desk counts its days",
            pattern=r"^\S+$",
            examples=["Europe/Brussels"],
        ),
    ] = "UTC"


class LogSettings(NatsServer, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A NATS JetStream cluster (2.12 or later) that keeps the log's bytes. Positions, keys and the last minutes stay in
    PostgreSQL.
    """

    name: Annotated[
        str,
        Meta(
            description="Begins the names of the 64 streams; another one for every installation on the same cluster",
            pattern=r"^[A-Za-z0-9_-]+$",
            examples=["CROSSDOCK_LOG"],
        ),
    ] = "CROSSDOCK_LOG"
    replicas: Annotated[int, Meta(description="Replicas of each stream", ge=1, le=5)] = 3
    hold_seconds: Annotated[
        float,
        Meta(
            description="PostgreSQL keeps an event's bytes so long after the stream confirmed them; longer than the "
            "servers' sync_interval (2 minutes unless set), so that a power cut takes nothing",
            ge=0,
            le=86400,
        ),
    ] = 300.0


class StoreSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where everything durable is kept. Relative paths start at the folder of crossdock.yaml."""

    url: Annotated[
        str,
        Meta(
            description="sqlite:///FILE for one machine, postgresql://USER@HOST/NAME when it grows; of several "
            "servers, postgresql://USER@/NAME?host=A:5432&host=B:5432, the primary is looked for",
            pattern=r"^(sqlite:///.+|sqlite://|sqlite:///:memory:|postgresql://.+)$",
            examples=["sqlite:///crossdock.db"],
        ),
    ] = "sqlite:///crossdock.db"
    password: Annotated[
        str,
        Meta(
            description="Password of the PostgreSQL user, as a secret reference; empty: the address needs none",
            examples=["secret://env/CROSSDOCK_DB_PASSWORD"],
            extra={"secret": True},
        ),
    ] = ""
    log: Annotated[LogSettings | None, Meta(description="Keep the log's bytes in NATS JetStream; needs PostgreSQL")] = (
        None
    )
    folder: Annotated[
        str, Meta(description="Folder for labels, proofs and messages above 64 KiB", examples=["documents"])
    ] = "documents"


class Listen(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the server listens."""

    host: Annotated[
        str, Meta(description="Address to listen on; keep loopback and put a TLS proxy before it", examples=["0.0.0.0"])  # noqa: S104 - an example
    ] = "127.0.0.1"
    port: Annotated[int, Meta(description="Port to listen on", ge=0, le=65535, examples=[8480])] = 8480
    max_body: Annotated[
        int, Meta(description="Largest accepted message in bytes", ge=1024, le=1 << 30, examples=[10485760])
    ] = 10 * 1024 * 1024
    public_url: Annotated[
        str,
        Meta(
            description="Address that partners and people call, without a path; empty: http://host:port",
            pattern=r"^(https?://[^/\s]+)?$",
            examples=["https://crossdock.example.com"],
        ),
    ] = ""


class Security(Struct, frozen=True, forbid_unknown_fields=True):
    """Who may come in."""

    signing_secret: Annotated[
        str,
        Meta(
            description="Signs access tokens and sessions; at least 32 characters, as a secret reference",
            examples=["secret://file/secrets/signing"],
            extra={"secret": True},
        ),
    ] = "secret://file/secrets/signing"  # noqa: S105 - a reference
    tower_login: Annotated[bool, Meta(description="Ask people for the one-time link before they see anything")] = True


class MappingSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How a code that no connector knows gets its meaning."""

    approvals: Annotated[
        int,
        Meta(description="People who must agree before a ruling holds: 1, or 2 for a second pair of eyes", ge=1, le=2),
    ] = 1


class Workers(Struct, frozen=True, forbid_unknown_fields=True):
    """How hard one process works."""

    translate_batch: Annotated[int, Meta(description="Messages translated per transaction", ge=1, le=400)] = 200
    reduce_batch: Annotated[int, Meta(description="Events folded per transaction", ge=1, le=400)] = 400
    delivery_concurrency: Annotated[
        int, Meta(description="Outbound calls at the same time, all partners together", ge=1, le=256)
    ] = 16
    lease_seconds: Annotated[
        float, Meta(description="A silent worker loses its partitions after this long", ge=5, le=600)
    ] = 30.0
    claim_seconds: Annotated[
        float,
        Meta(
            description="Commands of a worker that fell silent are taken up after this; a living one keeps its own",
            ge=5,
            le=3600,
        ),
    ] = 120.0


class Telemetry(Struct, frozen=True, forbid_unknown_fields=True):
    """Logs and traces."""

    otlp_endpoint: Annotated[
        str, Meta(description="OTLP/HTTP collector for traces; empty: none", examples=["http://localhost:4318"])
    ] = ""
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="Least important log line shown")
    ] = "info"
    log_format: Annotated[Literal["json", "console"], Meta(description="json for machines, console for people")] = (
        "json"
    )


class Throttle(Struct, frozen=True, forbid_unknown_fields=True):
    """How fast a partner may be called, all workers together."""

    per_second: Annotated[float, Meta(description="Calls per second; 0: no limit", ge=0, examples=[5])] = 0.0
    burst: Annotated[int, Meta(description="Calls that may be made at once after a pause", ge=1)] = 10
    concurrency: Annotated[int, Meta(description="Calls at the same time", ge=1, le=256)] = 4


class Breaker(Struct, frozen=True, forbid_unknown_fields=True):
    """When a failing partner is left alone for a while."""

    failures: Annotated[int, Meta(description="Failures in a row that open the breaker", ge=1)] = 20
    open_seconds: Annotated[float, Meta(description="Seconds until one call probes again", ge=1)] = 30.0


class Fallback(Struct, frozen=True, forbid_unknown_fields=True):
    """What is done when a partner is down."""

    do: Annotated[
        Literal["by_level", "next", "hold", "manual"],
        Meta(
            description="With bookings it does not take: what processes.order_to_ship.outage says by service level, go "
            "to the next carrier, wait for this one, or let a person decide",
            examples=["next"],
        ),
    ] = "by_level"
    next: Annotated[
        tuple[PartnerId, ...],
        Meta(description="Carriers to go to, the first that offers; none: the best offer", examples=[["easypost"]]),
    ] = ()
    words: Annotated[
        str,
        Meta(
            description="What people do meanwhile, in a sentence or two",
            examples=["Collect parcels at dock 4 and call the depot before 16:00."],
        ),
    ] = ""
    contacts: Annotated[
        tuple[str, ...],
        Meta(description="Whom to call", examples=[["Carrier's desk +32 2 555 01 00, customer 4711"]]),
    ] = ()


class PartnerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """One system Crossdock talks to. ``config`` is typed by the connector (see `crossdock.settings.partners`)."""

    connector: Annotated[str, Meta(description="Name of the connector that speaks to it", examples=["easypost"])]
    config: Annotated[dict[str, Any], Meta(description="The connector's own settings")] = field(default_factory=dict)
    enabled: Annotated[bool, Meta(description="false keeps the settings and makes no call")] = True
    throttle: Annotated[Throttle, Meta(description="How fast it may be called")] = Throttle()
    breaker: Annotated[Breaker, Meta(description="When it is left alone")] = Breaker()
    fallback: Annotated[Fallback | None, Meta(description="What is done when it is down")] = None
    priority: Annotated[int, Meta(description="Smaller is served first when calls are scarce", ge=1, le=99)] = 50
    allow_hosts: Annotated[
        tuple[str, ...],
        Meta(description="Further hosts it may be called at, beside those of its settings", examples=[["cdn.example"]]),
    ] = ()
    owner: Annotated[
        TeamName | None,
        Meta(
            description="The team that gets exceptions about it, where exceptions.owners names none by kind or "
            "category; prod needs it",
            examples=["carriers"],
        ),
    ] = None
    retry: Annotated[
        Retry | None, Meta(description="When it is tried again, instead of the section retry; prod needs it")
    ] = None
    sla: Annotated[Sla | None, Meta(description="What it promised; prod needs it")] = None
    allow_private: Annotated[
        bool, Meta(description="It may stand on a private or loopback address (own network, simulators)")
    ] = False


class Processes(Struct, frozen=True, forbid_unknown_fields=True):
    """Business processes; one left out does not run."""

    credit_hold: Annotated[CreditHold | None, Meta(description="Orders over a credit limit wait for finance")] = None
    payment_gate: Annotated[PaymentGate | None, Meta(description="Prepaid orders wait for their payment")] = None
    order_release: Annotated[
        OrderRelease | None, Meta(description="Gates and the warehouse come before labels; needs order_to_ship")
    ] = None
    order_to_ship: Annotated[OrderToShip | None, Meta(description="From delivery order to delivered")] = None
    delivery_to_invoice: Annotated[
        DeliveryToInvoice | None, Meta(description="From delivered to invoiced in the system of record")
    ] = None
    failed_delivery: Annotated[
        FailedDelivery | None, Meta(description="After failed attempts the customer chooses; needs tracking")
    ] = None
    return_to_refund: Annotated[
        ReturnToRefund | None, Meta(description="From goods that come back to stock and credit note")
    ] = None
    procure_to_receive: Annotated[
        ProcureToReceive | None, Meta(description="From purchase to goods received; needs Odoo's feed of transfers")
    ] = None
    tracking_watch: Annotated[
        TrackingWatch | None, Meta(description="Carriers without push are asked, and silence is noticed")
    ] = None
    order_intake: Annotated[
        OrderIntake | None, Meta(description="Orders of channels, entered into the system of record once")
    ] = None
    expectations: Annotated[
        Expectations | None, Meta(description="What should come and does not is said, with who is late")
    ] = None


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything in crossdock.yaml and the files it includes."""

    project: Annotated[Project, Meta(description="This installation")] = Project()
    environment: Annotated[
        Literal["dev", "test", "sandbox", "prod"],
        Meta(description="prod refuses test credentials, the others refuse live ones"),
    ] = "dev"
    store: Annotated[StoreSettings, Meta(description="Where everything durable is kept")] = StoreSettings()
    listen: Annotated[Listen, Meta(description="Where the server listens")] = Listen()
    security: Annotated[Security, Meta(description="Who may come in")] = Security()
    workers: Annotated[Workers, Meta(description="How hard one process works")] = Workers()
    mapping: Annotated[MappingSettings, Meta(description="Who rules on codes nobody has mapped")] = MappingSettings()
    retention: Annotated[RetentionSettings, Meta(description="How long everything is kept")] = RetentionSettings()
    telemetry: Annotated[Telemetry, Meta(description="Logs and traces")] = Telemetry()
    retry: Annotated[Retry, Meta(description="When to try again")] = Retry()
    partners: Annotated[
        dict[PartnerId, PartnerSettings],
        Meta(description="Systems Crossdock talks to, by an id of lower-case letters, digits and hyphens"),
    ] = field(default_factory=dict)
    processes: Annotated[Processes, Meta(description="What has to happen, in which order")] = Processes()
    calendars: Annotated[
        dict[CalendarName, CalendarSettings], Meta(description="Working time by a name; always is day and night")
    ] = field(default_factory=dict)
    exceptions: Annotated[ExceptionSettings, Meta(description="Whose exceptions are, and how soon")] = (
        ExceptionSettings()
    )
    partner_desk: Annotated[
        PartnerDesk | None, Meta(description="People of partners upload files and work lists by hand")
    ] = None
    tracking_page: Annotated[
        TrackingPage | None, Meta(description="Customers follow their orders on a page of their own")
    ] = None
    tower: Annotated[Tower, Meta(description="The control tower")] = Tower()
    freight: Annotated[FreightSettings, Meta(description="What carriers charge")] = FreightSettings()
    kpis: Annotated[KpiSettings, Meta(description="Key figures: when they are bad")] = KpiSettings()
    alerts: Annotated[AlertSettings, Meta(description="Who is told of exceptions, by what, and when")] = AlertSettings()
    customer_notices: Annotated[
        CustomerNotices | None, Meta(description="What customers are told of their orders; left out: nothing")
    ] = None
    routing: Annotated[Routing, Meta(description="Which warehouse, 3PL and carriers an order goes to")] = Routing()
    enrichment: Annotated[Enrichment, Meta(description="What is known of customers and places")] = Enrichment()
    delivery_windows: Annotated[DeliveryWindows, Meta(description="Delivery slots per area and day")] = (
        DeliveryWindows()
    )
    reconciliation: Annotated[ReconciliationSettings, Meta(description="Partners compared with the store, nightly")] = (
        ReconciliationSettings()
    )
    availability: Annotated[AvailabilitySettings, Meta(description="How old a word on stock may be")] = (
        AvailabilitySettings()
    )
    bridges: Annotated[
        dict[OutboxName, BridgeSettings], Meta(description="Canonical events out to message brokers, by a name")
    ] = field(default_factory=dict)
    webhooks: Annotated[
        dict[OutboxName, WebhookSettings], Meta(description="Canonical events out by signed webhooks, by a name")
    ] = field(default_factory=dict)
    subscriptions: Annotated[
        dict[OutboxName, SubscriptionSettings], Meta(description="Messages of brokers in, by a name")
    ] = field(default_factory=dict)
    flows: Annotated[
        dict[FlowName, FlowSettings],
        Meta(
            description="Class and latency objective of flows (crossdock flows lists them), by PARTNER/CHANNEL, "
            "PARTNER/COMMAND, bridges/NAME, webhooks/NAME or subscriptions/NAME; by PARTNER alone of all it has"
        ),
    ] = field(default_factory=dict)
