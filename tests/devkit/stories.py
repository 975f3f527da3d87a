"""A small story that tests change, and what came of it."""

import re

import pytest

from crossdock.devkit.stories.format import read_story
from crossdock.devkit.stories.playing import Failed, Played, play

SMALL = """\
title: One order
given:
  products: {LAMP-07: {price: 35, stock: 10}}
  configuration:
    partners:
      odoo: {connector: odoo}
      post: {connector: easypost}
    processes:
      order_to_ship: {erp: odoo, carriers: [post]}
when:
  - at: 08:00
    order: {name: S1, lines: {LAMP-07: 2}}
then:
  - by: 08:01
    stage: {order: S1, process: order_to_ship, is: labelled}
  - at: 08:02
    books: {partner: post, figure: labels, order: S1, is: 1}
"""


def changed(*pairs: tuple[str, str]) -> str:
    """The small story with texts replaced, each of which is there."""
    text = SMALL
    for before, after in pairs:
        assert before in text, before
        text = text.replace(before, after)
    return text


def line_of(text: str, words: str) -> int:
    """The line on which ``words`` first stand."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if re.search(re.escape(words), line))


def played(text: str) -> Played:
    written, faults = read_story(text, "small.yaml")
    assert written is not None, faults
    return play(written)


def refused(text: str) -> list[tuple[int, str, str]]:
    """Line, key and text of every fault that keeps a story from being played."""
    written, faults = read_story(text, "small.yaml")
    if written is None:
        assert {each.file for each in faults} == {"small.yaml"}
        return [(each.line, each.key, each.text) for each in faults]
    with pytest.raises(Failed) as failed:
        play(written)
    assert {each.file for each in failed.value.faults} == {"small.yaml"}
    return [(each.line, each.key, each.text) for each in failed.value.faults]
