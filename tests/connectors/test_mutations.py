"""Damaged messages never break a connector: whatever comes is facts in the vocabulary with valid times, or a problem.

CROSSDOCK_MUTATIONS is how many messages each test makes (3,000 by default, a sixth of them with `make test`, the others
with `make slow`; `make golden` makes 100,000), from the connectors' own invented samples, and from $CROSSDOCK_SAMPLES
where it is set. Every run makes the same ones.
"""

import importlib.util
import json
import os
import random
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from crossdock.catalog import connectors
from crossdock.devkit.conformance import ConnectorContract
from crossdock.devkit.golden import files_of
from crossdock.devkit.specimen import specimen_connector
from crossdock.model.events import EventBody, ProofCaptured, TrackingReported, encode_body
from crossdock.model.instants import Stamp, epoch_us
from crossdock.model.milestones import check
from crossdock.ports.connector import Connector, Received, Translation
from crossdock.ports.spec import Kind
from slowly import few

MANY = int(os.environ.get("CROSSDOCK_MUTATIONS", "3000"))
BLOCKS = 6
SEED = 20260304
SAMPLES = os.environ.get("CROSSDOCK_SAMPLES", "")
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**30, -(10**30), 1e308, 5e-324, 2**63, "", " ", "0", "-", "null", "NaN",
    "\u202e\u0645\u0631\u062d\u0628\u0627",
    "\U0001f4e6" * 40, "e\u0301\u200d\ufeff", "\x1b[31m", "2026-02-30", "0000-00-00", "9999-12-31T23:59:60Z", "24:00",
    "31/12/9999 25:61", "/Date(99999999999999999)/", "1e400", "'; --", "<b>", "&amp;", "a" * 70_000, [], [[]], [None],
    {}, {"": ""}, {"@x": {"#text": 1}}, [{"events": "x"}, 7, "y"],
)  # fmt: skip


class Damage:
    """Damages messages, by one source of chance."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def of(self, body: bytes) -> bytes:
        for _ in range(self.chance.choice((1, 1, 1, 2, 4))):
            body = self.chance.choice((self.of_tree, self.of_tree, self.of_bytes))(body)
        return body

    def of_bytes(self, body: bytes) -> bytes:
        start = self.chance.randrange(len(body) + 1)
        end = min(len(body), start + self.chance.choice((1, 1, 3, 40)))
        how = self.chance.randrange(6)
        if how == 0:
            return body[:start]
        if how == 1:
            return body[:start] + body[end:]
        if how == 2:
            return body[:end] + body[start:]
        if how == 3:
            return body[:start] + bytes(self.chance.randrange(256) for _ in range(start, end)) + body[end:]
        if how == 4:
            return body[:start] + str(self.chance.choice(ODD)).encode() + body[end:]
        return body.swapcase() if start % 2 else body[:start] + b"0" + body[start:]

    def of_tree(self, body: bytes) -> bytes:
        try:
            if body.lstrip()[:1] == b"<":
                return self.of_xml(body)
            return json.dumps(self.of_json(json.loads(body))).encode()
        except (ValueError, RecursionError, ET.ParseError, LookupError):
            return self.of_bytes(body)

    def of_json(self, root: Any) -> Any:
        places = list(_places(root))
        if not places:
            return self.chance.choice(ODD)
        holder, key = self.chance.choice(places)
        how = self.chance.randrange(8)
        if how == 0:
            del holder[key]
        elif how == 1 and isinstance(holder, dict):
            holder[self.chance.choice((key.swapcase(), f"{key}s", f"@{key}", f"x:{key}", ""))] = holder.pop(key)
        elif how == 2 and isinstance(holder, list):
            holder.extend([holder[key]] * self.chance.choice((1, 50)))
        elif how == 3:
            holder[key] = [holder[key]]
        elif how == 4 and isinstance(holder[key], str | int | float):
            holder[key] = str(holder[key])[: self.chance.randrange(12)]
        elif how == 5:
            other, name = self.chance.choice(places)
            holder[key] = json.loads(json.dumps(other[name])) if name in _keys(other) else None
        else:
            holder[key] = self.chance.choice(ODD)
        return root

    def of_xml(self, body: bytes) -> bytes:
        root = ET.fromstring(body)  # noqa: S314 - our own samples
        inner = [(parent, child) for parent in root.iter() for child in parent]
        parent, child = self.chance.choice(inner) if inner else (root, root)
        how = self.chance.randrange(6)
        if how == 0 and inner:
            parent.remove(child)
        elif how == 1 and inner:
            parent.extend([child] * self.chance.choice((1, 50)))
        elif how == 2:
            child.tag = self.chance.choice(("other", f"{child.tag}s"))
        elif how == 3 and child.attrib:
            child.attrib.popitem()
        elif how == 4:
            child.append(ET.Element("surprise"))
        else:
            child.text = "".join(each for each in str(self.chance.choice(ODD)) if each >= " ")
        return ET.tostring(root)


def _places(node: Any) -> Any:
    for key in _keys(node):
        yield node, key
        yield from _places(node[key])


def _keys(node: Any) -> Any:
    return list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()


def own_samples() -> list[tuple[str, str, bytes]]:
    """Name, channel and message of every sample in the carriers' contracts."""
    found = []
    for file in sorted(Path(__file__).parent.glob("*/test_contract.py")):
        spec = importlib.util.spec_from_file_location(f"samples_of_{file.parent.name}", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(file.parent)  # some have a module beside them
            spec.loader.exec_module(module)
        for each in vars(module).values():
            ours = isinstance(each, type) and issubclass(each, ConnectorContract) and each is not ConnectorContract
            if ours and each.spec.kind is Kind.CARRIER:
                found += [(each.spec.id, name, body) for name, bodies in each.samples.items() for body in bodies]
    return found


def judge(translation: Translation) -> None:
    """Facts stay in the vocabulary, at times that exist, in bytes that can be kept; problems have two texts."""
    for fact in translation.facts:
        _judge_stamp(fact.occurred)
        kept = encode_body(fact.body)
        assert b"\\u0000" not in kept, "a NUL character would be kept"
        if isinstance(fact.body, TrackingReported):
            event = fact.body.event
            check(event.milestone, event.exception_category, event.reason)
            _judge_stamp(event.occurred)
            if event.eta is not None:
                _judge_stamp(event.eta)
        else:
            assert isinstance(fact.body, ProofCaptured | EventBody)
    for problem in translation.problems:
        assert problem.why.operator
        assert problem.why.engineer


def _judge_stamp(stamp: Stamp) -> None:
    if stamp.precision == "day":
        assert date.fromisoformat(stamp.at).isoformat() == stamp.at
        assert not stamp.tz_known
    else:
        assert (datetime.fromisoformat(stamp.at).tzinfo is not None) == stamp.tz_known
    assert isinstance(epoch_us(stamp), int)


def damage_all(samples: list[tuple[str, str, bytes]], block: int) -> int:
    """Damage ``samples`` until there are MANY / BLOCKS messages, judge what is made of each; how many held facts."""
    damage = Damage(random.Random(SEED + block))
    made: dict[str, Connector] = {}
    telling = 0
    for turn in range(block, MANY, BLOCKS):
        name, channel, body = samples[turn % len(samples)]
        damaged = damage.of(body)
        connector = made.get(name) or made.setdefault(name, specimen_connector(connectors().get(name), name))
        try:
            translation = connector.translate(Received(channel, damaged, {}, 1_767_225_600_000_000))
            judge(translation)
        except Exception as problem:
            shown = damaged[:2000].decode(errors="backslashreplace")
            raise AssertionError(f"{name}, message {turn}: {type(problem).__name__} {problem}\n{shown}") from problem
        telling += bool(translation.facts)
    return telling


@pytest.mark.req("C6", "C8")
@pytest.mark.parametrize("block", few(range(BLOCKS)))
def test_damaged_samples_of_our_own_break_nothing(block):
    samples = own_samples()
    assert len({name for name, _, _ in samples}) > 1, "there are no contracts with samples"
    telling = damage_all(samples, block)
    assert 0 < telling < MANY // BLOCKS, "either nothing was damaged, or nothing could be read any more"


@pytest.mark.req("C6", "C8")
@pytest.mark.parametrize("block", few(range(BLOCKS)))
def test_damaged_golden_messages_break_nothing(block):
    if not SAMPLES:
        pytest.skip("CROSSDOCK_SAMPLES is not set: the golden messages stay outside the repository")
    known = connectors()
    samples = []
    for name, _, path in files_of(Path(SAMPLES) / "carriers"):
        try:
            known.get(name)
        except LookupError:
            continue
        samples.append((name, "file", path.read_bytes()))
    assert samples, "no golden message is of a connector that is installed"
    assert 0 < damage_all(samples, block) < MANY // BLOCKS
