"""Small PMTiles archives, written by hand: a head, one directory, tiles of a few squares and lines."""

import gzip
import struct
import zlib
from math import asinh, pi, radians, tan

EXTENT = 4096
MVT, PNG, GZIP, PLAIN = 1, 2, 2, 1


def archive(tiles, kind=MVT, packed=GZIP, zooms=None, bounds=(-180.0, -85.0, 180.0, 85.0), version=3):
    """``tiles`` are bytes by (zoom, column, row), packed already as ``packed`` says."""
    by_id = sorted((tile_id(*at), data) for at, data in tiles.items())
    body = b"".join(data for _, data in by_id)
    root, meta = gzip.compress(_directory(by_id), mtime=0), gzip.compress(b"{}", mtime=0)
    zooms = zooms or (min(each[0] for each in tiles), max(each[0] for each in tiles))
    at = 127
    places = [at, len(root), at + len(root), len(meta), at + len(root) + len(meta), 0,
              at + len(root) + len(meta), len(body)]  # fmt: skip
    head = struct.pack("<7sB8Q3Q", b"PMTiles", version, *places, len(tiles), len(tiles), len(tiles))
    head += struct.pack("<6B", 1, GZIP, packed, kind, *zooms)
    head += struct.pack("<4i", *(round(each * 10_000_000) for each in bounds)) + struct.pack("<B2i", zooms[0], 0, 0)
    return head + root + meta + body


def tile_id(zoom, column, row):
    """The place of a tile on the Hilbert curve of its zoom, after those of all smaller zooms."""
    found, step = (4**zoom - 1) // 3, 1 << zoom >> 1
    while step:
        right, low = int(bool(column & step)), int(bool(row & step))
        found += step * step * ((3 * right) ^ low)
        if not low:
            if right:
                column, row = step - 1 - column, step - 1 - row
            column, row = row, column
        column, row, step = column & (step - 1), row & (step - 1), step >> 1
    return found


def tile_at(longitude, latitude, zoom):
    """Column and row of the tile that holds a place."""
    size = 1 << zoom
    return int((longitude + 180) / 360 * size), int((1 - asinh(tan(radians(latitude))) / pi) / 2 * size)


def _directory(by_id):
    """Differences of ids, runs of one, lengths, and offsets that follow one another (0), the first at 0 (1)."""
    ids = [each for each, _ in by_id]
    numbers = [len(ids), *(after - before for before, after in zip([0, *ids], ids, strict=False)), *[1] * len(ids)]
    numbers += [len(data) for _, data in by_id] + [1] + [0] * (len(ids) - 1)
    return b"".join(map(_varint, numbers))


def vector_tile(layers):
    """``layers`` are features (shape, points, words) by name; a polygon's points close by themselves."""
    return gzip.compress(b"".join(_field(3, _layer(name, each)) for name, each in layers.items()), mtime=0)


def _layer(name, features):
    keys = sorted({key for _, _, words in features for key in words})
    values = sorted({value for _, _, words in features for value in words.values()})
    body = _field(15, 2) + _field(1, name.encode())
    for shape, points, words in features:
        tags = b"".join(_varint(keys.index(k)) + _varint(values.index(v)) for k, v in words.items())
        drawn = b"".join(map(_varint, _commands(shape, points)))
        kind = {"point": 1, "line": 2, "polygon": 3}[shape]
        body += _field(2, _field(2, tags) + _field(3, kind) + _field(4, drawn))
    body += b"".join(_field(3, key.encode()) for key in keys)
    body += b"".join(_field(4, _field(1, value.encode())) for value in values)
    return body + _field(5, EXTENT)


def _commands(shape, points):
    steps = [
        (x - bx, y - by) for (bx, by), (x, y) in zip([(0, 0), *points], points, strict=False)
    ]  # the first from the corner
    flat = [(each << 1) ^ (each >> 31) for step in steps for each in step]
    if len(points) == 1:
        return [9, *flat]
    return [9, *flat[:2], (len(points) - 1) << 3 | 2, *flat[2:], *([15] if shape == "polygon" else [])]


def _field(number, value):
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value):
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def picture(red, green, blue, side=256):
    """A PNG of one colour."""
    rows = (b"\0" + bytes((red, green, blue)) * side) * side
    chunks = (
        (b"IHDR", struct.pack(">2I5B", side, side, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
