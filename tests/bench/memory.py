"""Memory: what the API and a worker hold at the start and after many comments; what a comment takes on disk."""

import psutil

from tests.bench import place
from tests.bench.place import MEGABYTE, Place
from tests.bench.report import Found
from tests.bench.screening import post

COMMENTS, QUICK_COMMENTS = 200_000, 10_000
STEPS = 10
WARM_UP = 2_000


def measure(engine: str, *, quick: bool) -> Found:
    many = QUICK_COMMENTS if quick else COMMENTS
    columns = ("", "at the start", f"after {many // STEPS:,}", f"after {many:,} comments", "growth %")
    found = Found(f"memory-{engine}", f"Memory, {engine}", columns)
    with place.opened(engine) as here:
        api, worker = here.start_api(), here.start_worker(1)
        _work(here, WARM_UP, "warm")  # what is loaded on first use is no growth
        before, disk = _held(api, worker), here.disk_bytes()
        _work(here, many // STEPS, "step-0")
        early = _held(api, worker)  # caches that are filled once, apart from what goes on growing
        for step in range(1, STEPS):
            _work(here, many // STEPS, f"step-{step}")
        after = _held(api, worker)
        per_comment = (here.disk_bytes() - disk) / many
        redis = int(here.redis.info("memory")["used_memory"]) / MEGABYTE
    for name, held in before.items():
        found.rows.append((name, held, early[name], after[name], 100 * (after[name] - held) / held))
        found.ratio(f"{name}: growth in %", 100 * (after[name] - held) / held, "under 5")
    found.rows.append(("Redis, MB", "", "", redis, ""))
    found.rows.append(("database, bytes a comment", "", "", per_comment, ""))
    return found


def _work(here: Place, many: int, prefix: str) -> None:
    post(here, many, prefix)
    place.until(lambda: not here.pending(), 1_800)


def _held(api: psutil.Process, worker: psutil.Process) -> dict[str, float]:
    """MB: of the API's process, and of the worker's largest; its others share nearly all of theirs."""
    return {
        "API, resident MB": api.memory_info().rss / MEGABYTE,
        "worker, largest process, resident MB": max(each.memory_info().rss for each in place.family(worker)) / MEGABYTE,
        "worker, all its processes, MB": sum(place.megabytes(worker)),
    }
