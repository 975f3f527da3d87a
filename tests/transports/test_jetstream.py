"""One partition's stream on three real servers: its sequence is the position, whatever is repeated."""

import asyncio

import pytest

from cli.running import free_port
from crossdock.ports.stream import OutOfPlace, StreamDown, StreamFault
from storage.shipped import remove, stream_at


@pytest.fixture
async def stream(nats_cluster):
    stream = stream_at(nats_cluster)
    yield stream
    await remove(stream)
    await stream.close()


def records(first, count):
    return [f"record {number}".encode() for number in range(first, first + count)]


async def test_a_stream_is_made_when_it_is_first_asked_for(stream):
    assert await stream.health(7) is None
    assert await stream.last(7) == 0
    found = await stream.health(7)
    assert (found.messages, found.last, found.replicas) == (0, 0, 3)


@pytest.mark.req("K2", "K13")
async def test_the_sequence_is_the_position_and_a_repetition_is_refused_at_any_time(stream):
    await stream.last(7)
    assert await stream.append(7, 0, records(1, 3)) == 3
    await asyncio.sleep(1.2)  # past the stream's window for duplicates
    for late in (0, 2, 4):
        with pytest.raises(OutOfPlace):
            await stream.append(7, late, records(late + 1, 3))
    assert await stream.append(7, 3, records(4, 1)) == 4
    assert await stream.last(7) == 4
    assert await stream.read(7, 1, 4) == records(1, 4)
    assert await stream.read(7, 3, 1) == records(3, 1)


@pytest.mark.req("K2", "K13")
async def test_of_writers_at_the_same_time_one_is_let_in(stream):
    await stream.last(7)
    others = [stream_at_same(stream) for _ in range(4)]
    said = await asyncio.gather(*(each.append(7, 0, records(1, 40)) for each in others), return_exceptions=True)
    assert [each for each in said if each == 40] == [40]
    assert all(isinstance(each, OutOfPlace) for each in said if each != 40)
    assert await stream.read(7, 1, 40) == records(1, 40)
    for each in others:
        await each.close()


def stream_at_same(stream):
    return type(stream)(stream._cluster)


async def test_long_appends_go_in_several_batches(stream):
    await stream.last(9)
    many = records(1, 1201)
    large = [bytes(600_000)] * 5
    assert await stream.append(9, 0, many) == 1201
    assert await stream.append(9, 1201, large) == 1206
    assert await stream.read(9, 1, 1201) == many
    assert await stream.read(9, 1202, 5) == large


async def test_what_is_not_there_is_a_fault_and_no_empty_answer(stream):
    await stream.last(7)
    await stream.append(7, 0, records(1, 2))
    with pytest.raises(StreamFault, match="position 3 of partition 7 is not there"):
        await stream.read(7, 2, 2)


async def test_somebody_elses_message_is_seen_at_once(stream):
    await stream.last(7)
    link = await stream._connected()
    await link.request(stream._subject(7), b"hello", 5)
    with pytest.raises(OutOfPlace):
        await stream.append(7, 0, records(1, 1))
    assert await stream.last(7) == 1


async def test_without_servers_the_outcome_is_down(nats_cluster):
    away = stream_at_port(nats_cluster, free_port())
    for question in (away.last(1), away.append(1, 0, [b"x"]), away.read(1, 1, 1)):
        with pytest.raises(StreamDown, match="no NATS server can be reached"):
            await question


def stream_at_port(cluster, port):
    made = stream_at(cluster)
    return type(made)(type(made._cluster)((f"nats://127.0.0.1:{port}",)))
