"""TCP talk of fixed bytes, for services of which only the greeting matters."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

from compose.plant.addresses import ip
from compose.plant.lab import Lab


class TalkingServer:
    """A TCP server that greets and answers fixed bytes: stands for SSH, VNC, HTTP and the like."""

    def __init__(self, lab: Lab, host: str, port: int, greeting: bytes = b"", answer: bytes = b"") -> None:
        self._greeting, self._answer = greeting, answer
        self._space = lab[host]
        self._server = self._space.run(asyncio.start_server(self._talk, ip(host), port))

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self._greeting)
        while await reader.read(4096):
            writer.write(self._answer)
        writer.close()

    def stop(self) -> None:
        """Stop listening."""
        self._space.loop.call_soon_threadsafe(self._server.close)


def talk_to(host: str, port: int, words: Sequence[bytes]) -> None:
    """Connects and says each of `words`, hearing what comes within half a second."""
    with socket.create_connection((ip(host), port), timeout=3) as link:
        link.settimeout(0.5)
        for word in words:
            link.sendall(word)
            try:
                link.recv(4096)
            except TimeoutError:
                continue
