"""What people see of a correction: the lines that differ, where a fault is, and a text that comes back as it was."""

import json
import random

import pytest
from msgspec import structs

from crossdock.backbone.correcting import Checked
from crossdock.ports.connector import Unreadable
from crossdock.ports.rows import ExchangeDetail, ExchangeRow
from crossdock.ports.verdicts import Explanation
from crossdock.views.correcting import LARGEST_TYPED, editable, preview_of, typed
from crossdock.views.differing import difference
from crossdock.views.pointing import place_of

ROW = ExchangeRow("x1", "inbound", "carrier", "events", "", "parked", 1, 1, 0, "", "", "t", 1)


def detail(body):
    return ExchangeDetail(ROW, body, False, "application/json", {}, "", [], [], "")


def marks(before, after):
    return [(each.mark, each.old, each.new, each.whole) for each in difference(before, after)]


def test_a_difference_names_lines_on_both_sides_and_what_changed_within():
    found = difference(b'{"a":1,"city":"Gothenburg","z":[1,2]}', b'{"a":1,"city":"G\xc3\xb6teborg","z":[1,2]}')
    gone, new = (next(each for each in found if each.mark == mark) for mark in "-+")
    assert (gone.old, gone.new, new.old, new.new) == (3, 0, 0, 3)
    assert (gone.text, gone.changed, gone.rest) == ('  "city": "G', "othenbu", 'rg",')
    assert (new.changed, new.whole) == ("ötebo", '  "city": "Göteborg",')


def test_layout_alone_is_no_difference_of_json_and_binary_has_none():
    assert marks(b'{"a":1}', b'{\n  "a": 1}') == []
    assert marks(b"a\n", b"a\r\nb") == [(" ", 1, 1, "a"), ("+", 0, 2, "b")]
    assert marks(b"\xff", b"\xfe") == []


def test_what_is_the_same_is_left_out_but_for_a_few_lines():
    before = "\n".join(f"l{n}" for n in range(100)).encode()
    found = marks(before, before.replace(b"l50\n", b""))
    assert found[0] == ("@", 0, 0, "47 lines are the same")
    assert [each[0] for each in found] == ["@", " ", " ", " ", "-", " ", " ", " ", "@"]
    assert ("-", 51, 0, "l50") in found


def test_a_difference_can_be_put_together_again():
    draw = random.Random(3)
    for size in (30, 3000):
        old = [draw.choice("abc") for _ in range(size)]
        new = [*old[: size // 2], "new", *old[size // 2 + 2 :]]
        found = difference("\n".join(old).encode(), "\n".join(new).encode())
        for mark, lines, number in (("-", old, "old"), ("+", new, "new")):
            shown = [each for each in found if each.mark in {mark, " "}]
            assert all(lines[getattr(each, number) - 1] == each.whole for each in shown)
        assert len([each for each in found if each.mark in "-+"]) <= 5


@pytest.mark.parametrize(
    ("text", "pointer", "place"),
    [
        ('{"a": 1,\n "b": [true,\n  {"c": "}{"}, {"d": null}]}', "/b/1/c", (3, 9)),
        ('{"a": 1,\n "b": [true,\n  {"c": "}{"}, {"d": null}]}', "/b/2", (3, 16)),
        ('{"a": 1,\n "b": {"c": 1}}', "/b/x/y", (2, 7)),
        ("[[], {}, [1, [2]]]", "/2/1/0", (1, 15)),
        ('{"a\\"b": {"c": 5}}', '/a"b/c', (1, 16)),
        ("[" * 5000 + "]" * 5000, "/0/0/0", (1, 4)),
    ],
)
def test_a_pointer_has_a_line_and_a_column(text, pointer, place):
    assert place_of(text, pointer) == place


def faulty(body, pointer=""):
    fault = Unreadable(pointer, Explanation("Look at it.", "expected a number"))
    return preview_of(Checked(detail(b"[]"), body, (fault,))).complaints[0]


@pytest.mark.req("K4")
def test_a_fault_stands_where_it_is():
    placed = faulty(b'{\n "a": "x"}', "/a")
    assert (placed.line, placed.column, placed.pointer, placed.engineer) == (2, 7, "/a", "expected a number")
    syntax = faulty(b'{\n "a" 1}')
    assert (syntax.line, syntax.column) == (2, 6)
    assert syntax.engineer.startswith("Expecting ':' delimiter")
    for strange in (b"\xff", b"UNA:+.? '", b"[" * 100_000):
        assert faulty(strange, "/a").line in {0, 1}


@pytest.mark.parametrize("body", [b'{"a":1}', b"a\nb\n", b"a\r\nb\r\n", b"\nfirst line is empty", "é 中".encode()])
def test_what_comes_back_from_a_browser_unchanged_is_the_same_message(body):
    shown = editable(detail(body)).text
    sent = shown.replace("\r\n", "\n").replace("\n", "\r\n")
    assert typed(detail(body), sent) == body


def test_lines_end_as_they_did():
    assert typed(detail(b"a\nb\n"), "a\r\nc\r\n") == b"a\nc\n"
    assert typed(detail(b"a\r\nb\r\n"), "a\r\nc\r\n") == b"a\r\nc\r\n"
    assert json.loads(typed(detail(b'{"a":1}'), '{\r\n "a": 2}')) == {"a": 2}


@pytest.mark.parametrize(
    "body",
    [b"\xff\xd8\xff", b"a\x00b", b"a\x1fb", "a\u202eb".encode(), b"a\r\nb\n", b"a\rb", b"x" * (LARGEST_TYPED + 1)],
)
def test_what_a_page_would_change_is_not_edited_in_it(body):
    assert editable(detail(body)).why
    assert editable(structs.replace(detail(b""), body_gone=True)).why
