"""The file under orders' maps: read in ranges, by whoever may see orders, and never anything but that file."""

import re
from html import unescape

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from crossdock.model.events import TrackingReported
from crossdock.model.instants import stamp
from crossdock.model.party import Address
from crossdock.model.tracking import TrackingEvent
from crossdock.tower.app import SEGMENTS
from crossdock.tower.byte_ranges import Span, asked
from crossdock.tower.context import MapFile
from crossdock.tower.rendering import STATIC
from crossdock.tower.screens import map_tiles
from crossdock.tower.sessions import Role
from map_archives import archive, vector_tile
from tower.pages import entering, opened
from views.seeding import DELIVERED, NOW, REJECTED, Teller

pytestmark = pytest.mark.req("L2")
PATH = map_tiles.PATH
BYTES = archive({(0, 0, 0): vector_tile({"earth": [("polygon", [(0, 0), (9, 0), (9, 9)], {"kind": "earth"})]})})


@pytest_asyncio.fixture
async def file(tmp_path):
    path = tmp_path / "world.pmtiles"
    path.write_bytes(BYTES)
    return path


@pytest_asyncio.fixture
async def mapped(tmp_path, file):
    world = await opened(tmp_path, map_file=MapFile(file, 'Ours & "yours" <b>', "https://maps.example/licence"))
    yield world
    await world.store.close()


async def order_with_a_map(world):
    place = Address(city="Paris", country="FR")
    scan = TrackingEvent("easypost", "T1", "in_transit", stamp("2026-11-22T08:00:00Z"), place=place)
    await world.store.run(lambda tx: Teller(tx, REJECTED, NOW).say(TrackingReported(scan)))
    return (await (await entering(world)).get(f"/orders/{REJECTED}")).text


async def read(client, wanted="", method="GET", **headers):
    sent = {name.replace("_", "-"): value for name, value in headers.items()} | ({"range": wanted} if wanted else {})
    return await client.request(method, PATH, headers=sent)


@given(st.integers(0, 60), st.integers(0, 70), st.integers(0, 70), st.integers(1, 80))
def test_a_range_is_what_a_slice_would_be(size, first, last, most):
    whole = bytes(range(size))

    def got(header):
        span = asked(header, size, most)
        return None if span is None else whole[span.first : span.first + span.count]

    assert got(f"bytes={first}-{last}") == (None if last < first else whole[first : last + 1][:most])
    assert got(f"bytes={first}-") == whole[first:][:most]
    assert got(f"bytes=-{last}") == (whole[-last:] if last else b"")[:most]


@pytest.mark.parametrize(
    "header",
    ["", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1-2,4-5", "lines=0-1", "bytes=5-4", "bytes=+1-2",
     "bytes=0x1-2", "bytes=1-2; bytes=3-4", "bytes=" + "9" * 400 + "-", "bytes=\u0661-\u0662"],
)  # fmt: skip
def test_what_is_no_single_range_means_the_whole(header):
    assert asked(header, 100, 10) is None


def test_no_answer_is_larger_than_the_most_of_one():
    assert asked("bytes=0-", 1 << 40, map_tiles.MOST) == Span(0, map_tiles.MOST)
    assert asked("bytes=-1099511627776", 1 << 40, map_tiles.MOST) == Span(0, map_tiles.MOST)


async def test_ranges_are_answered_with_their_bytes_and_where_they_lie(mapped):
    client = await entering(mapped)
    size = len(BYTES)
    for wanted, first, last in (
        ("bytes=0-126", 0, 126), ("bytes=7-7", 7, 7), (f"bytes=-{9}", size - 9, size - 1),
        (f"bytes={size - 4}-{size + 4096}", size - 4, size - 1), ("bytes=0-16383", 0, size - 1),
    ):  # fmt: skip
        answer = await read(client, wanted)
        assert answer.status_code == 206, wanted
        assert answer.content == BYTES[first : last + 1]
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{size}"
        assert answer.headers["content-length"] == str(last + 1 - first)
    assert answer.headers["content-type"] == "application/vnd.pmtiles"
    assert answer.headers["cache-control"] == "private, no-cache"  # a file that was replaced is seen at once
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")


@pytest.mark.parametrize("wanted", ["bytes=100000-", "bytes=100000-100009", "bytes=-0"])
async def test_what_lies_beyond_the_file_is_said_with_its_size(mapped, wanted):
    answer = await read(await entering(mapped), wanted)
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == f"bytes */{len(BYTES)}"


async def test_without_one_range_the_whole_is_sent_in_pieces(mapped, monkeypatch):
    monkeypatch.setattr(map_tiles, "_PIECE", 10)
    client = await entering(mapped)
    for wanted in ("", "bytes=0-1,3-4", "lines=1-2"):
        answer = await read(client, wanted)
        assert (answer.status_code, answer.content) == (200, BYTES)
        assert answer.headers["content-length"] == str(len(BYTES))
        assert answer.headers["accept-ranges"] == "bytes"


async def test_a_head_tells_the_size_and_sends_nothing(mapped):
    answer = await read(await entering(mapped), "bytes=0-9", "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(BYTES))
    assert answer.headers["etag"]
    assert (await read(await entering(mapped), method="POST")).status_code == 405


async def test_another_file_in_its_place_has_another_mark(mapped, file):
    client = await entering(mapped)
    before = (await read(client, "bytes=0-9")).headers["etag"]
    assert before.startswith('"')
    assert (await read(client, "bytes=0-9", if_range=before)).status_code == 206
    assert (await read(client, "bytes=0-9", if_none_match=before)).status_code == 304
    other = file.with_name("other")
    other.write_bytes(BYTES[:-1] + b"!")
    other.replace(file)
    after = await read(client, "bytes=0-9", if_none_match=before)
    assert (after.status_code, after.content) == (206, BYTES[:10])
    assert after.headers["etag"] != before
    whole = await read(client, "bytes=0-9", if_range=before)
    assert (whole.status_code, whole.content[-1:]) == (200, b"!")


async def test_nobody_reads_it_from_outside(mapped):
    for answer in (
        await read(mapped.client(), "bytes=0-9"),
        await read(mapped.client(), method="HEAD"),
    ):
        assert answer.status_code == 401
        assert b"PMTiles" not in answer.content
        assert "etag" not in answer.headers
    client = await entering(mapped)
    client.cookies.clear()
    assert (await read(client, "bytes=0-9")).status_code == 401


@pytest.mark.parametrize("role", list(Role))
async def test_every_role_that_sees_orders_sees_their_map(mapped, role):
    assert PATH.split("/")[1] in SEGMENTS  # the server hands it to the tower
    client = await entering(mapped, role)
    assert (await client.get(f"/orders/{DELIVERED}")).status_code == 200
    assert (await read(client, "bytes=0-9")).status_code == 206


async def test_no_address_leads_to_another_file(mapped, file):
    file.with_name("secret").write_text("secret")
    client = await entering(mapped)
    for path in (f"{PATH}/../secret", "/maps/secret", "/maps/..%2fsecret", f"{PATH}%00", "/maps/", "/maps//etc/passwd"):
        answer = await client.get(path, headers={"range": "bytes=0-9"})
        assert answer.status_code == 404, path
    answer = await client.get(f"{PATH}?path=/etc/passwd&file=secret", headers={"range": "bytes=0-9"})
    assert answer.content == BYTES[:10]


async def test_a_file_that_is_gone_or_locked_is_no_defect(mapped, file):
    client = await entering(mapped)
    file.unlink()
    assert (await read(client, "bytes=0-9")).status_code == 404
    file.mkdir()
    assert (await read(client, "bytes=0-9")).status_code == 404


async def test_an_emptied_file_has_no_ranges(mapped, file):
    file.write_bytes(b"")
    client = await entering(mapped)
    assert (await read(client, "bytes=0-9")).headers["content-range"] == "bytes */0"
    assert (await read(client)).content == b""


async def test_the_order_names_the_file_and_whose_data_it_is(mapped):
    text = await order_with_a_map(mapped)
    said = re.search(r'<a href="https://maps.example/licence"[^>]*><bdi>(.*?)</bdi></a>', text).group(1)
    assert unescape(said) == 'Ours & "yours" <b>'
    assert "<b>" not in said
    assert (f'data-tiles="{PATH}"' in text) == (STATIC / "vendor" / "icons.svg").exists()  # with the assets of scripts


async def test_without_a_file_nothing_is_said_of_one(world):
    client = await entering(world)
    text = await order_with_a_map(world)
    assert 'class="map"' in text
    assert "data-tiles" not in text
    assert "data-said" not in text
    assert (await read(client, "bytes=0-9")).status_code == 404
