"""Golden captures of Ethernet POWERLINK, made by nodes of our own: no stack can be installed."""

from __future__ import annotations

import socket
import struct
import time

from compose.plant import powerlink as pl
from compose.plant.addresses import POWERLINK_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

_HAND = "Nodes made by hand after EPSG DS 301: no stack can be installed."


def _machine(manager: pl.Manager) -> None:
    manager.start()
    manager.run(24)


@capture(
    "powerlink/machine.pcap",
    f"A managing node finds two nodes and one that is not there, brings them to operation and runs them. {_HAND}",
    "mach drv vlv",
    kind="golden",
    check={"epl": 180},
)
def machine(lab: Lab) -> None:
    """Ident, status, states, process data."""
    with pl.nodes(lab, pl.machine()):
        pl.manage(lab, "mach", pl.WHERE, _machine)


def _objects(manager: pl.Manager) -> None:
    manager.start()
    manager.open(1)
    for number, (index, sub) in enumerate(
        ((0x1000, 0), (0x1008, 0), (0x100A, 0), (0x1018, 1), (0x1018, 2), (0x1018, 4))
    ):
        manager.ask(1, number, pl.READ, pl.by_index(index, sub))
    manager.ask(1, 10, pl.READ, pl.by_index(0x2000, 1))  # three segments
    manager.ask(1, 11, pl.READ, pl.by_index(0x5555, 0))  # no such object
    manager.ask(1, 12, pl.WRITE, pl.by_index(0x6411, 1, struct.pack("<h", 1500)))
    manager.ask(1, 13, pl.WRITE, pl.by_index(0x1006, 0, struct.pack("<I", 10_000)))
    manager.ask(1, 14, pl.WRITE, pl.by_index(0x1000, 0, bytes(4)))  # read only
    manager.ask(1, 15, pl.WRITE, pl.by_index(0x1800, 1, b"\2"))
    manager.ask(1, 16, pl.WRITE, pl.by_index(0x1010, 1, b"save"))
    manager.ask(1, 17, pl.WRITE, pl.by_index(0x1011, 1, b"load"))
    manager.ask(1, 18, pl.WRITE, pl.by_index(0x1F9A, 0, b"labeller-drive"))
    manager.ask(1, 19, pl.WRITE, pl.by_index(0x1F51, 1, b"\0"))
    manager.ask(1, 20, pl.WRITE, pl.by_index(0x1F50, 1, bytes(range(256)) * 4))  # a program, in segments
    manager.ask(1, 21, pl.WRITE, pl.by_index(0x1F51, 1, b"\1"))
    manager.ask(1, 22, pl.WRITE, pl.by_index(0x1F9E, 0, b"\x2b"))
    manager.ask(1, 23, pl.READ_MULTIPLE, pl.by_index(0x1018, 1) + pl.by_index(0x1001, 0) + pl.by_index(0x6411, 1))
    manager.ask(1, 24, pl.WRITE_MULTIPLE, pl.several((0x6411, 1, b"\7\0"), (0x1000, 0, bytes(4))))
    manager.ask(1, 25, pl.MAX_SEGMENT, struct.pack("<HH", 256, 256))
    manager.ask(1, 26, pl.FILE_WRITE, b"\0\0\0\0recipe.txt\0data")
    manager.close(1)
    manager.cycle()


@capture(
    "powerlink/objects.pcap",
    "Objects of a node read and written by SDO over ASnd: identity, parameters, a program, several at once, in"
    f" segments, refused. {_HAND}",
    "mach drv vlv",
    kind="golden",
    check={"epl.asnd.sdo.cmd": 50},
)
def objects(lab: Lab) -> None:
    """Every SDO command of the standard that has objects."""
    with pl.nodes(lab, pl.machine()):
        pl.manage(lab, "mach", pl.WHERE, _objects)


def _commands(manager: pl.Manager) -> None:
    manager.start()
    for code in (pl.STOP, pl.RESET_COMMUNICATION, pl.RESET_CONFIGURATION, pl.SW_RESET, 0x2C):
        manager.send(pl.command(code, 2))
        manager.cycle()
    manager.send(pl.command(pl.RESET_NODE, 2, struct.pack("<H", 0x8245)))
    manager.cycle(pl.IDENT, 2)
    manager.send(pl.command(0x42, pl.ALL, pl.node_list(1, 2)))
    manager.send(pl.command(0x48, pl.ALL, pl.node_list(2)))
    manager.send(pl.command(pl.HOST_NAME_SET, 1, b"labeller-drive"))
    manager.send(pl.command(0x63, pl.ALL, b"\2"))
    manager.send(pl.command(0x2D, 1))
    for code in (0x80, 0x91, 0x94, 0x95, 0xA0):
        manager.send(pl.command(code, pl.ALL, pl.node_list(1)))
    manager.send(pl.command(pl.PUBLISH_TIME, pl.ALL, bytes(6)))
    manager.cycle(3, 2)
    manager.cycle(0xFF, 1)


@capture(
    "powerlink/commands.pcap",
    f"Every kind of NMT command, and what nodes request of the managing one; errors that come and go. {_HAND}",
    "mach drv vlv",
    kind="golden",
    check={"epl.asnd.nmtcommand.cid": 18},
)
def commands(lab: Lab) -> None:
    """Commands, requests, error entries."""
    served = pl.machine()
    drive = served["drv"]
    with pl.nodes(lab, served):
        pl.manage(lab, "mach", pl.WHERE, _commands)
        pl.send(lab, "vlv", [pl.request(code, 1, 2) for code in (pl.STOP, 1, 2, 0x24)])
        drive.register, drive.errors = 0x11, [pl.error(0x9002, 0x8245), pl.error(0xB001, 0xFF10, b"\1\2")]
        pl.manage(lab, "mach", pl.WHERE, lambda manager: manager.run(7))
        drive.register, drive.errors = 0, [pl.error(0xA002, 0x8245)]
        pl.manage(lab, "mach", pl.WHERE, lambda manager: manager.run(4))


@capture(
    "powerlink/odd.pcap",
    "What breaks the form: unknown types and commands, lengths, nodes, states, a second managing node, a node twice,"
    f" one that falls and one that is silent, sequence numbers, another device under the same number. {_HAND}",
    "mach drv vlv att",
    kind="golden",
    check={"eth.type == 0x88ab": 80},
)
def odd(lab: Lab) -> None:
    """Each flag once at least."""
    served = pl.machine()
    with pl.nodes(lab, served):
        pl.manage(lab, "mach", pl.WHERE, _machine)
        served["drv"].state = pl.PRE_OPERATIONAL_1  # falls by itself
        served["vlv"].silent = True
        pl.manage(lab, "mach", pl.WHERE, lambda manager: manager.run(7))
    valid = bytes([2, 6, 0, 0])
    asked = pl.sdo(7, pl.READ, pl.by_index(0x1018, 1))
    changed = pl.Node(1, "ACOPOS1", 0x0000_2222, 99, ip="192.168.100.1")
    broken = [
        pl.head(9, pl.ALL, pl.MANAGER, bytes(20)),  # no such type
        pl.head(pl.PREQ, 1, pl.MANAGER, struct.pack("<xBBBxH", 1, 0, 0, 900)),  # longer than the frame
        pl.head(pl.SOC, 1, 5, bytes(20)),  # nodes
        pl.pres(1, 0x77, bytes(4)),  # state
        pl.command(0x33, 1),  # no such command
        pl.command(0x42, pl.ALL)[:10],
        pl.asnd(pl.SDO, 1, 5, bytes([0, 2, 0, 0])),  # states that do not go together
        pl.asnd(pl.SDO, 1, 5, valid + asked),
        pl.asnd(pl.SDO, 1, 5, valid + asked),  # again
        pl.asnd(pl.SDO, 1, 5, bytes([3, 6, 0, 0])),  # a frame is asked for again
        pl.asnd(pl.SDO, 1, 5, bytes([2, 0x4A, 0, 0]) + pl.sdo(8, 0x55, b"")),  # number skipped, no such command
        pl.asnd(pl.SDO, 1, 5, bytes([2, 0x4E, 0, 0]) + pl.sdo(9, pl.WRITE, pl.by_index(0x6411, 1))[:14]),
        pl.asnd(pl.SDO, 1, 5, bytes([2, 0x52, 0, 0]) + pl.sdo(10, pl.READ, pl.by_index(0x1000, 0))),
        pl.asnd(pl.SDO, 5, 1, bytes([2, 6, 0, 0]) + pl.sdo(10, pl.WRITE, b"\1\2\3\4", pl.RESPONSE)),  # other command
        pl.asnd(pl.SDO, 5, 1, bytes([2, 10, 0, 0]) + pl.sdo(77, pl.READ, b"\1\2\3\4", pl.RESPONSE)),  # nobody asked
        pl.asnd(pl.SDO, 5, 1, bytes([2, 14, 0, 0]) + pl.sdo(78, pl.READ, b"\0\0\0\5", pl.RESPONSE | pl.ABORT)),
        pl.asnd(
            pl.SDO,
            1,
            5,
            bytes([2, 0x56, 0, 0]) + pl.sdo(11, pl.WRITE, struct.pack("<I", 90) + pl.by_index(0x2000, 1), pl.FIRST),
        ),
        pl.asnd(
            pl.SDO, 1, 5, bytes([2, 0x5A, 0, 0]) + pl.sdo(11, pl.WRITE, bytes(20), pl.LAST)
        ),  # fewer bytes than that
        pl.asnd(pl.SDO, 1, 5, bytes([0, 1, 0, 0])),  # a connection that nobody grants
        changed.ident(),
        pl.soc(),  # a second managing node
        pl.soa(),
        pl.command(pl.STOP, 1),
        pl.command(pl.STOP, 1, source=7),
        pl.head(pl.AMNI, pl.ALL, 241, bytes(20)),
        pl.asnd(0xA5, pl.ALL, 1, bytes(20)),
        pl.head(pl.AINV, pl.ALL, pl.MANAGER, bytes(20)),
    ]
    pl.send(lab, "att", broken)


@capture(
    "powerlink/udp.pcap",
    f"Objects read and written by SDO over UDP; an answer that is refused. {_HAND}",
    "mach drv",
    kind="golden",
    check={"epl && udp": 14},
)
def over_udp(lab: Lab) -> None:
    """As an engineering tool on the IP side of a router does."""
    node = pl.machine()["drv"]
    pl.serve_udp(lab, "drv", node, POWERLINK_PORT, 12)
    time.sleep(0.2)

    def ask() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
            own.bind((ip("mach"), 2000))
            own.settimeout(1)

            def say(layer: bytes, answered: bool = True) -> None:
                own.sendto(bytes([pl.ASND, 0, 0, pl.SDO]) + layer, (ip("drv"), POWERLINK_PORT))
                if answered:
                    own.recvfrom(2000)

            say(bytes([0, 1, 0, 0]))
            say(bytes([1, 2, 0, 0]), answered=False)
            commands = [
                (pl.READ, pl.by_index(0x1000, 0)),
                (pl.READ, pl.by_index(0x1008, 0)),
                (pl.WRITE, pl.by_index(0x6411, 1, b"\x10\x27")),
                (pl.WRITE, pl.by_index(0x1018, 1, bytes(4))),
                (pl.READ, pl.by_index(0x4444, 0)),
            ]
            for number, (code, data) in enumerate(commands, 1):
                say(bytes([(number - 1) << 2 | 2, number << 2 | 2, 0, 0]) + pl.sdo(number, code, data))
            say(bytes([0, 0, 0, 0]), answered=False)

    lab["mach"].call(ask)


def v1(kind: int, to: int, source: int, rest: bytes) -> bytes:
    """A frame of the first version."""
    return bytes([kind, to, source]) + rest


@capture(
    "powerlink/first.pcap",
    f"The first version: cycles, invitations, ident, a second managing node. {_HAND}",
    "mach drv att",
    kind="golden",
    check={"epl_v1": 20},
)
def first_version(lab: Lab) -> None:
    """EtherType 0x3E3F."""
    poll = struct.pack("<BHxx", 1, 4)
    for number in range(3):
        pl.send(lab, "mach", [v1(1, 255, 0, bytes(19)), v1(3, 1, 0, poll + bytes([number, 0, 0, 0]))],
                ethertype=pl.ETHERTYPE_V1)  # fmt: skip
        pl.send(lab, "drv", [v1(4, 0, 1, poll + bytes([0, number, 0, 0]))], ethertype=pl.ETHERTYPE_V1)
        pl.send(lab, "mach", [v1(2, 255, 0, bytes(20)), v1(5, 1, 0, b"\1" + bytes(20))], ethertype=pl.ETHERTYPE_V1)
        ident = struct.pack("<BHIIIIII", 1, 24, 1, 0x10002, 0x20005, 7, 4, 4)
        pl.send(lab, "drv", [v1(6, 255, 1, ident)], ethertype=pl.ETHERTYPE_V1)
    odd = [v1(1, 255, 0, bytes(19)), v1(9, 1, 0, bytes(20)), v1(3, 1, 0, struct.pack("<BHxx", 1, 900))]
    pl.send(lab, "att", [*odd, v1(1, 7, 9, bytes(19))], ethertype=pl.ETHERTYPE_V1)
