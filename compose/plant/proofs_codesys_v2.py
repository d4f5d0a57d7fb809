"""Proof captures of the CODESYS V2.3 rules: a controller that is looked at, and what intruders do. Made by hand."""

from __future__ import annotations

import time

from compose.plant import codesys_v2 as v2
from compose.plant.catalogue import capture
from compose.plant.golden_codesys_v2 import MADE
from compose.plant.lab import Lab

NORMAL = "codesys_v2/eng-normal.pcap"
ALL_RULES = "CS21 CS22 CS23 CS24 CS25 CS26"


def _look(seconds: int) -> v2.Work:
    def work(client: v2.Client) -> None:
        client.begin()
        for _ in range(seconds * 2):
            client.raw(v2.SYNCHRONISE)
            time.sleep(0.5)

    return work


@capture(NORMAL, "A controller that its engineering station is connected to. Learn the baseline from it" + MADE,
         "plc8 eng", rules=ALL_RULES, kind="benign", check={"tcp.port==2455 && tcp.len>0": 70})  # fmt: skip
def eng_normal(lab: Lab) -> None:
    """20 seconds of a connection."""
    with v2.controller(lab):
        v2.work_as(lab, "eng", _look(20))


@capture("codesys_v2/eng-normal-later.pcap", "The same later: nothing may fire" + MADE, "plc8 eng", rules=ALL_RULES,
         kind="benign", learn=NORMAL, check={"tcp.port==2455 && tcp.len>0": 30})  # fmt: skip
def eng_normal_later(lab: Lab) -> None:
    """8 seconds of the same."""
    with v2.controller(lab):
        v2.work_as(lab, "eng", _look(8))


def _attack(lab: Lab, name: str, techniques: str, rules: str, work: v2.Work) -> None:
    with v2.controller(lab), lab.step(name, "att", "plc8", techniques.split(), rules.split()):
        v2.work_as(lab, "att", work)


@capture("codesys_v2/stop.pcap", "A stranger stops and resets the program by the shell" + MADE, "plc8 att",
         rules="CS21 CS24", learn=NORMAL, check={"tcp.port==2455 && tcp.len>0": 10})  # fmt: skip
def stop(lab: Lab) -> None:
    """Two commands."""

    def work(client: v2.Client) -> None:
        client.shell("stopprg")
        client.shell("resetprgorg")

    _attack(lab, "stop and reset the program", "T0858 T0816", "CS21 CS24", work)


@capture("codesys_v2/program.pcap", "A stranger stores a program and sets a password" + MADE, "plc8 att",
         rules="CS22", learn=NORMAL, check={"tcp.port==2455 && tcp.len>0": 10})  # fmt: skip
def program(lab: Lab) -> None:
    """A program of zeros with its checksum; a password."""

    def work(client: v2.Client) -> None:
        client.write("DEFAULT.PRG", bytes(1500))
        client.write("DEFAULT.CHK", bytes(4))
        client.shell("setpwd mine")

    _attack(lab, "store a program", "T0843 T0889", "CS22", work)


@capture("codesys_v2/read.pcap", "A stranger reads the program" + MADE, "plc8 att", rules="CS23", learn=NORMAL,
         check={"tcp.port==2455 && tcp.len>0": 6})  # fmt: skip
def read(lab: Lab) -> None:
    """The program as a file."""
    _attack(lab, "read the program", "T0845", "CS23", lambda client: client.read("DEFAULT.PRG"))


@capture("codesys_v2/search.pcap", "A scanner asks who is there" + MADE, "plc8 att", rules="CS25", learn=NORMAL,
         check={"tcp.port==2455 && tcp.len>0": 2})  # fmt: skip
def search(lab: Lab) -> None:
    """What scanners send."""
    _attack(lab, "identify the controller", "T0846 T0888", "CS25", lambda client: client.raw(v2.plain(v2.IDENTIFY)))


@capture("codesys_v2/malformed.pcap", "Broken frames of a stranger" + MADE, "plc8 att", rules="CS26", learn=NORMAL,
         check={"tcp.port==2455 && tcp.len>0": 4})  # fmt: skip
def malformed(lab: Lab) -> None:
    """Bytes that must be zero and are not."""
    sound = v2.wrapped(b"\x92\0\0\0\0pinf\0")

    def work(client: v2.Client) -> None:
        client.raw(v2.SYNCHRONISE)
        client.raw(sound[:9] + b"\7" + sound[10:])
        client.raw(sound[:2] + b"\2" + sound[3:])

    _attack(lab, "malformed frames", "T0814", "CS26", work)
