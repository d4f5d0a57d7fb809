"""Proof captures of the GE SRTP rules: a boiler house and a robot at work, and what intruders do to them.

The robot's traffic is that of `fanuc-ucl`; what is asked of the controller is made by hand, for no stack exists.
"""

from __future__ import annotations

import contextlib
import socket
import time

from fanuc_ucl import hmi

from compose.plant.addresses import SRTP_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.golden_srtp import BY_HAND, odd_frames
from compose.plant.lab import Lab
from compose.plant.srtp_device import HEADER, PASSWORD, RUN, STOP, controller
from compose.plant.srtp_work import PATIENCE, Client, Talk, Work, robot_as, work_as

NORMAL = "ge_srtp/hmi-normal.pcap"
ALL_RULES = "GE01 GE01S GE02 GE02U GE03 GE03N GE04 GE05 GE06 GE07 GE08 GE09 GE10 GE11"
_POLL = 0.5  # seconds
_SERVICE = "tcp.payload[42:1]=="


def _operate(seconds: float) -> Work:
    """Poll as an operator station does, with a set-point now and then."""

    def work(client: Client) -> None:
        for number in range(int(seconds / _POLL)):
            client.ask(0x04, 0x08, 0, 8)
            client.ask(0x04, 0x46, 0, 16)
            client.ask(0x00)
            if number % 8 == 4:
                client.ask(0x07, 0x08, 99, 1, data=(200 + number % 3).to_bytes(2, "little"))
            time.sleep(_POLL)

    return work


def _tend(seconds: float) -> Talk:
    """Poll a robot as its operator station does."""

    def talk(driver: hmi.HmiDriver) -> None:
        for number in range(int(seconds / _POLL)):
            driver.read(hmi.Register, 1, 8).wait_timeout(PATIENCE)
            driver.read(hmi.DigitalInput, 1, 16).wait_timeout(PATIENCE)
            if number % 8 == 4:
                driver.write(hmi.Register, 20, number % 3).wait_timeout(PATIENCE)
            time.sleep(_POLL)

    return talk


def _maintain(client: Client) -> None:
    """What an engineering station does without changing anything."""
    for service in (0x00, 0x01, 0x03, 0x43, 0x25, 0x38):
        client.ask(service)
    client.level(4, PASSWORD)
    client.ask(0x3F)
    client.level(-1)


def _normal(lab: Lab, seconds: float) -> None:
    with controller(lab), controller(lab, "robot"):
        operator = lab["hmi"].begin(work_as, lab, "hmi", _operate(seconds))
        tended = lab["hmi"].begin(robot_as, lab, "hmi", _tend(seconds))
        time.sleep(1)
        work_as(lab, "eng", _maintain)
        operator.result(90)
        tended.result(90)


@capture(NORMAL, "A boiler house and a robot at work: polling, set-points, an engineering station. Learn the baseline "
         "from it; the robot's frames are `fanuc-ucl`'s, the others made by hand.", "pac robot hmi eng",
         rules=ALL_RULES, kind="benign", check={_SERVICE + "04": 150})  # fmt: skip
def hmi_normal(lab: Lab) -> None:
    """20 seconds of normal work."""
    _normal(lab, 20)


@capture("ge_srtp/hmi-normal-later.pcap", "The same later. With the baseline learned, nothing may fire.",
         "pac robot hmi eng", rules=ALL_RULES, kind="benign", learn=NORMAL, check={_SERVICE + "04": 60})  # fmt: skip
def hmi_normal_later(lab: Lab) -> None:
    """8 seconds of the same work."""
    _normal(lab, 8)


def _attack(lab: Lab, name: str, techniques: str, rules: str, work: Work, source: str = "att", level: int = 4) -> None:
    """Do the work beside an operator station that polls, on a controller without passwords."""
    with controller(lab, level=level):
        operator = lab["hmi"].begin(work_as, lab, "hmi", _operate(3))
        time.sleep(1)
        with lab.step(name, source, "pac", techniques.split(), rules.split()):
            work_as(lab, source, work)
        operator.result(60)


@capture("ge_srtp/stop.pcap",
         "A stranger stops the controller and starts it; the operator's polls see it stop" + BY_HAND, "pac hmi att",
         rules="GE01 GE01S", learn=NORMAL, check={_SERVICE + "23": 2})  # fmt: skip
def stop(lab: Lab) -> None:
    """Stopped for a second."""

    def work(client: Client) -> None:
        client.ask(0x23, STOP)
        time.sleep(1.2)
        client.ask(0x23, RUN)

    _attack(lab, "stop and start", "T0858", "GE01 GE01S", work)


@capture("ge_srtp/program-load.pcap", "A stranger edits a program block and loads a program" + BY_HAND, "pac hmi att",
         rules="GE02", learn=NORMAL, check={"tcp.payload[50:1]==09": 1, "tcp.payload[50:1]==40": 1})  # fmt: skip
def program_load(lab: Lab) -> None:
    """Two requests."""

    def work(client: Client) -> None:
        client.ask(0x09, 0, 32, 4, text=b"\1\2\3\4")
        client.ask(0x40, text=bytes(64))

    _attack(lab, "edit and load a program", "T0843 T0889", "GE02", work)


@capture("ge_srtp/program-read.pcap", "A stranger reads the program out" + BY_HAND, "pac hmi att", rules="GE02U",
         learn=NORMAL, check={_SERVICE + "3f": 1})  # fmt: skip
def program_read(lab: Lab) -> None:
    """Two requests."""

    def work(client: Client) -> None:
        client.ask(0x3F)
        client.ask(0x06, 0, 0, 64)

    _attack(lab, "read the program", "T0845", "GE02U", work)


@capture("ge_srtp/unauthorised-write.pcap", "A host that may not write changes a set-point and an output" + BY_HAND,
         "pac hmi att", rules="GE03", learn=NORMAL, check={_SERVICE + "07": 2})  # fmt: skip
def unauthorised_write(lab: Lab) -> None:
    """Two writes."""

    def work(client: Client) -> None:
        client.ask(0x07, 0x08, 99, 1, data=b"\xe7\x03")
        client.ask(0x07, 0x48, 9, 1, data=b"\x02")

    _attack(lab, "unauthorised write", "T0855 T0836", "GE03", work)


@capture(
    "ge_srtp/first-write.pcap",
    "The operator station, an allowed writer, writes registers it never wrote" + BY_HAND,
    "pac hmi",
    rules="GE03N",
    learn=NORMAL,
    check={_SERVICE + "07": 2},
)
def first_write(lab: Lab) -> None:
    """Two writes to other registers."""

    def work(client: Client) -> None:
        client.ask(0x07, 0x08, 499, 1, data=b"\1\0")
        client.ask(0x07, 0x08, 500, 1, data=b"\2\0")

    _attack(lab, "first write to a register", "T0836", "GE03N", work, source="hmi")


@capture("ge_srtp/force.pcap", "A stranger toggles forces of an input and an output" + BY_HAND, "pac hmi att",
         rules="GE04", learn=NORMAL, check={_SERVICE + "44": 2})  # fmt: skip
def force(lab: Lab) -> None:
    """Two forces."""

    def work(client: Client) -> None:
        client.ask(0x44, 0x46, 12, 1)
        client.ask(0x44, 0x48, 3, 1)

    _attack(lab, "toggle forces", "T0835 T0831", "GE04", work)


@capture("ge_srtp/clock-set.pcap", "A stranger sets the clock" + BY_HAND, "pac hmi att", rules="GE05", learn=NORMAL,
         check={_SERVICE + "24": 1})  # fmt: skip
def clock_set(lab: Lab) -> None:
    """One request."""
    clock = bytes.fromhex("593023311226")
    _attack(lab, "set the clock", "T0836", "GE05", lambda client: void(client.ask(0x24, data=clock)))


@capture("ge_srtp/passwords.pcap",
         "A stranger tries passwords until one gives the level of a programmer, and logs on" + BY_HAND, "pac hmi att",
         rules="GE06", learn=NORMAL, check={_SERVICE + "21": 3})  # fmt: skip
def passwords(lab: Lab) -> None:
    """Three passwords and a logon."""

    def work(client: Client) -> None:
        for secret in (b"0000", b"1234", PASSWORD):
            client.level(4, secret)
        client.ask(0x20, text=b"MAIN\0\0\0\0")

    _attack(lab, "try passwords", "T0859 T0892", "GE06", work, level=2)


@capture("ge_srtp/faults-cleared.pcap", "A stranger clears both fault tables" + BY_HAND, "pac hmi att", rules="GE07",
         learn=NORMAL, check={_SERVICE + "39": 2})  # fmt: skip
def faults_cleared(lab: Lab) -> None:
    """Two requests."""

    def work(client: Client) -> None:
        client.ask(0x39, 1)
        client.ask(0x39, 2)

    _attack(lab, "clear the fault tables", "T0872", "GE07", work)


@capture("ge_srtp/id-set.pcap", "A stranger gives the controller another ID" + BY_HAND, "pac hmi att", rules="GE08",
         learn=NORMAL, check={"tcp.payload[50:1]==22": 1})  # fmt: skip
def id_set(lab: Lab) -> None:
    """One request."""
    _attack(lab, "set the ID", "T0836", "GE08", lambda client: void(client.ask(0x22, text=b"PAC9\0\0\0\0")))


@capture("ge_srtp/identification-by-stranger.pcap", "A stranger reads type, ID and programs, as scanners do" + BY_HAND,
         "pac hmi att", rules="GE09", learn=NORMAL, check={_SERVICE + "43": 1})  # fmt: skip
def identification(lab: Lab) -> None:
    """Two requests."""

    def work(client: Client) -> None:
        client.ask(0x43)
        client.ask(0x03)

    _attack(lab, "read type and programs", "T0888", "GE09", work)


@capture(
    "ge_srtp/robot-variables.pcap",
    "A stranger sets a system variable of a robot and has registers stand for others.",
    "robot hmi att",
    rules="GE10",
    learn=NORMAL,
    check={"tcp.payload[51:1]==38": 1},
)
def robot_variables(lab: Lab) -> None:
    """What `fanuc-ucl` offers for it."""

    def talk(driver: hmi.HmiDriver) -> None:
        driver.write(hmi.Command, 1, "SETVAR $MCR.$GENOVERRIDE 100").wait_timeout(PATIENCE)
        driver.register_asg(float, index=3)

    with controller(lab, "robot"):
        operator = lab["hmi"].begin(robot_as, lab, "hmi", _tend(3))
        time.sleep(1)
        with lab.step("set variables of a robot", "att", "robot", ["T0836", "T0855"], ["GE10"]):
            robot_as(lab, "att", talk)
        operator.result(60)


@capture("ge_srtp/malformed.pcap", "Broken messages of a stranger: services, segments, lengths that are none" + BY_HAND,
         "pac att", rules="GE11", learn=NORMAL, check={"tcp.payload[0:1]==02": 6})  # fmt: skip
def malformed(lab: Lab) -> None:
    """A sound request, then broken ones."""

    def send() -> None:
        with socket.create_connection((ip("pac"), SRTP_PORT), timeout=1) as end:
            for message in (bytes(HEADER), *odd_frames()[:-1]):
                end.sendall(message)
                with contextlib.suppress(TimeoutError):
                    end.recv(256)

    with controller(lab), lab.step("broken messages", "att", "pac", ["T0814"], ["GE11"]):
        lab["att"].call(send)


def void(_: object) -> None:
    """Work that returns nothing."""
