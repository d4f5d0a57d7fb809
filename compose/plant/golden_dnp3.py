"""Golden captures of DNP3 for the parser: polls, events, commands, functions, files, UDP."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import opendnp3 as dnp3  # type: ignore[import-untyped]  # bindings without types

from compose.plant.addresses import ip
from compose.plant.catalogue import capture
from compose.plant.dnp3_master import Master
from compose.plant.dnp3_outstation import Outstation, filled
from compose.plant.lab import Lab
from compose.plant.serial_line import tapped

_FUNCTION = dnp3.FunctionCode
_EPOCH_MS = 1_790_000_000_000  # 2026-09-21: fixed, so that the events of two recordings are the same


def talk(lab: Lab, work: Callable[[Master, Outstation], None], udp: bool = False, **options: Any) -> None:
    """Start an outstation and a master, wait for the start-up work, do `work`, stop both."""

    def run() -> None:
        work(master, outstation)

    peer = {"peer": ip("hmi")} if udp else {}
    outstation = lab["plc1"].call(lambda: filled(ip("plc1"), **options, **peer))
    master = lab["hmi"].call(lambda: Master(ip("plc1"), here=ip("hmi") if udp else ""))
    try:
        lab["hmi"].call(master.idle)
        lab["hmi"].call(run)
    finally:
        lab["hmi"].call(master.close)
        lab["plc1"].call(outstation.close)


def _reads(master: Master, outstation: Outstation) -> None:
    master.poll(integrity=True)
    master.poll()
    for group, variations in {
        1: (1, 2), 3: (1, 2), 10: (2,), 20: (1, 2, 5, 6), 30: (1, 2, 3, 4, 5, 6), 40: (1, 2, 3, 4), 34: (1, 2, 3),
    }.items():  # fmt: skip
        for variation in variations:
            master.scan(dnp3.Header.Range8(group, variation, 0, 3))
    master.scan(dnp3.Header.Range16(30, 5, 2, 7), dnp3.Header.AllObjects(1, 2))
    master.scan(dnp3.Header.AllObjects(110, 0))
    master.scan(dnp3.Header.Range8(30, 1, 200, 210))
    master.scan(dnp3.Header.Raw(bytes([99, 1, 6])))


@capture(
    "dnp3/reads.pcap",
    "Start-up of a master, integrity and event polls, static objects in most variations, two reads that are refused.",
    "plc1 hmi",
    kind="golden",
    check={"dnp3.al.func==1": 20, "dnp3.al.func==129": 20},
)
def reads(lab: Lab) -> None:
    """Read everything."""
    talk(lab, _reads, unsolicited=False)


def _timed(measurement: Any, stamp: Any) -> Any:
    measurement.time = stamp
    return measurement


def _events(master: Master, outstation: Outstation) -> None:
    def stamp(n: int) -> Any:
        return dnp3.DNPTime(_EPOCH_MS + n * 250)

    online, doubles = dnp3.Flags(1), (dnp3.DoubleBit.INTERMEDIATE, dnp3.DoubleBit.DETERMINED_OFF)
    for n in range(4):
        outstation.put(
            (dnp3.Binary(n % 2 == 0, online, stamp(n)), 1),
            (_timed(dnp3.DoubleBitBinary(doubles[n % 2]), stamp(n)), n % 3),
            (dnp3.Counter(2000 + n, online), 2),
            (dnp3.Analog(500.0 + n, online, stamp(n)), 4),
            (_timed(dnp3.AnalogOutputStatus(300.0 + n), stamp(n)), 1),
            (_timed(dnp3.BinaryOutputStatus(n % 2 == 0), stamp(n)), 3),
        )
        time.sleep(0.4)
    outstation.put((dnp3.Binary(False, dnp3.Flags(0x05), stamp(9)), 1))
    time.sleep(0.4)


@capture(
    "dnp3/unsolicited.pcap",
    "Unsolicited responses with events of every kind, times, a point that lost its connection, confirms.",
    "plc1 hmi",
    kind="golden",
    check={"dnp3.al.func==130": 5, "dnp3.al.func==0": 5},
)
def unsolicited(lab: Lab) -> None:
    """Report by oneself."""
    talk(lab, _events)


@capture(
    "dnp3/events.pcap",
    "The same events read by a poll of classes 1 to 3.",
    "plc1 hmi",
    kind="golden",
    check={"dnp3.al.func==1": 2},
)
def events(lab: Lab) -> None:
    """Read events."""

    def work(master: Master, outstation: Outstation) -> None:
        _events(master, outstation)
        master.poll()
        master.poll()

    talk(lab, work, unsolicited=False)


def _commands(master: Master, outstation: Outstation) -> None:
    block = dnp3.ControlRelayOutputBlock
    latch = block(dnp3.OperationType.LATCH_ON)
    trip = block(dnp3.OperationType.PULSE_ON, dnp3.TripCloseCode.TRIP, False, 1, 200, 100)
    close = block(dnp3.OperationType.PULSE_ON, dnp3.TripCloseCode.CLOSE, True, 2, 300, 300)
    master.ask("SelectAndOperate", latch, 3)
    master.ask("SelectAndOperate", trip, 20)
    master.ask("DirectOperate", block(dnp3.OperationType.LATCH_OFF), 2)
    master.ask("DirectOperate", close, 1)
    master.ask("DirectOperate", dnp3.AnalogOutputInt16(-120), 0)
    master.ask("DirectOperate", dnp3.AnalogOutputInt32(70_000), 1)
    master.ask("SelectAndOperate", dnp3.AnalogOutputFloat32(12.5), 2)
    master.ask("DirectOperate", dnp3.AnalogOutputDouble64(-0.125), 3)
    master.ask("DirectOperate", dnp3.AnalogOutputInt16(1), 30)
    single = bytes([12, 1, 0x17, 1, 4, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    master.perform(_FUNCTION.DIRECT_OPERATE_NR, dnp3.Header.Raw(single))
    time.sleep(0.2)
    master.perform(_FUNCTION.OPERATE, dnp3.Header.Raw(single))


@capture(
    "dnp3/commands.pcap",
    "Select and operate, direct operate with and without acknowledgement, blocks and all analog types, refusals, an "
    "operate without its select.",
    "plc1 hmi",
    kind="golden",
    check={f"dnp3.al.func=={code}": 1 for code in (3, 4, 5, 6)},
)
def commands(lab: Lab) -> None:
    """Command."""
    talk(lab, _commands)


def _functions(master: Master, outstation: Outstation) -> None:
    everything, raw = dnp3.Header.AllObjects, dnp3.Header.Raw
    clock = raw(bytes([50, 1, 7, 1]) + _EPOCH_MS.to_bytes(6, "little"))
    master.perform(_FUNCTION.WRITE, clock)
    master.perform(_FUNCTION.RECORD_CURRENT_TIME)
    master.perform(_FUNCTION.WRITE, raw(bytes([50, 3, 7, 1]) + _EPOCH_MS.to_bytes(6, "little")))
    master.perform(_FUNCTION.DELAY_MEASURE)
    master.perform(_FUNCTION.WRITE, raw(bytes([80, 1, 0, 7, 7, 0])))
    master.perform(_FUNCTION.WRITE, raw(bytes([34, 2, 0x17, 1, 2]) + (25).to_bytes(4, "little")))
    for code in (_FUNCTION.IMMED_FREEZE, _FUNCTION.IMMED_FREEZE_NR, _FUNCTION.FREEZE_CLEAR, _FUNCTION.FREEZE_CLEAR_NR):
        master.perform(code, everything(20, 0))
    master.perform(_FUNCTION.ASSIGN_CLASS, everything(60, 3), dnp3.Header.Range8(30, 0, 0, 2), everything(1, 0))
    for code in (_FUNCTION.DISABLE_UNSOLICITED, _FUNCTION.ENABLE_UNSOLICITED):
        master.perform(code, everything(60, 2), everything(60, 3), everything(60, 4))
    for code in (
        _FUNCTION.INITIALIZE_DATA, _FUNCTION.INITIALIZE_APPLICATION, _FUNCTION.START_APPLICATION,
        _FUNCTION.STOP_APPLICATION, _FUNCTION.ACTIVATE_CONFIG,
    ):  # fmt: skip
        master.perform(code)
    for group, variation in ((0, 254), (0, 250), (0, 252)):
        master.scan(dnp3.Header.Range8(group, variation, 0, 0))
    master.ask("CheckLinkStatus")
    master.ask("Restart", dnp3.RestartType.WARM)
    master.ask("Restart", dnp3.RestartType.COLD)


@capture(
    "dnp3/functions.pcap",
    "Time, indications, dead-bands, freezes, classes, unsolicited on and off, initialise, start, stop, "
    "activate, restart.",
    "plc1 hmi",
    kind="golden",
    check={f"dnp3.al.func=={code}": 1 for code in (2, 7, 8, 9, 10, 13, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24, 31)},
)
def functions(lab: Lab) -> None:
    """Every function that is no read, command or file."""
    talk(lab, _functions)


def _files(master: Master, outstation: Outstation) -> None:
    rights = dnp3.FilePermissions()
    master.ask("ReadFile", "/config/points.cfg")
    master.ask("ReadFile", "/config/missing.cfg")
    master.ask("WriteFile", "/config/new.cfg", bytes(range(200)) * 7, rights)
    master.ask("GetFileInfo", "/log/events.log")
    master.ask("AuthenticateFile", "engineer", "Marsh-2026")
    master.ask("AuthenticateFile", "engineer", "wrong")
    master.ask("DeleteFile", "/log/events.log")
    master.ask("DeleteFile", "/log/events.log")


@capture(
    "dnp3/files.pcap",
    "Files read and written in blocks, one that is missing, information, two logins, a deletion and one that is "
    "refused.",
    "plc1 hmi",
    kind="golden",
    check={f"dnp3.al.func=={code}": 1 for code in (25, 26, 27, 28, 29)},
)
def files(lab: Lab) -> None:
    """Files."""
    talk(lab, _files, unsolicited=False)


@capture(
    "dnp3/fragments.pcap",
    "An integrity poll whose answer takes several link frames and fragments.",
    "plc1 hmi",
    kind="golden",
    check={"dnp3.al.func==129": 3},
)
def fragments(lab: Lab) -> None:
    """Sixty points of each kind, in fragments of 600 bytes."""
    talk(lab, lambda master, _: master.poll(integrity=True), points=60, fragment=600, unsolicited=False)


@capture(
    "dnp3/udp.pcap",
    "Polls, a command and an event over UDP.",
    "plc1 hmi",
    kind="golden",
    check={"dnp3 && udp": 8},
)
def datagrams(lab: Lab) -> None:
    """UDP."""

    def work(master: Master, outstation: Outstation) -> None:
        master.poll(integrity=True)
        master.ask("DirectOperate", dnp3.ControlRelayOutputBlock(dnp3.OperationType.LATCH_ON), 1)
        outstation.put((dnp3.Analog(77.0, dnp3.Flags(1)), 1))
        master.poll()

    # An outstation that reports at once would meet a closed port.
    talk(lab, work, udp=True, unsolicited=False)


def _on_line(lab: Lab, work: Callable[[Master, Outstation], None], **tap: Any) -> None:
    with tapped(lab, **tap) as line:
        outstation = filled("", line=line.far, unsolicited=False)
        master = Master("", line=line.near)
        try:
            master.idle()
            work(master, outstation)
        finally:
            master.close()
            outstation.close()


@capture(
    "dnp3/serial.pcap",
    "DNP3 on a tapped serial line, the tap at the master: polls, an event, commands, a restart.",
    "",
    kind="golden",
    check={"rtacser": 20},
)
def serial(lab: Lab) -> None:
    """A line."""

    def work(master: Master, outstation: Outstation) -> None:
        master.ask("SelectAndOperate", dnp3.ControlRelayOutputBlock(dnp3.OperationType.LATCH_ON), 3)
        master.ask("DirectOperate", dnp3.AnalogOutputInt16(-120), 0)
        outstation.put((dnp3.Analog(77.0, dnp3.Flags(1)), 1))
        master.poll()
        master.ask("CheckLinkStatus")
        master.ask("Restart", dnp3.RestartType.COLD)

    _on_line(lab, work, piece=4096)


@capture(
    "dnp3/serial-one-wire.pcap",
    "DNP3 on a two-wire line: the tap's receiver hears master and outstation, in records of at most 24 octets.",
    "",
    kind="golden",
    check={"rtacser": 30},
)
def serial_one_wire(lab: Lab) -> None:
    """Both directions on one wire."""

    def work(master: Master, outstation: Outstation) -> None:
        master.ask("SelectAndOperate", dnp3.ControlRelayOutputBlock(dnp3.OperationType.LATCH_ON), 3)
        master.poll()

    _on_line(lab, work, one_wire=True, piece=24)
