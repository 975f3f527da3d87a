"""Scripted faults: what goes wrong between us and a simulated partner, by rule and reproducibly.

A rule file (YAML or JSON) is a list of ``{match: {...}, when: {...}, do: {...}}``; all that match are applied together.

    - match: {method: POST, path: "/v2/shipments/.*/buy"}
      when: {nth: 1}
      do: {lost_answer: true}
    - when: {since: 60, until: 120}
      do: {status: 503, retry_after: 5}
"""

import hashlib
import re
from collections.abc import Iterable

import msgspec
from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

MICROSECONDS = 1_000_000


class InvalidFaults(ValueError):
    """A fault file that is not a list of rules; the text says where and why."""


class Match(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which calls: ``method`` exactly (any when empty), ``path`` a regular expression for the whole path."""

    method: str = ""
    path: str = ""


class When(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which of the matching calls: only the ``nth`` (from 1), or from second ``since`` to ``until`` after the start,
    or with ``probability`` (decided by the seed, never by chance); at most ``times`` times (0 = no limit).
    """

    nth: int = 0
    since: float = 0.0
    until: float | None = None
    probability: float = 1.0
    times: int = 0


class Effect(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What goes wrong. ``latency`` (seconds) comes first. ``status`` answers without carrying out, with
    ``retry_after`` seconds; ``unreachable`` refuses the connection; ``drop`` lets it die before anything is done;
    ``lost_answer`` carries the request out and then lets the connection die; ``duplicate`` delivers it twice.
    """

    latency: float = 0.0
    status: int = 0
    retry_after: float | None = None
    body: str = ""
    unreachable: bool = False
    drop: bool = False
    lost_answer: bool = False
    duplicate: bool = False


class Rule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One scripted fault."""

    do: Effect
    match: Match = Match()
    when: When = When()


def load_faults(data: bytes | str) -> tuple[Rule, ...]:
    """Read rules from YAML or JSON text. Raises `InvalidFaults`."""
    try:
        parsed = YAML(typ="safe", pure=True).load(data)
        rules = msgspec.convert(parsed if parsed is not None else [], tuple[Rule, ...])
        for rule in rules:
            re.compile(rule.match.path)
    except (YAMLError, UnicodeDecodeError, msgspec.ValidationError, re.error) as problem:
        raise InvalidFaults(f"the faults cannot be read: {problem}") from None
    return rules


class FaultBook:
    """The rules in force for one simulator, and how often each matched. The same ``seed`` gives the same faults.

    ``started_at`` (epoch microseconds) is what ``since`` and ``until`` count from.
    """

    def __init__(self, rules: Iterable[Rule] = (), *, seed: int = 0, started_at: int = 0) -> None:
        self._seed = seed
        self._started_at = started_at
        self.replace(rules)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in force."""
        return self._rules

    def replace(self, rules: Iterable[Rule]) -> None:
        """Put other rules in force and count from nought."""
        self._rules = tuple(rules)
        self._matched = [0] * len(self._rules)
        self._applied = [0] * len(self._rules)

    def add(self, rule: Rule) -> None:
        """Put one more rule in force; the counts of the others stay."""
        self._rules = (*self._rules, rule)
        self._matched.append(0)
        self._applied.append(0)

    def judge(self, method: str, path: str, now: int) -> Effect:
        """What goes wrong with this call at ``now`` (epoch microseconds); counts it."""
        effect = Effect()
        for index, rule in enumerate(self._rules):
            if rule.match.method and rule.match.method.upper() != method.upper():
                continue
            if rule.match.path and not re.fullmatch(rule.match.path, path):
                continue
            self._matched[index] += 1
            if self._is_due(index, rule.when, now):
                self._applied[index] += 1
                effect = _together(effect, rule.do)
        return effect

    def _is_due(self, index: int, when: When, now: int) -> bool:
        passed = (now - self._started_at) / MICROSECONDS
        if when.nth and self._matched[index] != when.nth:
            return False
        if passed < when.since or (when.until is not None and passed >= when.until):
            return False
        if when.times and self._applied[index] >= when.times:
            return False
        return when.probability >= 1 or self._draw(index) < when.probability

    def _draw(self, index: int) -> float:
        # A hash, not a generator: adding a rule or a call elsewhere must not change what happens here.
        text = f"{self._seed}:{index}:{self._matched[index]}".encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:8]) / 2**64


def _together(first: Effect, second: Effect) -> Effect:
    return Effect(
        latency=first.latency + second.latency,
        status=second.status or first.status,
        retry_after=second.retry_after if second.retry_after is not None else first.retry_after,
        body=second.body or first.body,
        unreachable=first.unreachable or second.unreachable,
        drop=first.drop or second.drop,
        lost_answer=first.lost_answer or second.lost_answer,
        duplicate=first.duplicate or second.duplicate,
    )
