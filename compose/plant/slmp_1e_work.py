"""Clients of 1E frames: the libraries `mcprotocol` (Node) and `fx3u_mcprotocol`, by hand what neither asks."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from fx3u_mcprotocol.client import FX3UClient  # type: ignore[import-untyped]  # a stack without types

from compose.plant.addresses import MELSEC_1E_PORT, ip
from compose.plant.lab import Lab
from compose.plant.namespaces import PlantError

_SCRIPT = Path(__file__).with_name("slmp_1e.js")
_CODES = {"D": 0x4420, "M": 0x4D20, "X": 0x5820, "Y": 0x5920, "W": 0x5720, "R": 0x5220, "B": 0x4220,
          "TN": 0x544E, "CN": 0x434E}  # fmt: skip
_HEXADECIMAL = ("X", "Y", "W", "B")
_TIMER = 10


def library(lab: Lab, host: str, works: Sequence[str], code: str = "binary", server: str = "plc6") -> None:
    """Let `mcprotocol` do the works (see slmp_1e.js) from `host`; a connection ends with each write."""
    node = shutil.which("node")
    if node is None:
        raise PlantError("missing programs: node. On Debian: apt-get install nodejs npm, then compose/plant/setup")
    log = lab.folder / "slmp_1e.log"
    command = [node, str(_SCRIPT), ip(server), str(MELSEC_1E_PORT), code]
    part: list[str] = []
    for number, work in enumerate(works):
        part.append(work)
        if work.startswith("write=") or number + 1 == len(works):
            child = lab[host].daemon([*command, *part], log)
            if child.wait(90) != 0:
                raise PlantError(f"mcprotocol: {log.read_text(errors='replace')[-400:]}")
            part = []


def reader(lab: Lab, host: str, server: str = "plc6") -> None:
    """Let `fx3u_mcprotocol`, which only reads, ask in ASCII."""

    def talk() -> None:
        client = FX3UClient(ip(server), MELSEC_1E_PORT, cpu="FX3U", mode="ascii")
        client.connect()
        client.readRegs("D100", 4)
        client.readBits("M100", 5)
        client.readReg("R10")
        client.readBit("X4")
        client.close()
        time.sleep(0.05)

    lab[host].call(talk)


class Client:
    """Writes 1E frames itself, after Mitsubishi SH-080008 18."""

    def __init__(self, server: str, ascii_code: bool = False, udp: bool = False, pc: int = 0xFF) -> None:
        self._end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
        self._end.settimeout(3)
        self._end.connect((ip(server), MELSEC_1E_PORT))
        self._ascii = ascii_code
        self.pc = pc

    def number(self, value: int, size: int = 1) -> bytes:
        """A number of `size` bytes."""
        return f"{value:0{2 * size}X}".encode() if self._ascii else value.to_bytes(size, "little")

    def device(self, name: str) -> bytes:
        """Code and number of a device."""
        letters = name.rstrip("0123456789ABCDEF") if name[:2] not in _CODES else name[:2]
        letters = letters or name[:1]
        number = int(name[len(letters) :], 16 if letters in _HEXADECIMAL else 10)
        code, place = self.number(_CODES[letters], 2), self.number(number, 4)
        return code + place if self._ascii else place + code

    def count(self, points: int) -> bytes:
        """Points and the zero behind them."""
        return self.number(points & 0xFF) + self.number(0)

    def words(self, *values: int) -> bytes:
        """Words one after another."""
        return b"".join(self.number(value, 2) for value in values)

    def bits(self, *values: int) -> bytes:
        """Bit devices as they are packed."""
        if self._ascii:
            return "".join(str(value) for value in values).encode() + b"0" * (len(values) % 2)
        pairs = zip(values[::2], [*values[1::2], 0], strict=False)
        return bytes(high << 4 | low for high, low in pairs)

    def ask(self, command: int, body: bytes = b"") -> bytes:
        """Send a request; return the response."""
        self.send(self.number(command) + self.number(self.pc) + self.number(_TIMER, 2) + body)
        return self._end.recv(4096)

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._end.sendall(data)

    def hear(self) -> bytes:
        """What comes within a short time; nothing if nothing does."""
        self._end.settimeout(0.2)
        try:
            return self._end.recv(4096)
        except TimeoutError:
            return b""

    def close(self) -> None:
        """Hang up."""
        self._end.close()


Work = Callable[[Client], None]


def by_hand(
    lab: Lab, host: str, work: Work, ascii_code: bool = False, udp: bool = False, pc: int = 0xFF, server: str = "plc6"
) -> None:
    """Do the work from `host` and hang up."""

    def talk() -> None:
        client = Client(server, ascii_code, udp, pc)
        try:
            work(client)
        finally:
            client.close()
            time.sleep(0.05)

    lab[host].call(talk)
