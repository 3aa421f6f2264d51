"""Talking to addresses that strangers chose: https to the public internet, unless an operator allowed a network.

The name is resolved once, every address is judged, and the connection goes to the very address that was judged: a name
that changes its mind in between (DNS rebinding) gains nothing. Redirects are not followed. One deadline for everything.
"""

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, cast
from urllib.parse import urlsplit

import httpcore

from moderation.errors import AddressRefusedError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

DEADLINE_SECONDS = 15.0  # Standard Webhooks' time-out
CONNECT_SECONDS = 5.0
LONGEST_URL = 2_000
_HOST = re.compile(r"[a-z0-9._:-]{1,253}")  # a name or an address; one class, repeated: linear on any input
RESOLVERS = 8  # names looked up at the same time
PORTS = {"http": 80, "https": 443}
SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Delivered:
    status: int


@dataclass(frozen=True, slots=True)
class Refused:
    status: int

    def __str__(self) -> str:
        return f"answered {self.status}"


@dataclass(frozen=True, slots=True)
class Unreachable:
    why: str

    def __str__(self) -> str:
        return self.why


Outcome = Delivered | Refused | Unreachable


def check_url(url: str, allowed: Iterable[Network]) -> None:
    """Refuse what is no address for webhooks. A name is judged again when connecting: it may have changed its mind."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    spelt = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST_URL
    if not spelt or parts.scheme not in PORTS or not _HOST.fullmatch(host):
        raise AddressRefusedError("Not an http(s) address.", pointer="/url")
    if parts.username or parts.password:
        raise AddressRefusedError("The address must not hold a user name or password.", pointer="/url")
    networks = tuple(allowed)
    judge = _may_plainly if parts.scheme == "http" else _may
    found = _resolve(host)
    if any(not judge(each, networks) for each in found) or (parts.scheme == "http" and not found):
        raise AddressRefusedError(pointer="/url")


def post(url: str, body: bytes, headers: dict[str, str], allowed: Iterable[Network]) -> Outcome:
    """POST once. Whatever goes wrong out there is a value, not an exception."""
    networks = tuple(allowed)
    try:
        check_url(url, networks)
        backend = _Guarded(networks, plain=url.lower().startswith("http:"))
        with httpcore.ConnectionPool(network_backend=backend, ssl_context=_context()) as pool:
            sent = pool.stream("POST", url, headers=_headers(url, headers), content=body, extensions=_TIMEOUTS)
            with sent as answer:  # its body is not read: nobody needs it, and it may be endless
                status = answer.status
    except AddressRefusedError:
        return Unreachable("address refused")
    except httpcore.TimeoutException:
        return Unreachable("timed out")
    except (httpcore.ConnectError, httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as broken:
        return Unreachable(_plainly(broken))
    except (ValueError, UnicodeError):
        return Unreachable("not a usable address")
    return Delivered(status) if status in SUCCESS else Refused(status)


_TIMEOUTS = {
    "timeout": {
        "connect": CONNECT_SECONDS,
        "read": DEADLINE_SECONDS,
        "write": DEADLINE_SECONDS,
        "pool": CONNECT_SECONDS,
    }
}


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _headers(url: str, more: dict[str, str]) -> list[tuple[bytes, bytes]]:
    named = {
        "host": urlsplit(url).netloc,
        "content-type": "application/json",
        "user-agent": "Greenroom",
        "connection": "close",
        **more,
    }
    return [(name.encode(), value.encode()) for name, value in named.items()]


def _plainly(broken: Exception) -> str:
    """What went wrong, in words that hold nothing of what the other side sent."""
    if isinstance(broken.__cause__, socket.gaierror) or isinstance(broken, socket.gaierror):
        return "name not found"
    if isinstance(broken, ssl.SSLError) or isinstance(broken.__cause__, ssl.SSLError):
        return "certificate or TLS trouble"
    if isinstance(broken, httpcore.ProtocolError):
        return "answered no HTTP"
    return "no connection"


class _Guarded(httpcore.NetworkBackend):
    """Connects only to addresses that were judged, and gives each exchange one deadline."""

    def __init__(self, allowed: Sequence[Network], *, plain: bool) -> None:
        self._allowed = allowed
        self._plain = plain
        self._real = httpcore.SyncBackend()
        self._ends = time.monotonic() + DEADLINE_SECONDS

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        judge = _may_plainly if self._plain else _may
        good = [each for each in _resolve(host) if judge(each, self._allowed)]
        if not good:
            raise AddressRefusedError
        stream = self._real.connect_tcp(str(good[0]), port, timeout, local_address, socket_options)
        return _Deadline(stream, self._ends)


class _Deadline(httpcore.NetworkStream):
    """A stream whose reads and writes together end at one moment: a byte a second does not keep us."""

    def __init__(self, stream: httpcore.NetworkStream, ends: float) -> None:
        self._stream = stream
        self._ends = ends

    def _left(self, timeout: float | None) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return min(left, timeout if timeout is not None else left)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Deadline(self._stream.start_tls(ssl_context, server_hostname, self._left(timeout)), self._ends)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _resolve(host: str) -> list[Address]:
    literal = _literal(host)
    if literal is not None:
        return [literal]
    try:
        # In a thread, since the system's resolver takes no time limit.
        asked = _resolvers().submit(socket.getaddrinfo, host, None, type=socket.SOCK_STREAM)
        found = asked.result(CONNECT_SECONDS)
    except (OSError, UnicodeError, TimeoutError):
        return []
    return [ipaddress.ip_address(cast("str", each[4][0]).partition("%")[0]) for each in found]


@cache
def _resolvers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(RESOLVERS, thread_name_prefix="resolver")


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def _may(address: Address, allowed: Iterable[Network]) -> bool:
    """Public, or in a network that the operator named."""
    inner = _inner(address)
    public = inner.is_global and not inner.is_multicast and not any(inner in each for each in _NEVER_PUBLIC)
    return public or _may_plainly(address, allowed)


def _may_plainly(address: Address, allowed: Iterable[Network]) -> bool:
    inner = _inner(address)
    return any(inner.version == network.version and inner in network for network in allowed)


def _inner(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one: ::ffff:127.0.0.1 is the loopback, and so are its other spellings."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or cast("ipaddress.IPv4Address", address.sixtofour)
    if any(address in network for network in _IPV4_INSIDE):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


_IPV4_INSIDE = (
    ipaddress.IPv6Network("::/96"),  # IPv4-compatible, RFC 4291
    ipaddress.IPv6Network("64:ff9b::/96"),  # NAT64, RFC 6052
)
_NEVER_PUBLIC = (
    ipaddress.IPv6Network("64:ff9b:1::/48"),  # local NAT64, RFC 8215
    ipaddress.IPv6Network("fec0::/10"),  # site-local, RFC 3879
)
