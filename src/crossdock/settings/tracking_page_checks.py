"""What the tracking page says of itself and of the mail that leads there: readable colours, a logo that fits, languages
it has words for, and the same secret at both ends of a link.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from crossdock.model.colours import READABLE, contrast
from crossdock.settings.loading import Loaded
from crossdock.settings.nodes import Fault, Node, Place
from crossdock.settings.sections import Settings
from crossdock.settings.tracking_page import TrackingPage

_SECTION = "tracking_page"
GROUNDS = {"accent": "#f4f5f8", "accent_dark": "#1b1f27"}
"""The ground that each accent is read on."""

LOGOS = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp", ".jpg": "image/jpeg",
         ".jpeg": "image/jpeg"}  # fmt: skip
"""Media types of logos by the end of their file's name."""

LARGEST_LOGO = 40 * 1024
LANGUAGES = ("ar", "de", "en", "es", "fr", "nl")
"""Languages the page has words for."""


def tracking_page_faults(loaded: Loaded, configs: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Everything wrong. ``configs`` are partners' own settings by partner id."""
    settings, node = loaded.settings, loaded.tracking_page
    given = settings.tracking_page if settings else None
    if settings is None or given is None or node is None:
        return ()
    found = (*_brand(given, node, loaded.root), *_words(given, node), *_needs(settings, given, node))
    return (*found, *_mail(settings, given, node, configs))


def _brand(given: TrackingPage, node: Node, root: Path) -> Iterator[Fault]:
    place = _place(node, "brand")
    for name, ground in GROUNDS.items():
        colour = getattr(given.brand, name)
        reached = contrast(colour, ground)
        if reached < READABLE:
            text = f"{colour} on {ground} has a contrast of {reached:.1f}; people need {READABLE}"
            hint = "take a lighter one" if name == "accent_dark" else "take a darker one"
            yield Fault.at(place, f"{_SECTION}.brand.{name}", text, hint)
    if given.brand.logo:
        yield from _logo(root / given.brand.logo, given.brand.logo, place)
    for carrier, link in sorted(given.carrier_links.items()):
        if not link.startswith("https://") or "{tracking_number}" not in link:
            text = "must begin with https:// and hold {tracking_number}"
            yield Fault.at(_place(node, "carrier_links"), f"{_SECTION}.carrier_links.{carrier}", text)


def _logo(path: Path, shown: str, place: Place) -> Iterator[Fault]:
    key = f"{_SECTION}.brand.logo"
    if path.suffix.lower() not in LOGOS:
        yield Fault.at(place, key, f"'{shown}' is no picture", f"one of {', '.join(LOGOS)}")
    elif not path.is_file():
        yield Fault.at(place, key, f"'{shown}' is not there", f"put it into {path.parent}")
    elif path.stat().st_size > LARGEST_LOGO:
        text = f"'{shown}' has {path.stat().st_size:,} bytes; the whole page is to stay small"
        yield Fault.at(place, key, text, f"make it {LARGEST_LOGO:,} bytes or less")


def _words(given: TrackingPage, node: Node) -> Iterator[Fault]:
    for language in given.languages:
        if language not in LANGUAGES:
            text, hint = f"there are no words for '{language}'", f"there are {', '.join(LANGUAGES)}"
            yield Fault.at(_place(node, "languages"), f"{_SECTION}.languages", text, hint)
    if given.default_language not in given.languages:
        text = f"'{given.default_language}' must be among languages"
        yield Fault.at(_place(node, "default_language", "languages"), f"{_SECTION}.default_language", text)


def _needs(settings: Settings, given: TrackingPage, node: Node) -> Iterator[Fault]:
    """A domain of its own is another one: else the rest of Crossdock would answer nowhere."""
    main = settings.listen.public_url
    if given.public_url and main and _host(given.public_url) == _host(main):
        text = "is the address of everything else, too"
        yield Fault.at(_place(node, "public_url"), f"{_SECTION}.public_url", text, "leave it out, or take another name")


def _mail(settings: Settings, given: TrackingPage, node: Node, configs: Mapping[str, Any]) -> Iterator[Fault]:
    """Links in mails are signed where mails are written, and read here: with the same secret."""
    mail = settings.customer_notices.partner if settings.customer_notices else ""
    signed = getattr(configs.get(mail), "tracking_secret", "")
    if signed and signed not in {given.link_secret, *given.earlier_secrets}:
        text = f"partners.{mail}.config.tracking_secret is another secret: links in mails would not open"
        yield Fault.at(_place(node, "link_secret"), f"{_SECTION}.link_secret", text, "name the same one in both places")


def _host(address: str) -> str:
    return address.partition("://")[2].lower()


def _place(node: Node, *keys: str) -> Place:
    return next((node.keys[key] for key in keys if key in node.keys), node.place)
