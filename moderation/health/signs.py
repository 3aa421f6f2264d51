"""The parts that Redis knows of: the broker itself, workers, beat, canaries, queues, and checks that do not run."""

from collections.abc import Mapping
from typing import Any

from moderation.health.parts import Level, Part, lasting, level_of, size
from moderation.live import LATELY_MINUTES, QUEUES, Pulse

SLOW_BROKER_MS = 100.0
WORKER_SILENT_SECONDS = 20.0  # four heartbeats
BEAT_SILENT_SECONDS = 10.0
SWEEP_OLD_SECONDS, SWEEP_STALE_SECONDS = 10.0, 30.0  # there is one every second
CANARY_OLD_SECONDS, CANARY_STALE_SECONDS = 25.0, 60.0  # there is one every ten seconds
LONG_QUEUE = 5_000  # nudges
FAILING_OFTEN = 10  # comments ...
FAILING_SHARE = 0.5  # ... and this share of all that were looked at
AT_WORK = {"screen": "screening {} comments", "deliver": "delivering to {} sites", "sweep": "sweeping"}


def broker(pulse: Pulse | None) -> Part:
    if pulse is None:
        return Part("broker", Level.FAIL, "does not answer")
    took = pulse["milliseconds"]
    level = Level.OK if took < SLOW_BROKER_MS else Level.WARN
    return Part("broker", level, f"{took:.1f} ms", f"{SLOW_BROKER_MS:.0f} ms")


def of_work(pulse: Pulse | None) -> list[Part]:
    if pulse is None:
        return [Part("workers", Level.FAIL, "unknown: the broker does not answer")]
    return [
        _taken(pulse),
        *(_worker(pulse, name) for name in sorted(pulse["workers"])),
        _beat(pulse),
        _sweep(pulse),
        *(_canary(pulse, queue) for queue in QUEUES),
        _queues(pulse),
        _checks(pulse),
    ]


def _taken(pulse: Pulse) -> Part:
    """Whether somebody who lives takes from each queue."""
    alive = [name for name in pulse["workers"] if not _silent(pulse, name)]
    nobody = [queue for queue in QUEUES if not any(queue in _queues_of(pulse, name) for name in alive)]
    if nobody:
        shows = f"{len(alive) or 'none'} at work; nobody takes from {', '.join(nobody)}"
        return Part("workers", Level.FAIL, shows, "each queue")
    return Part("workers", Level.OK, f"{len(alive)} at work", "each queue")


def _worker(pulse: Pulse, name: str) -> Part:
    said = pulse["doing"].get(name, {})
    age = pulse["now"] - pulse["workers"][name]
    limit = lasting(WORKER_SILENT_SECONDS)
    if not _silent(pulse, name):
        return Part(f"worker {name}", Level.OK, _at_work(said, age), limit)
    others = {
        queue
        for other in pulse["workers"]
        if other != name and not _silent(pulse, other)
        for queue in _queues_of(pulse, other)
    }
    level = Level.WARN if others.issuperset(_queues_of(pulse, name)) else Level.FAIL
    return Part(f"worker {name}", level, f"silent for {lasting(age)}; before, {_at_work(said, 0)}", limit)


def _silent(pulse: Pulse, name: str) -> bool:
    return pulse["now"] - pulse["workers"][name] >= WORKER_SILENT_SECONDS


def _queues_of(pulse: Pulse, name: str) -> set[str]:
    """What it takes from; a worker that does not say so takes from all."""
    return set(pulse["doing"].get(name, {}).get("queues", QUEUES))


def _at_work(said: Mapping[str, Any], age: float) -> str:
    """'screening 200 comments for 1 s', or since when it is idle; how much it has done; its memory."""
    if "pid" not in said:
        return f"{lasting(age)} ago"
    running = [f"{_task(each)} for {lasting(each['seconds'] + age)}" for each in said["running"]]
    doing = ", ".join(running) or f"idle, last did something {lasting(said['idle'] + age)} ago"
    taken = f"{said['received']:,} {'task' if said['received'] == 1 else 'tasks'} since it started"
    return f"{doing}; {'+'.join(said['queues'])}; {taken}; pid {said['pid']}, {size(said['memory'])}"


def _task(running: Mapping[str, Any]) -> str:
    count = running["count"]
    task = str(running["task"])
    text = AT_WORK.get(task, task).format(count)
    return text.removesuffix("s") if count == 1 else text


def _beat(pulse: Pulse) -> Part:
    """What it sends goes through Redis; so a sweep, too, shows that it lives."""
    seen = [at for at in (pulse["sent"], pulse["beat"]) if at]
    if not seen:
        return Part("beat", Level.FAIL, "never seen", lasting(BEAT_SILENT_SECONDS))
    age = pulse["now"] - max(seen)
    level = Level.FAIL if age >= BEAT_SILENT_SECONDS else Level.OK
    return Part("beat", level, f"sent something {lasting(age)} ago", lasting(BEAT_SILENT_SECONDS))


def _sweep(pulse: Pulse) -> Part:
    if not pulse["beat"]:
        return Part("sweep", Level.FAIL, "never", lasting(SWEEP_OLD_SECONDS))
    age = pulse["now"] - pulse["beat"]
    level = level_of(age, SWEEP_OLD_SECONDS, SWEEP_STALE_SECONDS)
    return Part("sweep", level, f"{lasting(age)} ago", _limit(level, SWEEP_OLD_SECONDS, SWEEP_STALE_SECONDS))


def _canary(pulse: Pulse, queue: str) -> Part:
    sent = pulse["canaries"][queue]
    if sent is None:
        return Part(f"canary {queue}", Level.OK, "none sent yet", lasting(CANARY_OLD_SECONDS))  # else beat's part fails
    age = pulse["now"] - sent
    level = level_of(age, CANARY_OLD_SECONDS, CANARY_STALE_SECONDS)
    shows = f"the last that came through was sent {lasting(age)} ago"
    return Part(f"canary {queue}", level, shows, _limit(level, CANARY_OLD_SECONDS, CANARY_STALE_SECONDS))


def _queues(pulse: Pulse) -> Part:
    lengths = pulse["lengths"]
    level = Level.WARN if max(lengths.values()) >= LONG_QUEUE else Level.OK
    return Part("queues", level, ", ".join(f"{name} {count:,}" for name, count in lengths.items()), f"{LONG_QUEUE:,}")


def _checks(pulse: Pulse) -> Part:
    looked, failing = pulse["looked"], pulse["failing"]
    limit = f"{FAILING_SHARE:.0%} of {FAILING_OFTEN} or more"
    if not failing:
        return Part("checks", Level.OK, f"all ran on {looked:,} comments in {LATELY_MINUTES} min", limit)
    named = ", ".join(f"{check} on {count:,}" for check, count in sorted(failing.items()))
    often = max(failing.values())
    level = Level.FAIL if often >= FAILING_OFTEN and often >= FAILING_SHARE * looked else Level.WARN
    return Part("checks", level, f"did not run: {named} of {looked:,} comments in {LATELY_MINUTES} min", limit)


def _limit(level: Level, warn: float, fail: float) -> str:
    return lasting(fail if level is Level.FAIL else warn)
