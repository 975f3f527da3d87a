"""Bodies become trees: JSON and XML alike, bombs and nonsense refused."""

import pytest

from crossdock.tracking.fields import new_fields, paths_of
from crossdock.tracking.trees import UnreadableBody, WebPage, each, find, first, text, tree_of

SOAP = b"""<?xml version="1.0"?><s:Envelope xmlns:s="urn:s"><s:Body><Reply xmlns="urn:x">
<Parcel id="7">A</Parcel><Parcel id="8">B</Parcel><Empty/></Reply></s:Body></s:Envelope>"""


def test_xml_and_json_are_walked_alike():
    tree = tree_of(SOAP)
    assert [text(parcel) for parcel in each(tree, "Envelope", "Body", "Reply", "Parcel")] == ["A", "B"]
    assert text(tree, "Envelope", "Body", "Reply", "Parcel", "@id") == "7"
    same = tree_of(b'{"Reply": {"Parcel": [{"#text": "A"}, {"#text": "B"}], "n": 5, "yes": true, "no": null}}')
    assert [text(parcel) for parcel in each(find(same, "Reply"), "Parcel")] == ["A", "B"]
    assert text(same, "Reply", "n") == "5"
    assert text(same, "Reply", "yes") == "true"
    assert text(same, "Reply", "no") == text(same, "nowhere", "at", "all") == ""
    assert first(same, "nothing") is None


def test_one_child_and_a_list_of_one_are_the_same_to_each():
    assert each(tree_of(b"<a><b>1</b></a>"), "a", "b") == each(tree_of(b'{"a": {"b": ["1"]}}'), "a", "b") == ["1"]


BOMB = b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'


@pytest.mark.parametrize(
    "body",
    [b"", b"   ", b"hello", b"<a><b></a>", b"{", b"\xff\xfe", b"[" * 100_000, b"<a>" * 500, BOMB, b'{"a":"\\u0000"}'],
)
def test_what_is_no_message_is_refused(body):
    with pytest.raises(UnreadableBody):
        tree_of(body)


def test_a_nul_character_in_a_page_is_replaced_as_browsers_do():
    assert tree_of(b"<html>a\0b</html>") == WebPage("<html>a\ufffdb</html>")


def test_a_page_for_people_is_told_apart():
    assert tree_of(b"<!doctype HTML><html><body>x</body></html>") == WebPage(
        "<!doctype HTML><html><body>x</body></html>"
    )


@pytest.mark.req("C8")
def test_fields_never_seen_are_named_with_an_example(tmp_path, monkeypatch):
    package = tmp_path / "sampled"
    package.mkdir()
    (package / "__init__.py").write_text('"""A connector."""')
    (package / "fields.txt").write_text("/a\n/a/b\n/by_number\n/by_number/*\n/by_number/*/code\n")
    monkeypatch.syspath_prepend(tmp_path)
    tree = tree_of(
        b'{"a": [{"b": 1}, {"b": 2, "mood": "sunny"}], "by_number": {"1Z": {"code": "x"}}, "new": {"deep": 1}}'
    )
    assert [(each.pointer, each.example) for each in new_fields(tree, "sampled")] == [
        ("/a/mood", "sunny"),
        ("/new", "{'deep': 1}"),
    ]
    assert "/by_number/1Z/code" in paths_of(tree)
    assert new_fields(tree, "crossdock.tracking") == ()
