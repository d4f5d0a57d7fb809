"""The receiver of a drill: syslog over UDP on this machine, so that a message is seen to arrive, not only to leave."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self

from response.alerts import CLASSES
from response.notify.model import Limit, Settings
from response.notify.news import RAISED
from response.notify.reading import read_settings

CHANNEL = "bittern drill"
LARGEST = 65_535
UNBOUNDED = Limit(messages=1000, per=1)
_ID = re.compile(rb'\bid="(msg_[a-z0-9]+)"[^\]]*\bdrill="true"')
TEXT = """
channels: [{{name: {name}, type: syslog, address: "127.0.0.1:{port}", transport: udp}}]
routes: [{{name: {name}, to: {name}, kinds: [{kinds}], classes: [{classes}], drill: drill}}]
"""


class Receiver:
    """Open while a drill goes on. `stopwatch` gives ns."""

    def __init__(self, stopwatch: Callable[[], int]) -> None:
        self._stopwatch = stopwatch
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._arrived: dict[str, int] = {}
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._listen, name="drill-receiver", daemon=True)

    @property
    def settings(self) -> Settings:
        """Its channel, and the route of every alert of a drill."""
        port = int(self._socket.getsockname()[1])
        words = {"classes": ", ".join(CLASSES), "kinds": ", ".join(RAISED)}
        read = read_settings("drill.yml", TEXT.format(name=CHANNEL, port=port, **words))
        return replace(read, channels=tuple(replace(channel, limit=UNBOUNDED) for channel in read.channels))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stops listening."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._socket.getsockname())  # an empty one ends it
        self._thread.join()
        self._socket.close()

    def arrival(self, message: str, seconds: float) -> int | None:
        """When a message arrived by the stopwatch; None when it does not within these seconds."""
        with self._changed:
            self._changed.wait_for(lambda: message in self._arrived, seconds)
            return self._arrived.get(message)

    def _listen(self) -> None:
        while data := self._socket.recv(LARGEST):
            if found := _ID.search(data):
                with self._changed:
                    self._arrived.setdefault(found[1].decode(), self._stopwatch())
                    self._changed.notify_all()
