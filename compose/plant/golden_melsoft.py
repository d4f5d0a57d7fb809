"""Golden captures of MELSOFT, made by hand: no stack is to be had."""

from __future__ import annotations

import struct

from compose.plant import melsoft as ms
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.melsoft_controller import DIGEST, serving
from compose.plant.melsoft_tool import Tool, work_as

MAIN = ms.PROJECT + "MAIN.PRG"


def _devices(tool: Tool) -> None:
    tool.connect()
    tool.read("M96", 25)
    tool.read("D0", 4)
    tool.write("D10", [1, 2, 300])
    tool.write("M0", [1, 0, 1])
    tool.write("Y10", [1])
    tool.write("LZ0", [70_000, 5])
    tool.read("LZ0", 2)
    # Three polls that differ in one word: a change of one point.
    for value in (5, 5, 7):
        tool.write("D50", [value])
        tool.ask(ms.RANDOM_READ, ms.single(["D50", "D200"], [], short=True))
    tool.ask(ms.RANDOM_READ, ms.single(["SD4456"], []))
    tool.ask(ms.RANDOM_WRITE, ms.single(["D5"], ["Y10", "M7"], ms.words([42]) + ms.bits([1, 0])))
    tool.ask(ms.UNNAMED, bytes.fromhex("010001070400400000000000000000000000"))


def _files(tool: Tool) -> None:
    tool.connect()
    tool.list()
    tool.upload(MAIN, 2_120)
    tool.find(ms.PROJECT + "NONE.PRG")
    tool.ask(ms.DRIVE_INFORMATION, b"    " + struct.pack("<H", ms.DRIVE))
    paths = ms.PROJECT + "CPU.PRM", MAIN
    tool.ask(ms.ATTRIBUTES, struct.pack("<H", 2) + b"".join(struct.pack("<HH", 4, 4) + ms.text(path) for path in paths))
    tool.ask(ms.STOP, b"\1\0")
    tool.download(MAIN, bytes(at * 5 & 0xFF for at in range(1_300)))
    tool.download("LOG\\A.CSV", b"1;2\r\n")
    tool.delete("LOG\\A.CSV")
    tool.ask(ms.RUN, b"\1\0\2\0")
    tool.ask(ms.PAUSE, b"\3\0")
    tool.ask(ms.RESET, b"\1\0")
    tool.upload(ms.PROJECT + "CPU.PRM", 780, ms.digest(bytes(32)))
    tool.upload(ms.PROJECT + "CPU.PRM", 780, ms.digest(DIGEST))
    tool.change()


def _old(tool: Tool) -> None:
    tool.ask(ms.TYPE_NAME, b"\0\1", long=False)
    tool.ask(ms.Q_WRITE, struct.pack("<BBHHIIH", 0, 1, 0, 0x90, 10, 0, 1), long=False)
    tool.ask(ms.STOP, b"\1\0", long=False)


@capture(
    "melsoft/session.pcap",
    "Model and challenge, devices read and written, singly and in ranges; files listed, uploaded, downloaded, deleted; "
    "stop, run, pause, reset; a file's password refused and taken; a program changed during RUN; frames of Q; made by "
    "hand, no stack exists.",
    "plc6 eng",
    kind="golden",
    check={"tcp.payload[0:1]==57": 59, "tcp.payload[0:1]==d7": 59},
)
def session(lab: Lab) -> None:
    """An engineering station at work, on three connections."""
    with serving(lab):
        for work in (_devices, _files, _old):
            work_as(lab, "eng", work)


def _direct(tool: Tool) -> None:
    tool.greet()
    tool.connect()
    tool.read("D0", 2)
    tool.write("D10", [1])
    tool.upload(MAIN, 2_120)
    tool.ask(ms.STOP, b"\1\0")


@capture(
    "melsoft/direct.pcap",
    "The direct connection: both sides send to everybody, each request from a new port; then a search that two "
    "controllers answer; made by hand, no stack exists.",
    "plc6 plc5 eng hmi",
    kind="golden",
    check={"udp.payload[0:1]==57": 13, "udp.payload[0:1]==d7": 14, "udp.payload[0:1]==da": 4},
)
def direct(lab: Lab) -> None:
    """An engineering station, then an operator station that looks who is there."""
    with serving(lab):
        work_as(lab, "eng", _direct, direct=True)
    with serving(lab, "plc6", "plc5"):
        work_as(lab, "hmi", lambda tool: void(tool.ask(ms.SEARCH, port=ms.SEARCH_PORT)), direct=True)


def _odd(tool: Tool) -> None:
    sound = ms.Call(ms.READ, 1, ms.range_of("D0", 2)).request()
    tool.raw(sound)
    tool.raw(ms.Call(ms.READ, 2, ms.range_of("D0", 2)[:-1]).request())  # a count that is cut
    tool.raw(ms.Call(ms.WRITE, 3, ms.range_of("D0", 2) + b"\1\0").request())  # a value is missing
    tool.raw(sound[:12] + b"\x09" + sound[13:])  # no such module
    tool.raw(ms.Call(ms.ATTRIBUTES, 4, b"\2\0\4\0\4\0" + b"\xff\0A\0").request())  # a path that is cut
    tool.raw(ms.Call(0x0777, 5, b"1234").request())  # a command that nobody names
    tool.raw(b"\1\2" + sound)  # bytes before a frame


@capture(
    "melsoft/odd.pcap",
    "Devices, values and paths that are cut, a module that is none, an unnamed command, bytes that are no frame; made "
    "by hand.",
    "plc6 att",
    kind="golden",
    check={"tcp.payload[0:1]==57": 6},
)
def odd(lab: Lab) -> None:
    """What breaks the form."""
    with serving(lab):
        work_as(lab, "att", _odd)


def void(_: object) -> None:
    """Work that returns nothing."""
