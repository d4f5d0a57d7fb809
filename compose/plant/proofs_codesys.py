"""Proof captures of the CODESYS V3 rules: a controller with its stations, and what intruders do to it. Made by hand."""

from __future__ import annotations

import struct
import time

from compose.plant import codesys as cs
from compose.plant import codesys_wire as wire
from compose.plant.catalogue import capture
from compose.plant.golden_codesys import LEVEL, MADE, SPEED
from compose.plant.lab import Lab

NORMAL = "codesys/hmi-normal.pcap"
ALL_RULES = "CS01 CS02 CS02U CS03 CS03F CS03N CS04 CS05 CS06 CS07 CS08 CS09 CS10"
SECRET = b"\x5a" * 256


def _begin(client: cs.Client, user: str) -> None:
    client.open()
    client.ask(cs.DEVICE, 2, (0x22, cs.word(2)))
    client.login(user, SECRET, asymmetric=True)
    client.application()


def _operate(seconds: int) -> cs.Work:
    def work(client: cs.Client) -> None:
        client.who()
        _begin(client, "operator")
        for number in range(seconds * 2):
            client.read((LEVEL, 2, 7), (SPEED, 4, 14))
            client.on_app(0x14)
            if number % 4 == 0:
                client.write(LEVEL, struct.pack("<h", 100 + number % 8))
                client.alive()
            time.sleep(0.5)
        client.close()

    return work


@capture(NORMAL, "A controller that its operator station reads and writes. Learn the baseline from it" + MADE,
         "plc7 hmi", rules=ALL_RULES, kind="benign", check={"tcp.port==11740 && tcp.len>0": 150})  # fmt: skip
def hmi_normal(lab: Lab) -> None:
    """20 seconds of operation."""
    with cs.controller(lab):
        cs.work_as(lab, "hmi", _operate(20))


@capture("codesys/hmi-normal-later.pcap", "The same later: nothing may fire" + MADE, "plc7 hmi", rules=ALL_RULES,
         kind="benign", learn=NORMAL, check={"tcp.port==11740 && tcp.len>0": 60})  # fmt: skip
def hmi_normal_later(lab: Lab) -> None:
    """8 seconds of the same."""
    with cs.controller(lab):
        cs.work_as(lab, "hmi", _operate(8))


def _attack(
    lab: Lab, name: str, techniques: str, rules: str, work: cs.Work, source: str = "att", logged_in: bool = True
) -> None:
    def whole(client: cs.Client) -> None:
        if logged_in:
            _begin(client, "admin")
        work(client)
        client.close()

    with cs.controller(lab), lab.step(name, source, "plc7", techniques.split(), rules.split()):
        cs.work_as(lab, source, whole)


@capture("codesys/stop.pcap", "A stranger stops the application and resets it to its origin" + MADE, "plc7 att",
         rules="CS01", learn=NORMAL, check={"tcp.port==11740 && tcp.len>0": 12})  # fmt: skip
def stop(lab: Lab) -> None:
    """Stop, cold reset, reset to the origin."""

    def work(client: cs.Client) -> None:
        client.on_app(0x11)
        client.on_app(0x12, (0x10, cs.short(1)))
        client.on_app(0x12, (0x10, cs.short(2)))

    _attack(lab, "stop and reset the application", "T0858 T0816", "CS01", work)


@capture("codesys/program.pcap", "A stranger loads an application and changes it online" + MADE, "plc7 att",
         rules="CS02", learn=NORMAL, check={"tcp.port==11740 && tcp.len>0": 16})  # fmt: skip
def program(lab: Lab) -> None:
    """Download, online change, boot project: the outer form, with nothing in it."""

    def work(client: cs.Client) -> None:
        client.ask(cs.APP, 5, (0x81, ((0x10, wire.text(cs.APPLICATION)),)), (2, bytes(1200)))
        client.ask(cs.APP, 6, (0x81, ((0x10, wire.text(cs.APPLICATION)),)), (2, bytes(600)))
        client.on_app(0x23)

    _attack(lab, "load an application", "T0843 T0889", "CS02", work)


@capture("codesys/upload.pcap", "A stranger reads the application and a file of the controller" + MADE, "plc7 att",
         rules="CS02U", learn=NORMAL, check={"tcp.port==11740 && tcp.len>0": 12})  # fmt: skip
def upload(lab: Lab) -> None:
    """Application content, and its archive as a file."""

    def work(client: cs.Client) -> None:
        client.on_app(0x35)
        client.ask(cs.FILES, 5, (1, wire.text("Archive.prj")), (2, bytes(8)))
        client.ask(cs.FILES, 7, (5, cs.word(3) + bytes(4)))

    _attack(lab, "read the application", "T0845 T0882", "CS02U", work)


@capture("codesys/write.pcap", "A stranger writes a variable and forces another" + MADE, "plc7 att",
         rules="CS03 CS03F", learn=NORMAL, check={"tcp.port==11740 && tcp.len>0": 10})  # fmt: skip
def write(lab: Lab) -> None:
    """A level and a speed."""

    def work(client: cs.Client) -> None:
        client.write(LEVEL, struct.pack("<h", 900))
        client.write(SPEED, struct.pack("<f", 99.0), force=True)

    _attack(lab, "write and force variables", "T0855 T0836 T0835", "CS03 CS03F", work)


@capture("codesys/first-write.pcap", "The operator station writes a variable that it never wrote" + MADE, "plc7 hmi",
         rules="CS03N", learn=NORMAL, check={"tcp.port==11740 && tcp.len>0": 8})  # fmt: skip
def first_write(lab: Lab) -> None:
    """The speed instead of the level."""

    def work(client: cs.Client) -> None:
        client.write(SPEED, struct.pack("<f", 12.0))

    def whole(client: cs.Client) -> None:
        _begin(client, "operator")
        work(client)
        client.close()

    with cs.controller(lab), lab.step("a variable never written before", "hmi", "plc7", ["T0836"], ["CS03N"]):
        cs.work_as(lab, "hmi", whole)


@capture("codesys/files.pcap", "A stranger stores a file, deletes one and sets the runtime" + MADE, "plc7 att",
         rules="CS04", learn=NORMAL, check={"tcp.port==11740 && tcp.len>0": 12})  # fmt: skip
def files(lab: Lab) -> None:
    """A file to the controller, a log deleted, a setting."""

    def work(client: cs.Client) -> None:
        client.ask(cs.FILES, 2, (1, wire.text("Mixer/Mixer.app")), (2, struct.pack("<II", 0, 300)))
        client.ask(cs.FILES, 4, (5, cs.word(3) + bytes(300)))
        client.ask(cs.FILES, 8, (7, cs.word(3) + wire.text("Mixer/Mixer.app")), (2, struct.pack("<II", 0, 300)))
        client.ask(cs.FILES, 0x0E, (1, wire.text("PlcLog.csv")))
        setting = ((0x10, wire.text("CmpChannelServer")), (0x11, wire.text("MaxChannels")), (0x12, cs.word(1)))
        client.ask(cs.SETTINGS, 2, (0x81, setting))

    _attack(lab, "files and settings", "T0867 T0872", "CS04", work)


@capture("codesys/shell.pcap", "A stranger uses the controller's shell" + MADE, "plc7 att", rules="CS05", learn=NORMAL,
         check={"tcp.port==11740 && tcp.len>0": 10})  # fmt: skip
def shell(lab: Lab) -> None:
    """A list of processes, and memory."""

    def work(client: cs.Client) -> None:
        for line in ("pid", "mem 16#F78D9000 64"):
            client.ask(cs.SHELL, 1, (0x11, cs.word(client.session)), (0x13, bytes(4)), (0x10, wire.text(line)))

    _attack(lab, "commands to the shell", "T0807 T0893", "CS05", work)


@capture("codesys/users.pcap", "A stranger adds a user and changes credentials" + MADE, "plc7 att", rules="CS06",
         learn=NORMAL, check={"tcp.port==11740 && tcp.len>0": 10})  # fmt: skip
def users(lab: Lab) -> None:
    """A user more, another password."""

    def work(client: cs.Client) -> None:
        client.ask(cs.USERS, 9, (0x22, cs.word(2)), (0x10, wire.text("service")), (0x81, ((0x12, bytes(256)),)))
        client.ask(cs.USERS, 0x0C, (0x22, cs.word(2)), (0x81, ((0x10, wire.text("admin")), (0x11, bytes(256)))))

    _attack(lab, "change users", "T0859", "CS06", work)


@capture("codesys/refused.pcap", "Passwords that are tried" + MADE, "plc7 att", rules="CS07", learn=NORMAL,
         check={"tcp.port==11740 && tcp.len>0": 10})  # fmt: skip
def refused(lab: Lab) -> None:
    """Four of them."""

    def work(client: cs.Client) -> None:
        client.open()
        for number in range(4):
            client.login("admin", bytes([number]) * 256, asymmetric=True)
        client.close()

    with cs.controller(lab, password=SECRET), lab.step("try passwords", "att", "plc7", ["T0859"], ["CS07"]):
        cs.work_as(lab, "att", work)


@capture("codesys/anonymous.pcap", "A controller without passwords, and one that hides them badly" + MADE, "plc7 eng",
         rules="CS08", learn=NORMAL, check={"tcp.port==11740 && tcp.len>0": 8})  # fmt: skip
def anonymous(lab: Lab) -> None:
    """A login without a password, another in the old way."""

    def work(client: cs.Client) -> None:
        client.open()
        client.login()
        client.login("admin", b"\1" * 32)
        client.close()

    with cs.controller(lab), lab.step("logins without protection", "eng", "plc7", ["T0859"], ["CS08"]):
        cs.work_as(lab, "eng", work)


@capture("codesys/search.pcap", "A stranger asks all nodes of the network who they are" + MADE, "plc7 att",
         rules="CS09", learn=NORMAL, check={"udp.port==1740": 3})  # fmt: skip
def search(lab: Lab) -> None:
    """By broadcast, and the controller alone."""
    with cs.controller(lab), lab.step("search for controllers", "att", "plc7", ["T0846", "T0888"], ["CS09"]):
        cs.search(lab, "att", ("10.9.1.255", "10.9.1.80"))


@capture("codesys/malformed.pcap", "Broken layers of a stranger" + MADE, "plc7 att", rules="CS10", learn=NORMAL,
         check={"tcp.port==11740 && tcp.len>0": 6})  # fmt: skip
def malformed(lab: Lab) -> None:
    """A checksum, a packet, a block and a tag that cannot be."""

    def work(client: cs.Client) -> None:
        client.open()
        message = wire.service(cs.DEVICE, 5, 0x11, b"\x51\x20\0\0")
        whole = wire.blocks(client.channel, 5, 0, message, client=True)[0]
        client.packet(whole)
        client.receive()
        client.packet(whole[:4] + cs.word(6) + whole[8:16] + bytes(4) + whole[20:])
        client.receive()
        client.packet(b"\x77\0\1\0")
        client.packet(wire.blocks(client.channel, 91, 0, bytes(900), client=True)[1])

    _attack(lab, "malformed frames", "T0814", "CS10", work, logged_in=False)
