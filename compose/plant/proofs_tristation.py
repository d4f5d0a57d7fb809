"""Proof captures of the TriStation rules: a safety controller that is looked at, and what intruders do to it.

All is made by hand after published analyses of TRITON: no stack exists. Nothing here works on a real controller: it has
no program and no implant, only the outer form of the requests.
"""

from __future__ import annotations

import time

from compose.plant import tristation as ts
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

NORMAL = "tristation/eng-normal.pcap"
ALL_RULES = "TR01 TR01P TR01U TR01W TR02 TR03 TR04 TR05"
MADE = "; made by hand, no stack exists."


def _look(seconds: int) -> ts.Work:
    """What an engineering station shows of the controller while somebody looks."""

    def work(client: ts.Client) -> None:
        client.connect()
        for number in range(seconds * 2):
            client.ask(ts.CHASSIS)
            client.ask(ts.MP_STATUS)
            if number % 4 == 0:
                client.ask(ts.GET_POINTS, b"\1\0\10\0")
                client.ping()
            time.sleep(0.5)
        client.ask(ts.INFORMATION)
        client.ask(ts.MODULES)
        client.disconnect()

    return work


@capture(NORMAL, "A safety controller watched by its engineering station. Learn the baseline from it" + MADE, "sis eng",
         rules=ALL_RULES, kind="benign", check={"udp.port==1502": 100})  # fmt: skip
def eng_normal(lab: Lab) -> None:
    """20 seconds of status."""
    with ts.controller(lab, key="run"):
        ts.work_as(lab, "eng", _look(20))


@capture("tristation/eng-normal-later.pcap", "The same later: nothing may fire" + MADE, "sis eng", rules=ALL_RULES,
         kind="benign", learn=NORMAL, check={"udp.port==1502": 40})  # fmt: skip
def eng_normal_later(lab: Lab) -> None:
    """8 seconds of the same."""
    with ts.controller(lab, key="run"):
        ts.work_as(lab, "eng", _look(8))


def _attack(
    lab: Lab, name: str, techniques: str, rules: str, work: ts.Work, source: str = "att", key: str = "program"
) -> None:
    def connected(client: ts.Client) -> None:
        client.connect()
        work(client)
        client.disconnect()

    with ts.controller(lab, key=key), lab.step(name, source, "sis", techniques.split(), rules.split()):
        ts.work_as(lab, source, connected)


@capture("tristation/stop.pcap", "A stranger connects, halts the program and goes to download mode" + MADE, "sis att",
         rules="TR01 TR04", learn=NORMAL, check={"udp.port==1502": 8})  # fmt: skip
def stop(lab: Lab) -> None:
    """Two changes of mode."""

    def work(client: ts.Client) -> None:
        client.ask(ts.HALT)
        client.ask(ts.DOWNLOAD_MODE)

    _attack(lab, "halt the safety program", "T0858 T0816", "TR01 TR04", work)


@capture("tristation/program-download.pcap", "A stranger loads a change into the safety controller" + MADE, "sis att",
         rules="TR01P", learn=NORMAL, check={"udp.port==1502": 10})  # fmt: skip
def program_download(lab: Lab) -> None:
    """A change: begun, one program, ended."""

    def work(client: ts.Client) -> None:
        client.ask(ts.START_CHANGE)
        client.ask(ts.ALLOCATE, bytes(64))
        client.ask(ts.END_CHANGE)

    _attack(lab, "load a change", "T0843 T0889", "TR01P", work)


@capture("tristation/program-upload.pcap", "A stranger reads the safety program" + MADE, "sis att", rules="TR01U",
         learn=NORMAL, check={"udp.port==1502": 6})  # fmt: skip
def program_upload(lab: Lab) -> None:
    """One program."""
    _attack(lab, "read the safety program", "T0845", "TR01U", lambda client: void(client.ask(ts.UPLOAD, b"\0\0")))


@capture("tristation/change.pcap", "A stranger sets points, disables the voter diagnostics, sets the clock" + MADE,
         "sis att", rules="TR01W", learn=NORMAL, check={"udp.port==1502": 10})  # fmt: skip
def change(lab: Lab) -> None:
    """Three changes without a new program."""

    def work(client: ts.Client) -> None:
        client.ask(ts.SET_POINTS, b"\1\0\1\0\1\0")
        client.ask(ts.DISABLE_OVDS)
        client.ask(ts.SET_CALENDAR, bytes(7))

    _attack(lab, "set points, blind the diagnostics", "T0836 T0831 T0878", "TR01W", work)


@capture("tristation/implant.pcap", "Somebody at the engineering station asks for memory in the way of TRITON" + MADE,
         "sis eng", rules="TR02", learn=NORMAL, check={"udp.port==1502": 16})  # fmt: skip
def implant(lab: Lab) -> None:
    """The outer form of three requests, with nothing in them, amid those that the station asks all day."""

    def work(client: ts.Client) -> None:
        for _ in range(3):
            client.ask(ts.MP_STATUS)
        for operation in (23, 65, 249):
            client.ask(ts.MP_STATUS, bytes([operation, 255]) + bytes(8))

    _attack(lab, "ask an implant", "T0853 T0857", "TR02", work, source="eng", key="run")


@capture("tristation/key.pcap", "Commands that the key switch forbids" + MADE, "sis eng", rules="TR03 TR01",
         learn=NORMAL, check={"udp.port==1502": 8})  # fmt: skip
def key(lab: Lab) -> None:
    """Halt and download mode while the key stands on RUN."""

    def work(client: ts.Client) -> None:
        client.ask(ts.HALT)
        client.ask(ts.DOWNLOAD_MODE)

    _attack(lab, "try what the key forbids", "T0858", "TR03 TR01", work, source="eng", key="run")


@capture("tristation/malformed.pcap", "Broken frames of a stranger" + MADE, "sis att", rules="TR05", learn=NORMAL,
         check={"udp.port==1502": 5})  # fmt: skip
def malformed(lab: Lab) -> None:
    """A wrong CRC, sizes, a code that is none."""
    sound = ts.framed(ts.COMMAND, ts.packet(ts.CHASSIS, 9))

    def work(client: ts.Client) -> None:
        for frame in (sound[:-2] + b"\0\0", ts.framed(ts.COMMAND, sound[4:10]), ts.framed(33)):
            client.raw(frame, answered=False)
        client.ask(99)

    _attack(lab, "malformed frames", "T0814", "TR05", work)


def void(_: object) -> None:
    """Work that returns nothing."""
