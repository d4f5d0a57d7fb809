"""Writes that can be counted: each Modbus request sets another register, so each must be one event, and one alone."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

CLIENT, SERVER = bytes([10, 66, 0, 1]), bytes([10, 66, 0, 2])
MACS = bytes.fromhex("020000660002"), bytes.fromhex("020000660001")
PORT, MODBUS = 40_000, 502
WRITE_SINGLE_REGISTER = 6


@dataclass
class Talk:
    """One long connection, spoken packet by packet."""

    sequence: list[int] = field(default_factory=lambda: [1_000, 2_000])

    def exchange(self, number: int) -> list[bytes]:
        """A request that writes register `number`, and its echo."""
        body = struct.pack(">HHHBBHH", number & 0xFFFF, 0, 6, 1, WRITE_SINGLE_REGISTER, number & 0xFFFF, 1)
        return [self._frame(0, body), self._frame(1, body)]

    def _frame(self, side: int, body: bytes) -> bytes:
        source, destination = (CLIENT, SERVER) if side == 0 else (SERVER, CLIENT)
        ports = (PORT, MODBUS) if side == 0 else (MODBUS, PORT)
        mine, theirs = self.sequence[side], self.sequence[1 - side]
        self.sequence[side] = (mine + len(body)) & 0xFFFFFFFF
        tcp = struct.pack(">HHIIBBHHH", *ports, mine, theirs, 0x50, 0x18, 8192, 0, 0)
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40 + len(body), 0, 0, 64, 6, 0, source, destination)
        macs = MACS[0] + MACS[1] if side == 0 else MACS[1] + MACS[0]
        return macs + b"\x08\x00" + ip + tcp + body


class Load:
    """Sends exchanges at a rate until it is stopped; `pause` holds it up."""

    def __init__(self, sender: socket.socket, rate: int) -> None:
        self._sender, self._rate = sender, rate
        self._stopped, self.sent = threading.Event(), 0
        self._thread = threading.Thread(target=self._run, name="load")
        self._thread.start()

    def _run(self) -> None:
        talk, begun = Talk(), time.monotonic()
        while not self._stopped.is_set() and self.sent < 65_535:
            ahead = self.sent / self._rate - (time.monotonic() - begun)
            if ahead > 0:
                time.sleep(ahead)
            for frame in talk.exchange(self.sent):
                with suppress(OSError):  # a link that is down loses it, as a switch would
                    self._sender.send(frame)
            self.sent += 1

    def stop(self) -> int:
        """Ends it and gives how many exchanges were sent."""
        self._stopped.set()
        self._thread.join()
        return self.sent
