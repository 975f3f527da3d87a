"""`crossdock route`: where orders go and why, and rules tried before they go live."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec import Struct

from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, installation, now, read
from crossdock.cli.orders import order_in
from crossdock.cli.output import AsJson, Exit, Stop, as_json, fail_with_faults, note, table
from crossdock.cli.replay import moment_of
from crossdock.model.enrichment import Enriched, enrich
from crossdock.model.instants import InvalidInstant, epoch_us, rfc3339, stamp
from crossdock.model.routing import Routed, RuleBook, route
from crossdock.model.shadows import warnings
from crossdock.processes.routing import Router, router_of, rule_book
from crossdock.processes.routing_cases import BadCases, Cases, OrderCase, judge, read_cases
from crossdock.settings.nodes import Fault, Node, read_file
from crossdock.settings.ordering_checks import child
from crossdock.settings.reading import read_config
from crossdock.settings.routing import Routing
from crossdock.settings.routing_checks import routing_faults
from crossdock.settings.working import CalendarName, CalendarSettings
from crossdock.views.routes import RoutedOrder, orders_named, orders_since

Name = Annotated[str, typer.Argument(help="An order, by any of its references.", metavar="ORDER")]
At = Annotated[str, typer.Option("--at", help="Decided at this time (RFC 3339); now unless given.")]
_MOST = 100_000


class Explained(Struct, frozen=True):
    """Where one delivery goes. ``decided_at`` is "" where nothing was decided yet: then today's rules would say so."""

    order: str
    name: str
    decided_at: str
    routed: Routed


class Moved(Struct, frozen=True):
    """An order that would go elsewhere."""

    order: str
    name: str
    before: Routed
    after: Routed


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="route", help="Where orders go, by which rule, and why.", no_args_is_help=True)
    for name, command in _COMMANDS.items():
        group.command(name)(command)
    app.add_typer(group)


def explain(order: Name, config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Say where an order went, by which rule of which version, and what kept the rules before it from deciding."""
    found, router = _orders(config, order), _router(config)
    told = [_explained(each, router, now()) for each in found]
    if json:
        as_json(told)
        return
    for each in told:
        when = f"decided {each.decided_at}" if each.decided_at else "not decided yet; by today's rules it goes"
        note(f"{each.name} ({each.order}): {when}")
        _print(each.routed)


def _explained(found: RoutedOrder, router: Router, at: int) -> Explained:
    order, decision = found.order, found.decision
    name = order.sales_order or order.name
    if decision is not None:
        return Explained(order.id, name, rfc3339(found.decided_at), decision.routed)
    return Explained(order.id, name, "", router.route(order, at))


def attempt(
    order: Annotated[
        Path, typer.Option("--order", help="An order as a case has it (YAML or JSON), or as POST /v1/orders takes it.")
    ],
    at: At = "",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Say where an order in a file would go, by the rules in force."""
    router, moment = _router(config), _moment(at)
    plain = _plain(order)
    if isinstance(plain, dict) and "customer" in plain:
        routed = router.route(order_in(order), moment)
    else:
        try:
            case = msgspec.convert(plain, OrderCase, strict=False)
            routed = route(case.routable(), router.book, moment)
        except (msgspec.ValidationError, ValueError) as wrong:
            raise Stop(f"{order} is no order: put right what is said below.", str(wrong), Exit.USAGE) from None
    if json:
        as_json(routed)
    else:
        _print(routed)


def diff(
    new: Annotated[Path, typer.Argument(help="A configuration, or only its routing: section.", metavar="NEW.yaml")],
    since: Annotated[str, typer.Option(help="Orders changed since: 2026-03-01, or 7d, 24h.")] = "7d",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Say which orders of late would go elsewhere under new rules. Nothing changes."""
    before = _router(config)
    after = Router(_book(config, new), before.knowledge)
    start = moment_of(since, now())
    orders = read(config, lambda tx: list(orders_since(tx, start, _MOST)))
    ways = [(order, before.route(order, at), after.route(order, at)) for order, at in orders]
    moved = [Moved(order.id, order.sales_order or order.name, *both) for order, *both in ways if _differs(*both)]
    if json:
        versions = {"before": before.book.version, "after": after.book.version}
        as_json({"orders": len(orders), "versions": versions, "moved": moved})
    else:
        table(
            ((each.name, each.before.rule, _way(each.before), each.after.rule, _way(each.after)) for each in moved),
            "order", "rule", "goes to", "new rule", "would go to",
        )  # fmt: skip
        sums = Counter((_way(each.before), _way(each.after)) for each in moved)
        for (old, later), count in sums.most_common():
            note(f"{count} from {old} to {later}")
        note(f"{len(moved)} of {len(orders)} orders would go elsewhere; {before.book.version} → {after.book.version}")
    if moved:
        raise typer.Exit(Exit.FOUND)


def _differs(before: Routed, after: Routed) -> bool:
    return before.way != after.way


def trial(
    cases: Annotated[Path, typer.Argument(help="A table of cases (docs/how-to/route-orders.md).")],
    rules: Annotated[Path | None, typer.Option("--rules", help="Try these rules instead of those in force.")] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Try rules on a table of cases: each order, and where it should go."""
    book = _book(config, rules) if rules else _router(config).book
    try:
        found: Cases = read_cases(_plain(cases))
    except BadCases as wrong:
        raise Stop(f"{cases} is no table of cases: put right what is said below.", str(wrong), Exit.USAGE) from None
    results = [judge(case, book) for case in found.cases]
    failed = [each for each in results if each.failed]
    if json:
        as_json({"version": book.version, "cases": len(results), "failed": failed})
    else:
        rows = [(each.name, *one) for each in failed for one in each.failed]
        if rows:
            table(rows, "case", "what", "expected", "was")
        unused = sorted({rule.name for rule in book.rules} - {each.routed.rule for each in results})
        note(f"{len(results) - len(failed)} of {len(results)} cases hold under {book.version}")
        if unused:
            note(f"no case reaches: {', '.join(unused)}")
    if failed:
        raise typer.Exit(Exit.FAILED)


def enriched(order: Name, config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Say what is known of a delivery (window, service level, location, preferences), and who says so."""
    known = installation(config).knowledge
    found = {each.order.id: enrich(each.order, known) for each in _orders(config, order)}
    if json:
        as_json(found)
        return
    for subject, each in found.items():
        note(subject)
        _print_enriched(each)


def _print_enriched(found: Enriched) -> None:
    table(((each.name, each.value, each.source) for each in found.fields), "field", "value", "says")


def check(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Warn of rules that can never decide, and of orders that no rule takes."""
    book = _router(config).book
    found = warnings(book)
    if json:
        as_json({"version": book.version, "rules": len(book.rules), "warnings": found})
        return
    for each in found:
        note(f"warning: {f'rule {each.rule!r} ' if each.rule else ''}{each.text}")
    note(f"{len(book.rules)} rules, version {book.version}, {len(found)} warnings")


_COMMANDS: Mapping[str, Callable[..., None]] = {
    "explain": explain, "try": attempt, "diff": diff, "test": trial, "enrich": enriched, "check": check,
}  # fmt: skip


def _orders(config: Path, name: str) -> list[RoutedOrder]:
    found = read(config, lambda tx: orders_named(tx, name))
    if not found:
        raise Stop(f"No delivery is known as '{name}'; try the order's name.", code=Exit.USAGE)
    return found


def _router(config: Path) -> Router:
    found = installation(config)
    return router_of(found.settings, found.knowledge)


def _book(config: Path, file: Path) -> RuleBook:
    """The rules of another file, judged with the partners there are and with its calendars and those in force. Ends the
    command with its faults.
    """
    node, faults = read_file(file, str(file))
    section = node.value.get("routing") if node is not None and isinstance(node.value, dict) else None
    if node is None or section is None:
        missing = Fault(str(file), 0, "routing", "there is no such section", "write rules under routing:")
        fail_with_faults(faults or [missing])
    rules, more = read_config(Routing, section, "routing")
    nothing = Node({}, node.place)
    own, wrong = read_config(_Calendars, Node({"calendars": child(node, "calendars") or nothing}, node.place))
    found = installation(config).settings
    common = {**found.calendars, **(own.calendars if own else {})}
    partners = Node(dict.fromkeys(found.partners, nothing), node.place)
    calendars = Node(dict.fromkeys(common, nothing), node.place)
    whole = Node({"routing": section, "partners": partners, "calendars": calendars}, node.place)
    more = [*more, *wrong, *routing_faults(whole)]
    if more or rules is None:
        fail_with_faults([*faults, *more])
    return rule_book(rules, common)


class _Calendars(Struct, frozen=True):
    calendars: dict[CalendarName, CalendarSettings]


def _plain(file: Path) -> object:
    node, faults = read_file(file, str(file))
    if node is None or faults:
        fail_with_faults(faults)
    return node.plain()


def _moment(at: str) -> int:
    try:
        return epoch_us(stamp(at)) if at else now()
    except InvalidInstant as wrong:
        raise Stop("Write the time as 2026-11-23T10:00:00+01:00.", str(wrong), Exit.USAGE) from None


def _way(routed: Routed) -> str:
    if not routed.rule:
        return "nobody"
    words = (routed.partner or "a carrier", *routed.carriers, routed.service_level, routed.priority)
    return " ".join(each for each in words if each)


def _print(routed: Routed) -> None:
    rows = [(each.rule, "no", each.why) for each in routed.rejected]
    decided = [(routed.rule, "decides", _way(routed))] if routed.rule else []
    table([*rows, *decided], "rule", "", "because")
    told = f"goes to {_way(routed)} by rule '{routed.rule}'" if routed.rule else "no rule fits: nobody gets it"
    note(f"{told}, version {routed.version}")
