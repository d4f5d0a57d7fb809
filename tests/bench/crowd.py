"""Crowds: 100,000 conversations at once, and what a sensor holds then: `make bench-crowd`.

A calm one is of the proofs' normal operation, a hostile one of all golden captures, of which one in ten is damaged, so
that parsers meet what is malformed while everything is full. Both are among a thousand addresses.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from api.analysis import load_rules
from api.sensor import sense
from sensors.spool import Spool
from tests.bench.captures import CORE, FOLDER, NANOSECONDS, records
from tests.bench.measured import timed
from tests.golden.events import captures
from tests.needs import PROJECT

PROOFS = PROJECT / "rules" / "proofs"
CONVERSATIONS = 100_000
ADDRESSES = 1_000
PACKETS = 25
"""Of one conversation, at most: the first ones, in which what a parser keeps is made."""
BEGIN = 1_700_000_000
SPREAD = 60 * NANOSECONDS
"""Conversations begin within a minute."""
MOST_MB = 600
"""What a sensor may hold (design §6)."""
BATCH_ROWS = 8_192
"""Rows of a batch: the least for which design §6 asks a speed of the rules. Larger ones hold more memory."""
IPV4, IPV6, VLAN = 0x0800, 0x86DD, 0x8100
HEADERS = 54
"""Octets of a frame that are never damaged: Ethernet, IPv4 and most of TCP."""


@dataclass(frozen=True)
class Packet:
    """A frame, the time since the first one of its conversation (ns), and where its network header begins."""

    time: int
    frame: bytes
    network: int


def conversations(path: Path) -> list[list[Packet]]:
    """The first packets of each conversation of a capture, by its addresses and ports."""
    found: dict[frozenset[bytes], list[Packet]] = {}
    begun: dict[frozenset[bytes], int] = {}
    clock = 0
    for gap, _, frame in records(path):
        clock += min(gap, NANOSECONDS)
        network = 18 if _ether_type(frame, 12) == VLAN else 14
        ends = _ends(frame, network)
        packets = found.setdefault(ends, [])
        begun.setdefault(ends, clock)
        if len(packets) < PACKETS:
            packets.append(Packet(clock - begun[ends], frame, network))
    return list(found.values())


def _ether_type(frame: bytes, at: int) -> int:
    return int.from_bytes(frame[at : at + 2], "big")


def _ends(frame: bytes, network: int) -> frozenset[bytes]:
    """Both ends of a packet, in no order: address and port, or MAC address and EtherType."""
    kind = _ether_type(frame, network - 2)
    if kind not in (IPV4, IPV6):
        return frozenset((frame[0:6] + frame[12:14], frame[6:12] + frame[12:14]))
    address, length, header = (network + 12, 4, 20) if kind == IPV4 else (network + 8, 16, 40)
    port = network + header
    source = frame[address : address + length] + frame[port : port + 2]
    destination = frame[address + length : address + 2 * length] + frame[port + 2 : port + 4]
    return frozenset((source, destination))


class Places:
    """Gives each address of a copied conversation one of a thousand others."""

    def __init__(self, chance: random.Random) -> None:
        self._numbers: dict[bytes, int] = {}
        self._chance = chance

    def _number(self, address: bytes) -> int:
        return self._numbers.setdefault(address, self._chance.randrange(ADDRESSES))

    def moved(self, packet: Packet) -> bytearray:
        """The frame between other ends. Groups and broadcasts stay what they are."""
        frame, network = bytearray(packet.frame), packet.network
        for at in (0, 6):
            if not frame[at] & 1:
                frame[at + 3 : at + 6] = self._number(bytes(frame[at : at + 6])).to_bytes(3, "big")
        kind = _ether_type(packet.frame, network - 2)
        if kind == IPV4:
            for at in (network + 12, network + 16):
                if frame[at] < 224 and frame[at + 3] != 255:
                    frame[at : at + 4] = (0x0A640000 + self._number(bytes(frame[at : at + 4]))).to_bytes(4, "big")
        elif kind == IPV6:
            for at in (network + 8, network + 24):
                if frame[at] != 0xFF:
                    frame[at + 12 : at + 16] = self._number(bytes(frame[at : at + 16])).to_bytes(4, "big")
        return frame


def crowd(target: Path, made_of: Iterable[Path], damaged: int | None) -> None:
    """Writes the capture, in the order of time; one conversation in so many is damaged, or none."""
    chance = random.Random(6)
    templates = [talk for path in made_of for talk in conversations(path)]
    places: list[Places] = []
    order: list[tuple[int, int, int]] = []
    ends: set[frozenset[bytes]] = set()
    # Copies that fall between the same ends are one conversation.
    while len(ends) < CONVERSATIONS:
        copy, begin = len(places), chance.randrange(SPREAD)
        talk = templates[copy % len(templates)]
        places.append(Places(chance))
        ends.add(_ends(bytes(places[copy].moved(talk[0])), talk[0].network))
        order += [(begin + packet.time, copy, n) for n, packet in enumerate(talk)]
    order.sort()
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        out.write(bytes.fromhex("4d3cb2a1020004000000000000000000ffff000001000000"))
        for time, copy, n in order:
            frame = places[copy].moved(templates[copy % len(templates)][n])
            if damaged and copy % damaged == 0 and len(frame) > HEADERS:
                frame[chance.randrange(HEADERS, len(frame))] = chance.randrange(256)
            seconds, rest = divmod(time, NANOSECONDS)
            head = (BEGIN + seconds, rest, len(frame), len(frame))
            out.write(b"".join(number.to_bytes(4, "little") for number in head) + frame)


def normal() -> list[Path]:
    """The proofs' captures of normal operation."""
    listed = yaml.safe_load((PROOFS / "index.yml").read_text(encoding="utf-8"))["captures"]
    return [PROOFS / each["file"] for each in listed if each["kind"] == "benign"]


CROWDS: dict[str, tuple[Callable[[], list[Path]], int | None]] = {"calm": (normal, None), "hostile": (captures, 10)}
"""What each is made of, and one in how many conversations is damaged."""


def main() -> int:
    """Makes the crowds once and prints what the core alone and a whole sensor hold at most while they read them."""
    build = ["cargo", "build", "--quiet", "--release", "--locked", "-p", "wire", "--example", "decode"]
    subprocess.run(build, cwd=CORE, check=True)
    return max([_measured(name) for name in CROWDS])


def _measured(name: str) -> bool:
    made_of, damaged = CROWDS[name]
    target = FOLDER / f"crowd-{name}.pcap"
    if not target.exists():
        crowd(target, made_of(), damaged)
    core = timed([str(CORE / "target/release/examples/decode"), f"--rows={BATCH_ROWS}", str(target)])
    print(f"{name}: core alone at most {core.rss_mb} MB ({core.out.strip()})")
    whole = timed([sys.executable, "-m", "tests.bench.crowd", str(target)])
    verdict = "met" if whole.rss_mb <= MOST_MB else "MISSED"
    print(f"{verdict:6} {name}: sensor at most {whole.rss_mb} MB, no more than {MOST_MB} ({whole.out.strip()})")
    return whole.rss_mb > MOST_MB


def sensor(capture: Path) -> None:
    """The crowd through a sensor into a spool: what `timed` measures."""
    with tempfile.TemporaryDirectory() as folder:
        segments = sense([capture], Spool(Path(folder)), load_rules(()), sensor="crowd", batch_rows=BATCH_ROWS)
    print(f"{segments} segments")


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(main())
    sensor(Path(sys.argv[1]))
