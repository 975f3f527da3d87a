"""When partners change their words: gaps are noted with the message they came in, and what people ruled about a code
is put over what the connector's table says.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, structs

from crossdock.model.events import Fact, TrackingReported
from crossdock.model.return_reasons import UNKNOWN, reason_of
from crossdock.model.returning import ReturnRequested
from crossdock.ports.connector import Translation
from crossdock.ports.stores_inbound import Inbound
from crossdock.ports.stores_mapping import Gap, Kind, Ruling

Named = tuple[str, Kind, str]
"""Partner, kind and name of a gap."""


class Standing(Struct, frozen=True):
    """What holds for each name, and what waits for a second person."""

    in_force: Mapping[Named, Ruling]
    proposed: Mapping[Named, Ruling]


def standing(rulings: Iterable[Ruling]) -> Standing:
    """Fold rulings, the oldest first."""
    in_force: dict[Named, Ruling] = {}
    proposed: dict[Named, Ruling] = {}
    for ruling in rulings:
        name = (ruling.partner, ruling.kind, ruling.name)
        if ruling.act == "proposed":
            proposed[name] = ruling
            continue
        proposed.pop(name, None)
        in_force.pop(name, None)
        if ruling.act == "settled":
            in_force[name] = ruling
    return Standing(in_force, proposed)


def gaps_of(translated: Sequence[tuple[Inbound, Translation]], now: int) -> list[Gap]:
    """The gaps in messages, each with what shows it best: the text beside a code, what a field held."""
    found: list[Gap] = []
    for row, translation in translated:
        if not translation.unknown_codes and not translation.new_fields and not any(_returns(translation)):
            continue
        texts = {
            _name(fact): fact.body.event.raw_text
            for fact in translation.facts
            if isinstance(fact.body, TrackingReported)
        }
        found += [reason_gap(each, row.id, now) for each in _returns(translation) if each.reason == UNKNOWN]
        new: list[tuple[Kind, str, str]] = [("code", code, texts.get(code, "")) for code in translation.unknown_codes]
        new += [("field", field.pointer, field.example) for field in translation.new_fields]
        found += [Gap(row.partner, kind, name, example, row.id, now, now) for kind, name, example in new]
    return found


def ruled(partner: str, translation: Translation, in_force: Mapping[Named, Ruling]) -> Translation:
    """``translation`` with the rulings in force put over it; settled codes and fields are no gaps any more."""
    if not (translation.facts or translation.new_fields) or not (in_force or any(_returns(translation))):
        return translation
    facts = tuple(_ruled(partner, fact, in_force) for fact in translation.facts)
    codes = tuple(code for code in translation.unknown_codes if (partner, "code", code) not in in_force)
    fields = tuple(each for each in translation.new_fields if (partner, "field", each.pointer) not in in_force)
    return structs.replace(translation, facts=facts, unknown_codes=codes, new_fields=fields)


def _ruled(partner: str, fact: Fact, in_force: Mapping[Named, Ruling]) -> Fact:
    if isinstance(fact.body, ReturnRequested):
        return structs.replace(fact, body=understood(fact.body, in_force))
    if not isinstance(fact.body, TrackingReported):
        return fact
    ruling = in_force.get((partner, "code", _name(fact)))
    if ruling is None:
        return fact
    event = structs.replace(
        fact.body.event,
        milestone=ruling.milestone,
        exception_category=ruling.category,
        reason=ruling.reason,
    )
    return structs.replace(fact, body=TrackingReported(event))


def understood(body: ReturnRequested, in_force: Mapping[Named, Ruling]) -> ReturnRequested:
    """A request with its reason in our words: as people ruled, else as the tables say."""
    ruling = in_force.get((body.source, "reason", body.raw_reason))
    if ruling is not None:
        return structs.replace(body, reason=ruling.reason)
    return structs.replace(body, reason=reason_of(body.raw_reason)) if body.reason == UNKNOWN else body


def reason_gap(body: ReturnRequested, exchange_id: str, now: int) -> Gap:
    """The mapping task of a reason that nobody understands."""
    return Gap(body.source, "reason", body.raw_reason, body.comment, exchange_id, now, now)


def _returns(translation: Translation) -> Iterator[ReturnRequested]:
    """Requests for returns in which something was said."""
    for fact in translation.facts:
        if isinstance(fact.body, ReturnRequested) and fact.body.raw_reason:
            yield fact.body


def _name(fact: Fact) -> str:
    """What a scan is ruled by: its code, or its text where it has none."""
    assert isinstance(fact.body, TrackingReported)
    return fact.body.event.raw_code or fact.body.event.raw_text
