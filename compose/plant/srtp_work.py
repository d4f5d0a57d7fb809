"""Clients of GE SRTP: `fanuc-ucl`, which speaks it with robots, and one made by hand for what no library asks."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable

from fanuc_ucl import hmi

from compose.plant.addresses import SRTP_PORT, ip
from compose.plant.lab import Lab
from compose.plant.srtp_device import HEADER, REQUEST, SHORT, WITH_TEXT

PATIENCE = 3.0  # seconds


class Client:
    """A programmer's connection: one request after another."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._number = 0

    def raw(self, frame: bytes) -> bytes:
        """Send what is given; return the answer."""
        self._end.sendall(frame)
        head = self._take(HEADER)
        return head + self._take(struct.unpack("<H", head[4:6])[0])

    def _take(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self._end.recv(count - len(data))
            if not part:
                raise ConnectionError("the controller hung up")
            data += part
        return data

    def frame(
        self, service: int, selector: int = 0, offset: int = 0, length: int = 0, data: bytes = b"", text: bytes = b""
    ) -> bytes:
        """A request with the next number; with a text it has the long form."""
        self._number = self._number % 0xFFFF + 1
        out = bytearray(HEADER)
        out[0], out[2:4], out[4:6] = REQUEST, struct.pack("<H", self._number), struct.pack("<H", len(text))
        out[9] = out[17] = 2 if text else 1
        out[30], out[31], out[36:38], out[40], out[41] = 9 if text else 6, SHORT, b"\x10\x0e", 1, 1
        at = 42
        if text:
            out[31], out[42:44], out[48], out[49], at = WITH_TEXT, struct.pack("<H", len(text)), 1, 1, 50
        out[at : at + 6] = struct.pack("<BBHH", service, selector, offset, length)
        if data:
            out[48 : 48 + len(data)] = data
        return bytes(out) + text

    def ask(
        self, service: int, selector: int = 0, offset: int = 0, length: int = 0, data: bytes = b"", text: bytes = b""
    ) -> bytes:
        """Send a request; return the whole reply."""
        return self.raw(self.frame(service, selector, offset, length, data, text))

    def level(self, level: int, password: bytes = b"") -> bytes:
        """Ask for a privilege level."""
        frame = bytearray(self.frame(0x21, level & 0xFF))
        frame[44 : 44 + len(password)] = password
        return self.raw(bytes(frame))


Work = Callable[[Client], None]
Talk = Callable[[hmi.HmiDriver], None]


def work_as(lab: Lab, host: str, work: Work, server: str = "pac") -> None:
    """Do the work from `host` and hang up."""

    def talk() -> None:
        with socket.create_connection((ip(server), SRTP_PORT), timeout=PATIENCE) as end:
            client = Client(end)
            client.raw(bytes(HEADER))
            work(client)
            time.sleep(0.05)

    lab[host].call(talk)


def robot_as(lab: Lab, host: str, talk: Talk, server: str = "robot") -> None:
    """Do what `fanuc-ucl` does from `host` and hang up."""

    def work() -> None:
        driver = hmi.HmiDriver(ip(server))
        driver.connect(PATIENCE)
        try:
            talk(driver)
        finally:
            driver.disconnect()
            time.sleep(0.05)

    lab[host].call(work)
