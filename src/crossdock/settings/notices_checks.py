"""What customers' notices say of partners, and partners of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from crossdock.settings.loading import Loaded
from crossdock.settings.nodes import Fault, Node, Place
from crossdock.settings.notices import CustomerNotices

_SECTION = "customer_notices"


def notice_faults(loaded: Loaded, configs: Mapping[str, Any]) -> tuple[Fault, ...]:
    """What keeps notices from going out: no partner that mails, a language it does not write in. ``configs`` are
    partners' own settings by partner id.
    """
    given = loaded.settings.customer_notices if loaded.settings else None
    if given is None or loaded.notices is None:
        return ()
    own, mail = _own(given, loaded.notices), _mail(given, loaded.notices, configs)
    return (*own, *(mail if "mail" in given.channels else ()))


def _own(given: CustomerNotices, node: Node) -> Iterator[Fault]:
    if given.default_language not in given.languages:
        text = f"'{given.default_language}' must be among languages"
        yield Fault.at(_place(node, "default_language", "languages"), f"{_SECTION}.default_language", text)
    for country, language in sorted(given.country_languages.items()):
        if language not in given.languages:
            key = f"{_SECTION}.country_languages.{country}"
            yield Fault.at(_place(node, "country_languages"), key, f"'{language}' must be among languages")


def _mail(given: CustomerNotices, node: Node, configs: Mapping[str, Any]) -> Iterator[Fault]:
    written: tuple[str, ...] | None = getattr(configs.get(given.partner), "languages", None)
    if written is None:
        text, hint = f"'{given.partner}' is no partner that mails", "add it with connector: mail"
        yield Fault.at(_place(node, "partner"), f"{_SECTION}.partner", text, hint)
        return
    for language in given.languages:
        if language not in written:
            text = f"the partner '{given.partner}' does not write '{language}'"
            hint = f"add it to partners.{given.partner}.config.languages, or take it out here"
            yield Fault.at(_place(node, "languages"), f"{_SECTION}.languages", text, hint)


def _place(node: Node, *keys: str) -> Place:
    return next((node.keys[key] for key in keys if key in node.keys), node.place)
