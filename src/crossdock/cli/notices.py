"""`crossdock notices`: what customers are told: preview, what became of each, a test mail, figures, unsubscribe."""

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from crossdock import bootstrap
from crossdock.backbone.customers import figures, unsubscribe
from crossdock.backbone.documents import StoredDocuments
from crossdock.bootstrap import Installation
from crossdock.cli.opening import DEFAULT_CONFIG, ConfigPath, actor, installation, now, read, with_store, write
from crossdock.cli.output import AsJson, Exit, Stop, as_json, lines, note, table
from crossdock.model.identifiers import digest
from crossdock.model.instants import rfc3339
from crossdock.model.mailboxes import is_address
from crossdock.model.notices import KINDS, Kind, NotifyCustomer
from crossdock.notices.rendering import EXAMPLE, Rendered, Templates, UnusableTemplate
from crossdock.ports.connector import Command
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.stores_notices import NoticeRow
from crossdock.ports.verdicts import AlreadyDone, Done
from crossdock.processes.configured import objective
from crossdock.processes.notice_words import values_of
from crossdock.settings.notices import CustomerNotices
from crossdock.transports import machine
from crossdock.views.timeline import Ambiguous, resolve, story_of

KindName = Annotated[str, typer.Argument(help=f"One of: {', '.join(KINDS)}.", metavar="KIND")]
Language = Annotated[str, typer.Option("--language", help="Two letters; the default one unless given.")]
Order = Annotated[str, typer.Argument(help="An order, by any of its references.", metavar="ORDER")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for those who read it later.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="notices", help="What customers are told of their orders.", no_args_is_help=True)
    group.command("preview")(preview)
    group.command("list")(list_notices)
    group.command("figures")(show_figures)
    group.command("send-test")(send_test)
    group.command("unsubscribe")(unsubscribe_address)
    app.add_typer(group)


def preview(
    kind: KindName,
    language: Language = "",
    order: Annotated[str, typer.Option("--order", help="Its values come from this order.")] = "",
    example: Annotated[bool, typer.Option("--example", help="Invented values; so it is without --order.")] = False,
    html: Annotated[Path | None, typer.Option("--html", help="Write the HTML part into this file.")] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Show a notice as it would be mailed. Nothing is sent."""
    if order and example:
        raise Stop("Take either --order or --example.", code=Exit.USAGE)
    found = installation(config)
    given, wanted = _section(found), _kind(kind)
    values = _values(config, order) if order else dict(EXAMPLE)
    try:
        rendered = _templates(found).render(wanted, language or given.default_language, _with_shop(found, values))
    except UnusableTemplate as problem:
        raise Stop("The template cannot be used: put right what is said below.", str(problem)) from None
    _show(rendered, html, json=json)


def _show(rendered: Rendered, html: Path | None, *, json: bool) -> None:
    if html is not None:
        html.write_text(rendered.html, encoding="utf-8")
        note(f"the HTML part is in {html}")
    if json:
        as_json(rendered)
    else:
        lines([f"Subject: {rendered.subject}", "", rendered.text.rstrip()])


def list_notices(order: Order, config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List what a customer was told of an order, what waits and why, and what was dropped. Addresses are not shown."""

    def step(tx: Transaction) -> list[NoticeRow]:
        return tx.notices.of_order(subject_named(tx, order))

    rows = read(config, step)
    if json:
        as_json(rows)
        return
    table(
        ([row.kind, row.step, row.reason, row.language, row.recipient[:12], rfc3339(row.at)] for row in rows),
        *("kind", "step", "reason", "language", "recipient (hash)", "at"),
    )


def show_figures(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Count notices by where they stand: sent, held, deferred, dropped; and those that should be out and are not."""
    measure, moment = objective(_section(installation(config))), now()
    found = read(config, lambda tx: figures(tx, measure, moment))
    if json:
        as_json(found)
        return
    counted = [(step, reason, count) for step, reasons in found.steps.items() for reason, count in reasons.items()]
    table([*sorted(counted), ("not triggered", "", found.not_triggered)], "step", "reason", "notices")


def send_test(
    address: Annotated[str, typer.Argument(help="Where to; an address of your own.", metavar="ADDRESS")],
    kind: Annotated[str, typer.Option("--kind", help="Which notice.")] = "delayed",
    language: Language = "",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Mail a notice with invented values to an address of yours, over the configured server."""
    if not is_address(address):
        raise Stop("That is not one plain address.", code=Exit.USAGE)

    async def work(found: Installation, store: Store) -> Any:
        given, moment = _section(found), now()
        body = NotifyCustomer(
            recipient=address,
            language=language or given.default_language,
            template=_kind(kind),
            milestone="test",
            order_id="test",
            order_name=EXAMPLE["order"],
            marker="test",
            values=_without_links(EXAMPLE),
        )
        command = Command(digest("test", str(moment)), given.partner, "test", body, "0" * 32)
        async with bootstrap.connected(found, given.partner) as connector:
            return await connector.send(command, StoredDocuments(store, machine.RealClock()))

    verdict = with_store(config, work)
    if not isinstance(verdict, Done | AlreadyDone):
        raise Stop(verdict.why.operator, verdict.why.engineer)
    if json:
        as_json({"sent": True})
    else:
        note("the mail server took it")


def unsubscribe_address(
    address: Annotated[str, typer.Argument(help="Who wants no more notices by mail.", metavar="ADDRESS")],
    reason: Reason = "",
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Send an address no more notices. It is kept as a keyed hash; the address itself is written down nowhere."""
    found = installation(config)
    _section(found)
    recipient, moment = bootstrap.address_hash(found, address), now()
    fresh = write(config, lambda tx: unsubscribe(tx, recipient, "cli", actor(), reason, moment), wakes=("log",))
    if json:
        as_json({"recipient": recipient, "changed": fresh})
    else:
        note("no more notices go there" if fresh else "it had unsubscribed already")


def _section(found: Installation) -> CustomerNotices:
    given = found.settings.customer_notices
    if given is None or not any(plan.id == given.partner for plan in found.plans):
        raise Stop(
            "No customer is told anything by mail here: add the section customer_notices and a partner that mails."
        )
    return given


def _templates(found: Installation) -> Templates:
    partner = _section(found).partner
    config = next(plan.config for plan in found.plans if plan.id == partner)
    return cast("Templates", config.written())


def _with_shop(found: Installation, values: dict[str, str]) -> dict[str, str]:
    partner = _section(found).partner
    config = next(plan.config for plan in found.plans if plan.id == partner)
    return {**values, "shop": config.sender_name or config.sender.rpartition("@")[2]}


def _without_links(values: Any) -> dict[str, str]:
    """The connector makes the links itself."""
    return {name: value for name, value in values.items() if not name.endswith("_url") and name != "shop"}


def _values(config: ConfigPath, order: str) -> dict[str, str]:
    def step(tx: Transaction) -> dict[str, str]:
        story = story_of(tx, subject_named(tx, order))
        return values_of(story.state) if story else {}

    return read(config, step)


def subject_named(tx: Transaction, order: str) -> str:
    """The one order a reference names. Raises `Stop`."""
    try:
        subject = resolve(tx, order)
    except Ambiguous as problem:
        raise Stop("That names several orders: take one of those below.", str(problem), Exit.USAGE) from None
    if subject is None:
        raise Stop(f"No order is known as '{order}'.", code=Exit.USAGE)
    return subject


def _kind(text: str) -> Kind:
    if text not in KINDS:
        raise Stop(f"There is no notice '{text}'; there are {', '.join(KINDS)}.", code=Exit.USAGE)
    return text
