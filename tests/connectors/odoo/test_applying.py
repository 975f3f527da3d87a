"""Write-backs as batches: what is merged, what is never taken away, and who answers for a bad one."""

import hashlib
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.together.applying import results
from crossdock.connectors.odoo.client.together.batches import send_batches
from crossdock.connectors.odoo.client.together.way import Applied
from crossdock.connectors.odoo.mapping.applying import Entry, entry_of, in_utc, item_of, notes, references, same_values
from crossdock.model.commands import FetchLabel, RecordMilestone, RecordNote, RecordProof, RecordShipping
from crossdock.model.instants import stamp
from crossdock.model.shipment import Document
from crossdock.ports.connector import Command
from crossdock.ports.verdicts import AlreadyDone, Done, Explanation, InDoubt, Park, Reauthenticate, Refuse, Retry

WHY = Explanation("Do something.", "because")
WHEN = stamp("2026-03-01T08:15:00-05:00")


def command(body, attempt=1):
    return Command(uuid.uuid4().hex, "odoo", f"do:odoo:{body.external_id}", body, "0" * 32, attempt)


def note(picking, marker="m", attempt=1):
    return command(RecordNote(str(picking), f"Note {marker}", marker), attempt)


class Shelf:
    """Documents in memory."""

    def __init__(self, **kept):
        self.kept = {name.removeprefix("sha_"): data for name, data in kept.items()}
        self.asked = 0

    async def get(self, sha256):
        self.asked += 1
        return self.kept[sha256]


class Scripted:
    """A way that fails as a whole when a bad entry is among its entries; ``calls`` are (keys, again)."""

    def __init__(self, bad=(), verdict=None, largest=100):
        self.bad, self.verdict, self.largest = set(bad), verdict, largest
        self.calls = []
        self.files = {}

    async def apply(self, entries, files, *, again):
        self.calls.append(([entry.marker for entry in entries], again))
        self.files.update(files)
        if self.bad & {entry.marker for entry in entries}:
            raise Failed(self.verdict)
        return [Applied(before=again) for _ in entries]


class DyingServer(Scripted):
    """Declines the first batch as a whole, then does not answer any more."""

    async def apply(self, entries, files, *, again):
        if self.calls:
            self.verdict = Retry(WHY)
        return await super().apply(entries, files, again=again)


@pytest.mark.req("K11")
async def test_the_one_that_odoo_declines_is_found_by_halving_and_the_others_are_done():
    way = Scripted(bad={"m5"}, verdict=Park(WHY))
    commands = [note(n, f"m{n}") for n in range(8)]
    verdicts = await send_batches(way, commands, Shelf())
    assert [type(each) for each in verdicts] == [AlreadyDone] * 5 + [Park] + [AlreadyDone] * 2
    assert all(again for _, again in way.calls[1:]), "halves look for what the whole may have left"


@pytest.mark.req("K11")
@pytest.mark.parametrize("verdict", [Retry(WHY), InDoubt(WHY)])
async def test_a_server_that_does_not_answer_is_not_asked_in_halves(verdict):
    way = Scripted(bad={"m1"}, verdict=verdict)
    verdicts = await send_batches(way, [note(n, f"m{n}") for n in range(4)], Shelf())
    assert verdicts == [verdict] * 4
    assert len(way.calls) == 1


@pytest.mark.req("K11", "K3")
@pytest.mark.parametrize(
    ("verdict", "others"),
    [(Retry(WHY), Retry), (InDoubt(WHY), Retry), (Reauthenticate(WHY), Reauthenticate)],
)
async def test_batches_behind_one_that_was_lost_are_not_sent_and_not_in_doubt(verdict, others):
    way = Scripted(bad={"m2"}, verdict=verdict, largest=2)
    verdicts = await send_batches(way, [note(n, f"m{n}") for n in range(8)], Shelf())
    assert [type(each) for each in verdicts] == [Done] * 2 + [type(verdict)] * 2 + [others] * 4
    assert [markers for markers, _ in way.calls] == [["m0", "m1"], ["m2", "m3"]]


@pytest.mark.req("K11", "K3")
async def test_a_server_lost_between_the_halves_is_not_asked_for_the_other_half():
    way = DyingServer(bad={"m0", "m3"}, verdict=Park(WHY))
    verdicts = await send_batches(way, [note(n, f"m{n}") for n in range(4)], Shelf())
    assert verdicts == [Retry(WHY)] * 4
    assert [markers for markers, _ in way.calls] == [["m0", "m1", "m2", "m3"], ["m0", "m1"]]


@pytest.mark.req("K11")
async def test_no_more_bytes_are_in_memory_than_one_call_carries():
    big = b"x" * 9_000_000
    sha = hashlib.sha256(big).hexdigest()
    label = Document(sha, "application/pdf", "label.pdf", len(big))
    shelf, held = Shelf(**{f"sha_{sha}": big}), []
    way = Scripted()

    async def noting(entries, files, **_):
        held.append((shelf.asked, sum(map(len, files.values()))))
        return [Applied() for _ in entries]

    way.apply = noting
    shippings = [command(RecordShipping(str(n), f"T{n}", (f"T{n}",), "UPS", label)) for n in range(4)]
    await send_batches(way, shippings, shelf)
    assert held == [(2, len(big)), (3, len(big)), (4, len(big)), (4, len(big))]


@pytest.mark.req("K11")
async def test_batches_are_neither_too_many_nor_too_heavy():
    way = Scripted(largest=3)
    await send_batches(way, [note(n) for n in range(7)], Shelf())
    assert [len(markers) for markers, _ in way.calls] == [3, 3, 1]
    big = b"x" * 9_000_000
    sha = hashlib.sha256(big).hexdigest()
    label = Document(sha, "application/pdf", "label.pdf", len(big))
    shippings = [command(RecordShipping(str(n), f"T{n}", (f"T{n}",), "UPS", label)) for n in range(3)]
    way = Scripted()
    await send_batches(way, shippings, Shelf(**{f"sha_{sha}": big}))
    assert [len(markers) for markers, _ in way.calls] == [1, 1, 1]


async def test_a_document_that_is_gone_parks_its_command_alone():
    label = Document("0" * 64, "application/pdf", "label.pdf", 3)
    shipping = command(RecordShipping("7", "T1", ("T1",), "UPS", label))
    verdicts = await send_batches(Scripted(), [note(7), shipping], Shelf())
    assert [type(each) for each in verdicts] == [Done, Park]


async def test_an_earlier_attempt_makes_the_batch_look_first():
    way = Scripted()
    await send_batches(way, [note(1), note(2, attempt=2)], Shelf())
    assert [again for _, again in way.calls] == [True]


numbers = st.lists(st.sampled_from(["A", "B", "C", "D"]), max_size=3, unique=True).map(tuple)


@pytest.mark.req("K11", "C4")
@given(st.lists(st.tuples(st.integers(1, 3), numbers), max_size=6), st.dictionaries(st.integers(1, 3), numbers))
def test_a_tracking_reference_only_grows_and_names_every_number_once(rows, now):
    entries = [Entry(str(n), picking, "label", "m", tracking=given_) for n, (picking, given_) in enumerate(rows)]
    before = {picking: ",".join(given_) for picking, given_ in now.items()}
    changes = references(entries, before)
    for picking, text in changes.items():
        parts = text.split(",")
        assert len(parts) == len(set(parts))
        assert text.startswith(before.get(picking, ""))
        assert text != before.get(picking, "")
    after = before | changes
    for entry in entries:
        assert set(entry.tracking) <= {part for part in after.get(entry.picking, "").split(",") if part}


@pytest.mark.req("K11", "E8")
def test_one_note_per_transfer_keeps_every_marker_in_order():
    entries = [Entry("1", 7, "note", "a", "First & foremost"), Entry("2", 8, "note", "b", "x"),
               Entry("3", 7, "note", "c", "Second"), Entry("4", 7, "label", "d")]  # fmt: skip
    merged = notes(entries)
    assert list(merged) == [7, 8]
    assert merged[7].index("[crossdock:a]") < merged[7].index("[crossdock:c]")
    assert "First &amp; foremost" in merged[7]
    assert "[crossdock:d]" not in merged[7], "an entry without text leaves no note"


@pytest.mark.req("E8", "F1")
def test_commands_become_items_of_apply():
    milestone = command(RecordMilestone("7", "1Z1", "delivered", "Delivered", WHEN, "m1"))
    item = item_of(entry_of(milestone), "")
    assert item == {
        "id": milestone.key, "picking": 7, "kind": "milestone", "milestone": "delivered", "rank": item["rank"],
        "at": "2026-03-01 13:15:00", "at_text": "2026-03-01T08:15:00-05:00", "tracking": ["1Z1"],
        "text": "Delivered\n1Z1 · 2026-03-01T08:15:00-05:00",
    }  # fmt: skip
    assert item["rank"] > 0
    proof = entry_of(command(RecordProof("7", "1Z1", "Left at the door", WHEN, "p1", "A. Smith")))
    assert proof.file is not None
    assert proof.file.words.startswith("Left at the door\nSigned by A. Smith")
    assert item_of(proof, "QQ==")["attachments"] == [
        {"name": "1Z1-proof.txt", "mimetype": "text/plain", "datas": "QQ=="}
    ]
    with pytest.raises(TypeError):
        entry_of(Command("k", "odoo", "s", FetchLabel("1", "2", "3", "u"), "0" * 32))


def test_times_are_naive_utc_and_an_unknown_zone_is_read_as_utc():
    assert in_utc(stamp("2026-03-01T08:15:00")) == "2026-03-01 08:15:00"
    assert in_utc(stamp("2026-03-01")) == "2026-03-01 00:00:00"


def test_changes_of_one_value_are_one_write():
    assert same_values({1: "A", 2: "B", 3: "A"}) == [("A", [1, 3]), ("B", [2])]


def test_results_are_read_in_order_and_an_odd_answer_is_not_believed():
    entries = [Entry("k1", 7, "note", "a"), Entry("k2", 8, "note", "b"), Entry("k3", 9, "note", "c")]
    error = {"name": "odoo.exceptions.MissingError", "message": "gone"}
    answer = [{"id": "k1", "result": "applied"}, {"id": "k2", "result": "duplicate"},
              {"id": "k3", "result": "error", "error": error}]  # fmt: skip
    applied = results(entries, answer)
    assert [(each.before, each.error) for each in applied] == [
        (False, ""), (True, ""), (False, "odoo.exceptions.MissingError"),
    ]  # fmt: skip
    for odd in (None, answer[:2], answer[::-1], {"results": answer}):
        with pytest.raises(Failed) as caught:
            results(entries, odd)
        assert isinstance(caught.value.verdict, Park)


@pytest.mark.req("K11")
@pytest.mark.parametrize(
    ("error", "kind"),
    [("odoo.exceptions.UserError", Park), ("odoo.exceptions.MissingError", Park), ("builtins.ValueError", Refuse),
     ("psycopg2.errors.SerializationFailure", Retry)],
)  # fmt: skip
async def test_the_result_of_one_entry_is_judged_like_any_error_of_odoo(error, kind):
    class Answering(Scripted):
        async def apply(self, entries, files, *, again):
            return [Applied(error=error, why=WHY), Applied()]

    verdicts = await send_batches(Answering(), [note(1), note(2)], Shelf())
    assert [type(each) for each in verdicts] == [kind, Done]
