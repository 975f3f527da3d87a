"""Tells a process its facts in any order and number, and answers its commands when it likes: what partners do to us."""

import json

from hypothesis import strategies as st

from crossdock.model import events as ev
from crossdock.model.deciding import CommandWithdrawn
from crossdock.model.warehouse import AnnounceInbound, InboundAnnounced
from crossdock.ports.process import Order
from processes.history import Timed


class Anyhow:
    """``told`` hears the ``facts`` in an order that is drawn, some of them twice; each command it gives is answered
    at once, later, twice, after a refusal, or ended by a person.
    """

    def __init__(self, told: Timed, facts: list[ev.EventBody], *, ends: bool = True) -> None:
        self.told = told
        self.left = list(facts)
        self.facts = list(facts)
        self.open: list[Order] = []
        self.heard: list[ev.EventBody] = []
        self.done: list[Order] = []
        self.ended: list[Order] = []
        self.ends = ends
        self.made = 100

    def run(self, data: st.DataObject, steps: int = 40) -> None:
        """Draw what happens; in the end everything was told, and everything was answered."""
        for _ in range(data.draw(st.integers(0, steps), label="steps")):
            acts = ["again"] + ["tell"] * bool(self.left) + ["answer", "refuse"] * bool(self.open)
            getattr(self, f"_{data.draw(st.sampled_from(acts))}")(data)
        while self.left:
            self._tell(data)
        for _ in range(200):
            if not self.open:
                return
            self._write(self.open.pop(0))
        raise AssertionError("it gives commands without end")

    def _hear(self, body: ev.EventBody) -> None:
        self.heard.append(body)
        self.open += self.told.tell(body)

    def _tell(self, data: st.DataObject) -> None:
        self._hear(self.left.pop(data.draw(st.integers(0, len(self.left) - 1))))

    def _again(self, data: st.DataObject) -> None:
        if self.heard:
            self._hear(data.draw(st.sampled_from(self.heard)))

    def _answer(self, data: st.DataObject) -> None:
        self._write(self.open.pop(data.draw(st.integers(0, len(self.open) - 1))))

    def _write(self, order: Order) -> None:
        self.done.append(order)
        body, tag = order.body, str(order.body.__struct_config__.tag)
        if isinstance(body, AnnounceInbound):
            self._hear(InboundAnnounced(order.partner, body.reference, "A"))
            return
        self.made += 1
        kinds = {"transfer.return.v1": "return", "transfer.complete.v1": "transfer"}
        documents = [ev.WrittenDocument(kinds.get(tag, "document"), str(self.made))]
        if getattr(body, "remainder", "") == "backorder" and body.lines:
            self.made += 1
            documents.append(ev.WrittenDocument("backorder", str(self.made)))
        self._hear(ev.RecordWritten(order.partner, tag, body.marker, tuple(documents)))

    def _refuse(self, data: st.DataObject) -> None:
        """The partner refuses; a person retries, or ends it."""
        order = data.draw(st.sampled_from(self.open))
        key, tag = self.key(order), str(order.body.__struct_config__.tag)
        self._hear(ev.CommandFailed(f"{key}#1", order.partner, tag, "Look at it.", "parked"))
        if self.ends and data.draw(st.booleans(), label="ended"):
            self.open.remove(order)
            self.ended.append(order)
            self._hear(CommandWithdrawn(key, order.partner, tag, by_person=True))

    def key(self, order: Order) -> str:
        marker = getattr(order.body, "marker", "") or order.body.reference
        return next(step["key"] for step in json.loads(self.told.own)["steps"].values() if step["marker"] == marker)

    def once(self) -> None:
        """No command was given twice."""
        given = [
            (str(each.body.__struct_config__.tag), getattr(each.body, "marker", "") or each.body.reference)
            for each in self.told.orders
        ]
        assert len(given) == len(set(given)), given
        assert len(given) == len(self.done) + len(self.ended)
