"""Messages to a house's workers that the product did not send: nudges of anybody's, and who is to take new work."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import gethostname
from typing import Any

from celery import Celery


class Forger:
    """Whoever reaches Redis can do this."""

    home: Path

    def nudge(self, *comment_ids: str, times: int = 1, task: str = "screen") -> None:
        """Put nudges straight into Redis, as anybody could who reaches it."""
        with self._forger() as (app, connection):
            for _ in range(times):
                app.send_task(task, args=[list(comment_ids)], queue="screen", ignore_result=True, connection=connection)

    @contextmanager
    def only(self, worker: str) -> Iterator[None]:
        """Of the two screening workers only this one takes new work meanwhile: whoever waits, waits in it."""
        named = [f"{'second' if worker == 'screener' else 'screen'}@{gethostname()}"]
        with self._forger() as (app, connection):
            app.control.cancel_consumer("screen", destination=named, reply=True, timeout=1, connection=connection)
        try:
            yield
        finally:
            with self._forger() as (app, connection):
                app.control.add_consumer("screen", destination=named, connection=connection)

    @contextmanager
    def _forger(self) -> Iterator[tuple[Celery, Any]]:
        """A connection of its own each time: Redis may have been killed since the last one."""
        with (
            Celery("forger", broker=f"redis+socket://{self.home / 'valkey.sock'}") as app,
            app.connection_for_write() as connection,
        ):
            yield app, connection
