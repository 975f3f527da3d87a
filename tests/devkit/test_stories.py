"""The scenarios that come with Crossdock hold, what is wrong is said by line, and no check holds for nothing."""

import re
from importlib import resources
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from msgspec import structs

from crossdock.devkit.stories import doing, judging, telling
from crossdock.devkit.stories.books import FIGURES
from crossdock.devkit.stories.cast import WIRINGS
from crossdock.devkit.stories.checks import Check
from crossdock.devkit.stories.format import bundled, read_bundled, read_story, words_of
from crossdock.devkit.stories.playing import play
from crossdock.devkit.stories.steps import Step
from devkit.stories import SMALL, changed, line_of, played, refused

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "write-a-scenario.md"
PROVED = (
    pytest.param("credit-hold", marks=pytest.mark.req("H5", "G8", "G9")),
    pytest.param("delivery-to-invoice", marks=pytest.mark.req("H4", "F3")),
    pytest.param("ecommerce", marks=pytest.mark.req("O2", "C7")),
    pytest.param("order-to-ship", marks=pytest.mark.req("H1")),
    pytest.param("own-fleet-lite", marks=pytest.mark.req("F4")),
    pytest.param("procure-to-receive", marks=pytest.mark.req("H3")),
    pytest.param("return-to-refund", marks=pytest.mark.req("H2")),
    pytest.param("two-3pl", marks=pytest.mark.req("O4", "D6")),
    pytest.param("warehouse-trouble", marks=pytest.mark.req("H7", "H8")),
)


@pytest.mark.parametrize("name", PROVED)
def test_a_bundled_scenario_holds(name):
    written, faults = read_bundled(name)
    assert written is not None, faults
    outcome = play(written)
    assert [f"{each.line}: {each.text}: {each.found}" for each in outcome.lines if not each.ok] == []
    assert len(outcome.lines) == len(written.story.when) + len(written.story.then), "each step and check has its line"
    assert outcome.told


@pytest.mark.parametrize(
    ("name", "before", "after", "broken"),
    [
        ("delivery-to-invoice", "{when: proof}", "{when: delivered}", "no proof, no invoice"),
        ("credit-hold", "config: {credit: true}", "config: {credit: false}", "a task for finance"),
        ("credit-hold", "payment_gate: {require: reported}\n", "\n", "within five seconds of the payment"),
        ("procure-to-receive", "{warehouse: north3pl}", "{warehouse: north3pl, remainder: cancel}", "as bought"),
    ],
)
def test_a_scenario_fails_where_its_promise_is_not_kept(name, before, after, broken):
    text = resources.files("crossdock.devkit.stories").joinpath("scenarios", f"{name}.yaml").read_text()
    assert before in text
    written, faults = read_story(text.replace(before, after), f"{name}.yaml")
    assert written is not None, faults
    assert any(broken in each.text for each in play(written).lines if not each.ok)


def test_every_bundled_scenario_is_run():
    assert set(bundled()) == {each.values[0] for each in PROVED}


def test_the_same_story_is_the_same_to_the_second():
    first, second = played(SMALL), played(SMALL)
    assert first.ok
    assert (first.lines, first.told) == (second.lines, second.told)


def test_what_does_not_hold_is_said_with_its_line_and_what_was_so():
    text = changed(("figure: labels, order: S1, is: 1", "figure: labels, order: S1, is: 2"))
    [line] = [each for each in played(text).lines if not each.ok]
    assert (line.part, line.line, line.at) == ("then", line_of(text, "at: 08:02"), 8 * 3600 + 120)
    assert line.text == "at 08:02: post has 2 as labels of S1"
    assert line.found == "labels of S1 in post's books: 1"


def test_what_comes_too_late_does_not_hold():
    text = changed(("by: 08:01", "by: 08:00"), ("at: 08:00\n", "at: 08:00:30\n"))
    [line] = [each for each in played(text).lines if not each.ok]
    assert (line.at, line.found) == (8 * 3600, "Crossdock has not heard of S1")


def test_what_was_so_before_it_could_be_does_not_hold():
    text = changed(("by: 08:01", "by: 08:05\n    since: 08:03"))
    [line] = [each for each in played(text).lines if not each.ok]
    assert line.found == "it was so before: order_to_ship of S1 is labelled"


def test_what_has_to_hold_all_the_while_fails_at_the_moment_it_does_not():
    text = changed(("at: 08:02\n    books: {partner: post, figure: labels, order: S1, is: 1}",
                    "until: 09:00\n    books: {partner: post, figure: labels, order: S1, is: 0}"))  # fmt: skip
    [line] = [each for each in played(text).lines if not each.ok]
    assert 8 * 3600 <= line.at <= 8 * 3600 + 5


def test_what_has_to_hold_until_a_moment_may_end_at_that_moment():
    text = changed(("at: 08:02\n    books: {partner: post, figure: labels, order: S1, is: 1}",
                    "until: 08:00\n    books: {partner: post, figure: labels, order: S1, is: 0}"))  # fmt: skip
    assert played(text).ok


def test_a_step_that_cannot_be_done_fails_and_says_why():
    text = changed(("then:\n", "  - at: 08:05\n    cancel_order: {order: S2}\nthen:\n"))
    [line] = [each for each in played(text).lines if not each.ok]
    assert (line.part, line.line) == ("when", line_of(text, "at: 08:05"))
    assert line.found.startswith("Odoo has no sale.order 'S2'")


def test_what_is_so_before_anything_happens_proves_nothing():
    text = changed(("at: 08:02\n    books: {partner: post, figure: labels, order: S1, is: 1}",
                    "by: 08:02\n    books: {partner: post, figure: labels, is: 0}"))  # fmt: skip
    [line] = [each for each in played(text).lines if not each.ok]
    assert "before anything happened" in line.found


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("stage: {order: S1", "stage: {order: S2", "no step makes an order 'S2'"),
        ("process: order_to_ship, is", "process: order_to_shop, is", "there is no process 'order_to_shop'"),
        ("is: labelled", "is: labeled", "there is no stage 'labeled'"),
        ("partner: post, figure", "partner: parcelco, figure", "there is no partner 'parcelco'"),
        ("figure: labels,", "figure: lables,", "there is no figure 'lables'"),
        ("stage: {order: S1, process: order_to_ship, is: labelled}",
         "commands: {order: S1, kind: label.bye.v1, is: 1}", "there is no command 'label.bye.v1'"),
        ("stage: {order: S1, process: order_to_ship, is: labelled}",
         "events: {order: S1, type: label.bye.v1, is: 1}", "there is no event 'label.bye.v1'"),
        ("stage: {order: S1, process: order_to_ship, is: labelled}",
         "expectation: {order: S1, kind: prof, is: waiting}", "there is no expectation 'prof'"),
        ("stage: {order: S1, process: order_to_ship, is: labelled}",
         "milestone: {order: S1, is: arrived}", "there is no milestone 'arrived'"),
        ("stage: {order: S1, process: order_to_ship, is: labelled}",
         "sequence: {order: S1, events: [shipment.booked.v1, record.written.v1 label.by.v1]}",
         "there is no command 'label.by.v1'"),
        ("stage: {order: S1, process: order_to_ship, is: labelled}",
         "same: {partner: odoo, orders: [S1, S9]}", "no step makes an order 'S9'"),
    ],
)  # fmt: skip
def test_no_check_can_be_of_something_that_is_nowhere(before, after, told):
    text = changed((before, after))
    [(line, key, said)] = refused(text)
    assert told in said
    assert text.splitlines()[line - 1].strip().startswith("- ")
    assert key.startswith("then[")


def test_an_exception_that_was_never_raised_is_neither_open_nor_resolved():
    for state in ("open", "resolved"):
        check = f"exception: {{order: S1, kind: stock.shortage, is: {state}}}"
        text = changed(("stage: {order: S1, process: order_to_ship, is: labelled}", check))
        assert [each.found for each in played(text).lines if not each.ok] == [
            "S1 has no exception stock.shortage; it has none"
        ]


@pytest.mark.parametrize(
    ("before", "after", "key", "told"),
    [
        ("    order: {name", "    ordre: {name", "when[0].ordre", "is not a known key"),
        ("    order: {name", "    note: x\n    restart: {}\n    order: {name", "when[0]", "says 2 words"),
        ("    stage: {order", "    note: x\n  - by: 08:01\n    stage: {order", "then[0]", "says 0 words"),
        ("by: 08:01", "by: 8 o'clock", "then[0].by", "expected `str` matching".replace("`", "")),
        ("at: 08:00", "at: 05:00", "when[0]", "before the start"),
        ("by: 08:01", "by: 08:01\n    until: 09:00", "then[0]", "has 2 of by, at and until"),
        ("at: 08:02", "at: 08:02\n    since: 08:00", "then[1]", "since beside at"),
        ("connector: easypost", "connector: easypots", "partners.post.connector", "can simulate"),
        ("carriers: [post]", "carriers: [mail]", "processes.order_to_ship.carriers[0]", "not among the partners"),
        ("post: {connector: easypost}", "post: {connector: easypost, simulator: {speed: 9}}", "partners.post.simulator",
         "speed"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_file_is_said_with_its_line(before, after, key, told):
    text = changed((before, after))
    [(line, found, said)] = refused(text)
    assert (found, told in said) == (key, True), (found, said)
    assert line >= line_of(text, after.splitlines()[0].strip()) - 1
    assert line <= len(text.splitlines())


def test_a_configuration_that_comes_later_is_judged_before_anything_happens():
    later = "  - at: 09:00\n    configure: {processes: {order_to_ship: {erp: odoo, carriers: [nobody]}}}\nthen:\n"
    [(_, key, said)] = refused(changed(("then:\n", later)))
    assert (key, "not among the partners" in said) == ("processes.order_to_ship.carriers[0]", True)


def test_every_word_can_be_done_judged_and_said():
    assert set(words_of(Check)) == judging.JUDGED
    assert {*words_of(Step), *words_of(Check)} == telling.SAID
    assert set(words_of(Step)) == doing.DONE | {"configure", "restart"}


def words_with_fields(kind):
    """Every word with the names of what it says."""
    hints = get_type_hints(kind)
    return {
        word: [each.encode_name for each in structs.fields(get_args(hints[word])[0])] for word in words_of(kind)
    }  # fmt: skip


def test_the_page_has_every_word_with_what_it_says_and_every_figure():
    page = PAGE.read_text(encoding="utf-8")
    tables = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    for head, kind in (("What can happen", Step), ("What can be expected", Check)):
        rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", tables[head], re.MULTILINE)
        said = {word: re.findall(r"\w+", re.sub(r"\([^)]*\)", "", fields)) for word, fields in rows}
        assert said == words_with_fields(kind)
    told = set(re.findall(r"^\| (\w[\w, ]*) \| `(\w+)` \|", tables["Figures"], re.MULTILINE))
    told_as = {"easypost": "easypost, shippo", "shippo": "easypost, shippo"}
    assert told == {(told_as.get(kind, kind), name) for kind, figures in FIGURES.items() for name in figures}
    assert set(FIGURES) == set(WIRINGS)
    assert set(re.findall(r"^\| `([\w-]+)` \|", page[: page.index("## A small one")], re.MULTILINE)) == set(bundled())
