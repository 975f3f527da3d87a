"""What the head of a PMTiles archive (version 3) says: which tiles it holds, how they are packed, if all is there."""

import struct

from msgspec import Struct

HEAD = 127
"""Bytes of the head."""

_MAGIC = b"PMTiles"
_VERSION = 3
_ROOT_WITHIN = 16 * 1024
_PLACES = struct.Struct("<8Q")
_MBTILES = b"SQLite format 3"
_KINDS = {
    1: ("vector", "MVT"),
    2: ("raster", "PNG"),
    3: ("raster", "JPEG"),
    4: ("raster", "WebP"),
    5: ("raster", "AVIF"),
}
_READ_HERE = {0, 1, 2}
_PACKINGS = {3: "brotli", 4: "zstd"}
_MAKE = "make it anew: pmtiles extract SOURCE FILE --bbox=…"


class MapTiles(Struct, frozen=True):
    """``kind`` is vector or raster, ``packing`` the format of a tile."""

    kind: str
    packing: str
    min_zoom: int
    max_zoom: int


class NotTiles(ValueError):
    """No archive that maps can be drawn from: what is wrong with it, and what to do."""

    def __init__(self, text: str, hint: str) -> None:
        """``text`` goes on after the file's name."""
        super().__init__(text)
        self.text = text
        self.hint = hint


def tiles_of(head: bytes, size: int) -> MapTiles:
    """What an archive of ``size`` bytes that begins with ``head`` (`HEAD` bytes) holds. Raises `NotTiles`.

    >>> tiles_of(b"SQLite format 3" + bytes(112), 4096)
    Traceback (most recent call last):
    ...
    crossdock.model.map_tiles.NotTiles: is an MBTiles file
    """
    _recognised(head)
    root, root_length, meta, meta_length, leaves, leaves_length, tiles, tiles_length = _PLACES.unpack_from(head, 8)
    inner, outer, kind, least, most = head[97:102]
    ends = root + root_length, meta + meta_length, leaves + leaves_length, tiles + tiles_length
    if max(ends) > size:
        text = f"is cut short: it has {size:,} bytes, and its head speaks of {max(ends):,}"
        raise NotTiles(text, "copy it again and compare the sizes")
    if root < HEAD or not root_length or ends[0] > _ROOT_WITHIN or least > most:
        raise NotTiles("is damaged: its head contradicts itself", _MAKE)
    if kind not in _KINDS:
        text = f"holds tiles of type {kind}; vector tiles (MVT) and pictures (PNG, JPEG, WebP, AVIF) can be drawn"
        raise NotTiles(text, _MAKE)
    if {inner, outer} - _READ_HERE:
        packed = _PACKINGS.get(max({inner, outer} - _READ_HERE), "something unknown")
        raise NotTiles(f"is packed with {packed}, which browsers' readers do not unpack", "pack it with gzip")
    return MapTiles(*_KINDS[kind], least, most)


def _recognised(head: bytes) -> None:
    if head.startswith(_MBTILES):
        raise NotTiles("is an MBTiles file", "turn it into one: pmtiles convert FILE.mbtiles FILE.pmtiles")
    if len(head) < HEAD or not head.startswith(_MAGIC):
        raise NotTiles("is no PMTiles file", _MAKE)
    if head[7] != _VERSION:
        text = f"is PMTiles of version {head[7]}, and version {_VERSION} is read"
        raise NotTiles(text, "turn it into one: pmtiles convert OLD.pmtiles NEW.pmtiles")
