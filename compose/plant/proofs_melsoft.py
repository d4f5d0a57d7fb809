"""Proof captures of the MELSOFT rules: a controller with its stations, intruders with a tool. All is made by hand."""

from __future__ import annotations

import struct
import time

from compose.plant import melsoft as ms
from compose.plant.catalogue import capture
from compose.plant.golden_melsoft import MAIN
from compose.plant.lab import Lab
from compose.plant.melsoft_controller import serving
from compose.plant.melsoft_tool import Tool, Work, work_as

NORMAL = "melsoft/tool-normal.pcap"
ALL_RULES = "ML10 ML11 ML12 ML13 ML14 ML15 ML16 ML17 ML18"
MADE = "; made by hand, no stack exists."
_POLL = 0.5  # seconds


def _operate(seconds: float) -> Work:
    """Poll as an operator station does, with a set-point now and then."""

    def work(tool: Tool) -> None:
        for number in range(int(seconds / _POLL)):
            tool.read("D0", 8)
            tool.ask(ms.RANDOM_READ, ms.single(["D50", "D200"], [], short=True))
            if number % 8 == 4:
                tool.write("D200", [200 + number % 3])
            time.sleep(_POLL)

    return work


def _look(tool: Tool) -> None:
    """What an engineering station does without changing anything: it compares its project with the controller's."""
    tool.connect()
    tool.list()
    tool.upload(MAIN, 2_120)


def _look_directly(tool: Tool) -> None:
    tool.greet()
    _look(tool)


def _normal(lab: Lab, seconds: float) -> None:
    with serving(lab):
        operator = lab["hmi"].begin(work_as, lab, "hmi", _operate(seconds))
        time.sleep(1)
        work_as(lab, "eng", _look)
        work_as(lab, "eng", _look_directly, direct=True)
        operator.result(90)


@capture(NORMAL, "Devices polled and set by the operator station, the project compared by the engineering station, on "
         "a connection and to everybody. Learn the baseline from it" + MADE, "plc6 hmi eng",
         rules=ALL_RULES, kind="benign", check={"tcp.payload[0:1]==57": 60, "udp.payload[0:1]==57": 6})  # fmt: skip
def tool_normal(lab: Lab) -> None:
    """20 seconds of it."""
    _normal(lab, 20)


@capture("melsoft/tool-normal-later.pcap", "The same later: nothing may fire" + MADE, "plc6 hmi eng", rules=ALL_RULES,
         kind="benign", learn=NORMAL, check={"tcp.payload[0:1]==57": 20, "udp.payload[0:1]==57": 6})  # fmt: skip
def tool_normal_later(lab: Lab) -> None:
    """8 seconds of the same."""
    _normal(lab, 8)


def _attack(lab: Lab, name: str, techniques: str, rules: str, work: Work, *, source: str = "att",
            direct: bool = False) -> None:  # fmt: skip
    with serving(lab), lab.step(name, source, "plc6", techniques.split(), rules.split()):
        work_as(lab, source, work, direct=direct)


@capture("melsoft/stop.pcap", "A stranger stops, pauses, resets and starts the controller" + MADE, "plc6 att",
         rules="ML10", learn=NORMAL, check={"tcp.payload[0:1]==57": 5})  # fmt: skip
def stop(lab: Lab) -> None:
    """Four remote commands."""

    def work(tool: Tool) -> None:
        tool.connect()
        for command, data in ((ms.STOP, b"\1\0"), (ms.PAUSE, b"\3\0"), (ms.RESET, b"\1\0"), (ms.RUN, b"\1\0\2\0")):
            tool.ask(command, data)

    _attack(lab, "stop, pause, reset and start", "T0858 T0816", "ML10", work)


@capture("melsoft/stop-direct.pcap", "A stranger stops the controller over the direct connection, to everybody" + MADE,
         "plc6 att", rules="ML10", learn=NORMAL, check={"udp.payload[0:1]==57": 3})  # fmt: skip
def stop_direct(lab: Lab) -> None:
    """Greeting, challenge, stop."""

    def work(tool: Tool) -> None:
        tool.greet()
        tool.connect()
        tool.ask(ms.STOP, b"\1\0")

    _attack(lab, "stop over the direct connection", "T0858", "ML10", work, direct=True)


@capture("melsoft/download.pcap", "A stranger writes another program into the project" + MADE, "plc6 att", rules="ML11",
         learn=NORMAL, check={"tcp.payload[0:1]==57": 5})  # fmt: skip
def download(lab: Lab) -> None:
    """One file."""

    def work(tool: Tool) -> None:
        tool.connect()
        tool.download(MAIN, bytes(1_300))

    _attack(lab, "program download", "T0843 T0889", "ML11", work)


@capture("melsoft/files.pcap", "A stranger writes a file and deletes the program" + MADE, "plc6 att", rules="ML12",
         learn=NORMAL, check={"tcp.payload[0:1]==57": 5})  # fmt: skip
def files(lab: Lab) -> None:
    """A file of the logging folder, then the program."""

    def work(tool: Tool) -> None:
        tool.connect()
        tool.download("LOG\\A.CSV", b"1;2\r\n")
        tool.delete(MAIN)

    _attack(lab, "write and delete files", "T0809 T0889", "ML12", work)


@capture("melsoft/online-change.pcap", "A stranger changes the program while the controller runs" + MADE, "plc6 att",
         rules="ML13", learn=NORMAL, check={"tcp.payload[0:1]==57": 6})  # fmt: skip
def online_change(lab: Lab) -> None:
    """What GX Works3 does for a change during RUN."""
    _attack(lab, "online change", "T0889 T0831", "ML13", Tool.change)


@capture("melsoft/unauthorised-write.pcap", "A host that may not write changes a set-point and outputs" + MADE,
         "plc6 att", rules="ML14", learn=NORMAL, check={"tcp.payload[0:1]==57": 3})  # fmt: skip
def unauthorised_write(lab: Lab) -> None:
    """Ranges and single devices."""

    def work(tool: Tool) -> None:
        tool.write("D200", [999])
        tool.write("Y10", [1])
        tool.ask(ms.RANDOM_WRITE, ms.single(["D5"], ["Y10"], ms.words([42]) + ms.bits([1])))

    _attack(lab, "write devices", "T0855 T0836", "ML14", work)


@capture("melsoft/upload.pcap", "A stranger reads the program out" + MADE, "plc6 att", rules="ML15", learn=NORMAL,
         check={"tcp.payload[0:1]==57": 6})  # fmt: skip
def upload(lab: Lab) -> None:
    """List and read."""

    def work(tool: Tool) -> None:
        tool.list()
        tool.upload(MAIN, 2_120)

    _attack(lab, "program upload", "T0845", "ML15", work)


@capture("melsoft/password.pcap", "A stranger tries digests of the password of a protected file" + MADE, "plc6 att",
         rules="ML16", learn=NORMAL, check={"tcp.payload[0:1]==57": 3})  # fmt: skip
def password(lab: Lab) -> None:
    """Three wrong ones."""

    def work(tool: Tool) -> None:
        for number in range(3):
            tool.ask(ms.OPEN, ms.opening(ms.PROJECT + "CPU.PRM"), ms.digest(bytes([number]) * 32))

    _attack(lab, "try passwords", "T0859 T0892", "ML16", work)


@capture("melsoft/search.pcap", "A stranger looks for controllers and asks one for its model and files" + MADE,
         "plc6 att", rules="ML17", learn=NORMAL, check={"udp.payload[0:1]==57": 4})  # fmt: skip
def search(lab: Lab) -> None:
    """What a scanner does."""

    def work(tool: Tool) -> None:
        tool.ask(ms.SEARCH, port=ms.SEARCH_PORT)
        tool.greet()
        tool.connect()
        tool.list()

    _attack(lab, "look for controllers", "T0846 T0888", "ML17", work, direct=True)


@capture("melsoft/malformed.pcap", "Frames whose contents do not fit" + MADE, "plc6 att", rules="ML18", learn=NORMAL,
         check={"tcp.payload[0:1]==57": 3})  # fmt: skip
def malformed(lab: Lab) -> None:
    """A module that is none, devices that are cut, a path that is cut."""

    def work(tool: Tool) -> None:
        sound = ms.Call(ms.READ, 1, ms.range_of("D0", 2)).request()
        tool.raw(sound[:12] + b"\x09" + sound[13:])
        tool.raw(ms.Call(ms.READ, 2, ms.range_of("D0", 2)[:-1]).request())
        tool.raw(ms.Call(ms.ATTRIBUTES, 3, struct.pack("<HHH", 2, 4, 4) + b"\xff\0A\0").request())

    _attack(lab, "malformed frames", "T0814", "ML18", work)
