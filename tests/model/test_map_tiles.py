"""Heads of PMTiles archives: what is one, what is in it, and in which words everything else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.model.map_tiles import HEAD, MapTiles, NotTiles, tiles_of
from map_archives import PLAIN, PNG, archive, vector_tile

TILE = vector_tile({"earth": [("polygon", [(0, 0), (9, 0), (9, 9)], {"kind": "earth"})]})
GOOD = archive({(0, 0, 0): TILE, (3, 4, 2): TILE})
TILES_AT = int.from_bytes(GOOD[56:64], "little")


def changed(at, *values):
    return GOOD[:at] + bytes(values) + GOOD[at + len(values) :]


def test_vector_tiles_and_pictures_are_told_apart():
    assert tiles_of(GOOD[:HEAD], len(GOOD)) == MapTiles("vector", "MVT", 0, 3)
    pictures = archive({(5, 1, 1): b"\x89PNG"}, kind=PNG, packed=PLAIN)
    assert tiles_of(pictures[:HEAD], len(pictures)) == MapTiles("raster", "PNG", 5, 5)


@pytest.mark.parametrize(
    ("head", "size", "text"),
    [
        (b"", 0, "is no PMTiles file"),
        (GOOD[: HEAD - 1], HEAD - 1, "is no PMTiles file"),
        (b"PK\x03\x04" + GOOD[4:], len(GOOD), "is no PMTiles file"),
        (b"SQLite format 3\0" + GOOD[16:], len(GOOD), "is an MBTiles file"),
        (changed(7, 2), len(GOOD), "is PMTiles of version 2, and version 3 is read"),
        (GOOD, len(GOOD) - 1, f"is cut short: it has {len(GOOD) - 1:,} bytes, and its head speaks of {len(GOOD):,}"),
        (GOOD, TILES_AT, f"is cut short: it has {TILES_AT:,} bytes, and its head speaks of {len(GOOD):,}"),
        (changed(8, 126), len(GOOD), "is damaged"),
        (changed(16, 0, 0), len(GOOD), "is damaged"),
        (changed(16, 0, 0, 1), 1 << 20, "is damaged"),
        (changed(100, 4), len(GOOD), "is damaged"),
        (changed(99, 0), len(GOOD), "holds tiles of type 0"),
        (changed(99, 6), len(GOOD), "holds tiles of type 6"),
        (changed(97, 4), len(GOOD), "is packed with zstd"),
        (changed(98, 3), len(GOOD), "is packed with brotli"),
        (changed(98, 77), len(GOOD), "is packed with something unknown"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_reason_and_a_way(head, size, text):
    with pytest.raises(NotTiles, match=r".") as refused:
        tiles_of(head[:HEAD], size)
    assert refused.value.text.startswith(text)
    assert refused.value.hint


@given(st.binary(max_size=HEAD + 9), st.integers(0, 1 << 63))
def test_any_bytes_are_read_or_refused(noise, size):
    for head in (noise, GOOD[:8] + noise, GOOD[:96] + noise):
        try:
            found = tiles_of(head[:HEAD], size)
        except NotTiles as wrong:
            assert wrong.text  # noqa: PT017 - either is right, anything else is not
            continue
        assert found.kind in {"vector", "raster"}
        assert found.min_zoom <= found.max_zoom
