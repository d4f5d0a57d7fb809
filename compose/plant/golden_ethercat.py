"""Golden captures of EtherCAT: pysoem drives hand-made slaves through start, operation and service."""

from __future__ import annotations

import contextlib
import time

import pysoem  # type: ignore[import-untyped]  # it has no types

from compose.plant import ethercat_cell as ec
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

_SLAVES = "The master is pysoem, the slaves are made by hand: no slave stack exists."


@capture(
    "ethercat/machine.pcap",
    "A master starts three slaves: addresses, EEPROM, mailboxes, process data; SAFEOP, OP; cycles; the drive's watchdog"
    f" runs out, it is acknowledged and goes on; stop. {_SLAVES}",
    "plc1",
    kind="golden",
    check={"ecat": 500, "ecat_mailbox": 20},
)
def machine(lab: Lab) -> None:
    """What a start looks like, and a slave that falls out."""
    ring = ec.slaves()
    ring[2].falls_at = 14
    with ec.machine(lab, "plc1", ring=ring):
        ec.drive(lab, "plc1", _operation)


def _operation(master: ec.Master) -> None:
    ec.run(master)
    ec.exchange(master, 16, ec.ramp)
    master.read_state()
    drive = master.slaves[2]
    with contextlib.suppress(pysoem.Emergency):
        drive.mbx_receive()
    drive.state = pysoem.SAFEOP_STATE | pysoem.STATE_ACK
    drive.write_state()
    time.sleep(0.05)
    drive.state = pysoem.OP_STATE
    drive.write_state()
    ec.exchange(master, 8, ec.ramp)
    ec.request(master, pysoem.PREOP_STATE)
    ec.request(master, pysoem.INIT_STATE)


@capture(
    "ethercat/service.pcap",
    "An engineer's work on a drive: objects read and written, at once and in segments, refused and unknown ones; files"
    f" read, refused, and firmware written in BOOT; words of the EEPROM written. {_SLAVES}",
    "eng",
    kind="golden",
    check={"ecat": 300, "ecat_mailbox": 40},
)
def service(lab: Lab) -> None:
    """Mailbox protocols of a real master."""
    ring = [ec.slaves()[2]]
    ring[0].mail.password = 0x5EC2E7
    with ec.machine(lab, "eng", ring=ring):
        ec.drive(lab, "eng", _service)


def _service(master: ec.Master) -> None:
    drive = master.slaves[0]
    for index, sub in ((0x1008, 0), (0x1009, 0), (0x100A, 0), (0x1018, 1), (0x1018, 4), (0x8010, 2)):
        drive.sdo_read(index, sub)
    drive.sdo_read(0x2000, 1, size=600)
    drive.sdo_read(0x1018, 0, ca=True)
    drive.sdo_write(0x8010, 1, (2000).to_bytes(2, "little"))
    drive.sdo_write(0x2000, 1, b"recipe 2 " * 45)
    drive.sdo_write(0x6040, 0, b"\x06\x00")
    drive.sdo_write(0x1011, 1, b"load")
    for index, sub in ((0x5555, 0), (0x1018, 9)):
        with contextlib.suppress(pysoem.SdoError):
            drive.sdo_read(index, sub)
    with contextlib.suppress(pysoem.SdoError):
        drive.sdo_write(0x1008, 0, b"mine")
    drive.foe_read("trace.log", 0x5EC2E7, 1_000)
    for name, password in (("trace.log", 7), ("none.bin", 0x5EC2E7)):
        with contextlib.suppress(pysoem.MailboxError, pysoem.PacketError):
            drive.foe_read(name, password, 1_000)
    drive.eeprom_read(0x08)
    drive.eeprom_write(0x04, b"\x2a\x00")
    for state in (pysoem.INIT_STATE, pysoem.BOOT_STATE):
        drive.state = state
        drive.write_state()
        drive.state_check(state, 50_000)
    drive.foe_write("AX5103_FW0211.efw", 0x5EC2E7, bytes(range(256)) * 2)
    drive.state = pysoem.INIT_STATE
    drive.write_state()
    time.sleep(0.1)
