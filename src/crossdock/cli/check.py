"""`crossdock check`: the configuration judged without touching anything, every fault at its file and line."""

from collections.abc import Iterator

import typer
from msgspec import Struct

from crossdock import bootstrap
from crossdock.catalog import connectors
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath
from crossdock.cli.output import AsJson, Exit, as_json, fault_rows, note, print_faults, table
from crossdock.model.shadows import warnings
from crossdock.processes.exceptions_configured import matrix
from crossdock.processes.routing import rule_book
from crossdock.settings.loading import load
from crossdock.settings.routing import OLD_CALENDARS
from crossdock.settings.sections import Settings
from crossdock.settings.tower_checks import map_faults
from crossdock.views.flows import assumed


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check")(check)


def check(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Check the configuration without starting anything: all faults at once, with file and line."""
    loaded = load(config)
    found, faults = bootstrap.installed(loaded)
    faults = (*faults, *map_faults(loaded))
    broken = [str(each) for each in connectors().broken()]
    routing = warnings(rule_book(found.settings.routing, found.settings.calendars)) if found else ()
    if json:
        fallbacks = _fallbacks(found.settings) if found else []
        unowned = _unowned(found.settings) if found else []
        as_json(
            {
                "ok": not faults,
                "faults": fault_rows(faults),
                "broken_plugins": broken,
                "fallbacks": fallbacks,
                "unowned_exceptions": unowned,
                "routing": routing,
                "blind_credit": _blind_credit(found) if found else [],
                "deprecated": [OLD_CALENDARS] if found and found.settings.routing.calendars else [],
                "assumed_flows": assumed(bootstrap.flows(found)) if found else [],
            }
        )
    else:
        print_faults(faults)
    for each in broken:
        note(f"warning: {each}")
    if faults:
        note(f"{len(faults)} to put right")
        raise typer.Exit(Exit.FOUND)
    if found is not None:
        names = ", ".join(plan.id for plan in found.plans) or "none"
        if not json:
            _print(found.settings)
        for warned in (*(_settings_warnings(found.settings) if not json else ()), *_whole_warnings(found)):
            note(f"warning: {warned}")
        note(f"{config} is good; environment {found.settings.environment}, partners: {names}")


def warnings_of(found: bootstrap.Installation) -> tuple[str, ...]:
    """What is allowed and yet worth a look, in sentences that name the key to change."""
    return (*_settings_warnings(found.settings), *_whole_warnings(found))


def _whole_warnings(found: bootstrap.Installation) -> Iterator[str]:
    for partner in _blind_credit(found):
        yield (
            f"processes.credit_hold decides by nothing: '{partner}' is not asked what customers owe; set "
            f"partners.{partner}.config.credit: true"
        )
    if found.settings.routing.calendars:
        yield OLD_CALENDARS
    for warned in warnings(rule_book(found.settings.routing, found.settings.calendars)):
        yield f"routing: {f'rule {warned.rule!r} ' if warned.rule else ''}{warned.text}"
    for flow in assumed(bootstrap.flows(found)):
        yield f"class and objective of the flow {flow} are only assumed; prod needs them: flows.{flow}"


def _settings_warnings(settings: Settings) -> Iterator[str]:
    for each in _fallbacks(settings):
        if each.missing:
            yield f"carrier '{each.partner}' has no fallback; say what is done: partners.{each.partner}.fallback"
    if settings.tower.map.tiles and not settings.tower.map.attribution:
        yield "maps do not say whose data they show; data of OpenStreetMap asks for it: tower.map.attribution"
    if settings.exceptions.enabled:
        yield from _unowned_warnings(settings)


def _blind_credit(found: bootstrap.Installation) -> list[str]:
    """Systems of record that could say what customers owe and are not asked, while an order may be held by it."""
    if found.settings.processes.credit_hold is None:
        return []
    return [plan.id for plan in found.plans if getattr(plan.config, "credit", None) is False]


class Fallback(Struct, frozen=True):
    """What is done when one partner is down; ``missing`` where a carrier has nothing configured."""

    partner: str
    do: str
    next: tuple[str, ...]
    words: str
    contacts: tuple[str, ...]
    missing: bool


def _fallbacks(settings: Settings) -> list[Fallback]:
    """Of every partner. A system of record is waited for: nothing goes elsewhere."""
    flow = settings.processes.order_to_ship
    carriers = flow.carriers if flow else ()
    found = []
    for name, partner in settings.partners.items():
        given = partner.fallback
        do = given.do if given else ("by_level" if name in carriers else "hold")
        rest = (given.next, given.words, given.contacts) if given else ((), "", ())
        found.append(Fallback(name, do, *rest, missing=given is None and name in carriers))
    return found


def _unowned(settings: Settings) -> list[str]:
    """Kinds of exceptions that nobody was named for; they go to the default queue."""
    return [each.kind.kind for each in matrix(settings.exceptions, settings.calendars) if each.unowned]


def _unowned_warnings(settings: Settings) -> Iterator[str]:
    unowned, queue = _unowned(settings), settings.exceptions.default_queue
    if unowned and not settings.exceptions.teams and not settings.exceptions.owners:
        yield f"no team is configured; every exception goes to '{queue}': exceptions.teams"
        return
    for kind in unowned:
        yield f"nobody owns exceptions of kind '{kind}'; they go to '{queue}': exceptions.owners.{kind}"


def _print(settings: Settings) -> None:
    fallbacks = _fallbacks(settings)
    rows = ((each.partner, each.do, ", ".join(each.next), each.words, "; ".join(each.contacts)) for each in fallbacks)
    if fallbacks:
        table(rows, "partner", "when it is down", "next", "what people do", "whom to call")
