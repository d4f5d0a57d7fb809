"""Proof captures of the DLMS/COSEM rules: meters with their head-end, and what an intruder does to them."""

from __future__ import annotations

import time

from gurux_dlms.enums import Authentication, DataType  # type: ignore[import-untyped]  # a stack without types

from compose.plant.addresses import ip
from compose.plant.catalogue import capture
from compose.plant.dlms_client import PUBLIC, Reader, meter, work_as
from compose.plant.dlms_meter import (
    ASSOCIATION,
    BREAKER,
    BREAKER_SCHEDULE,
    CALENDAR,
    CLOCK,
    DEVICE_NAME,
    ENERGY,
    EVENT_LOG,
    FIRMWARE,
    GLOBAL_RESET,
    LIMITER,
    POWER,
    PROFILE,
    SECURITY,
    TIME,
)
from compose.plant.golden_dlms import break_rules, send_image
from compose.plant.lab import Lab

NORMAL = "dlms/normal.pcap"
METERS = ("mtr1", "mtr2", "mtr3")
RULES = "DL01 DL02 DL03 DL04 DL05 DL06 DL07 DL08 DL09 DL10 DL11 DL12 DL13 DL14 DL15 DL15U DL16 DL17 DL17G"


def _poll(reader: Reader) -> None:
    reader.get(ENERGY, 3)
    reader.get(ENERGY)
    reader.get(POWER)


def _collect(reader: Reader) -> None:
    """What the head-end does with each meter."""
    reader.get(DEVICE_NAME)
    reader.get(FIRMWARE)
    for _ in range(3):
        _poll(reader)
        time.sleep(0.3)
    reader.get(PROFILE)
    reader.set(CLOCK, 2, TIME, DataType.OCTET_STRING)
    reader.set(LIMITER, 4, 9_000, DataType.UINT32)


def _normal(lab: Lab, image: bool) -> None:
    with meter(lab, *METERS):
        work_as(lab, "hmi", _collect, "mtr1", secure=True)
        work_as(lab, "hmi", _poll, "mtr1", secure=True, general=True)
        # The public client needs no proof; it lowers nobody's security.
        public = {"client": PUBLIC, "authentication": Authentication.NONE, "password": b""}
        work_as(lab, "hmi", lambda reader: reader.get(DEVICE_NAME), "mtr1", **public)
        for each in METERS[1:]:
            work_as(lab, "hmi", _collect, each)
        if image:
            work_as(lab, "eng", send_image, "mtr3")


@capture(
    NORMAL,
    "Three meters at work: the head-end reads them, sets clocks and a limit, one of them in a secured association; the "
    "engineering station loads firmware. Learn the baseline from it.",
    "mtr1 mtr2 mtr3 hmi eng",
    rules=RULES,
    kind="benign",
    check={"tcp.port==4059 && tcp.len>0": 60},
)
def normal(lab: Lab) -> None:
    """Normal work."""
    _normal(lab, image=True)


@capture(
    "dlms/normal-later.pcap",
    "The same meters later. With the baseline learned, nothing may fire.",
    "mtr1 mtr2 mtr3 hmi eng",
    rules=RULES,
    kind="benign",
    learn=NORMAL,
    check={"tcp.port==4059 && tcp.len>0": 40},
)
def normal_later(lab: Lab) -> None:
    """Some more of the same."""
    _normal(lab, image=False)


@capture(
    "dlms/stranger.pcap",
    "A laptop knows the password of a meter: cuts the supply, sets the clock, loads firmware, transfers a key, lowers "
    "the policy, runs a script, erases the event log, changes limit and schedule, resets a register.",
    "mtr2 att",
    rules="DL01 DL03 DL04 DL05 DL06 DL07 DL08 DL09 DL10",
    check={"tcp.port==4059 && tcp.len>0": 30},
)
def stranger(lab: Lab) -> None:
    """An intruder with a service tool."""

    def work(reader: Reader) -> None:
        with lab.step("disconnect", "att", "mtr2", ["T0855", "T0813"], ["DL01"]):
            reader.act(BREAKER, 1)
        with lab.step("clock", "att", "mtr2", ["T0836"], ["DL03"]):
            reader.set(CLOCK, 2, TIME, DataType.OCTET_STRING)
        with lab.step("firmware", "att", "mtr2", ["T0857"], ["DL04"]):
            send_image(reader, "EVIL-1")
        with lab.step("keys", "att", "mtr2", ["T0892"], ["DL05"]):
            reader.act_raw(SECURITY, 2, b"\x01\x01\x02\x02\x16\x00\x09\x18" + bytes(range(24)))
            reader.act(ASSOCIATION, 2, b"Intruder-12345", DataType.OCTET_STRING)
        with lab.step("policy", "att", "mtr2", ["T0892"], ["DL06"]):
            reader.set(SECURITY, 2, 0, DataType.ENUM)
        with lab.step("reset", "att", "mtr2", ["T0809"], ["DL07"]):
            reader.act(GLOBAL_RESET, 1, 0, DataType.UINT16)
        with lab.step("erase", "att", "mtr2", ["T0872"], ["DL08"]):
            reader.act(EVENT_LOG, 1)
        with lab.step("tariff", "att", "mtr2", ["T0836"], ["DL09"]):
            reader.set(LIMITER, 4, 100, DataType.UINT32)
            reader.set(BREAKER_SCHEDULE, 3, 1, DataType.ENUM)
            reader.act(CALENDAR, 1)
        with lab.step("register", "att", "mtr2", ["T0836"], ["DL10"]):
            reader.act(ENERGY, 1)

    with meter(lab, "mtr2"):
        work_as(lab, "att", work, "mtr2")


@capture(
    "dlms/mass.pcap",
    "The head-end, misused, cuts the supply at three meters within seconds.",
    "mtr1 mtr2 mtr3 hmi",
    rules="DL02",
    check={"tcp.port==4059 && tcp.len>0": 18},
)
def mass(lab: Lab) -> None:
    """Many meters at once."""
    with meter(lab, *METERS), lab.step("disconnect-all", "hmi", "mtr3", ["T0813", "T0855"], ["DL02"]):
        for each in METERS:
            work_as(lab, "hmi", lambda reader: reader.act(BREAKER, 1), each)


@capture(
    "dlms/first-command.pcap",
    "The head-end, which sets clocks and limits, opens the breaker of a meter for the first time.",
    "mtr2 hmi",
    rules="DL14",
    learn=NORMAL,
    check={"tcp.port==4059 && tcp.len>0": 6},
)
def first_command(lab: Lab) -> None:
    """A known writer does something new."""

    def work(reader: Reader) -> None:
        with lab.step("first-command", "hmi", "mtr2", ["T0855"], ["DL14"]):
            reader.act(BREAKER, 1)

    with meter(lab, "mtr2"):
        work_as(lab, "hmi", work, "mtr2")


@capture(
    "dlms/lowered.pcap",
    "The head-end reads a meter with a password in clear that it read in a secured association before.",
    "mtr1 hmi",
    rules="DL11",
    learn=NORMAL,
    check={"tcp.port==4059 && tcp.len>0": 8},
)
def lowered(lab: Lab) -> None:
    """Security stripped away."""
    with meter(lab, "mtr1"), lab.step("lowered", "hmi", "mtr1", ["T0830"], ["DL11"]):
        work_as(lab, "hmi", _poll, "mtr1")


@capture(
    "dlms/guesses.pcap",
    "A laptop tries five passwords of a meter.",
    "mtr1 att",
    rules="DL12",
    check={"tcp.port==4059 && tcp.len>0": 10},
)
def guesses(lab: Lab) -> None:
    """Passwords tried."""

    def work() -> None:
        for password in (b"00000000", b"12345678", b"11111111", b"ABCD0001", b"Gurux"):
            Reader(ip("mtr1"), password=password).refused()

    with meter(lab, "mtr1"), lab.step("guess", "att", "mtr1", ["T0859"], ["DL12"]):
        lab["att"].call(work)


@capture(
    "dlms/replay.pcap",
    "In a secured association a ciphered command is sent once more, byte for byte.",
    "mtr1 hmi",
    rules="DL13",
    check={"tcp.port==4059 && tcp.len>0": 8},
)
def replay(lab: Lab) -> None:
    """A recorded command."""

    def work(reader: Reader) -> None:
        reader.act(BREAKER, 2)
        with lab.step("replay", "hmi", "mtr1", ["T0856"], ["DL13"]):
            reader.again()

    with meter(lab, "mtr1"):
        work_as(lab, "hmi", work, "mtr1", secure=True)


@capture(
    "dlms/ciphered-stranger.pcap",
    "A laptop that has the keys of a meter writes and commands under its protection.",
    "mtr1 att",
    rules="DL17",
    check={"tcp.port==4059 && tcp.len>0": 8},
)
def ciphered_stranger(lab: Lab) -> None:
    """Keys in wrong hands."""

    def work(reader: Reader) -> None:
        with lab.step("ciphered-command", "att", "mtr1", ["T0855"], ["DL17"]):
            reader.act(BREAKER, 1)
            reader.set(LIMITER, 4, 100, DataType.UINT32)

    with meter(lab, "mtr1"):
        work_as(lab, "att", work, "mtr1", secure=True)


@capture(
    "dlms/general-stranger.pcap",
    "A laptop that has the keys of a meter works under general ciphering, which does not even show the service.",
    "mtr1 att",
    rules="DL17G",
    check={"tcp.port==4059 && tcp.len>0": 8},
)
def general_stranger(lab: Lab) -> None:
    """Keys in wrong hands, services hidden."""

    def work(reader: Reader) -> None:
        with lab.step("hidden-command", "att", "mtr1", ["T0855"], ["DL17G"]):
            reader.act(BREAKER, 1)

    with meter(lab, "mtr1"):
        work_as(lab, "att", work, "mtr1", secure=True, general=True)


@capture(
    "dlms/probing.pcap",
    "A laptop asks a meter for objects that it lacks, and behind its address for one logical device after the other.",
    "mtr1 att",
    rules="DL15 DL15U",
    check={"tcp.port==4059 && tcp.len>0": 40},
)
def probing(lab: Lab) -> None:
    """What is there?"""

    def objects(reader: Reader) -> None:
        with lab.step("objects", "att", "mtr1", ["T0846", "T0861"], ["DL15"]):
            for number in range(12):
                reader.get((3, f"1.0.{200 + number}.8.0.255"))

    def devices() -> None:
        asked = Reader(ip("mtr1"))
        request = bytes(asked.dlms.aarqRequest()[0])[8:]
        for device in range(1, 13):
            reader = Reader(ip("mtr1"))
            reader.say(b"\x00\x01\x00\x01" + device.to_bytes(2, "big") + len(request).to_bytes(2, "big") + request)
            time.sleep(0.05)

    with meter(lab, "mtr1"):
        work_as(lab, "att", objects, "mtr1")
        with lab.step("devices", "att", "mtr1", ["T0846"], ["DL15U"]):
            lab["att"].call(devices)


@capture(
    "dlms/broken.pcap",
    "A laptop sends a meter APDUs that are none or are cut, frames with a wrong checksum or without LLC. By hand: no "
    "library sends them.",
    "mtr1 att",
    rules="DL16",
    check={"tcp.len>0": 6},
)
def broken(lab: Lab) -> None:
    """Messages that break the rules."""
    with meter(lab, "mtr1"), lab.step("malformed", "att", "mtr1", ["T0814"], ["DL16"]):
        lab["att"].call(break_rules)
