"""Golden captures of CODESYS V3, made by hand: no free stack exists."""

from __future__ import annotations

import struct

from compose.plant import codesys as cs
from compose.plant import codesys_wire as wire
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

LEVEL, SPEED, RECIPE = 0x00063924, 0x00063928, 0x00064DD0
MADE = "; made by hand, no free stack exists."


def _session(client: cs.Client) -> None:
    client.who()
    client.info()
    client.open()
    client.ask(cs.DEVICE, 1, (1, bytes(12)))
    name = ((0x40, cs.word(1)), (0x41, wire.text("CODESYS")), (0x42, wire.text("CODESYS GmbH")),
            (0x43, wire.text("ENG-01")), (0x44, wire.text("3.5.19.40")))  # fmt: skip
    client.ask(cs.DEVICE, 10, (0x83, name))
    client.ask(cs.DEVICE, 2, (0x22, cs.word(2)))  # asks for the key
    client.login("admin", bytes(256), asymmetric=True)
    client.ask(cs.APP, 0x18, (1, bytes(9)))
    client.application()
    for _ in range(3):
        client.on_app(0x14)
    client.on_app(0x11)
    client.on_app(0x14)
    for option in range(4):
        client.on_app(0x12, (0x10, cs.short(option)))
    client.ask(cs.APP, 5, (0x81, ((0x10, wire.text(cs.APPLICATION)),)), (2, bytes(1200)))
    client.ask(cs.APP, 6, (0x81, ((0x10, wire.text(cs.APPLICATION)),)), (2, bytes(5000)))
    client.on_app(0x13, (0x12, bytes(10)))
    client.on_app(0x10)
    client.on_app(0x20, group=cs.FORCE)
    client.alive()
    client.ask(cs.APP, 2, (0, cs.word(client.app)))
    client.ask(cs.DEVICE, 3, (1, cs.word(client.session)))
    client.close()


@capture("codesys/session.pcap", "Identity, logins, an application stopped, reset, loaded and started" + MADE,
         "plc7 eng", kind="golden", check={"tcp.port==11740 && tcp.len>0": 60})  # fmt: skip
def session(lab: Lab) -> None:
    """What a programming station does."""
    with cs.controller(lab):
        cs.work_as(lab, "eng", _session)


def _services(client: cs.Client) -> None:
    client.open()
    client.login()
    client.application()
    for value in (100, 100, 140, 140):
        client.write(LEVEL, struct.pack("<h", value))
        client.read((LEVEL, 2, 7), (SPEED, 4, 14), (RECIPE, 12, 16))
    client.write(SPEED, struct.pack("<f", 47.5))
    client.write(RECIPE, b"Batch 12\0")
    client.read((LEVEL, 2, 7), (SPEED, 4, 14), (RECIPE, 12, 16))
    client.write(LEVEL, struct.pack("<h", -7), force=True)
    client.ask(cs.SETTINGS, 1, (0x81, ((0x10, wire.text("CmpChannelServer")), (0x11, wire.text("MaxChannels")))))
    setting = ((0x10, wire.text("CmpChannelServer")), (0x11, wire.text("MaxChannels")), (0x12, cs.word(4)))
    client.ask(cs.SETTINGS, 2, (0x81, setting))
    client.ask(cs.FILES, 0x0C, (0x0B, wire.text("/")))
    client.ask(cs.FILES, 2, (1, wire.text("Mixer/Mixer.app")), (2, struct.pack("<II", 0x1234, 1300)))
    for size in (900, 400):
        client.ask(cs.FILES, 4, (5, cs.word(3) + bytes(size)))
    client.ask(cs.FILES, 8, (7, cs.word(3) + wire.text("Mixer/Mixer.app")), (2, struct.pack("<II", 0x1234, 1300)))
    client.ask(cs.FILES, 5, (1, wire.text("PlcLog.csv")), (2, bytes(8)))
    client.ask(cs.FILES, 7, (5, cs.word(3) + bytes(4)))
    client.ask(cs.FILES, 8, (7, cs.word(3) + wire.text("PlcLog.csv")), (2, bytes(8)))
    client.ask(cs.FILES, 0x0E, (1, wire.text("PlcLog.csv")))
    names = b"".join(struct.pack("<H", len(name)) + name for name in (b"Mixer.GVL.Level\0",))
    client.ask(cs.VARIABLES, 1, (0x18, cs.word(1)), (0x19, names))
    client.ask(cs.USERS, 9, (0x22, cs.word(2)), (0x10, wire.text("service")), (0x81, ((0x12, bytes(256)),)))
    client.ask(cs.USERS, 8, (0x81, ((0x11, bytes(32)), (0x12, bytes(32)))))
    for line in ("pid", "stopprg", "startprg", "mem 16#F78D9000 64", "rtsinfo"):
        client.ask(cs.SHELL, 1, (0x11, cs.word(client.session)), (0x13, bytes(4)), (0x10, wire.text(line)))
    client.ask(cs.LOG, 1, (1, bytes(8)))
    client.ask(0x0F, 0x0D, (1, bytes(8)))  # no trace manager here
    client.ask(0x55, 1, (1, bytes(8)))  # no such component
    client.close()


@capture("codesys/services.pcap", "Variables read, written and forced, settings, files, users, shell, log" + MADE,
         "plc7 eng", kind="golden", check={"tcp.port==11740 && tcp.len>0": 80})  # fmt: skip
def services(lab: Lab) -> None:
    """The other components."""
    with cs.controller(lab):
        cs.work_as(lab, "eng", _services)


@capture("codesys/datagrams.pcap", "The same over UDP: a search of the network, a login, status, variables" + MADE,
         "plc7 eng", kind="golden", check={"udp.port==1740": 14})  # fmt: skip
def datagrams(lab: Lab) -> None:
    """Without the block driver."""

    def work(client: cs.Client) -> None:
        client.packet(bytes(4), wire.ADDRESS)
        client.receive()
        client.who()
        client.open()
        client.login("operator", b"\1" * 32)
        client.application()
        client.read((LEVEL, 2, 7))
        client.on_app(0x14)
        client.alive()
        client.close()

    with cs.controller(lab):
        cs.search(lab, "eng")
        cs.work_by_datagrams(lab, "eng", work)


@capture("codesys/odd.pcap", "Broken layers, logins that are refused, a session that is not one" + MADE, "plc7 att",
         kind="golden", check={"tcp.port==11740 && tcp.len>0": 20})  # fmt: skip
def odd(lab: Lab) -> None:
    """What breaks the form of each layer."""

    def work(client: cs.Client) -> None:
        client.open()
        client.ask(cs.APP, 0x11, (0x81, ((0x11, cs.word(7)),)))  # no session
        for password in (b"\1" * 32, b"\2" * 32):
            client.login("admin", password)
        message = wire.service(cs.DEVICE, 5, 0x11, wire.tags(((0x51, cs.word(4)),)))
        sound = wire.blocks(client.channel, 90, 0, message, client=True)[0]
        client.packet(sound[:16] + bytes(4) + sound[20:])  # checksum
        client.receive()
        client.packet(wire.meta(0xC4, cs.short(9) + bytes(2))[:-1] + b"\7")  # checksum of a packet
        client.packet(b"\x77\0\1\0")  # no such packet
        client.packet(wire.blocks(client.channel, 91, 0, bytes(900), client=True)[1])  # a block of nothing
        broken = wire.service(cs.DEVICE, 5, 0x11, b"\x51\x20\0\0")
        client.packet(wire.blocks(client.channel, 92, 0, broken, client=True)[0])  # a tag that is longer
        client.receive()
        client.packet(bytes(8), service=9)  # no such service of the datagram layer
        client.packet(bytes(8), service=wire.NAMES)  # no such package
        client.packet(wire.blocks(client.channel, 93, 0, b"\0" * 24, client=True)[0])  # no services layer
        client.close()

    with cs.controller(lab, password=b"\x33" * 32):
        cs.work_as(lab, "att", work)
