"""The conformance kit: what every connector must hold, whoever wrote it. Subclass `ConnectorContract` in a test.

class TestEasyPost(ConnectorContract):
    spec = SPEC
    samples = {"events": [Path("samples/tracker.json").read_bytes()]}
"""

import asyncio
import importlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from crossdock.devkit.specimen import examples_of, specimen_connector
from crossdock.model.commands import CommandBody, RecordNote
from crossdock.model.events import EventBody, TrackingReported, encode_body, type_of
from crossdock.model.instants import epoch_us
from crossdock.model.milestones import UnknownMilestone, check
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.connector import Batching, Command, Connector, Received, Rejected, Translation
from crossdock.ports.secrets import Secrets
from crossdock.ports.spec import ConnectorSpec
from crossdock.ports.verdicts import Refuse

FOLDER_NAMES = frozenset(
    {
        *("__init__", "spec", "config", "wire", "mapping", "client", "connector", "simulator", "operations"),
        *("quality.yaml", "README.md", "codes.tsv", "fields.txt"),
    }
)
NEEDED_NAMES = FOLDER_NAMES - {"operations", "codes.tsv", "fields.txt"}
LISTENING_NAMES = frozenset({"__init__", "spec", "mapping", "codes.tsv", "quality.yaml", "README.md"})
"""Of a carrier that is only listened to: the rest it shares with all of them (`crossdock.tracking`)."""

COMMANDS = {str(kind.__struct_config__.tag): kind for kind in get_args(CommandBody)}
EVENTS = frozenset(str(kind.__struct_config__.tag) for kind in get_args(EventBody))

_MOMENT = 1_767_225_600_000_000
_QUALITY = frozenset({"done", "todo", "exempt"})
_SECRET_WORDS = re.compile(r"(^|_)(password|secret|secrets|token|api_key|private_key|passphrase)($|_)")
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_BODIES = st.binary(max_size=400) | _JSON.map(lambda value: json.dumps(value).encode())


class ConnectorContract:
    """Set ``spec``; ``samples`` are recorded or published messages by channel; ``secrets`` where values matter."""

    spec: ClassVar[ConnectorSpec]
    samples: ClassVar[Mapping[str, Sequence[bytes]]] = {}
    secrets: ClassVar[Secrets | None] = None

    def make(self) -> Connector:
        """A connector that stands alone. Override where example settings are not enough."""
        return specimen_connector(self.spec, self.spec.id, secrets=self.secrets)

    # ---- the declaration

    def test_the_spec_is_complete(self) -> None:
        """Texts are there, and every declared tag exists in the model."""
        for name in ("id", "title", "since", "summary"):
            assert getattr(self.spec, name).strip(), f"spec.{name} is empty"
        assert set(self.spec.commands) <= set(COMMANDS), "a declared command is not in the model"
        assert set(self.spec.emits) <= EVENTS, "a declared event is not in the model"
        assert set(self.spec.together) <= set(self.spec.commands), "what travels together has to be declared as well"
        assert not self.spec.together or isinstance(self.make(), Batching), "together needs send_together"
        assert self.spec.commands or self.spec.emits, "a connector that neither sends nor reads has no purpose"
        named: list[Any] = [*self.spec.feeds, *self.spec.webhooks, *self.spec.operations]
        for each in named:
            assert each.name.strip(), f"{each!r} has no name"
            assert each.summary.strip(), f"'{each.name}' has no summary"
        for feed in self.spec.feeds:
            assert feed.every > 0, f"the feed '{feed.name}' has no pause"

    def test_every_setting_says_what_it_is(self) -> None:
        """Each field of the configuration has a description and an example or a default."""
        bare = [name for name, info, _ in self._settings() if not _description(info)]
        assert bare == [], "settings without a description"
        unclear = [name for name, info, needed in self._settings() if needed and not examples_of(info)]
        assert unclear == [], "required settings without an example"

    def test_settings_refuse_unknown_keys(self) -> None:
        """A misspelt key is an error, never silence."""
        assert self.spec.config.__struct_config__.forbid_unknown_fields  # type: ignore[attr-defined]

    def test_secrets_are_marked(self) -> None:
        """A setting whose name speaks of a secret is one, so that only a reference is accepted for it."""
        unmarked = [
            name for name, info, _ in self._settings() if _SECRET_WORDS.search(name) and not _marked_secret(info)
        ]
        assert unmarked == []

    # ---- reading

    @settings(deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    @given(body=_BODIES, content_type=st.sampled_from(["", "application/json", "text/xml", "nonsense"]))
    @example(body=b"", content_type="")
    @example(body=b"[" * 5000, content_type="application/json")
    @example(body=b"\xff\xfe{", content_type="application/json")
    @example(body=b"1e999999", content_type="application/json")
    def test_translate_never_raises(self, body: bytes, content_type: str) -> None:
        """Whatever comes is translated or reported; nothing is guessed at, nothing crashes."""
        connector = self.make()
        for channel in self._channels():
            self._judge(connector.translate(Received(channel, body, {}, _MOMENT, content_type)))

    def test_translate_is_pure(self) -> None:
        """The same bytes give the same facts, from any instance."""
        for message in self._messages():
            first = self.make().translate(message)
            again = self.make()
            assert again.translate(message) == first
            assert again.translate(message) == first

    def test_samples_are_read(self) -> None:
        """Every sample gives facts that are declared, in the vocabulary, and with no zone invented."""
        for message in self._messages():
            translation = self.make().translate(message)
            assert translation.facts or translation.problems, f"nothing is made of a sample on {message.channel}"
            self._judge(translation)
            _no_zone_was_invented(translation, message.body)

    # ---- who is speaking

    def test_unsigned_messages_are_refused(self) -> None:
        """A webhook that is authenticated in any way refuses a message without credentials."""
        connector = self.make()
        for webhook in self.spec.webhooks:
            if webhook.signed in ("", "none"):
                continue
            path = f"/in/{self.spec.id}/{webhook.name}"
            for headers in ({}, {"authorization": "Bearer x"}, {"x-hmac-signature": "hmac-sha256-hex=00"}):
                answer = connector.verify(Received(webhook.name, b"{}", headers, _MOMENT, path=path), _MOMENT)
                assert isinstance(answer, Rejected), f"'{webhook.name}' took an unsigned message"
                assert 400 <= answer.status < 500
                assert answer.why.operator, "a refusal says what to do"
                assert answer.why.engineer

    # ---- sending

    def test_an_undeclared_command_is_refused(self) -> None:
        """What a spec does not declare is refused, without a call."""
        undeclared = sorted(set(COMMANDS) - set(self.spec.commands))
        if not undeclared:
            pytest.skip("this connector declares every command")
        command = Command("key", self.spec.id, "do:x:1", _invented(COMMANDS[undeclared[0]]), "0" * 32)
        verdict = asyncio.run(self.make().send(command, _NoDocuments()))
        assert isinstance(verdict, Refuse), f"{undeclared[0]} gave {verdict!r}"
        assert verdict.why.operator
        assert verdict.why.engineer

    # ---- the folder

    def test_the_folder_has_the_agreed_names(self) -> None:
        """Always these names, so that a reader of one connector can read them all."""
        names = {each.stem if each.suffix == ".py" else each.name for each in self._folder().iterdir()}
        names -= {"__pycache__"}
        assert names - FOLDER_NAMES == set(), "names that do not belong here"
        needed = LISTENING_NAMES if self.spec.package else NEEDED_NAMES
        assert needed - names == set(), "names that are missing"
        assert self._folder().joinpath("README.md").read_text(encoding="utf-8").strip(), "README.md is empty"

    def test_the_quality_file_is_honest(self) -> None:
        """Each rule is done, or todo or exempt with a sentence."""
        rules = YAML(typ="safe").load(self._folder() / "quality.yaml")
        rules = rules.get("rules", rules) if isinstance(rules, dict) else rules
        assert isinstance(rules, dict), "quality.yaml must be a mapping of rules"
        assert rules, "quality.yaml names no rule"
        for name, said in rules.items():
            status, why = _quality(said)
            assert status in _QUALITY, f"{name}: '{status}' is not done, todo or exempt"
            assert status == "done" or len(why.split()) >= 3, f"{name}: {status} needs a sentence"

    # ---- what the tests stand on

    def _folder(self) -> Path:
        module = importlib.import_module(self.spec.package or self.spec.config.__module__)
        return Path(str(module.__file__)).parent

    def _channels(self) -> list[str]:
        return ["file", *(each.name for each in self.spec.webhooks), *(each.name for each in self.spec.feeds)]

    def _messages(self) -> list[Received]:
        return [
            Received(channel, body, {}, _MOMENT, "application/json" if body[:1] in b"{[" else "")
            for channel, bodies in self.samples.items()
            for body in bodies
        ]

    def _settings(self) -> list[tuple[str, msgspec.inspect.Type, bool]]:
        info = msgspec.inspect.type_info(self.spec.config)
        assert isinstance(info, msgspec.inspect.StructType), "config must be a msgspec struct"
        return [(field.encode_name, field.type, field.required) for field in info.fields]

    def _judge(self, translation: Translation) -> None:
        for fact in translation.facts:
            assert type_of(fact.body) in self.spec.emits, f"{type_of(fact.body)} is not declared in spec.emits"
            assert fact.subject or fact.lookups, "a fact must say whose it is, or by which names to find out"
            msgspec.json.decode(encode_body(fact.body), type=EventBody)
            if isinstance(fact.body, TrackingReported):
                _in_the_vocabulary(fact.body.event)
        for problem in translation.problems:
            assert problem.why.operator
            assert problem.why.engineer


class _NoDocuments:
    """`ports.connector.Documents` without any."""

    async def get(self, sha256: str) -> bytes:
        raise KeyError(sha256)

    async def put(self, data: bytes, media_type: str, kind: str) -> str:
        raise AssertionError(f"a refused command keeps no {kind} of {media_type} ({len(data)} bytes)")


def _in_the_vocabulary(event: TrackingEvent) -> None:
    try:
        check(event.milestone, event.exception_category, event.reason)
    except UnknownMilestone as unknown:
        raise AssertionError(str(unknown)) from None


def _no_zone_was_invented(translation: Translation, body: bytes) -> None:
    """A local time stays local, and a Z stands only where the partner said UTC."""
    for fact in translation.facts:
        if not isinstance(fact.body, TrackingReported):
            continue
        occurred = fact.body.event.occurred
        zoned = occurred.at.endswith("Z") or re.search(r"[+-]\d\d:\d\d$", occurred.at) is not None
        assert zoned == occurred.tz_known, f"{occurred.at} and tz_known={occurred.tz_known} disagree"
        if occurred.at.endswith("Z"):
            said = occurred.at[:-1].encode()
            told = re.search(re.escape(said) + rb"(\.\d+)?(Z|\+00:?00| UTC| GMT)", body) is not None
            told = told or str(epoch_us(occurred) // 1_000_000).encode() in body  # Unix time is UTC
            assert told, f"nobody said that {occurred.at} is UTC"


def _description(info: msgspec.inspect.Type) -> str:
    if not isinstance(info, msgspec.inspect.Metadata):
        return ""
    return str((info.extra_json_schema or {}).get("description", ""))


def _marked_secret(info: msgspec.inspect.Type) -> bool:
    return isinstance(info, msgspec.inspect.Metadata) and bool((info.extra or {}).get("secret"))


def _quality(said: Any) -> tuple[str, str]:
    """``done``, ``"todo: why"``, or ``{status: todo, why: …}``."""
    if isinstance(said, dict):
        why = str(said.get("why") or said.get("comment") or said.get("reason") or "")
        return str(said.get("status", "")), why
    status, _, why = str(said).partition(":")
    return status.strip(), why.strip()


def _invented(kind: Any) -> Any:
    """Some command of ``kind``: the refusal must not depend on what is inside."""
    if kind is RecordNote:
        return RecordNote("1", "text", "marker")
    return kind(**dict.fromkeys(kind.__struct_fields__, ""))
