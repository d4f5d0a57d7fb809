"""Proof captures of the SECS/GEM rules (HS01 to HS06): an etcher with its host, and what an intruder does to it."""

from __future__ import annotations

import time

from compose.plant.addresses import ip
from compose.plant.catalogue import capture
from compose.plant.golden_hsms import CHOSEN
from compose.plant.hsms_tool import (
    BODY,
    DOOR_OPEN,
    LOT,
    LOT_DONE,
    PRESSURE,
    RECIPE,
    SETPOINT,
    Raw,
    Station,
    Work,
    data,
    tool,
    work_as,
)
from compose.plant.lab import Lab

NORMAL = "hsms/normal.pcap"
RULES = "HS01 HS02 HS03 HS04 HS05 HS06"


def _host(seconds: float) -> Work:
    """What the equipment server does all day."""

    def work(station: Station) -> None:
        station.subscribe_collection_event(LOT_DONE, [LOT], 77)
        station.enable_alarm(DOOR_OPEN)
        station.ask(2, 15, [{"ECID": SETPOINT, "ECV": 12.5}])
        for number in range(int(seconds / 0.5)):
            station.ask(1, 3, CHOSEN)
            if number % 6 == 3:
                station.send_remote_command("START", [["LOTID", f"LOT-{number}"]])
            time.sleep(0.5)

    return work


def _engineer(station: Station) -> None:
    station.request_process_program(RECIPE)
    station.send_process_program(RECIPE, BODY)


def _normal(lab: Lab, seconds: float) -> None:
    with tool(lab):
        work_as(lab, "hmi", _host(seconds))
    with tool(lab):
        work_as(lab, "eng", _engineer)


@capture(
    NORMAL,
    "An etcher at work: polls, lots and events of its host; the engineering station reads a recipe and loads it. Learn "
    "the baseline from it.",
    "plc2 hmi eng",
    rules=RULES,
    kind="benign",
    check={"tcp.port==5000 && tcp.len>0": 60},
)
def normal(lab: Lab) -> None:
    """Twelve seconds of normal work."""
    _normal(lab, 12)


@capture(
    "hsms/normal-later.pcap",
    "The same etcher later. With the baseline learned, nothing may fire.",
    "plc2 hmi eng",
    rules=RULES,
    kind="benign",
    learn=NORMAL,
    check={"tcp.port==5000 && tcp.len>0": 40},
)
def normal_later(lab: Lab) -> None:
    """Six seconds of the same."""
    _normal(lab, 6)


@capture(
    "hsms/stranger.pcap",
    "A laptop connects to the etcher: reads and replaces a recipe, deletes another, sets a constant, stops the lot, "
    "disables the alarm and takes the etcher off-line.",
    "plc2 att",
    rules="HS01 HS02 HS03 HS04 HS05",
    check={"tcp.port==5000 && tcp.len>0": 20},
)
def stranger(lab: Lab) -> None:
    """An intruder with a host's program."""

    def work(station: Station) -> None:
        with lab.step("read-recipe", "att", "plc2", ["T0845"], ["HS04"]):
            station.request_process_program(RECIPE)
        with lab.step("replace-recipe", "att", "plc2", ["T0843"], ["HS03"]):
            station.send_process_program(RECIPE, BODY.replace("RF 2", "RF 9"))
            station.delete_process_programs([RECIPE])
        with lab.step("set-constant", "att", "plc2", ["T0836"], ["HS02"]):
            station.ask(2, 15, [{"ECID": SETPOINT, "ECV": 99.0}])
        with lab.step("stop", "att", "plc2", ["T0855", "T0858"], ["HS01"]):
            station.send_remote_command("STOP", [])
            station.ask(1, 3, [PRESSURE])
        with lab.step("silence", "att", "plc2", ["T0878"], ["HS05"]):
            station.disable_alarm(DOOR_OPEN)
            station.go_offline()

    with tool(lab):
        work_as(lab, "att", work)


@capture(
    "hsms/broken.pcap",
    "A laptop sends the etcher data before a selection, items that do not fill the text, types that do not exist. By "
    "hand: no library sends them.",
    "plc2 att",
    rules="HS06",
    check={"tcp.port==5000 && tcp.len>0": 4},
)
def broken(lab: Lab) -> None:
    """Messages that break the rules."""

    def work() -> None:
        with lab.step("malformed", "att", "plc2", ["T0814"], ["HS06"]), Raw(ip("plc2")) as line:
            line.say(data(1, 1))
            time.sleep(0.2)
            line.select()
            line.say(data(1, 3), b"\x01\x05\xb1\x04\0\0\0\1")
            line.say(b"\x00\x07\x81\x01\x05\x00")
            line.say(b"\xff\xff\x00\x00\x00\x08")
            time.sleep(0.3)

    with tool(lab):
        lab["att"].call(work)
