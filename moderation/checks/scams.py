"""Hosts and videos that scams are known to lead to; from a public list, see NOTICE."""

from functools import cache
from importlib.resources import files

from moderation.checks.hosts import Hosts


def is_scam_host(host: str) -> bool:
    return host in _hosts()


def scam_video(link: str) -> str | None:
    """The identifier of a listed video in a link, if there is one: in youtu.be/ID, watch?v=ID, shorts/ID."""
    for before in ("v=", "youtu.be/", "/shorts/", "/live/", "/embed/"):
        identifier = link.partition(before)[2][:_IDENTIFIER]
        if identifier in _videos():
            return identifier
    return None


def get_ready() -> None:
    _hosts()
    _videos()


_IDENTIFIER = 11  # characters of a video's


@cache
def _hosts() -> Hosts:
    return Hosts(_lines("scam_hosts.txt"))


@cache
def _videos() -> frozenset[str]:
    return frozenset(_lines("scam_videos.txt"))


def _lines(name: str) -> list[str]:
    written = (files("moderation.checks") / "data" / name).read_text(encoding="utf-8")
    return [line for line in written.splitlines() if line and not line.startswith("#")]
