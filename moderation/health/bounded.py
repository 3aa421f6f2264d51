"""A question with a deadline: a database that hangs must not make those hang who ask how it is."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Bounded(Generic[Answer]):
    """Asked in a thread of its own, one at a time: who asks while it is being answered waits for the same answer.

    So a database that hangs keeps one thread and one connection busy, however many ask.
    """

    def __init__(self, ask: Callable[[], Answer]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._asked: Future[Answer] | None = None

    def begin(self) -> "Callable[[float], Answer]":
        """Ask; what is returned waits for the answer until a moment of time.monotonic(), else raises TimeoutError."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                threading.Thread(target=self._run, args=(self._asked,), daemon=True).start()
            asked = self._asked
        return lambda until: asked.result(max(0.0, until - time.monotonic()))

    def _run(self, asked: "Future[Answer]") -> None:
        try:
            asked.set_result(self._ask())
        except BaseException as broken:  # noqa: BLE001 - whoever waits gets it
            asked.set_exception(broken)
