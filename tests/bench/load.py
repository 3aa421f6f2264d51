"""Requests over a number of connections, each sending its next one when it has its answer; as lean as Python can be."""

import asyncio
import json
import math
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

import httptools
import uvloop

WARM_UP_SHARE = 0.15  # of the time; nothing is counted before


@dataclass
class Result:
    """What came back: how many a second, by status, and how long each took."""

    seconds: float = 0.0
    all: int = 0  # with those of the warm-up
    statuses: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)  # seconds

    @property
    def count(self) -> int:
        return len(self.took)

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    def milliseconds(self, percent: int) -> float:
        return 1_000 * statistics.quantiles(self.took, n=100)[percent - 1] if self.count > 1 else math.nan


def request(url: str, document: Any, headers: Mapping[str, str] | None = None) -> bytes:
    """The bytes of one POST."""
    parts = urlsplit(url)
    body = json.dumps(document).encode()
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = {"Host": parts.netloc, "Content-Type": "application/json", "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in (lines | dict(headers or {})).items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def drive(requests: Iterator[bytes], connections: int, seconds: float) -> Result:
    """Send these for so long, to where the first one says, or until there are no more."""
    return uvloop.run(_Drive(requests, seconds).run(connections))


class _Drive:
    def __init__(self, requests: Iterator[bytes], seconds: float) -> None:
        first = next(requests)
        host = next(each for each in first.split(b"\r\n") if each.startswith(b"Host: "))[6:].decode()
        self.host, self.port = host.split(":")
        self.requests = chain([first], requests)
        self.result = Result()
        self.begins = time.perf_counter() + seconds * WARM_UP_SHARE
        self.ends = self.begins + seconds * (1 - WARM_UP_SHARE)

    async def run(self, connections: int) -> Result:
        await asyncio.gather(*(self._one() for _ in range(connections)))
        self.result.seconds = min(self.ends, time.perf_counter()) - self.begins
        return self.result

    async def _one(self) -> None:
        loop = asyncio.get_running_loop()
        while time.perf_counter() < self.ends:
            lost: asyncio.Future[None] = loop.create_future()
            await loop.create_connection(partial(_Asking, self, lost), self.host, int(self.port))
            await lost

    def note(self, started: float, status: int) -> bool:
        """What came back; whether there is time for more."""
        now = time.perf_counter()
        self.result.all += 1
        if self.begins <= started and now <= self.ends:
            self.result.took.append(now - started)
            self.result.statuses[status] += 1
        return now < self.ends


class _Asking(asyncio.Protocol):
    """One connection; a server that closes it gets a new one."""

    def __init__(self, drive: _Drive, lost: "asyncio.Future[None]") -> None:
        self._drive, self._lost = drive, lost
        self._started = 0.0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if not self._lost.done():
            self._lost.set_result(None)

    def on_message_complete(self) -> None:
        more = self._drive.note(self._started, self._parser.get_status_code())
        if more and self._parser.should_keep_alive():
            self._ask()
        else:
            self._transport.close()

    def _ask(self) -> None:
        sent = next(self._drive.requests, None)
        if sent is None:
            self._drive.ends = time.perf_counter()
            self._transport.close()
            return
        self._parser = httptools.HttpResponseParser(self)
        self._started = time.perf_counter()
        self._transport.write(sent)
