"""Proof captures of the EtherCAT rules."""

from __future__ import annotations

import struct

from compose.plant import ethercat_cell as ec
from compose.plant.catalogue import capture, labelled
from compose.plant.ethercat_cell import datagram, frame
from compose.plant.ethercat_slave import AL_STATUS, INWARD, MAILBOX, OUTWARD, SYNC_MANAGER, Slave
from compose.plant.golden_ethercat_frames import BRD, BWR, FPRD, FPWR, STATION, from_slave, to_slave
from compose.plant.lab import Lab

USUAL = "ethercat/machine.pcap"
LATER = "ethercat/machine-later.pcap"
_RULES = "EC01 EC02 EC03 EC04 EC05 EC06 EC07 EC08 EC09 EC10 G32"
_SLAVES = "The slaves are made by hand: no slave stack exists."
_HAND = "Frames made by hand: pysoem starts a machine anew before it does anything else."
SDO, OP = 2 << 12, 8


def running() -> list[Slave]:
    """A drive in operation, with address and mailboxes."""
    drive = ec.slaves()[2]
    drive.memory[0x10:0x12] = struct.pack("<H", STATION)
    managers = struct.pack("<HHBBBB", OUTWARD, MAILBOX, 0x26, 0, 1, 0)
    managers += struct.pack("<HHBBBB", INWARD, MAILBOX, 0x22, 0, 1, 0)
    drive.memory[SYNC_MANAGER : SYNC_MANAGER + 16] = managers
    drive.memory[AL_STATUS] = OP
    return [drive]


def state() -> bytes:
    """A frame that reads the drive's state."""
    return frame(datagram(FPRD, (STATION, AL_STATUS), bytes(6)))


def download(counter: int, index: int, sub: int, value: int) -> list[bytes]:
    """Frames that write an object of two bytes and read the answer."""
    return [to_slave(3, counter, struct.pack("<HBHBI", SDO, 0x2B, index, sub, value)), from_slave()]


def written(*registers: tuple[int, bytes]) -> list[bytes]:
    """Frames that write registers of the drive."""
    return [frame(datagram(FPWR, (STATION, offset), data)) for offset, data in registers]


def _day(master: ec.Master) -> None:
    ec.run(master)
    ec.exchange(master, 10)


@capture(
    USUAL,
    f"The controller starts its drive and runs it. Learn the baseline from it. {_SLAVES}",
    "plc1",
    rules=_RULES,
    kind="benign",
    check={"ecat": 200},
)
def usual(lab: Lab) -> None:
    """A real master's start."""
    with ec.machine(lab, "plc1", ring=[ec.slaves()[2]]):
        ec.drive(lab, "plc1", _day)


@capture(
    LATER,
    f"The same start on another day. {_SLAVES}",
    "plc1",
    rules=_RULES,
    kind="benign",
    learn=USUAL,
    check={"ecat": 200},
)
def later(lab: Lab) -> None:
    """The same master, the same drive."""
    with ec.machine(lab, "plc1", ring=[ec.slaves()[2]]):
        ec.drive(lab, "plc1", _day)


@capture(
    "ethercat/takeover.pcap",
    "A stranger on the segment finds the drive, stops all slaves, asks for BOOT, gives another alias, writes outputs"
    f" and the clock. {_HAND}",
    "att plc1",
    rules="EC01 EC04 EC06",
    learn=USUAL,
    check={"ecat": 14},
)
@labelled("second master", "att", "plc1", "T0848 T0858 T0836", "EC01 EC04 EC06")
def takeover(lab: Lab) -> None:
    """From another host's port."""
    with ec.machine(lab, "att", ring=running()):
        frames = [frame(datagram(BRD, (0, 0), bytes(2))), state()]
        frames += written((0x1100, b"\xff\0\0\0"), (0x0012, b"\x4d\0"), (0x0920, struct.pack("<q", 3_600_000_000_000)))
        frames += [frame(datagram(BWR, (0, 0x0120), b"\1\0")), frame(datagram(BWR, (0, 0x0120), b"\3\0")), state()]
        ec.send(lab, "att", frames)


@capture(
    "ethercat/firmware.pcap",
    f"The engineering station brings the drive to BOOT and sends it a firmware file by FoE. {_HAND}",
    "eng plc1",
    rules="EC02",
    learn=USUAL,
    check={"ecat_mailbox": 8},
)
@labelled("firmware by FoE", "eng", "plc1", "T0857", "EC02")
def firmware(lab: Lab) -> None:
    """Two packets."""
    ring = running()
    ring[0].memory[AL_STATUS] = 1
    frames = [*written((0x0120, b"\3\0")), state()]
    frames += [to_slave(4, 1, struct.pack("<BxI", 2, 0x1234) + b"AX5103_FW0211.efw"), from_slave()]
    frames += [to_slave(4, 2, struct.pack("<BxI", 3, 1) + bytes(MAILBOX - 12)), from_slave()]
    frames += [to_slave(4, 3, struct.pack("<BxI", 3, 2) + b"end"), from_slave()]
    with ec.machine(lab, "eng", ring=ring):
        ec.send(lab, "eng", frames)


@capture(
    "ethercat/eeprom.pcap",
    f"Words of the drive's EEPROM are written. {_HAND}",
    "eng plc1",
    rules="EC03",
    learn=USUAL,
    check={"ecat": 6},
)
@labelled("EEPROM written", "eng", "plc1", "T0839", "EC03")
def eeprom(lab: Lab) -> None:
    """The product code's two words."""
    words = [(0x0508, b"\x11\x22"), (0x0502, struct.pack("<HI", 0x0201, 0x0A))]
    words += [(0x0508, b"\x33\x44"), (0x0502, struct.pack("<HI", 0x0201, 0x0B))]
    with ec.machine(lab, "eng", ring=running()):
        ec.send(lab, "eng", written((0x0500, b"\0"), *words))


@capture(
    "ethercat/parameters.pcap",
    "While the drive operates its parameters and PDO assignment are written by CoE, its watchdog is set to nought, its"
    f" controller is reset. {_HAND}",
    "plc1 eng",
    rules="EC05 EC07",
    learn=USUAL,
    check={"ecat_mailbox": 6},
)
@labelled("written in operation", "plc1", "eng", "T0836 T0816", "EC05 EC07")
def parameters(lab: Lab) -> None:
    """From the controller's own address: who holds it does the rest."""
    frames = [state(), *download(1, 0x8010, 1, 9_000), *download(2, 0x1C12, 0, 0)]
    frames += written((0x0420, b"\0\0"), (0x0020, b"\1"), (0x0040, b"R"), (0x0040, b"E"), (0x0040, b"S"))
    with ec.machine(lab, "plc1", ring=running()):
        ec.send(lab, "plc1", frames)


@capture(
    "ethercat/fault.pcap",
    f"The drive's watchdog runs out: its state machine reports an error, an emergency follows. {_HAND}",
    "plc1 eng",
    rules="EC08 EC10",
    learn=USUAL,
    check={"ecat": 6},
)
@labelled("drive falls out", "plc1", "eng", "T0826", "EC08 EC10")
def fault(lab: Lab) -> None:
    """Before, then, and what the mailbox says."""
    ring = running()
    with ec.machine(lab, "plc1", ring=ring):
        ec.send(lab, "plc1", [state(), state()])
        ring[0].fail(0x001B)
        ring[0].mail.emergency(0xA000, 0x81, b"\x1b")
        ec.send(lab, "plc1", [state(), from_slave()])


@capture(
    "ethercat/malformed.pcap",
    f"Frames that are cut, circulate or carry unknown commands; a mailbox message longer than its mailbox. {_HAND}",
    "att plc1",
    rules="EC09",
    learn=USUAL,
    check={"ecat": 3},
)
@labelled("malformed frames", "att", "plc1", "T0814", "EC09")
def malformed(lab: Lab) -> None:
    """Each once."""
    read = datagram(BRD, (0, AL_STATUS), bytes(2))
    frames = [frame(datagram(77, (0, 0), bytes(2))), frame(read, read), struct.pack("<H", 200 | 1 << 12) + read]
    frames += [frame(read)[:9] + b"\x40" + bytes(6), frame(bytes(12), kind=3)]
    with ec.machine(lab, "att", ring=running()):
        ec.send(lab, "att", frames)
