"""Turns rows into HTML: the Jinja environment, its filters, and the headers every page carries."""

import hashlib
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from markupsafe import Markup, escape

from crossdock.model.exception_kinds import kind_of
from crossdock.model.instants import Stamp
from crossdock.model.money import minor_exponent
from crossdock.ports.rows import MOST_SHIPMENTS
from crossdock.tower.chips import STEPS, milestone_chip, phase_chip, status_chip, track
from crossdock.views.audit import deed_name
from crossdock.views.journeys import named
from crossdock.views.kpis import text_of
from crossdock.views.payloads import pretty
from crossdock.views.wording import command_name, milestone_name

STATIC = Path(__file__).parent / "static"
HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; base-uri 'none'; object-src 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_SHORT = 12


def _digest(folder: Path) -> str:
    """Changes with any byte of the assets, so that browsers may keep them for good."""
    total = hashlib.sha256()
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        total.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return total.hexdigest()[:_SHORT]


ASSETS = f"/static/{_digest(STATIC)}"
"""Where the assets of this very version are."""

_LONGEST_TEXT = 128 * 1024
_JSON_TOKEN = re.compile(
    r"(?P<key>&#34;(?:[^&\\]|\\.|&(?!#34;))*&#34;)(?=\s*:)"
    r"|(?P<text>&#34;(?:[^&\\]|\\.|&(?!#34;))*&#34;)"
    r"|(?P<word>\b(?:true|false|null)\b)"
    r"|(?P<number>-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)"
)
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd")
_SECOND = 1_000_000
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def environment(version: str) -> Environment:
    """The templates with everything they may call."""
    env = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plainly,
    )
    env.filters.update(
        moment=moment,
        day=day,
        clock=clock_time,
        iso=iso,
        occurred=occurred,
        json=coloured,
        pretty=lambda value: pretty(msgspec.json.encode(value)),
        path=lambda text: quote(str(text), safe=":"),
        milestone=milestone_name,
        command=command_name,
        deed=deed_name,
        spaced=lambda text: str(text).replace("_", " "),
        money=amount,
        kind=lambda name: kind_of(name).title,
        todo=lambda name: kind_of(name).do,
        thousands=lambda number: f"{number:,}",
        figure=text_of,
    )
    env.globals.update(
        chip_status=status_chip,
        chip_milestone=milestone_chip,
        chip_phase=phase_chip,
        track=track,
        steps=STEPS,
        most_shipments=MOST_SHIPMENTS,
        version=version,
        named=named,
        vendored=(STATIC / "vendor" / "icons.svg").exists(),
        assets=ASSETS,
    )
    return env


def _plainly(value: Any) -> Any:
    """Text without the characters that turn what follows around: they make a name look like another."""
    return value.translate(_TURNING) if isinstance(value, str) else value


def page(env: Environment, name: str, status: int = 200, **values: Any) -> Response[str]:
    """A rendered template as a response that nobody keeps."""
    return Response(
        env.get_template(name).render(**values),
        status_code=status,
        media_type="text/html",
        headers={**HEADERS, "cache-control": "no-store"},
    )


def moment(instant: int) -> str:
    """Date and time in UTC, to the second."""
    return _utc(instant).strftime("%-d %b %Y, %H:%M:%S") if instant else "-"


def day(instant: int) -> str:
    """The date in words."""
    return _utc(instant).strftime("%A, %-d %B %Y")


def clock_time(instant: int) -> str:
    """The time of day with milliseconds."""
    return _utc(instant).strftime("%H:%M:%S.%f")[:-3]


def iso(instant: int) -> str:
    """For the ``datetime`` attribute."""
    return _utc(instant).isoformat().replace("+00:00", "Z")


def occurred(stamp: Stamp) -> str:
    """A partner's own time: the offset as it was said, and a word where there was none."""
    text = stamp.at.replace("T", " ")
    if stamp.precision == "day":
        return f"{text} (day only)"
    return text if stamp.tz_known else f"{text} (zone unknown)"


def ago(instant: int, now: int) -> str:
    """How long ago, in the largest unit that fits."""
    length = span(now - instant)
    return f"{length} ago" if length else "just now"


def until(instant: int, now: int) -> str:
    """How long until then, or how long it is over."""
    return f"in {span(instant - now) or '0 s'}" if instant >= now else f"{span(now - instant) or '0 s'} over"


def span(length: int) -> str:
    """Microseconds in the largest unit that fits; "" below a second."""
    seconds = max(length, 0) // _SECOND
    return next((f"{seconds // size} {unit}" for size, unit in _UNITS if seconds >= size), "")


def amount(minor: int, currency: str) -> str:
    """Money of a currency as people read it: without its minor units where it is a hundred or more."""
    places = minor_exponent(currency)
    major = Decimal(minor).scaleb(-places)
    shown = places if abs(major) < 100 and major != major.to_integral_value() else 0
    return f"{major:,.{shown}f} {currency}" if currency else ""


def coloured(text: str) -> Markup:
    """JSON with its parts marked for colour; any other text as it is. Cut where a page would become too long."""
    cut = text[:_LONGEST_TEXT]
    marked = str(escape(cut))
    if cut.lstrip()[:1] in {"{", "["}:
        marked = _JSON_TOKEN.sub(_mark, marked)
    rest = len(text) - len(cut)
    note = f'\n<span class="j-cut">… {rest:,} more characters</span>' if rest else ""
    return Markup(marked + note)  # noqa: S704 - escaped above; only our own spans were added


def _mark(match: re.Match[str]) -> str:
    return f'<span class="j-{match.lastgroup}">{match.group()}</span>'


def _utc(instant: int) -> datetime:
    return datetime.fromtimestamp(instant / _SECOND, UTC)
