"""Proof captures of the M-Bus rules: meters that are read, and what intruders do to them."""

from __future__ import annotations

import time

from compose.plant import mbus_tool as mbus
from compose.plant.catalogue import capture
from compose.plant.golden_mbus import MADE, odd_frames
from compose.plant.lab import Lab

NORMAL = "mbus/normal.pcap"
ALL_RULES = "MX01 MX02 MX03 MX04 MX05"
_POLL = 0.5  # seconds


def _collect(seconds: float) -> mbus.Work:
    """Read the meters as their head-end does; its clock goes into them once."""

    def work(master: mbus.Master) -> None:
        master.send(6, bytes.fromhex("51046d2d0d1135"))
        for _ in range(int(seconds / _POLL / 3)):
            for address in (5, 6, 7):
                master.ping(address)
                master.poll(address)
                time.sleep(_POLL)
        if master.select("31415926FFFFFFFF"):
            master.poll(253)

    return work


def _normal(lab: Lab, seconds: float) -> None:
    with mbus.bus(lab):
        mbus.work_as(lab, "hmi", _collect(seconds))


@capture(NORMAL, "Meters read by their head-end, their clocks set. Learn the baseline from it" + MADE, "mbgw hmi",
         rules=ALL_RULES, kind="benign", check={"tcp.payload[0:1]==68": 30})  # fmt: skip
def normal(lab: Lab) -> None:
    """20 seconds of readings."""
    _normal(lab, 20)


@capture("mbus/normal-later.pcap", "The same later: nothing may fire" + MADE, "mbgw hmi", rules=ALL_RULES,
         kind="benign", learn=NORMAL, check={"tcp.payload[0:1]==68": 12})  # fmt: skip
def normal_later(lab: Lab) -> None:
    """8 seconds of the same."""
    _normal(lab, 8)


def _attack(lab: Lab, name: str, techniques: str, rules: str, work: mbus.Work) -> None:
    """Do the work beside a head-end that reads."""
    with mbus.bus(lab):
        operator = lab["hmi"].begin(mbus.work_as, lab, "hmi", _collect(3))
        time.sleep(1)
        with lab.step(name, "att", "mbgw", techniques.split(), rules.split()):
            mbus.work_as(lab, "att", work)
        operator.result(60)


def _sending(*frames: tuple[int, str]) -> mbus.Work:
    def work(master: mbus.Master) -> None:
        for address, rest in frames:
            master.send(address, bytes.fromhex(rest))

    return work


@capture("mbus/readdress.pcap", "A stranger changes a meter's address and baud rate" + MADE, "mbgw hmi att",
         rules="MX01", learn=NORMAL, check={"ip.src==10.9.1.66 && tcp.payload[0:1]==68": 3})  # fmt: skip
def readdress(lab: Lab) -> None:
    """A primary and a secondary address, a baud rate."""
    work = _sending((5, "51017a08"), (6, "510c7978563412"), (6, "b8"))
    _attack(lab, "change address and baud rate", "T0836 T0815", "MX01", work)


@capture("mbus/reset.pcap", "A stranger resets a meter's application and has it test itself" + MADE, "mbgw hmi att",
         rules="MX02", learn=NORMAL, check={"ip.src==10.9.1.66 && tcp.payload[0:1]==68": 3})  # fmt: skip
def reset(lab: Lab) -> None:
    """A reset, a test, memory."""

    def work(master: mbus.Master) -> None:
        master.poll(5)
        _sending((5, "50"), (6, "b3"), (6, "b1"))(master)

    _attack(lab, "reset and test", "T0816 T0858", "MX02", work)


@capture("mbus/write.pcap", "A stranger sets a meter's counter, clock and password" + MADE, "mbgw hmi att",
         rules="MX03", learn=NORMAL, check={"ip.src==10.9.1.66 && tcp.payload[0:1]==68": 3})  # fmt: skip
def write(lab: Lab) -> None:
    """Three records."""
    work = _sending((6, "510c1300000000"), (6, "51046d2d0d1135"), (6, "5102fd163412"))
    _attack(lab, "write counter, clock and password", "T0836 T0809", "MX03", work)


@capture("mbus/sweep.pcap", "A stranger tries address after address" + MADE, "mbgw hmi att", rules="MX04",
         learn=NORMAL, check={"ip.src==10.9.1.66 && tcp.payload[0:1]==10": 14})  # fmt: skip
def sweep(lab: Lab) -> None:
    """Fourteen addresses; what answers is read."""

    def work(master: mbus.Master) -> None:
        for address in range(1, 15):
            if master.ping(address):
                master.poll(address)

    _attack(lab, "sweep addresses", "T0846 T0888", "MX04", work)


@capture("mbus/malformed.pcap", "Broken frames of a stranger" + MADE, "mbgw att", rules="MX05", learn=NORMAL,
         check={"ip.src==10.9.1.66 && tcp.len>0": 8})  # fmt: skip
def malformed(lab: Lab) -> None:
    """A reading, then broken frames."""

    def work(master: mbus.Master) -> None:
        master.poll(6)
        for data in odd_frames():
            master.raw(data)

    with mbus.bus(lab), lab.step("broken frames", "att", "mbgw", ["T0814"], ["MX05"]):
        mbus.work_as(lab, "att", work)
