"""A PROFIBUS inside the process: the master is pyprofibus, the wire records what goes over it as a tap does
(LINKTYPE_PROFIBUS_DL: a frame from its start to its end delimiter), the slaves are the plant's own.

pyprofibus has no token, no acyclic services and no slave: stations that need those send frames made with its classes.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, BinaryIO

from pyprofibus.dp_master import DPM1, DpCfgDataElement, DpSlaveDesc  # type: ignore[import-untyped]
from pyprofibus.fdl import FdlTelegram_stat0, FdlTelegram_stat8, FdlTelegram_var  # type: ignore[import-untyped]
from pyprofibus.phy import CpPhy  # type: ignore[import-untyped]

from compose.plant.lab import Lab
from compose.plant.profibus_slave import Slave
from compose.plant.serial_line import header, record

LINKTYPE_PROFIBUS_DL = 257
ALL = 127
MASTER, ENGINEER, VALVES, DRIVE = 2, 1, 8, 9
SRD_HIGH, SDN_HIGH, STATUS, IDENT, POINTS = 0x4D, 0x46, 0x49, 0x4E, 0x4F
COUNTS, COUNT = 0x10, 0x20
SHORT = b"\xe5"
_PAUSE = 0.004


def frame(to: int, source: int, control: int, data: bytes = b"", points: tuple[int, int] | None = None) -> bytes:
    """A frame with pyprofibus' own classes. points: access points of receiver and sender."""
    extensions = {"dae": bytes([points[0]]), "sae": bytes([points[1]])} if points else {"dae": b"", "sae": b""}
    length = len(data) + (2 if points else 0)
    if length == 0:
        return bytes(FdlTelegram_stat0(da=to, sa=source, fc=control).getRawData())
    kind = FdlTelegram_stat8 if length == 8 else FdlTelegram_var
    return bytes(kind(da=to, sa=source, fc=control, du=bytearray(data), **extensions).getRawData())


def token(source: int, to: int) -> bytes:
    """A token."""
    return bytes([0xDC, to, source])


@dataclass
class Bus:
    """The wire and its slaves."""

    file: BinaryIO
    slaves: dict[int, Slave] = field(default_factory=dict)

    def say(self, data: bytes, pause: float = _PAUSE) -> None:
        """Put a frame on the wire."""
        self.file.write(record(time.time(), data))
        time.sleep(pause)

    def ask(self, data: bytes) -> bytes | None:
        """Put a request on the wire; what the slave that it is for answers."""
        self.say(data)
        for slave in list(self.slaves.values()):
            answer = slave.hears(data)
            if answer is not None:
                self.slaves = {each.address: each for each in self.slaves.values()}
                self.say(answer)
                return answer
        return None


class Phy(CpPhy):  # type: ignore[misc]  # a library without types
    """pyprofibus' door to the wire."""

    def __init__(self, bus: Bus) -> None:
        super().__init__()
        self._bus, self._answers = bus, list[bytes]()
        self.setConfig(self.BAUD_12000000)

    def sendData(self, telegramData: bytearray, srd: bool) -> None:  # noqa: N802, N803  # its own names
        """Send a request, keep its answer."""
        answer = self._bus.ask(bytes(telegramData))
        if srd and answer is not None:
            self._answers.append(answer)

    def pollData(self, timeout: float = 0.0) -> bytearray | None:  # noqa: N802
        """The answer."""
        return bytearray(self._answers.pop(0)) if self._answers else None


def described(slave: Slave) -> Any:
    """What pyprofibus' master knows of a slave; in a plant its GSD file says so."""
    gsd = SimpleNamespace(getIdentNumber=lambda: slave.ident)
    known = DpSlaveDesc(
        SimpleNamespace(
            gsd=gsd, addr=slave.address, name=f"slave {slave.address}", index=slave.address,
            inputSize=slave.outputs, outputSize=slave.inputs, diagPeriod=0,
        )
    )  # fmt: skip
    known.setCfgDataElements([DpCfgDataElement(each) for each in slave.configuration])
    known.setUserPrmData(bytearray(slave.parameters))
    known.setSyncMode(True)
    known.setFreezeMode(True)
    known.setGroupMask(1)
    known.setWatchdog(300)
    return known


class Master:
    """A master of class 1 that runs its slaves."""

    def __init__(self, bus: Bus, address: int = MASTER) -> None:
        self.stack = DPM1(Phy(bus), address)
        self._slaves = {slave.address: described(slave) for slave in bus.slaves.values()}
        for each in self._slaves.values():
            self.stack.addSlave(each)
        self.stack.initialize()
        self._turn = 0

    def run(self, cycles: int) -> None:
        """Exchange data so often; outputs change now and then."""
        for _ in range(cycles):
            for each in self._slaves.values():
                each.setMasterOutData(bytearray((self._turn // 8 % 4, *[0x10] * (each.inputSize - 1))))
                self.stack.run()
            self._turn += 1


def plant() -> dict[int, Slave]:
    """The slaves of the plant: a valve terminal and a drive."""
    valves = Slave(VALVES, 0x80A1, 2, 2, bytes([0x31]), bytes([0x80, 0x01, 0x00, 0x05]))
    drive = Slave(DRIVE, 0x8045, 4, 4, bytes([0xF1]), bytes([0xC0, 0x60, 0x00]))
    drive.records = {(1, 35): bytes.fromhex("000005dc"), (0, 47): b"Drive DX-40\0"}
    return {VALVES: valves, DRIVE: drive}


@contextlib.contextmanager
def recorded(lab: Lab) -> Iterator[Bus]:
    """Record the bus, in place of the mirror port, while the block runs."""
    path = lab.folder / "bus.pcap"
    with path.open("wb") as file:
        file.write(header(LINKTYPE_PROFIBUS_DL))
        yield Bus(file, plant())
    lab.recorded = path
