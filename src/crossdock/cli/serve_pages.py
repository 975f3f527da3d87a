"""The pages of people who are not ours, as configured: the customer's tracking page, its links; what maps lie on."""

from html import escape
from pathlib import Path
from typing import cast

from crossdock.api.context import TrackingLinks
from crossdock.api.server import Pages
from crossdock.backbone.documents import StoredDocuments
from crossdock.bootstrap import Installation, PartnerPlan, address_hash
from crossdock.cli.output import Stop
from crossdock.connectors.mail.client import deliver
from crossdock.connectors.mail.config import MailConfig
from crossdock.connectors.mail.wire import Letter, UnsafeHeader
from crossdock.model.identifiers import digest
from crossdock.notices.links import Link, unsubscribe_url
from crossdock.notices.tracking_links import DAY, TrackingLink, tracking_url
from crossdock.ports.clock import Clock
from crossdock.ports.secrets import Secrets, UnknownSecret
from crossdock.ports.stores import Store
from crossdock.settings.tracking_page import TrackingPage
from crossdock.settings.tracking_page_checks import LOGOS
from crossdock.tower.context import MapFile
from crossdock.tower.rendering import STATIC
from crossdock.trackpage import app as track_app
from crossdock.trackpage.context import Context, Limits, Look, Offer
from crossdock.transports.mail import Envelope
from crossdock.views.customers import ALL_SCANS, ESSENTIAL_SCANS

OUTLINES = STATIC / "vendor" / "countries-50m.json"
_MINUTE = 60_000_000
_SHORTEST = 32


def pages_of(installation: Installation, store: Store, clock: Clock, address: str) -> list[Pages]:
    """What is configured of them; ``address`` is where everything of ours is called at. Raises `Stop`."""
    given = installation.settings.tracking_page
    if given is None:
        return []
    own = (given.public_url or "").partition("://")[2].partition(":")[0].lower()
    app = track_app.build(tracking_context(installation, given, store, clock, given.public_url or address))
    return [Pages(app, track_app.SEGMENTS, own, ("unsubscribe",))]


def tracking_context(
    installation: Installation, given: TrackingPage, store: Store, clock: Clock, address: str
) -> Context:
    """What the tracking page is built with. Raises `Stop` where a secret is missing or too short."""
    settings = installation.settings
    plan = _mail_plan(installation)
    processes, notices = settings.processes, settings.customer_notices
    quiet = notices.quiet_hours if notices else None
    lookup = given.lookup
    return Context(
        store=store,
        clock=clock,
        documents=StoredDocuments(store, clock),
        secrets=secrets_of(installation, given),
        look=_look(installation, given),
        offer=Offer(
            lookup=Limits(lookup.tries, int(lookup.window_minutes * _MINUTE)) if lookup else None,
            returns_days=given.returns_days if processes.return_to_refund else 0,
            redelivery=given.redelivery and processes.failed_delivery is not None,
            map=given.map,
            told=ALL_SCANS if given.scans == "all" else ESSENTIAL_SCANS,
            carrier_links=given.carrier_links,
            quiet=(quiet.begin, quiet.end) if quiet else None,
        ),
        languages=given.languages,
        default_language=given.default_language,
        link_life=given.link_days * DAY,
        mail=CodeMailer(plan, installation.secrets, clock) if plan and given.proofs else None,
        preferences=MailPreferences(installation, plan) if plan else None,
        outlines=OUTLINES,
        secure=address.startswith("https://"),
    )


def map_file_of(installation: Installation) -> MapFile | None:
    """What orders' maps are drawn over beside the countries; none where no file is configured."""
    given = installation.settings.tower.map
    if not given.tiles:
        return None
    return MapFile(installation.secrets.root / given.tiles, given.attribution, given.attribution_url)


def secrets_of(installation: Installation, given: TrackingPage) -> tuple[str, ...]:
    """The secret that signs links, and earlier ones. Raises `Stop`."""
    try:
        found = tuple(installation.secrets.reveal(each) for each in (given.link_secret, *given.earlier_secrets))
    except UnknownSecret as problem:
        raise Stop("The secret of the tracking page's links is not in place: set it.", str(problem)) from None
    if any(len(each) < _SHORTEST for each in found):
        text = "The secret of the tracking page's links is too short: make one of 32 characters or more."
        raise Stop(text, given.link_secret)
    return found


def links_of(installation: Installation, address: str) -> TrackingLinks | None:
    """Makes links to the tracking page; None where there is none. Raises `Stop`."""
    given = installation.settings.tracking_page
    if given is None:
        return None
    secret, *_ = secrets_of(installation, given)

    def link(subject: str, now: int, language: str, days: int) -> tuple[str, int]:
        made = TrackingLink(subject, now + (days or given.link_days) * DAY)
        wanted = language if language in given.languages else ""
        return tracking_url(given.public_url or address, secret, made, wanted), made.until

    return link


class CodeMailer:
    """Hands a code in at the notices' mail server, at once and without keeping it anywhere."""

    def __init__(self, plan: PartnerPlan, secrets: Secrets, clock: Clock) -> None:
        """``plan`` is of the connector mail."""
        self._config = cast("MailConfig", plan.config)
        self._secrets = secrets
        self._clock = clock

    async def __call__(self, recipient: str, language: str, subject: str, text: str) -> bool:
        """Whether the mail server took it."""
        config, now = self._config, self._clock.now()
        name = f"<{digest('code', recipient, str(now))}@{config.sender.rpartition('@')[2]}>"
        letter = Letter(
            config.sender, config.sender_name, recipient, subject, text, _as_html(text, language), name, now, language,
            config.reply_to,
        )  # fmt: skip
        try:
            server = config.server(self._secrets.reveal(config.password) if config.password else "")
            answer = await deliver(server, Envelope(config.sender, recipient, letter.encoded(), name))
        except (UnknownSecret, UnsafeHeader):
            return False
        return isinstance(answer, str)


class MailPreferences:
    """What the notices' mail partner knows of an address."""

    def __init__(self, installation: Installation, plan: PartnerPlan) -> None:
        """``plan`` is of the connector mail."""
        self._installation = installation
        self._plan = plan
        self._config = cast("MailConfig", plan.config)

    def recipient(self, address: str) -> str:
        """The keyed hash that stands for an address."""
        return address_hash(self._installation, address)

    def unsubscribe(self, address: str, subject: str) -> str:
        """The path of the page on which it unsubscribes."""
        secret = self._installation.secrets.reveal(self._config.link_secret)
        return unsubscribe_url("", self._plan.id, secret, Link(self.recipient(address), subject))


def _mail_plan(installation: Installation) -> PartnerPlan | None:
    given = installation.settings.customer_notices
    return next((each for each in installation.plans if given and each.id == given.partner), None)


def _look(installation: Installation, given: TrackingPage) -> Look:
    brand = given.brand
    logo = installation.secrets.root / brand.logo if brand.logo else None
    return Look(
        shop=brand.shop or installation.settings.project.name,
        accent=brand.accent,
        accent_dark=brand.accent_dark,
        home=brand.home,
        email=brand.contact_email,
        phone=brand.contact_phone,
        page=brand.contact_url,
        logo=(logo.read_bytes(), LOGOS[Path(logo).suffix.lower()]) if logo else None,
    )


def _as_html(text: str, language: str) -> str:
    direction = "rtl" if language == "ar" else "ltr"
    lines = "".join(f"<p>{escape(part)}</p>" for part in text.strip().split("\n\n"))
    style = "font:16px/1.5 system-ui,sans-serif;max-width:34rem"
    return f'<!doctype html><html lang="{language}" dir="{direction}"><body style="{style}">{lines}</body></html>'
