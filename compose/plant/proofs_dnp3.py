"""Proof captures of DNP3: an operator's normal work, and what a stranger or an engineer does with a real stack."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import opendnp3 as dnp3  # type: ignore[import-untyped]  # bindings without types

from compose.plant.addresses import ip
from compose.plant.catalogue import capture, labelled
from compose.plant.dnp3_master import Master
from compose.plant.dnp3_outstation import Outstation, filled
from compose.plant.lab import Lab

NORMAL = "dnp3/normal.pcap"
_RULES = "DN01 DN02 DN03 DN04 DN05 DN06 DN07 DN08 DN09 DN10 DN11 DN12 DN13 DN14"
_FUNCTION = dnp3.FunctionCode


@contextlib.contextmanager
def outstation_of(lab: Lab, **options: Any) -> Iterator[Outstation]:
    """An outstation that has been at work for long: its restart was acknowledged, which nobody on the network saw."""
    outstation = lab["plc1"].call(lambda: filled(ip("plc1"), **options))
    local = lab["plc1"].call(Master, ip("plc1"))
    lab["plc1"].call(local.idle, 1.0)
    lab["plc1"].call(local.close)
    try:
        yield outstation
    finally:
        lab["plc1"].call(outstation.close)


@contextlib.contextmanager
def master_on(lab: Lab, host: str) -> Iterator[Master]:
    """A master on a host, its start-up work done."""
    master = lab[host].call(Master, ip("plc1"))
    try:
        lab[host].call(master.idle, 0.7)
        yield master
    finally:
        lab[host].call(master.close)


def _normal_work(master: Master, outstation: Outstation, rounds: int) -> None:
    for n in range(rounds):
        outstation.put((dnp3.Analog(40.0 + n, dnp3.Flags(1)), 2), (dnp3.Binary(n % 2 == 0, dnp3.Flags(1)), 1))
        time.sleep(0.3)
        master.poll()
        master.ask("SelectAndOperate", dnp3.ControlRelayOutputBlock(dnp3.OperationType.LATCH_ON), n % 4)
    master.poll(integrity=True)
    clock = bytes([50, 1, 7, 1]) + (1_790_000_000_000).to_bytes(6, "little")
    master.perform(_FUNCTION.WRITE, dnp3.Header.Raw(clock))
    master.ask("CheckLinkStatus")


@capture(
    NORMAL,
    "An operator station at work: start-up, polls, events, select and operate, the time set, the link tested.",
    "plc1 hmi",
    rules=_RULES,
    kind="benign",
    check={"dnp3.al.func==4": 3, "dnp3.al.func==130": 3},
)
def normal(lab: Lab) -> None:
    """Normal work."""
    with outstation_of(lab) as outstation, master_on(lab, "hmi") as master:
        lab["hmi"].call(_normal_work, master, outstation, 6)


@capture(
    "dnp3/unauthorised-command.pcap",
    "A stranger starts a master: unsolicited responses off, an integrity poll, then commands to outputs.",
    "plc1 att",
    rules="DN01 DN05 DN08",
    check={"dnp3.al.func==5": 2, "dnp3.al.func==21": 1},
)
def unauthorised_command(lab: Lab) -> None:
    """Direct operate, select and operate."""
    latch = dnp3.ControlRelayOutputBlock(dnp3.OperationType.LATCH_ON)
    step = lab.step("commands by a stranger", "att", "plc1", ["T0855", "T0848"], ["DN01"])
    with outstation_of(lab), step, master_on(lab, "att") as master:
        lab["att"].call(master.ask, "DirectOperate", latch, 1)
        lab["att"].call(master.ask, "SelectAndOperate", latch, 2)
        lab["att"].call(master.ask, "DirectOperate", dnp3.AnalogOutputInt16(900), 0)


def _perform(lab: Lab, host: str, *tasks: tuple[Any, tuple[Any, ...]]) -> None:
    with outstation_of(lab), master_on(lab, host) as master:
        for code, headers in tasks:
            lab[host].call(master.perform, code, *headers)


@capture(
    "dnp3/direct-no-ack.pcap",
    "The operator station commands an output by a direct operate without acknowledgement.",
    "plc1 hmi",
    rules="DN02",
    check={"dnp3.al.func==6": 1},
)
@labelled("direct operate without acknowledgement", "hmi", "plc1", "T0855", "DN02")
def direct_no_ack(lab: Lab) -> None:
    """Function 6."""
    block = bytes([12, 1, 0x17, 1, 4, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    _perform(lab, "hmi", (_FUNCTION.DIRECT_OPERATE_NR, (dnp3.Header.Raw(block),)))


@capture(
    "dnp3/restart.pcap", "A stranger restarts the outstation, warm and cold.", "plc1 att", rules="DN03",
    check={"dnp3.al.func==13": 1, "dnp3.al.func==14": 1},
)  # fmt: skip
@labelled("outstation restarted", "att", "plc1", "T0816", "DN03")
def restart(lab: Lab) -> None:
    """Functions 13 and 14."""
    with outstation_of(lab), master_on(lab, "att") as master:
        lab["att"].call(master.ask, "Restart", dnp3.RestartType.WARM)
        lab["att"].call(master.ask, "Restart", dnp3.RestartType.COLD)


@capture(
    "dnp3/application.pcap", "A stranger initialises, stops and starts the outstation's application.", "plc1 att",
    rules="DN04", check={"dnp3.al.func==18": 1, "dnp3.al.func==15": 1},
)  # fmt: skip
@labelled("application stopped and started", "att", "plc1", "T0858 T0881", "DN04")
def application(lab: Lab) -> None:
    """Functions 15 to 18."""
    names = ("INITIALIZE_DATA", "INITIALIZE_APPLICATION", "STOP_APPLICATION", "START_APPLICATION")
    _perform(lab, "att", *((getattr(_FUNCTION, name), ()) for name in names))


@capture(
    "dnp3/clock-and-indications.pcap", "A stranger sets the time and clears the restart indication.", "plc1 att",
    rules="DN06", check={"dnp3.al.func==2": 2},
)  # fmt: skip
@labelled("time set, restart indication cleared", "att", "plc1", "T0836 T0872", "DN06")
def clock(lab: Lab) -> None:
    """Group 50 and group 80 written."""
    at = bytes([50, 1, 7, 1]) + (1_500_000_000_000).to_bytes(6, "little")
    clear = bytes([80, 1, 0, 7, 7, 0])
    _perform(lab, "att", *((_FUNCTION.WRITE, (dnp3.Header.Raw(raw),)) for raw in (at, clear)))


@capture(
    "dnp3/file-transfer.pcap", "A file written to the outstation, one deleted, the configuration activated.",
    "plc1 att", rules="DN07", check={"dnp3.al.func==25": 1, "dnp3.al.func==27": 1, "dnp3.al.func==31": 1},
)  # fmt: skip
@labelled("files moved, configuration activated", "att", "plc1", "T0843 T0809", "DN07")
def file_transfer(lab: Lab) -> None:
    """Functions 25 to 27, 31."""
    with outstation_of(lab), master_on(lab, "att") as master:
        write = ("WriteFile", "/config/new.cfg", b"setpoint=900\n" * 30, dnp3.FilePermissions())
        lab["att"].call(master.ask, *write)
        lab["att"].call(master.ask, "DeleteFile", "/log/events.log")
        lab["att"].call(master.perform, _FUNCTION.ACTIVATE_CONFIG)


@capture(
    "dnp3/configuration.pcap", "A stranger assigns points to other classes and writes a dead-band.", "plc1 att",
    rules="DN13", check={"dnp3.al.func==22": 1},
)  # fmt: skip
@labelled("classes assigned", "att", "plc1", "T0836", "DN13")
def configuration(lab: Lab) -> None:
    """Function 22, group 34 written."""
    everything = dnp3.Header.AllObjects
    band = dnp3.Header.Raw(bytes([34, 2, 0x17, 1, 2]) + (9000).to_bytes(4, "little"))
    assign = (everything(60, 1), everything(1, 0))
    _perform(lab, "att", (_FUNCTION.ASSIGN_CLASS, assign), (_FUNCTION.WRITE, (band,)))


@capture(
    "dnp3/alarms.pcap", "An outstation reports that its configuration is corrupt and that it is in trouble.",
    "plc1 hmi", rules="DN11", check={"dnp3.al.iin.cc==1": 1},
)  # fmt: skip
@labelled("outstation reports its own trouble", "plc1", "hmi", "T0814 T0826", "DN11")
def alarms(lab: Lab) -> None:
    """Indications of trouble."""
    with outstation_of(lab) as outstation, master_on(lab, "hmi") as master:
        lab["hmi"].call(master.poll)
        outstation.trouble()
        lab["hmi"].call(master.poll)
