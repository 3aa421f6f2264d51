"""The sites' own server for webhooks: keeps every byte that came, and misbehaves when told to."""

import socket
import struct
import threading
import time
from collections import Counter, defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SLOW_SECONDS = 30.0
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends RST


class Receiver:
    """One address per site, '<url>/<site>'; what each does is in `manners`: 204 unless something else was said."""

    def __init__(self) -> None:
        self.manners: dict[str, str | int] = {}
        self.bodies: dict[str, set[bytes]] = defaultdict(set)  # by webhook-id; more than one is a broken promise
        self.times: dict[str, list[float]] = defaultdict(list)
        self.tried: Counter[str] = Counter()  # by site
        self._port = 0
        self._server: ThreadingHTTPServer | None = None
        self.up()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/hook"

    def up(self) -> None:
        self._server = _server(self, self._port)
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def down(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def came(self, name: str, body: bytes) -> None:
        self.bodies[name].add(body)
        self.times[name].append(time.time())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


class _Handler(BaseHTTPRequestHandler):
    """One request; `receiver` is whose manners count."""

    receiver: Receiver

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        body = self.rfile.read(length)
        if len(body) < length:
            return  # whoever sent it was killed half-way through
        site = self.path.rsplit("/", 1)[-1]
        self.receiver.tried[site] += 1
        manner = self.receiver.manners.get(site, 204)
        if manner == "slow":
            time.sleep(SLOW_SECONDS)
        elif manner == "deaf":  # it took the message, and dies before it says so
            self.receiver.came(self.headers["webhook-id"], body)
            self.hang_up()
            return
        status = manner if isinstance(manner, int) else 204
        if status < 300:
            self.receiver.came(self.headers["webhook-id"], body)
        self.send_response(status)
        if status in {301, 302, 307}:
            self.send_header("location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        if manner == "dies":  # after 2xx
            self.wfile.flush()
            self.hang_up()

    def hang_up(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.connection.close()

    def log_message(self, *_: object) -> None:
        return

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ValueError):
            return  # its caller was killed, or we hung up


def _server(receiver: Receiver, port: int) -> ThreadingHTTPServer:
    return _Server(("127.0.0.1", port), type("Handler", (_Handler,), {"receiver": receiver}))
