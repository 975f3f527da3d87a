"""The partner desk as configured: its people, and how what they tell is read."""

from collections.abc import Callable, Mapping
from functools import partial

from crossdock.api.server import Pages
from crossdock.bootstrap import Hub, Installation, PartnerPlan
from crossdock.cli.output import Stop
from crossdock.partnerdesk import app as desk_app
from crossdock.partnerdesk.context import Context, Desk, Intake, Person
from crossdock.partnerdesk.sessions import signed_invitation
from crossdock.ports.clock import Clock
from crossdock.ports.connector import Connector
from crossdock.ports.secrets import Secrets, UnknownSecret
from crossdock.ports.stores import Store
from crossdock.settings.partner_desk import DeskPerson, PartnerDesk
from crossdock.views.partner_work import Owner
from crossdock.views.wording import milestone_name

HOUR = 3_600_000_000
_SHORTEST = 32


def desk_pages(installation: Installation, joined: Hub, address: str) -> list[Pages]:
    """The desk, where it is configured. Raises `Stop`."""
    given = installation.settings.partner_desk
    if given is None:
        return []
    context = desk_context(installation, given, joined.store, joined.clock, joined.intake, joined.connectors, address)
    return [Pages(desk_app.build(context), desk_app.SEGMENTS)]


def desk_context(
    installation: Installation,
    given: PartnerDesk,
    store: Store,
    clock: Clock,
    intake: Intake,
    connectors: Mapping[str, Connector],
    address: str,
) -> Context:
    """What the desk is built with. Raises `Stop`."""
    plans = {plan.id: plan for plan in installation.plans if plan.id in connectors}
    wanted = {each.partner for each in given.people.values()}
    return Context(
        store=store,
        clock=clock,
        intake=intake,
        people=people_of(installation, given),
        desks={name: _desk(plans[name], connectors[name], given) for name in sorted(wanted & set(plans))},
        secret=session_secret(installation, given),
        house=installation.settings.project.name,
        session_life=int(given.session_hours * HOUR),
        secure=address.startswith("https://"),
    )


def session_secret(installation: Installation, given: PartnerDesk) -> str:
    """What signs sessions and invitations. Raises `Stop`."""
    try:
        found = installation.secrets.reveal(given.session_secret)
    except UnknownSecret as problem:
        raise Stop("The secret of the partner desk is not in place: set it.", str(problem)) from None
    if len(found) < _SHORTEST:
        raise Stop("The secret of the partner desk is too short: make one of 32 characters.", given.session_secret)
    return found


def people_of(installation: Installation, given: PartnerDesk) -> dict[str, Person]:
    """Who comes in, by the name they sign in with."""
    return {name: _person(installation.secrets, name, each) for name, each in given.people.items()}


def invitation(installation: Installation, given: PartnerDesk, clock: Clock, person: str) -> str:
    """A token that lets a person of the desk in once. Raises `Stop`."""
    until = clock.now() + int(given.invitation_hours * HOUR)
    return signed_invitation(session_secret(installation, given), person, until)


def _person(secrets: Secrets, name: str, given: DeskPerson) -> Person:
    password: Callable[[], str] | None = partial(secrets.reveal, given.password) if given.password else None
    return Person(name, given.name, given.partner, password)


def _desk(plan: PartnerPlan, connector: Connector, given: PartnerDesk) -> Desk:
    config = plan.config
    title = getattr(config, "title", "") or plan.spec.title
    carriers = frozenset(each.casefold() for each in given.carriers.get(plan.id, ()))
    channels = [each.name for each in plan.spec.webhooks] or ["files"]
    channel = "files" if "files" in channels else channels[0]
    if plan.spec.id == "warehouse":
        owner = Owner(plan.id, frozenset({config.warehouse, *config.sites.values()}), carriers)
        return Desk(title, owner, connector.translate, "warehouse", channel)
    owner = Owner(plan.id, frozenset(), carriers)
    if plan.spec.id == "generic" and config.format == "csv" and config.headings and config.fields.code:
        codes = {code: milestone_name(words.split()[0]) for code, words in config.codes.items()}
        columns = config.fields.named()
        return Desk(title, owner, connector.translate, "carrier", channel, columns, config.separator, codes)
    return Desk(title, owner, connector.translate, "files", channel)
