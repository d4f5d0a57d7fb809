"""Golden captures of CC-Link IE, made by hand: Field Basic after CLPA BAP-C2010ENG-004, the others an EtherType."""

from __future__ import annotations

import socket
import struct
import time

from compose.plant.addresses import CONTROL_NETWORK, ip, mac
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

PORT = 61450
ETHERTYPE = 0x890F
_BROADCAST = CONTROL_NETWORK.rsplit(".", 1)[0] + ".255"
_STATIONS = ("drv", "vlv")


def _address(name: str) -> bytes:
    """An address with its last byte first."""
    return socket.inet_aton(ip(name))[::-1]


def _framed(subheader: int, behind: bytes) -> bytes:
    return struct.pack(">H", subheader) + b"\0\xff\xff\3\0" + struct.pack("<H", len(behind)) + behind


def request(sequence: int) -> bytes:
    """The master's cyclic data for two stations of group 1."""
    count = len(_STATIONS)
    clock = 1_790_000_000_000 + sequence * 10
    data = b"".join(_address(name) for name in _STATIONS)
    data += struct.pack("<32H", *range(sequence, sequence + 32)) * count + bytes([sequence & 0xFF] * 8) * count
    cyclic = struct.pack("<HHH14x", 1, 0, 36) + struct.pack("<HHQ", 1, 0, clock)
    cyclic += _address("plc6") + struct.pack("<BBHHHHHHH", 1, 0, sequence, 500, 3, 1, count, 3, 0)
    return _framed(0x5000, struct.pack("<HHH", 0, 0x0E70, 0) + cyclic + data)


def response(name: str, sequence: int) -> bytes:
    """A station's cyclic data."""
    notification = struct.pack("<HHIHHHHI", 0x1234, 0, 0x56, 1, 0, 1, 0, 0)
    behind = struct.pack("<HHHH14x", 0, 1, 0, 40) + notification + _address(name)
    return _framed(0xD000, behind + struct.pack("<BBH", 1, 0, sequence) + struct.pack("<32H", *[7] * 32) + bytes(8))


@capture("cclink_ief_basic/cyclic.pcap",
         "A master and two stations of CC-Link IE Field Basic exchange cyclic data; made by hand.", "plc6 drv vlv",
         kind="golden", check={"udp.port==61450": 60})  # fmt: skip
def cyclic(lab: Lab) -> None:
    """The master's broadcasts and each station's answers."""

    def master() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            end.bind((ip("plc6"), PORT))
            for sequence in range(20):
                end.sendto(request(sequence), (_BROADCAST, PORT))
                time.sleep(0.01)

    def station(name: str) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.bind((ip(name), PORT))
            for sequence in range(20):
                end.sendto(response(name, sequence), (ip("plc6"), PORT))
                time.sleep(0.01)

    work = [lab["plc6"].begin(master), *(lab[name].begin(station, name) for name in _STATIONS)]
    for each in work:
        each.result(20)


@capture("cclink_ie/frames.pcap",
         "Frames of the EtherType of CC-Link IE Control, Field and TSN; made by hand, contents are none.", "plc6 drv",
         kind="golden", check={"eth.type==0x890f": 20})  # fmt: skip
def frames(lab: Lab) -> None:
    """Two ends send frames to each other."""

    def send(source: str, target: str) -> None:
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as end:
            end.bind(("eth0", 0))
            ends = bytes.fromhex((mac(target) + mac(source)).replace(":", ""))
            for number in range(10):
                end.send(ends + struct.pack(">H", ETHERTYPE) + bytes([0x10, 1, 0, number]) + bytes(46))
                time.sleep(0.01)

    lab["plc6"].call(send, "plc6", "drv")
    lab["drv"].call(send, "drv", "plc6")
