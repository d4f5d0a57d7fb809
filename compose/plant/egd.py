"""EGD productions of the plant, by hand: no stack exists. Layout: GE GFK-2224, chapter 4."""

from __future__ import annotations

import socket
import struct
import time
from dataclasses import dataclass

from compose.plant.addresses import EGD_PORT, ip
from compose.plant.lab import Lab

EXCHANGE = 17
CLOCK = 1_795_910_400  # s since 1970: the producer's clock, the same in every capture


@dataclass
class Producer:
    """One exchange of a producer: who it calls itself, what it sends next."""

    address: str
    exchange: int = EXCHANGE
    request: int = 100
    signature: int = 3
    status: int = 0
    level: int = 500

    def production(self) -> bytes:
        """The next datagram: four words, the first of which rises and falls."""
        self.request = (self.request + 1) & 0xFFFF
        self.level = 500 + self.request % 7
        head = struct.pack("<BBH4sIIIIII", 13, 1, self.request, socket.inet_aton(self.address), self.exchange,
                           CLOCK + self.request, 5_000_000, self.status, self.signature, 0)  # fmt: skip
        return head + struct.pack("<HHHBB", self.level, 1200, 1, 0x81, 0)


def produce(lab: Lab, host: str, producer: Producer, count: int, period: float = 0.25, consumer: str = "plc2") -> None:
    """Send so many productions from `host`."""

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.bind(("", EGD_PORT))
            for _ in range(count):
                end.sendto(producer.production(), (ip(consumer), EGD_PORT))
                time.sleep(period)

    lab[host].call(send)


class Sink:
    """A consumer: it takes productions and says nothing."""

    def __init__(self) -> None:
        self._end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._end.bind(("", EGD_PORT))

    def close(self) -> None:
        """Stop to listen."""
        self._end.close()
