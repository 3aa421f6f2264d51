"""Hosts and videos that scams are known to lead to, from a public list (see NOTICE), and hosts that people cite."""

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


def is_well_known(host: str) -> bool:
    """Whether it answers for what it publishes: a newspaper, an office, an encyclopaedia.

    >>> is_well_known("www.bbc.co.uk"), is_well_known("leeds.gov.uk"), is_well_known("leeds-gov.uk")
    (True, True, False)
    """
    return host in _well_known()


def cited_hosts() -> list[str]:
    """All hosts that people cite, endings apart."""
    return sorted(host for host in _lines_of_hosts() if not host.startswith("."))


def get_ready() -> None:
    _hosts()
    _videos()
    _well_known()


_IDENTIFIER = 11  # characters of a video's


@cache
def _hosts() -> Hosts:
    return Hosts(_lines("scam_hosts.txt"))


@cache
def _well_known() -> Hosts:
    return Hosts(_lines_of_hosts())


def _lines_of_hosts() -> list[str]:
    return [host for line in _lines("well_known.txt") for host in line.split()]


@cache
def _videos() -> frozenset[str]:
    return frozenset(_lines("scam_videos.txt"))


def _lines(name: str) -> list[str]:
    written = (files("moderation.checks") / "data" / name).read_text(encoding="utf-8")
    return [line for line in written.splitlines() if line and not line.startswith("#")]
