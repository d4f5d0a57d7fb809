"""Clients of the SLMP controller: `pymcprotocol`, and the commands that it has no function for, in its frames."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import pymcprotocol  # type: ignore[import-untyped]  # a stack without types

from compose.plant.addresses import SLMP_PORT, ip
from compose.plant.lab import Lab


class Client:
    """A connection of the library."""

    def __init__(self, server: str, ascii_code: bool = False, serial: bool = False, udp: bool = False) -> None:
        self.own = pymcprotocol.Type4E() if serial else pymcprotocol.Type3E()
        if ascii_code:
            self.own.setaccessopt(commtype="ascii")
        if udp:  # the library knows streams alone; its frames are the same in datagrams
            self.own._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.own._sock.settimeout(2)
            self.own._sock.connect((ip(server), SLMP_PORT))
            self.own._is_connected = True
        else:
            self.own.connect(ip(server), SLMP_PORT)
        self._serial = serial
        self._number = 0

    def number(self, value: int, size: str = "short") -> bytes:
        """A number as the library writes it: byte, short or long."""
        written: bytes = self.own._encode_value(value, size)
        return written

    def device(self, name: str) -> bytes:
        """A device as the library writes it."""
        written: bytes = self.own._make_devicedata(name)
        return written

    def next(self) -> None:
        """Count the serial number of 4E frames up."""
        if self._serial:
            self._number += 1
            self.own.set_subheaderserial(self._number)

    def ask(self, command: int, data: bytes = b"", subcommand: int = 0) -> bytes:
        """Send a command; return the whole response."""
        self.next()
        self.own._send(self.own._make_senddata(self.own._make_commanddata(command, subcommand) + data))
        answer: bytes = self.own._recv()
        return answer


Work = Callable[[Client], None]


def work_as(
    lab: Lab,
    host: str,
    work: Work,
    server: str = "plc6",
    ascii_code: bool = False,
    serial: bool = False,
    udp: bool = False,
) -> None:
    """Do the work from `host` and hang up."""

    def talk() -> None:
        client = Client(server, ascii_code, serial, udp)
        try:
            work(client)
        finally:
            client.own.close()
            time.sleep(0.05)

    lab[host].call(talk)
