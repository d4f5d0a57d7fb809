"""Proof captures of the SuiteLink rules: an I/O server, its operator station, intruders. All is made by hand."""

from __future__ import annotations

import struct
import time

from compose.plant import suitelink as sl
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

NORMAL = "suitelink/view-normal.pcap"
ALL_RULES = "SU01 SU02 SU03"
MADE = "; made by hand, no stack exists."


def _view(seconds: int) -> sl.Work:
    """What an operator station does: it shows tags, and now and then somebody sets one."""

    def work(client: sl.Client) -> None:
        client.greet()
        client.advise("Tank.Level", "Tank.Pump", "Tank.Count")
        for number in range(seconds * 2):
            client.ping()
            if number % 8 == 4:
                client.poke(1, 60.0 + number % 16)
            time.sleep(0.5)

    return work


@capture(NORMAL, "Tags shown and set by the operator station. Learn the baseline from it" + MADE, "hist hmi",
         rules=ALL_RULES, kind="benign", check={"tcp.port==5413 && tcp.len>0": 60})  # fmt: skip
def view_normal(lab: Lab) -> None:
    """20 seconds of it."""
    with sl.serving(lab):
        sl.work_as(lab, "hmi", _view(20))


@capture("suitelink/view-normal-later.pcap", "The same later: nothing may fire" + MADE, "hist hmi", rules=ALL_RULES,
         kind="benign", learn=NORMAL, check={"tcp.port==5413 && tcp.len>0": 20})  # fmt: skip
def view_normal_later(lab: Lab) -> None:
    """8 seconds of the same."""
    with sl.serving(lab):
        sl.work_as(lab, "hmi", _view(8))


def _attack(lab: Lab, name: str, techniques: str, rules: str, work: sl.Work) -> None:
    with sl.serving(lab), lab.step(name, "att", "hist", techniques.split(), rules.split()):
        sl.work_as(lab, "att", work, user="guest")


@capture("suitelink/write.pcap", "A stranger writes a set-point and stops a pump" + MADE, "hist att", rules="SU01",
         learn=NORMAL, check={"tcp.port==5413 && tcp.len>0": 12})  # fmt: skip
def write(lab: Lab) -> None:
    """Two pokes."""

    def work(client: sl.Client) -> None:
        client.greet()
        client.advise("Tank.Level", "Tank.Pump")
        client.poke(1, 99.5)
        client.poke(2, False)

    _attack(lab, "write tags", "T0855 T0836", "SU01", work)


@capture("suitelink/stranger.pcap", "A stranger connects and reads tags" + MADE, "hist att", rules="SU02", learn=NORMAL,
         check={"tcp.port==5413 && tcp.len>0": 6})  # fmt: skip
def stranger(lab: Lab) -> None:
    """A connection, four tags."""

    def work(client: sl.Client) -> None:
        client.greet()
        client.advise("Tank.Level", "Tank.Pump", "Tank.Count", "Tank.Recipe")

    _attack(lab, "read tags", "T0861 T0802", "SU02", work)


@capture("suitelink/malformed.pcap", "Messages without their form" + MADE, "hist att", rules="SU03", learn=NORMAL,
         check={"tcp.port==5413 && tcp.len>0": 6})  # fmt: skip
def malformed(lab: Lab) -> None:
    """No end, an unknown type, a value of no type."""

    def work(client: sl.Client) -> None:
        client.greet()
        client.raw(sl.message(sl.PING, end=0))
        client.raw(sl.message(0x7777, b"1234"))
        client.raw(sl.message(sl.POKE, struct.pack("<IB", 1, 9) + bytes(8)))

    _attack(lab, "malformed messages", "T0814", "SU03", work)
