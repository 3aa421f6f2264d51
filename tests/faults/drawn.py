"""The faults that a run of chaos draws from: each a function of the house and of chance."""

import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random

import psutil
import redis

from tests.faults import scenes_database
from tests.faults.house import House

WORKERS = ("screener", "second", "deliverer")
POINTS = (
    "accept.before_commit",
    "accept.committed",
    "nudge.sending",
    "worker.popped.screen",
    "screen.taken",
    "screen.claimed",
    "screen.before_commit",
    "screen.committed",
    "deliver.posted",
    "decide.before_commit",
    "settle.before_commit",
)
BEYOND_THE_LEASE_SECONDS = 21.0


def of(engine: str) -> dict[str, Callable[[House, Random], object]]:
    return FAULTS | (OF_POSTGRESQL if engine == "postgresql" else OF_SQLITE)


def _kill_worker(house: House, chance: Random) -> None:
    house.kill(chance.choice(WORKERS), signal.SIGKILL, chance.uniform(0, 1), group=True)


def _kill_slot(house: House, chance: Random) -> None:
    with suppress(psutil.Error, IndexError):
        chance.choice(house.pool_of(chance.choice(("screener", "second")))).kill()


def _end_worker(house: House, chance: Random) -> None:
    house.kill(chance.choice(WORKERS), chance.choice((signal.SIGTERM, signal.SIGQUIT)))


def _stop_worker(house: House, chance: Random) -> None:
    name = chance.choice(WORKERS)
    house.freeze(name)
    time.sleep(chance.uniform(0.5, 4))
    house.thaw(name)


def _stop_beyond_the_lease(house: House, chance: Random) -> None:
    """Other faults go on meanwhile."""
    name = chance.choice(("screener", "second"))
    house.freeze(name)
    waking = threading.Timer(BEYOND_THE_LEASE_SECONDS, house.thaw, (name,))
    waking.daemon = True
    waking.start()


def _kill_api(house: House, chance: Random) -> None:
    house.kill("api", signal.SIGKILL, chance.uniform(0, 0.5), group=True)


def _kill_beat(house: House, chance: Random) -> None:
    house.kill("beat", signal.SIGKILL, chance.uniform(0, 2), group=True)


def _redis_dies(house: House, chance: Random) -> None:
    house.restart_redis(forget=False, seconds=chance.uniform(0.1, 2))


def _redis_forgets(house: House, chance: Random) -> None:
    house.restart_redis(forget=True, seconds=chance.uniform(0.1, 2))


def _flush(house: House, chance: Random) -> None:
    del chance
    with suppress(redis.RedisError):
        house.redis.flushall()


def _redis_frozen(house: House, chance: Random) -> None:
    house.freeze("redis")
    time.sleep(chance.uniform(0.5, 5))
    house.thaw("redis")


def _redis_half_open(house: House, chance: Random) -> None:
    del chance
    house.wire.half_open()


def _redis_cut(house: House, chance: Random) -> None:
    del chance
    house.wire.cut()


def _failpoint(order: str) -> Callable[[House, Random], None]:
    def act(house: House, chance: Random) -> None:
        point = chance.choice(POINTS)
        house.arm(point, order)
        time.sleep(chance.uniform(0.3, 1.5))
        house.disarm(point)

    return act


def _locked_file(house: House, chance: Random) -> None:
    with house.read().connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        with suppress(Exception):  # somebody else may hold it for longer than we wait
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            time.sleep(chance.uniform(0.5, 4))
            connection.exec_driver_sql("ROLLBACK")


def _backends(house: House, chance: Random) -> None:
    del chance
    with suppress(Exception):
        scenes_database.terminate_backends(house)


def _server(number: signal.Signals) -> Callable[[House, Random], None]:
    def act(house: House, chance: Random) -> None:
        del chance
        scenes_database.end_server(house, number)
        time.sleep(1)

    return act


def _database_held(house: House, chance: Random) -> None:
    assert house.database_wire
    house.database_wire.hold()
    time.sleep(chance.uniform(0.5, 5))
    house.database_wire.release()


def _receiver(manner: str | int) -> Callable[[House, Random], None]:
    """A site's hook misbehaves for a while."""

    def act(house: House, chance: Random) -> None:
        site = chance.choice(("Courier", "Gazette"))
        house.receiver.manners[site] = manner
        time.sleep(chance.uniform(0.3, 2))
        house.receiver.manners.pop(site)

    return act


def _redis_full(house: House, chance: Random) -> None:
    with suppress(redis.RedisError):
        house.redis.config_set("maxmemory", "1")
        time.sleep(chance.uniform(0.3, 2))
        house.redis.config_set("maxmemory", "256mb")


def _nudges_doubled(house: House, chance: Random) -> None:
    """What waits is there ten times, the wrong way round."""
    with suppress(redis.RedisError):
        waiting = house.redis.lrange("screen", 0, 20)
        for each in chance.sample(waiting, len(waiting)):
            house.redis.lpush("screen", *[each] * 10)


def _nudges_forged(house: House, chance: Random) -> None:
    del chance
    with suppress(Exception):  # Redis may be away
        house.nudge("01900000-0000-7000-8000-000000000000")
        house.nudge("no id at all")
        house.redis.lpush("screen", b"no JSON \xff")


def _disk_full(house: House, chance: Random) -> None:
    names = ("postgresql",) if house.engine == "postgresql" else ("api", *WORKERS)
    with scenes_database.no_room(house, *names):
        time.sleep(chance.uniform(0.3, 2))


def _clocks(house: House, chance: Random) -> None:
    """From now on the workers' and the API's clocks are wrong; the database's is not."""
    for role in ("worker", "api"):
        house.set_clock(role, chance.choice((-7_200.0, 0.0, 7_200.0)))


FAULTS: dict[str, Callable[[House, Random], object]] = {
    "worker kill -9": _kill_worker,
    "pool process kill -9": _kill_slot,
    "worker told to end": _end_worker,
    "worker stopped for seconds": _stop_worker,
    "worker stopped beyond its lease": _stop_beyond_the_lease,
    "API kill -9": _kill_api,
    "beat kill -9": _kill_beat,
    "Redis kill -9": _redis_dies,
    "Redis kill -9 without AOF": _redis_forgets,
    "Redis FLUSHALL": _flush,
    "Redis frozen": _redis_frozen,
    "Redis half-open": _redis_half_open,
    "Redis connections cut": _redis_cut,
    "killed at a failpoint": _failpoint("once kill"),
    "killed at a failpoint now and then": _failpoint("0.05 kill"),
    "slow at a failpoint": _failpoint("always sleep 0.5"),
    "error at a failpoint": _failpoint("0.2 fail"),
    "Redis full": _redis_full,
    "nudges doubled x10, reordered": _nudges_doubled,
    "nudges forged": _nudges_forged,
    "disk full": _disk_full,
    "receiver answers 500": _receiver(500),
    "receiver answers 429": _receiver(429),
    "receiver dies after it took the message": _receiver("deaf"),
    "receiver redirects": _receiver(302),
}
OF_SQLITE: dict[str, Callable[[House, Random], object]] = {"database file locked": _locked_file}
OF_POSTGRESQL: dict[str, Callable[[House, Random], object]] = {
    "database backends killed": _backends,
    "database server kill -9": _server(signal.SIGKILL),
    "database immediate stop": _server(signal.SIGQUIT),
    "database out of reach": _database_held,
    "clocks of workers and API wrong by 2 h": _clocks,
}
