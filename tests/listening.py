"""A service manager's ear: a real socket that processes tell how they are, as systemd's (`sd_notify(3)`)."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 60.0


class Ear:
    """What was told so far. Every datagram carries the process that sent it (SCM_CREDENTIALS)."""

    def __init__(self, path: Path) -> None:
        self.address = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)
        path.chmod(0o666)
        self._socket.settimeout(0.1)
        self.said: list[str] = []

    def environment(self, watchdog: float) -> Mapping[str, str]:
        """What systemd sets for a service that it ends after so many seconds of silence."""
        return {"NOTIFY_SOCKET": self.address, "WATCHDOG_USEC": str(int(watchdog * 1e6))}

    def wait_for(self, words: str) -> str:
        """The next message, from now on, that begins with the words."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for text in self._heard():
                if text.startswith(words):
                    return text
        raise AssertionError(f"{words!r} was not told: {self.said}")

    def silence(self, seconds: float) -> list[str]:
        """What is told in a span of time."""
        found, deadline = [], time.monotonic() + seconds
        while time.monotonic() < deadline:
            found += self._heard()
        return found

    def _heard(self) -> list[str]:
        try:
            text = self._socket.recv(4096).decode()
        except TimeoutError:
            return []
        self.said.append(text)
        return [text]

    def close(self) -> None:
        self._socket.close()


@contextmanager
def ear(folder: Path) -> Iterator[Ear]:
    """A socket in a folder; short names, for an address has 107 bytes at most."""
    made = Ear(folder / "n")
    try:
        yield made
    finally:
        made.close()
