"""What the pages of partners know of each configured one; disabled ones are shown as such."""

from crossdock.bootstrap import Installation, PartnerPlan
from crossdock.model.calendars import ALWAYS
from crossdock.processes.feeds_configured import FeedPromises, feed_promises
from crossdock.settings.credentials import credentials_of
from crossdock.settings.sections import PartnerSettings
from crossdock.tower.context import PartnerFacts
from crossdock.views.partners import Agreed

_MODES = ("test", "production")


def facts_of(installation: Installation) -> tuple[PartnerFacts, ...]:
    """Every partner of the configuration."""
    plans = {plan.id: plan for plan in installation.plans}
    promised = feed_promises(installation.settings)
    return tuple(
        _facts(name, own, plans.get(name), promised) for name, own in sorted(installation.settings.partners.items())
    )


def _facts(name: str, own: PartnerSettings, plan: PartnerPlan | None, promised: FeedPromises) -> PartnerFacts:
    if plan is None:
        return PartnerFacts(name, own.connector, own.connector, agreed=Agreed(enabled=False, owner=own.owner or ""))
    feeds = tuple((feed.name, feed.every) for feed in plan.spec.feeds)
    package = plan.spec.package or f"crossdock.connectors.{own.connector}"
    agreed, commands = _agreed(name, own, plan, promised), frozenset(plan.spec.commands)
    return PartnerFacts(name, own.connector, plan.spec.title, feeds, agreed, package, commands)


def _agreed(name: str, own: PartnerSettings, plan: PartnerPlan, promised: FeedPromises) -> Agreed:
    mode = str(getattr(plan.config, "mode", ""))
    counted = name in promised.calendars
    return Agreed(
        kind=plan.spec.kind,
        owner=own.owner or "",
        mode=mode if mode in _MODES else "",
        limits=plan.limits,
        silent_hours=promised.hours.get(name, 0.0),
        calendar=promised.calendars.get(name, ALWAYS),
        hours_of=own.sla.calendar if own.sla and counted else "always",
        arrivals=tuple(each for each in promised.arrivals if each.partner == name),
        credentials=credentials_of(plan.config),
    )
