"""Clients of the HART I/O system: sessions of hartip-py, and what it has no function for."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from typing import Any

from hartip import DirectPDUCommand, HARTIPClient

from compose.plant.addresses import ip
from compose.plant.hart_device import GATEWAY
from compose.plant.lab import Lab

Work = Callable[["Client"], None]
SUB_DEVICE = 77


class Client:
    """A session of the library."""

    def __init__(self, own: Any) -> None:
        self.own = own

    def ask(self, command: int, data: bytes = b"", unique: bytes = GATEWAY) -> bytes:
        """A command to a device at its unique address; returns what follows its status."""
        return bytes(
            self.own.send_command(command, data=data, unique_addr=bytes([unique[0] | 0x80]) + unique[1:]).payload
        )

    def poll(self, address: int) -> None:
        """Command 0 to a polling address; silence is an answer."""
        self.own.timeout = 0.15
        try:
            self.own.send_command(0, address)
        except Exception:  # the library's own kinds of silence
            return
        finally:
            self.own.timeout = 2.0

    def through(self, place: tuple[int, int], unique: bytes, command: int, data: bytes = b"") -> bytes:
        """A command to a transmitter behind the I/O system."""
        address = bytes([unique[0] | 0x80]) + unique[1:]
        inner = bytes([*place, 5, 0x82]) + address + bytes([command, len(data)]) + data
        return self.ask(SUB_DEVICE, inner)

    def direct(self, *commands: tuple[int, bytes]) -> None:
        """Commands in one direct PDU."""
        self.own.send_direct_pdu([DirectPDUCommand(number, data) for number, data in commands])


def range_values(upper: float, lower: float, unit: int = 45) -> bytes:
    """Data of command 35."""
    return struct.pack(">Bff", unit, upper, lower)


def forced(value: float, variable: int = 0, unit: int = 45) -> bytes:
    """Data of command 79: a device variable is fixed."""
    return struct.pack(">BBBfB", variable, 1, unit, value, 0)


def work_as(lab: Lab, host: str, work: Work, tcp: bool = False, version: int = 1, server: str = "mux") -> None:
    """Do the work in a session from `host`, over UDP or TCP."""

    def talk() -> None:
        own = HARTIPClient(
            ip(server), protocol="tcp" if tcp else "udp", timeout=2.0, version=version, tls=False, dr_retries=1,
            inactivity_timer=30_000,
        )  # fmt: skip
        with own:
            work(Client(own))
        time.sleep(0.05)

    lab[host].call(talk)
