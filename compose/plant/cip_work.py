"""What people do on EtherNet/IP in the plant: reading and writing tags, asking objects, and what stops a controller."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pycomm3 import CIPDriver, LogixDriver

from compose.plant.addresses import ip

IDENTITY, CONNECTION_MANAGER, ASSEMBLY, FILE, PCCC = 0x01, 0x06, 0x04, 0x37, 0x67
PROGRAM, PROGRAM_DATA, SYMBOL, ROUTINE = 0x68, 0x6A, 0x6B, 0x6D
WALL_CLOCK, CONTROLLER, STORAGE, TCP_IP, ETHERNET = 0x8B, 0x8E, 0xA1, 0xF5, 0xF6
GET_ALL, GET_LIST, SET_LIST, RESET, START, STOP, CREATE, DELETE = 0x01, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09
GET_SINGLE, SET_SINGLE = 0x0E, 0x10


@dataclass(frozen=True)
class Ask:
    """One CIP request. path: further path segments behind class and instance, as bytes of a logical path."""

    service: int
    class_code: int
    instance: int = 1
    attribute: int | None = None
    data: bytes = b""


@contextmanager
def driver(server: str) -> Iterator[CIPDriver]:
    """A session of pycomm3 with the host `server`, without a connection of its own yet."""
    with CIPDriver(ip(server)) as client:
        yield client


@contextmanager
def logix(server: str) -> Iterator[LogixDriver]:
    """A session of pycomm3's tag client; it opens a connection with the first tag."""
    with LogixDriver(f"{ip(server)}/0", init_tags=True, init_program_tags=False) as client:
        yield client


def ask(client: CIPDriver, question: Ask, connected: bool = False) -> bool:
    """Send one request; returns whether it was granted."""
    attribute = b"" if question.attribute is None else question.attribute
    answer = client.generic_message(
        service=question.service,
        class_code=question.class_code,
        instance=question.instance,
        attribute=attribute,
        request_data=question.data,
        connected=connected,
        unconnected_send=False,
        route_path=False,
    )
    return answer.error is None


def ask_all(server: str, questions: list[Ask], connected: bool = False, pause: float = 0.05) -> None:
    """Send requests one after the other over one session."""
    with driver(server) as client:
        for question in questions:
            ask(client, question, connected)
            time.sleep(pause)


def read_lists(attributes: list[int]) -> bytes:
    """Data of Get_Attribute_List."""
    return struct.pack(f"<{1 + len(attributes)}H", len(attributes), *attributes)


def poll_tags(server: str, names: tuple[str, ...], seconds: float, period: float = 0.5) -> None:
    """Read the tags every `period` seconds, as an operator station does."""
    with logix(server) as client:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            client.read(*names)
            time.sleep(period)


def write_tags(server: str, values: list[tuple[str, object]], period: float = 1.0) -> None:
    """Write tags one after the other."""
    with logix(server) as client:
        for value in values:
            client.write(value)
            time.sleep(period)


Work = Callable[[], None]
