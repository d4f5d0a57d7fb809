"""Golden captures of SuiteLink, made by hand: no stack is to be had."""

from __future__ import annotations

import struct

from compose.plant import suitelink as sl
from compose.plant.catalogue import capture
from compose.plant.lab import Lab


def _session(client: sl.Client) -> None:
    client.greet()
    client.advise("Tank.Level", "Tank.Pump")
    client.advise("Tank.Count")
    client.advise("Tank.Recipe")
    client.ping()
    client.poke(1, 71.25)
    client.poke(2, False)
    client.poke(3, 18)
    client.unadvise(3)
    client.ping()


def _old(client: sl.Client) -> None:
    client.raw(sl.QUERY_OLD + b"View".ljust(32, b"\0"))
    client.raw(sl.connect("View", "Tank", "WindowViewer", "HMI", "operator", "HISTORIAN"))
    client.advise("Tank.Level")


def _alarms(client: sl.Client) -> None:
    body = sl.REGISTER + bytes(16) + struct.pack("<I", 1) + sl.ended("AlarmMgr")
    client.raw(bytes([len(body)]) + body)
    record = bytes([0, 1, 2, 3]) + struct.pack("<HHHHHH", 0x2DDE, 2, 32, 0, 1, 0) + bytes(20)
    client.raw(bytes([len(record)]) + record)
    client.raw(b"\2\5\0")


@capture(
    "suitelink/session.pcap",
    "Handshake, connection to a topic, tags of each type advised and updated, written, unadvised; an old client; the "
    "alarm service; made by hand, no stack exists.",
    "hist hmi",
    kind="golden",
    check={"tcp.port==5413 && tcp.len>0": 36},
)
def session(lab: Lab) -> None:
    """An operator station, an old one, one that wants alarms."""
    with sl.serving(lab):
        for work in (_session, _old, _alarms):
            sl.work_as(lab, "hmi", work)


def _odd(client: sl.Client) -> None:
    client.greet()
    client.advise("Tank.Level")
    client.raw(sl.message(sl.POKE, struct.pack("<IB", 1, 9) + bytes(8)))  # no such type of value
    client.raw(sl.message(sl.ADVISE, struct.pack("<IB", 4, 40) + b"T\0"))  # a name that is cut
    client.raw(sl.message(sl.PING, end=0))  # no end
    client.raw(sl.message(0x7777, b"1234"))  # no such type
    client.raw(sl.message(sl.POKE, struct.pack("<I", 99) + sl.value(1)))  # a tag that nobody advised
    client.raw(b"\1\0\1\0\xa5" + bytes(20))  # no message


@capture(
    "suitelink/odd.pcap",
    "Items that do not fill their message, a missing end, an unknown type, a tag without a name, bytes that are no "
    "message; made by hand.",
    "hist hmi",
    kind="golden",
    check={"tcp.port==5413 && tcp.len>0": 14},
)
def odd(lab: Lab) -> None:
    """What breaks the form."""
    with sl.serving(lab):
        sl.work_as(lab, "hmi", _odd)
