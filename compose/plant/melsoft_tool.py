"""An engineering tool of our own that speaks MELSOFT: on a connection, or to everybody from a new port each time."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import time
from collections.abc import Callable

from compose.plant import melsoft as ms
from compose.plant.addresses import ip
from compose.plant.lab import Lab
from compose.plant.melsoft_controller import to_all

_SECONDS = 2.0


class Tool:
    """Asks a controller. Without a connection it asks everybody."""

    def __init__(self, end: socket.socket | None, source: str) -> None:
        self._end = end
        self._source = source
        self._sequence = 0

    def raw(self, data: bytes, port: int = ms.DIRECT_PORT) -> bytes:
        """What is given, and what comes back in a moment."""
        if self._end is not None:
            self._end.sendall(data)
            return self._end.recv(65_536) if select.select([self._end], [], [], 0.2)[0] else b""
        with to_all() as end:
            end.bind(("", 0))
            end.settimeout(_SECONDS)
            end.sendto(data, (ms.EVERYBODY, port))
            with contextlib.suppress(TimeoutError):
                return end.recv(65_536)
        return b""

    def ask(self, command: int, data: bytes = b"", extension: bytes = b"", *, port: int = ms.DIRECT_PORT,
            long: bool = True) -> bytes:  # fmt: skip
        """The data of the response to one request."""
        self._sequence += 1
        told = self.raw(ms.Call(command, self._sequence, data, extension, long).request(), port)
        return told[27 + (20 if long else 8) + 6 :]

    def greet(self) -> None:
        """What opens a direct connection."""
        for kind in (0x01, 0x22, 0x11, 0xFF):
            self.raw(bytes([0x5A, 0, 0, kind]))

    def connect(self) -> None:
        """Model, and the challenge of a session."""
        self.ask(ms.TYPE_NAME_LONG, b"\0\1")
        self.ask(ms.CHALLENGE, bytes.fromhex("083442d990"))

    def read(self, name: str, points: int) -> None:
        """Devices from one on."""
        self.ask(ms.READ, ms.range_of(name, points))

    def write(self, name: str, values: list[int]) -> None:
        """The same, written."""
        self.ask(ms.WRITE, ms.range_of(name, len(values), values))

    def find(self, path: str) -> None:
        """Whether there is a file, and its size."""
        self.ask(ms.FIND, struct.pack("<IH", 0, ms.DRIVE) + ms.text(path))

    def list(self) -> None:
        """The files of the project."""
        self.ask(ms.LIST, struct.pack("<IHHHH", 0, ms.DRIVE, 1, 0, 29) + ms.text(ms.PROJECT))

    def upload(self, path: str, size: int, extension: bytes = b"") -> None:
        """Read a file."""
        self.find(path)
        told = self.ask(ms.OPEN, ms.opening(path), extension)
        if len(told) != 2:
            return
        self.ask(ms.FILE_READ, told + struct.pack("<IH", 2, 2))  # what GX Works3 looks at before
        for offset in range(0, size, ms.PART):
            self.ask(ms.FILE_READ, told + struct.pack("<IH", offset, min(ms.PART, size - offset)))
        self.ask(ms.CLOSE, told + b"\0\0")

    def download(self, path: str, held: bytes) -> None:
        """Write a file."""
        told = self.ask(ms.OPEN, ms.opening(path, len(held)))
        for offset in range(0, len(held), ms.PART):
            part = held[offset : offset + ms.PART]
            self.ask(ms.FILE_WRITE, told + struct.pack("<IH", offset, len(part)) + part)
        self.ask(ms.CLOSE, told + b"\0\0")

    def delete(self, path: str) -> None:
        """Delete a file."""
        self.ask(ms.DELETE, struct.pack("<IH", 0, ms.DRIVE) + ms.text(path))

    def change(self) -> None:
        """Change a program while the controller runs."""
        self.ask(ms.CHANGE, bytes(10))
        place = struct.pack("<HI", ms.DRIVE, 0)
        self.ask(ms.CHANGE, struct.pack("<IHHH", 0, 1, 1, 2) + place + ms.text("MAIN.PRG") + place + ms.text("CPU.PRM"))
        self.ask(ms.CHECKS, struct.pack("<IHHHH", 0, ms.DRIVE, 1, 0, 381) + ms.text("$MELPRJ$"))
        for number in range(2):
            self.ask(ms.CHANGE_DATA, struct.pack("<HIH", 0x54, 0xD80 + 40 * number, 40) + bytes(range(80)))
        self.ask(ms.CHANGE_STEP, bytes.fromhex("0000000000000100"))


Work = Callable[[Tool], None]


def work_as(lab: Lab, host: str, work: Work, server: str = "plc6", *, direct: bool = False) -> None:
    """Do the work from `host`."""

    def talk() -> None:
        if direct:
            return work(Tool(None, ip(host)))
        with socket.create_connection((ip(server), ms.TCP_PORT), timeout=5) as end:
            work(Tool(end, ip(host)))
            time.sleep(0.05)
        return None

    lab[host].call(talk)
