"""Crowds: 100,000 conversations among a thousand assets, all open at once.

A calm one is of the proofs' normal operation: each asset is one of their devices and stays it. In a restless one each
address is now this device, now that. A hostile one is that of all golden captures, of which one in ten is damaged, so
that parsers meet what is malformed while everything is full.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import yaml

from tests.bench.captures import FOLDER, NANOSECONDS
from tests.bench.conversations import (
    IPV4,
    IPV6,
    TCP,
    UDP,
    Packet,
    Template,
    addresses,
    ends,
    ether_type,
    is_ipv4_of,
    templates,
)  # fmt: skip
from tests.golden.events import captures
from tests.needs import PROJECT

PROOFS = PROJECT / "rules" / "proofs"
CONVERSATIONS = 100_000
ADDRESSES = 1_000
BEGIN = 1_700_000_000
SPREAD = 60 * NANOSECONDS
"""Conversations begin within a minute."""
HEADERS = 54
"""Octets of a frame that are never damaged: Ethernet, IPv4 and most of TCP."""


class Places:
    """Gives each end of a copied conversation one of a thousand places, and its client a port of its own.

    `deal` gives the place of an address; `ports` are the client's port in the template and in the copy, if it has one.
    """

    def __init__(self, deal: Callable[[bytes], int], ports: tuple[int, int] | None) -> None:
        self._numbers: dict[bytes, int] = {}
        self._deal, self._ports = deal, ports

    def _number(self, address: bytes) -> int:
        if address not in self._numbers:
            self._numbers[address] = self._deal(address)
        return self._numbers[address]

    def moved(self, packet: Packet) -> bytearray:
        """The frame between other ends. Groups and broadcasts stay what they are."""
        frame, network = bytearray(packet.frame), packet.network
        for mac, address in zip((6, 0), addresses(packet), strict=True):
            if not frame[mac] & 1:
                frame[mac + 3 : mac + 6] = self._number(address).to_bytes(3, "big")
        kind = ether_type(packet.frame, network - 2)
        if kind == IPV4:
            for at in (network + 12, network + 16):
                if frame[at] < 224 and frame[at + 3] != 255:
                    frame[at : at + 4] = (0x0A640000 + self._number(bytes(frame[at : at + 4]))).to_bytes(4, "big")
            if self._ports is not None and is_ipv4_of(packet, TCP, UDP):
                _give_port(frame, network + 20, *self._ports)
        elif kind == IPV6:
            for at in (network + 8, network + 24):
                if frame[at] != 0xFF:
                    frame[at + 12 : at + 16] = self._number(bytes(frame[at : at + 16])).to_bytes(4, "big")
        return frame


def _give_port(frame: bytearray, header: int, before: int, now: int) -> None:
    for at in (header, header + 2):
        if int.from_bytes(frame[at : at + 2], "big") == before:
            frame[at : at + 2] = now.to_bytes(2, "big")


class Cast:
    """Who plays whom: each device of the templates has its share of the thousand places, and nobody else is there."""

    def __init__(self, made_of: Sequence[Template], chance: random.Random) -> None:
        devices = sorted({(each.capture, end) for each in made_of for packet in each.talk for end in addresses(packet)})
        numbers = list(range(ADDRESSES))
        chance.shuffle(numbers)
        self._shares = {device: numbers[place :: len(devices)] for place, device in enumerate(devices)}
        self._chance = chance

    def dealer(self, capture: Path) -> Callable[[bytes], int]:
        """Deals the places of a copy of one of the capture's conversations."""
        return lambda address: self._chance.choice(self._shares[capture, address])


def crowd(target: Path, made_of: Iterable[Path], damaged: int | None, *, restless: bool) -> None:
    """Writes the capture, in the order of time; one conversation in so many is damaged, or none."""
    chance = random.Random(6)
    copied = templates(made_of)
    cast = Cast(copied, chance)
    copies: list[tuple[Template, Places]] = []
    order: list[tuple[int, int, int]] = []
    known: set[frozenset[bytes]] = set()
    for template in cycle(copied):
        if len(known) == CONVERSATIONS:
            break
        deal = (lambda _: chance.randrange(ADDRESSES)) if restless else cast.dealer(template.capture)
        port = chance.randrange(32_768, 61_000)
        places = Places(deal, None if template.port is None else (template.port, port))
        first = template.talk[0]
        if (between := ends(bytes(places.moved(first)), first.network)) in known:
            continue
        known.add(between)
        begin = chance.randrange(SPREAD)
        order += [(begin + packet.time, len(copies), n) for n, packet in enumerate(template.talk)]
        copies.append((template, places))
    order.sort()
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        out.write(bytes.fromhex("4d3cb2a1020004000000000000000000ffff000001000000"))
        for time, copy, n in order:
            template, places = copies[copy]
            frame = places.moved(template.talk[n])
            if damaged and copy % damaged == 0 and len(frame) > HEADERS:
                frame[chance.randrange(HEADERS, len(frame))] = chance.randrange(256)
            seconds, rest = divmod(time, NANOSECONDS)
            head = (BEGIN + seconds, rest, len(frame), len(frame))
            out.write(b"".join(number.to_bytes(4, "little") for number in head) + frame)


def normal() -> list[Path]:
    """The proofs' captures of normal operation."""
    listed = yaml.safe_load((PROOFS / "index.yml").read_text(encoding="utf-8"))["captures"]
    return [PROOFS / each["file"] for each in listed if each["kind"] == "benign"]


@dataclass(frozen=True)
class Crowd:
    """What it is made of, whether addresses change what they are, and one in how many conversations is damaged."""

    made_of: Callable[[], list[Path]]
    restless: bool = False
    damaged: int | None = None

    def written(self, name: str) -> Path:
        """The capture, made once."""
        target = FOLDER / f"{name}-crowd.pcap"
        if not target.exists():
            crowd(target, self.made_of(), self.damaged, restless=self.restless)
        return target


CROWDS = {
    "calm": Crowd(normal),
    "restless": Crowd(normal, restless=True),
    "hostile": Crowd(captures, restless=True, damaged=10),
}
