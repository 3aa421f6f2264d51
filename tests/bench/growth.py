"""Growth: what a person and a site ask for, with ten thousand to a million comments, a tenth of them open cases."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import cycle

import httpx2

from tests.bench import place, texts
from tests.bench.place import ROOT, Place
from tests.bench.report import Found

SIZES = (10_000, 100_000, 1_000_000)
QUICK_SIZES = SIZES[:2]
ROUNDS = 40
WARM_UP = 5
KEPT = ROOT / ".bench"
Asking = Iterator[Callable[[], httpx2.Response]]


def measure(engine: str, *, quick: bool) -> Found:
    sizes = QUICK_SIZES if quick else SIZES
    columns = ("median ms", *(f"{each:,} comments" for each in sizes))
    found = Found(f"growth-{engine}", f"Growth, {engine}", columns)
    with ExitStack() as stack:
        asked = [_asked(*_open(stack, engine, each)) for each in sizes]
        for name in asked[0]:
            medians = _medians([each[name] for each in asked])
            found.rows.append((name, *medians))
            found.ratio(f"{name}: {sizes[-1]:,} / {sizes[0]:,}", medians[-1] / medians[0], "at most 1.5")
    return found


def _open(stack: ExitStack, engine: str, many: int) -> tuple[Place, httpx2.Client, httpx2.Client]:
    here = stack.enter_context(place.opened(engine))
    here.fill(many, KEPT / f"growth-{engine}-{many}")
    here.start_api()
    site, desk = (stack.enter_context(httpx2.Client(base_url=here.url, timeout=60)) for _ in range(2))
    site.headers |= here.furniture["sites"][0]["headers"]
    desk.get("/desk/sign-in", params={"link": here.furniture["moderator"]["link"]}, follow_redirects=True)
    return here, site, desk


def _asked(here: Place, site: httpx2.Client, desk: httpx2.Client) -> dict[str, Asking]:
    mia = httpx2.Client(base_url=here.url, timeout=60, headers=here.furniture["moderator"]["headers"])
    found = mia.get("/v1/queue", params={"limit": ROUNDS + WARM_UP}).json()["items"]
    some = cycle([each["comment"]["id"] for each in found])
    documents = texts.documents(f"growth-{time.time_ns()}")
    return {
        "submit": (lambda each=each: site.post("/v1/comments", json=each) for each in documents),
        "list of a site's comments": (lambda: site.get("/v1/comments") for _ in cycle([0])),
        "queue page of the desk": (lambda: desk.get("/desk/queue") for _ in cycle([0])),
        "queue of the API": (lambda: mia.get("/v1/queue") for _ in cycle([0])),
        "history": (lambda each=each: mia.get(f"/v1/comments/{each}/history") for each in some),
        "claim": (lambda: mia.post("/v1/queue/claims", json={"count": 1}) for _ in cycle([0])),
        "decide": _decisions(mia),
    }


def _decisions(mia: httpx2.Client) -> Asking:
    """Of cases that were claimed before; the claims are not timed."""
    while True:
        for case in mia.post("/v1/queue/claims", json={"count": 20}).json()["items"]:
            sent = {"action": "approve", "revision": case["comment"]["revision"]}
            yield lambda case=case, sent=sent: mia.post(f"/v1/cases/{case['id']}/decision", json=sent)


def _medians(askings: Sequence[Asking]) -> list[float]:
    """Milliseconds; the sizes take turns, so that a busy machine meets all alike."""
    took: list[list[float]] = [[] for _ in askings]
    for _ in range(WARM_UP + ROUNDS):
        for mine, asking in zip(took, askings, strict=True):
            ask = next(asking)
            started = time.perf_counter()
            answer = ask()
            mine.append(time.perf_counter() - started)
            answer.raise_for_status()
    return [1_000 * statistics.median(each[WARM_UP:]) for each in took]
