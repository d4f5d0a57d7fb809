"""Proof captures of the ROC Plus rules: a flow computer and its host, and what intruders do. All is made by hand."""

from __future__ import annotations

import struct
import time

from compose.plant import roc_tool as roc
from compose.plant.catalogue import capture
from compose.plant.golden_roc import CLOCK, MADE, send_odd
from compose.plant.lab import Lab

NORMAL = "roc_plus/host-normal.pcap"
ALL_RULES = "RP01 RP02 RP03 RP04 RP05 RP06"


def _poll(seconds: int) -> roc.Work:
    """What a host does all day: it logs in, reads, sets a set-point and the clock."""

    def work(client: roc.Client) -> None:
        client.ask(roc.CONFIGURATION)
        client.login("LOI")
        client.ask(roc.SET_CLOCK, CLOCK)
        for number in range(seconds * 2):
            client.read((103, 0, 21), (103, 1, 21), (114, 0, 5))
            if number % 8 == 0:
                client.ask(roc.READ_CLOCK)
                client.write((103, 0, 19), struct.pack("<f", 40.0))
            time.sleep(0.5)

    return work


@capture(NORMAL, "A flow computer polled by its host. Learn the baseline from it" + MADE, "flow hmi", rules=ALL_RULES,
         kind="benign", check={"tcp.port==4000 && tcp.len>0": 60})  # fmt: skip
def host_normal(lab: Lab) -> None:
    """20 seconds of polling."""
    with roc.computer(lab):
        roc.work_as(lab, "hmi", _poll(20))


@capture("roc_plus/host-normal-later.pcap", "The same later: nothing may fire" + MADE, "flow hmi", rules=ALL_RULES,
         kind="benign", learn=NORMAL, check={"tcp.port==4000 && tcp.len>0": 30})  # fmt: skip
def host_normal_later(lab: Lab) -> None:
    """8 seconds of the same."""
    with roc.computer(lab):
        roc.work_as(lab, "hmi", _poll(8))


def _attack(lab: Lab, name: str, techniques: str, rules: str, work: roc.Work) -> None:
    with roc.computer(lab), lab.step(name, "att", "flow", techniques.split(), rules.split()):
        roc.work_as(lab, "att", work, station=(9, 9))


@capture("roc_plus/write.pcap", "A stranger forces an input, drives an output and writes a meter's constant" + MADE,
         "flow att", rules="RP01", learn=NORMAL, check={"tcp.port==4000 && tcp.len>0": 8})  # fmt: skip
def write(lab: Lab) -> None:
    """Three parameters and a table."""

    def work(client: roc.Client) -> None:
        client.write((103, 0, 2), b"\0")
        client.write((102, 0, 8), b"\1")
        client.write((114, 0, 5), struct.pack("<f", 1.0))
        client.ask(roc.WRITE_TABLE, bytes([1, 0, 1]) + struct.pack("<f", 1.5))

    _attack(lab, "force an input", "T0836 T0855", "RP01", work)


@capture("roc_plus/restart.pcap", "A stranger clears programs and restarts the flow computer" + MADE, "flow att",
         rules="RP02", learn=NORMAL, check={"tcp.port==4000 && tcp.len>0": 4})  # fmt: skip
def restart(lab: Lab) -> None:
    """Programs cleared, a cold start."""

    def work(client: roc.Client) -> None:
        client.write((91, 0, 19), b"\1")
        client.write((91, 0, 27), b"\7")

    _attack(lab, "restart", "T0816 T0809", "RP02", work)


@capture("roc_plus/clock.pcap", "A stranger sets the clock back" + MADE, "flow att", rules="RP03", learn=NORMAL,
         check={"tcp.port==4000 && tcp.len>0": 2})  # fmt: skip
def clock(lab: Lab) -> None:
    """One clock."""

    def work(client: roc.Client) -> None:
        client.ask(roc.SET_CLOCK, CLOCK)

    _attack(lab, "set the clock", "T0836", "RP03", work)


@capture("roc_plus/login.pcap", "A stranger tries passwords" + MADE, "flow att", rules="RP04", learn=NORMAL,
         check={"tcp.port==4000 && tcp.len>0": 6})  # fmt: skip
def login(lab: Lab) -> None:
    """Three passwords."""

    def work(client: roc.Client) -> None:
        for password in (1, 2, 3):
            client.login("LOI", password)
            time.sleep(0.2)

    _attack(lab, "try passwords", "T0859", "RP04", work)


@capture("roc_plus/files.pcap", "A stranger writes and deletes a file, and changes who may log in" + MADE, "flow att",
         rules="RP05", learn=NORMAL, check={"tcp.port==4000 && tcp.len>0": 10})  # fmt: skip
def files(lab: Lab) -> None:
    """A file, another one, an account."""

    def work(client: roc.Client) -> None:
        client.file(1, "/flash/data", "b.bin", options=b"\2")
        client.ask(roc.FILE, struct.pack("<BIIIB", 3, 7, 4, 0, 4) + b"data")
        client.ask(roc.FILE, struct.pack("<BI", 4, 7))
        client.file(6, "/flash/data", "a.bin")
        client.write((92, 0, 1), b"\x39\x30")

    _attack(lab, "change files", "T0843 T0889", "RP05", work)


@capture("roc_plus/malformed.pcap", "Broken messages of a stranger" + MADE, "flow att", rules="RP06", learn=NORMAL,
         check={"tcp.port==4000 && tcp.len>0": 8})  # fmt: skip
def malformed(lab: Lab) -> None:
    """CRC, length, second, opcode."""
    _attack(lab, "malformed messages", "T0814", "RP06", send_odd)
