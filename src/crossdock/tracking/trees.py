"""Bodies as trees of plain values: JSON and XML read into the same shape, so that one way of walking serves both.

An XML element becomes a text where it holds nothing else, else a dict of its children by local name (namespaces fall
away); attributes are ``@name``, text beside them ``#text``, and children of one name a list. `each` and `text` see no
difference between one child and a list of one, which XML cannot tell apart.
"""

import re
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLParser

import msgspec
from msgspec import Struct

Tree = Any
DEPTH = 60
"""Deepest nesting read; the deepest real message met (FedEx web services) has 14."""

_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_DOCTYPE = re.compile(rb"<!DOCTYPE|<!ENTITY")
_BLANKS = b" \t\r\n"


class UnreadableBody(ValueError):
    """Bytes that are neither JSON nor XML nor a page, or are unsafe to read. The text says why."""


class WebPage(Struct, frozen=True):
    """A page for people; some of them carry their events as data inside."""

    html: str


def tree_of(body: bytes) -> Tree:
    """The tree of a JSON or XML body, or a `WebPage`. Raises `UnreadableBody`.

    Document types are refused: they are how XML bombs and external entities come (OWASP XXE).
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    start = body.lstrip(_BLANKS)[:1]
    if not start:
        raise UnreadableBody("the body is empty")
    if start != b"<":
        return _json(body)
    if _HTML.search(body[:2000]):
        # As browsers do with a NUL (HTML, section 13.2.5): half of the databases cannot hold it.
        return WebPage(body.decode("utf-8", errors="replace").replace("\0", "\ufffd"))
    return _xml(body.strip(_BLANKS))


def _json(body: bytes) -> Tree:
    if b"\\u0000" in body:
        # Half of the databases cannot hold it and no carrier means it.
        raise UnreadableBody("the JSON holds a NUL character")
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise UnreadableBody(f"this is neither JSON nor XML: {problem}") from None
    except RecursionError:
        raise UnreadableBody("the JSON is nested too deeply") from None


def _xml(body: bytes) -> Tree:
    if _DOCTYPE.search(body):
        raise UnreadableBody("the XML brings a document type, which is not read")
    parser = XMLParser()  # noqa: S314 - document types, and with them entities, were refused above
    try:
        parser.feed(body)
        root: Element = parser.close()
    except (ParseError, ValueError, LookupError) as problem:
        raise UnreadableBody(f"this is not well-formed XML: {problem}") from None
    return {_local(root.tag): _element(root, DEPTH)}


@lru_cache(maxsize=8192)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _element(element: Element, depth: int) -> Tree:
    """Leaves are read in their parent's turn: most elements are leaves, and a call of their own costs half the time."""
    if depth == 0:
        raise UnreadableBody("the XML is nested too deeply")
    own = (element.text or "").strip()
    if not len(element) and not element.attrib:
        return own
    node: dict[str, Any] = {f"@{_local(name)}": value for name, value in element.attrib.items()}
    for child in element:
        name = _local(child.tag)
        if len(child) or child.attrib:
            value = _element(child, depth - 1)
        else:
            inner = child.text
            value = inner.strip() if inner else ""
        there = node.get(name)
        if there is None:
            node[name] = value
        elif type(there) is list:
            there.append(value)
        else:
            node[name] = [there, value]
    if own:
        node["#text"] = own
    return node


def each(node: Tree, *path: str) -> list[Any]:
    """Every node at ``path`` below ``node``, through lists on the way; nothing where the path does not exist."""
    nodes = node if type(node) is list else [] if node is None else [node]
    for name in path:
        found: list[Any] = []
        for inner in nodes:
            value = inner.get(name) if type(inner) is dict else None
            if type(value) is list:
                found.extend(value)
            elif value is not None:
                found.append(value)
        nodes = found
    return nodes


def first(node: Tree, *path: str) -> Tree:
    """The first node at ``path``, or None."""
    found = each(node, *path)
    return found[0] if found else None


def text(node: Tree, *path: str) -> str:
    """The text of the first node at ``path``: numbers as they are written, "" where there is none or it is no leaf."""
    for name in path:
        while type(node) is list:
            node = node[0] if node else None
        if type(node) is not dict:
            return ""
        node = node.get(name)
    while type(node) is list:
        node = node[0] if node else None
    if type(node) is str:
        return node.strip()
    if type(node) is dict:
        inner = node.get("#text")
        return inner if type(inner) is str else ""
    if node is None:
        return ""
    return str(node).lower() if type(node) is bool else str(node)


def any_text(node: Tree, *names: str) -> str:
    """The first of several keys that has a text: for formats that name one thing in several ways."""
    for name in names:
        found = text(node, name)
        if found:
            return found
    return ""


def find(node: Tree, name: str) -> Tree:
    """The first value under ``name`` at any depth (breadth first), or None: through envelopes of any kind."""
    level: list[Any] = [node]
    for _ in range(DEPTH):
        below: list[Any] = []
        for inner in level:
            if type(inner) is dict:
                if name in inner and inner[name] is not None:
                    return inner[name]
                below.extend(value for value in inner.values() if type(value) in {dict, list})
            elif type(inner) is list:
                below.extend(value for value in inner if type(value) in {dict, list})
        if not below:
            return None
        level = below
    return None
