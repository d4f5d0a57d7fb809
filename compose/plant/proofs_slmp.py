"""Proof captures of the SLMP rules: the cell at work, and what intruders do to its controller (`pymcprotocol`)."""

from __future__ import annotations

import contextlib
import socket
import time

from pymcprotocol.mcprotocolerror import MCProtocolError  # type: ignore[import-untyped]

from compose.plant.addresses import SLMP_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.golden_slmp import READ
from compose.plant.lab import Lab
from compose.plant.slmp_device import PASSWORD, controller
from compose.plant.slmp_work import Client, Work, work_as

NORMAL = "slmp/hmi-normal.pcap"
ALL_RULES = "ML01 ML01W ML01N ML01S ML01I ML01P ML01M"
_POLL = 0.5  # seconds


def _operate(seconds: float) -> Work:
    """Poll as an operator station does, with a set-point now and then."""

    def work(client: Client) -> None:
        for number in range(int(seconds / _POLL)):
            client.own.batchread_wordunits("D0", 8)
            client.own.batchread_bitunits("M0", 8)
            if number % 8 == 4:
                client.own.batchwrite_wordunits("D200", [200 + number % 3])
            time.sleep(_POLL)

    return work


def _maintain(client: Client) -> None:
    """What an engineering station does without changing anything."""
    client.own.read_cputype()
    client.own.batchread_wordunits("SD200", 2)
    client.ask(0x0619, client.number(4) + b"ABCD")


def _normal(lab: Lab, seconds: float) -> None:
    with controller(lab):
        operator = lab["hmi"].begin(work_as, lab, "hmi", _operate(seconds))
        time.sleep(1)
        work_as(lab, "eng", _maintain)
        operator.result(90)


@capture(NORMAL, "An SLMP cell at work: polling, set-points, an engineering station. Learn the baseline from it.",
         "plc6 hmi eng", rules=ALL_RULES, kind="benign", check={"tcp.payload[11:2]==01:04": 60})  # fmt: skip
def hmi_normal(lab: Lab) -> None:
    """20 seconds of normal work."""
    _normal(lab, 20)


@capture("slmp/hmi-normal-later.pcap", "The same cell later. With the baseline learned, nothing may fire.",
         "plc6 hmi eng", rules=ALL_RULES, kind="benign", learn=NORMAL,
         check={"tcp.payload[11:2]==01:04": 20})  # fmt: skip
def hmi_normal_later(lab: Lab) -> None:
    """8 seconds of the same work."""
    _normal(lab, 8)


def _attack(lab: Lab, name: str, techniques: str, rules: str, work: Work, source: str = "att") -> None:
    """Do the work beside an operator station that polls."""
    with controller(lab):
        operator = lab["hmi"].begin(work_as, lab, "hmi", _operate(3))
        time.sleep(1)
        with lab.step(name, source, "plc6", techniques.split(), rules.split()):
            work_as(lab, source, work)
        operator.result(60)


@capture("slmp/stop.pcap", "A stranger stops the controller, clears latched devices, resets and starts it.",
         "plc6 hmi att", rules="ML01", learn=NORMAL, check={"tcp.payload[11:2]==02:10": 1})  # fmt: skip
def stop(lab: Lab) -> None:
    """Four remote commands."""

    def work(client: Client) -> None:
        client.own.remote_stop()
        client.own.remote_latchclear()
        client.own.remote_reset()
        client.own.remote_run(2, force_exec=True)

    _attack(lab, "stop, clear, reset and start", "T0858 T0816", "ML01", work)


@capture("slmp/unauthorised-write.pcap", "A host that may not write changes a set-point and an output.",
         "plc6 hmi att", rules="ML01W", learn=NORMAL, check={"tcp.payload[11:2]==01:14": 2})  # fmt: skip
def unauthorised_write(lab: Lab) -> None:
    """Two writes."""

    def work(client: Client) -> None:
        client.own.batchwrite_wordunits("D200", [999])
        client.own.batchwrite_bitunits("Y10", [1])

    _attack(lab, "unauthorised write", "T0855 T0836", "ML01W", work)


@capture("slmp/first-write.pcap", "The operator station, an allowed writer, writes devices it never wrote.",
         "plc6 hmi", rules="ML01N", learn=NORMAL, check={"tcp.payload[11:2]==01:14": 2})  # fmt: skip
def first_write(lab: Lab) -> None:
    """Two writes to other registers."""

    def work(client: Client) -> None:
        client.own.batchwrite_wordunits("R5", [1])
        client.own.batchwrite_wordunits("R6", [2])

    _attack(lab, "first write to a device", "T0836", "ML01N", work, source="hmi")


@capture("slmp/password.pcap", "A stranger tries remote passwords until one opens the port.", "plc6 hmi att",
         rules="ML01S", learn=NORMAL, check={"tcp.payload[11:2]==30:16": 3})  # fmt: skip
def password(lab: Lab) -> None:
    """Three passwords."""

    def work(client: Client) -> None:
        for secret in ("0000", "1234", PASSWORD):
            with contextlib.suppress(MCProtocolError):
                client.own.remote_unlock(secret)

    _attack(lab, "try passwords", "T0859 T0892", "ML01S", work)


@capture("slmp/identification-by-stranger.pcap", "A stranger reads the model, as scanners do.", "plc6 hmi att",
         rules="ML01I", learn=NORMAL, check={"tcp.payload[11:2]==01:01": 1})  # fmt: skip
def identification(lab: Lab) -> None:
    """One request."""
    _attack(lab, "read the model", "T0888", "ML01I", lambda client: void(client.own.read_cputype()))


@capture("slmp/files.pcap", "A stranger writes and deletes files, sets an address, the controller refuses; made in the "
         "library's frames, it has no function for them.", "plc6 hmi att", rules="ML01P", learn=NORMAL,
         check={"tcp.payload[11:2]==29:18": 1, "tcp.payload[11:2]==22:18": 1})  # fmt: skip
def files(lab: Lab) -> None:
    """Three requests."""

    def work(client: Client) -> None:
        client.ask(0x1829, client.number(1) + client.number(0, "long") + client.number(4) + b"\0\0\0\0")
        client.ask(0x1822, client.number(0) * 6)
        client.ask(0x0E34, client.number(0) * 4)

    _attack(lab, "write and delete files", "T0843 T0889", "ML01P", work)


@capture("slmp/malformed.pcap", "Broken frames of a stranger: a command, a module, lengths that are none; by hand.",
         "plc6 att", rules="ML01M", learn=NORMAL, check={"tcp.payload[0:2]==50:00": 4})  # fmt: skip
def malformed(lab: Lab) -> None:
    """A sound request, then three broken ones."""
    odd = (READ, READ[:11] + b"\x77" + READ[12:], READ[:5] + b"\x09" + READ[6:], READ[:7] + b"\x0a" + READ[8:-2])

    def send() -> None:
        with socket.create_connection((ip("plc6"), SLMP_PORT), timeout=3) as end:
            for message in odd:
                end.sendall(message)
                end.recv(256)

    with controller(lab), lab.step("broken frames", "att", "plc6", ["T0814"], ["ML01M"]):
        lab["att"].call(send)


def void(_: object) -> None:
    """Work that returns nothing."""
