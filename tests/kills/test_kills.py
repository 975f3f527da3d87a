"""Real kills under load: workers, databases, disks, connections, partners. Nothing accepted is lost, nothing doubled.

Crossdock recovers by itself and says in clear errors what it waits for.

Minutes, not seconds: `make chaos` runs them, `make test` leaves them out (CROSSDOCK_KILLS says how many turns).
"""

import asyncio
import contextlib
import os
import signal
import subprocess
from contextlib import asynccontextmanager, contextmanager

import asyncpg
import pytest

from crossdock.sim.faults import Effect, Match, Rule, When
from kills.cluster import cluster
from kills.town import SLOW, Town

TURNS = int(os.environ.get("CROSSDOCK_KILLS", "0"))
pytestmark = SLOW


@asynccontextmanager
async def on(tmp_path, server, **options):
    async with Town(tmp_path, server.url, **options) as town:
        yield town


@pytest.mark.req("K1", "K2", "K13")
async def test_workers_killed_under_load(tmp_path):
    """Two of four workers are killed again and again, wherever they are; others are hired."""
    with cluster() as server:
        async with on(tmp_path, server) as town:
            workers = await town.staffed(3)
            town.order(40)
            load = asyncio.create_task(town.hooks(3000, callers=4))
            for turn in range(3 + TURNS):
                await asyncio.sleep(1.5)
                await workers.pop(0).kill()
                workers.append(await town.serve("worker"))
                if turn % 2:
                    await town.processes[1].kill()
                    town.processes[1] = await town.serve("scheduler")
            await load
            await town.shipped(40)
            await town.judge(40)
            assert len(town.accepted) == 3000


@pytest.mark.req("K13")
async def test_a_worker_that_stood_still_cannot_write_when_it_wakes(tmp_path):
    with cluster() as server:
        async with on(tmp_path, server) as town:
            first, _ = await town.staffed(2)
            town.order(30)
            load = asyncio.create_task(town.hooks(1500, callers=4))
            await asyncio.sleep(2)
            for _ in range(2 + TURNS):
                first.signal(signal.SIGSTOP)
                town.order(5)
                await asyncio.sleep(9)  # leases of 5 s and claims of 6 s are somebody else's by now
                first.signal(signal.SIGCONT)
                await asyncio.sleep(2)
            await load
            orders = 30 + 5 * (2 + TURNS)
            await town.shipped(orders)
            await town.judge(orders)
            assert (await first.ready(20))["partitions"] == 32, "it is a worker like others again"


@pytest.mark.req("K1", "K15")
async def test_the_database_is_killed_and_comes_back(tmp_path):
    with cluster() as server:
        async with on(tmp_path, server) as town:
            await town.staffed(2)
            town.order(30)
            load = asyncio.create_task(town.hooks(2000, callers=4))
            for _ in range(1 + TURNS):
                await asyncio.sleep(3)
                server.kill()
                await asyncio.sleep(2)
                server.start()
            await load
            assert town.answers[503] > 0
            assert set(town.answers) <= {202, 503}, "clear answers only"
            await town.shipped(30)
            await town.judge(30)
            assert town.said("the store does not take writes") > 0
            assert town.said('"exception"') == 0, "an outage is one line, not a traceback"


@pytest.mark.req("K1", "K15")
async def test_failover_to_a_streaming_standby(tmp_path):
    """Synchronous replication: what was answered with 202 is on the standby too when the primary dies for good."""
    with cluster() as primary:
        standby = primary.standby("second")
        standby.start()
        primary.configure(synchronous_standby_names="'second'")
        primary.sql("SELECT pg_reload_conf()")
        url = f"postgresql://crossdock@/postgres?host={primary.place}&host={standby.place}"
        async with Town(tmp_path, url) as town:
            await town.staffed(2)
            town.order(30)
            load = asyncio.create_task(town.hooks(2000, callers=4))
            await asyncio.sleep(4)
            assert primary.sql("SELECT sync_state FROM pg_stat_replication") == "sync"
            primary.kill()
            await asyncio.sleep(1)
            await asyncio.to_thread(standby.promote)
            await load
            assert set(town.answers) <= {202, 503}
            await town.shipped(30)
            await town.judge(30)
            assert standby.sql("SELECT pg_is_in_recovery()") == "f"


@contextmanager
def small_disk(folder, megabytes):
    """A file system of its own; only root may make one."""
    if os.getuid():
        pytest.skip("only root can make a small file system to fill")
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", folder]
    done = subprocess.run(mount, check=False)  # noqa: S603
    if done.returncode:
        pytest.skip("a file system cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)  # noqa: S603, S607


def fill(ballast):
    """Until not a page is left; the server takes and frees its own meanwhile."""
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 16))


@pytest.mark.req("K1", "K15")
async def test_a_full_disk_is_said_and_outlived(tmp_path):
    place = tmp_path.parents[1] / f"cdfull-{os.getpid()}"
    for each in (tmp_path.parents[1], tmp_path.parents[2]):
        each.chmod(0o755)
    with small_disk(place, 220) as disk, cluster(disk, max_wal_size="64MB", min_wal_size="32MB") as server:
        async with on(tmp_path, server) as town:
            await town.staffed(1)
            town.order(10)
            await town.hooks(200)
            ballast = disk / "ballast"
            fill(ballast)
            await town.hooks(300, callers=4, insist=False)
            town.order(5)

            async def refused() -> bool:
                await town.hooks(20, callers=4, insist=False)
                return town.answers[507] + town.answers[503] > 0

            await town.until(refused, "intake says that it cannot keep anything")
            assert set(town.answers) <= {202, 503, 507}
            ballast.unlink()
            if not server.sql("SELECT 1").startswith("1"):
                server.start()
            await town.hooks(100)
            await town.shipped(15)
            await town.judge(15)
    place.rmdir()


async def everything_left(url):
    """Connections until no more is given."""
    taken = []
    try:
        while True:
            taken.append(await asyncpg.connect(url))
    except asyncpg.TooManyConnectionsError:
        return taken


@pytest.mark.req("K1", "K15")
async def test_exhausted_connections_are_waited_out(tmp_path):
    """Somebody else takes every connection that is left; a worker is started in the middle of it."""
    with cluster(max_connections=40) as server:
        async with on(tmp_path, server) as town:
            await town.staffed(1)
            others = await everything_left(server.url)
            late = await town.serve("worker")
            town.order(20)
            load = asyncio.create_task(town.hooks(1500, callers=16))

            async def said() -> bool:
                return town.said("too many clients already") > 0

            await town.until(said, "it says what is short")
            for each in others:
                await each.close()
            await load
            assert (await late.ready())["roles"] == ["worker"]
            await town.shipped(20)
            await town.judge(20)
            assert set(town.answers) <= {202, 503}


@pytest.mark.req("K1", "K6", "C4")
async def test_a_partner_that_accepts_and_never_answers(tmp_path):
    """The carrier buys the label and does not answer; its silence costs its own slots, and it is asked, not charged."""
    with cluster() as server:
        async with on(tmp_path, server) as town:
            await town.staffed(2)
            buy = Match(method="POST", path="/v2/shipments/[^/]+/buy")
            town.faults.add(Rule(Effect(lost_answer=True, latency=3.0), buy, When(times=8)))
            town.order(20)
            await town.hooks(300)
            assert town.slowest < 5
            await town.shipped(20)
            await town.judge(20)
