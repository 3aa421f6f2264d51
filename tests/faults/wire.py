"""A wire between the house and one of its servers, that can be held, cut, or left half open."""

import asyncio
import socket
import threading
from pathlib import Path

CHUNK_BYTES = 65_536


class Wire:
    """Listens on a port of the loopback and passes everything on to a server's unix socket."""

    def __init__(self, to: Path) -> None:
        self._to = to
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = int(self._listening.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._open = asyncio.Event()
        self._open.set()
        self._ends: set[asyncio.StreamWriter] = set()
        self._dead: set[asyncio.StreamWriter] = set()
        threading.Thread(target=self._run, name=f"wire-{self.port}", daemon=True).start()

    def hold(self) -> None:
        """Frozen: nothing is passed on, nothing is refused; what is sent meanwhile arrives after release()."""
        self._loop.call_soon_threadsafe(self._open.clear)

    def release(self) -> None:
        self._loop.call_soon_threadsafe(self._open.set)

    def cut(self) -> None:
        """Every connection ends; new ones are welcome."""
        self._loop.call_soon_threadsafe(self._cut)

    def half_open(self) -> None:
        """As after a lost route: what is connected now is never answered and never told; new connections work."""
        self._loop.call_soon_threadsafe(lambda: self._dead.update(self._ends))

    def close(self) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._connected, sock=self._listening))
        self._loop.run_forever()

    def _cut(self) -> None:
        for each in list(self._ends):
            each.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._open.wait()
        try:
            from_server, to_server = await asyncio.open_unix_connection(str(self._to))
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, to_server}
        await asyncio.gather(self._pass(reader, to_server), self._pass(from_server, writer), return_exceptions=True)
        for each in (writer, to_server):
            self._ends.discard(each)
            if each not in self._dead:
                each.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while read := await reader.read(CHUNK_BYTES):
                await self._open.wait()
                if writer in self._dead:
                    continue  # swallowed
                writer.write(read)
                await writer.drain()
        finally:
            if writer not in self._dead:
                writer.close()
