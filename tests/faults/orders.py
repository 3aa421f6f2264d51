"""Orders to a house's processes, through moderation/failpoints.py; and the patience to see them obeyed."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

GO_SECONDS = 40.0


class Orders:
    """A folder that the processes look into whenever they come to a failpoint."""

    def __init__(self, folder: Path) -> None:
        self.failpoints = folder
        folder.mkdir()

    def arm(self, point: str, order: str) -> None:
        (self.failpoints / f"{point}.go").unlink(missing_ok=True)
        written = self.failpoints / f"{point}.new"
        written.write_text(order)
        written.rename(self.failpoints / point)

    def disarm(self, point: str) -> None:
        (self.failpoints / point).unlink(missing_ok=True)

    def go(self, point: str) -> None:
        """Whoever waits there goes on."""
        (self.failpoints / f"{point}.go").touch()

    def struck(self) -> list[tuple[float, str, str]]:
        """(when, point, act) of every order that was obeyed."""
        path = self.failpoints / "struck"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(float(when), point, act) for when, point, act, _ in (line.split() for line in lines)]

    def wait_struck(self, point: str, before: int, seconds: float = GO_SECONDS) -> None:
        until(lambda: sum(each[1] == point for each in self.struck()) > before, seconds)

    def count_struck(self, point: str) -> int:
        return sum(each[1] == point for each in self.struck())

    def set_clock(self, role: str, seconds: float) -> None:
        """'api' or 'worker': how wrong its clock is."""
        (self.failpoints / f"clock.{role}").write_text(str(seconds))


def until(holds: Callable[[], Any], seconds: float) -> Any:
    """Ask until there is an answer."""
    ends = time.monotonic() + seconds
    while True:
        try:
            answer = holds()
        except Exception as broken:  # noqa: BLE001 - what does not answer yet is asked again
            answer, last = None, repr(broken)
        else:
            last = repr(answer)
        if answer:
            return answer
        if time.monotonic() > ends:
            raise AssertionError(f"it did not come true within {seconds:g} s: {last}")
        time.sleep(0.02)
