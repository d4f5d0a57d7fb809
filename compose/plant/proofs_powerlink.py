"""Proof captures of the POWERLINK rules."""

from __future__ import annotations

import struct
import time

from compose.plant import powerlink as pl
from compose.plant.catalogue import capture, labelled
from compose.plant.lab import Lab

USUAL = "powerlink/normal.pcap"
LATER = "powerlink/normal-later.pcap"
_RULES = "EP01 EP02 EP03 EP04 EP05 EP06 EP07 EP08 EP09 EP10 EP11 EP12 G32"
_HAND = "Nodes made by hand after EPSG DS 301: no stack can be installed."
_HOSTS = "mach drv vlv"


def _day(manager: pl.Manager) -> None:
    manager.start()
    manager.run(30)
    manager.open(1)
    for number, (index, sub) in enumerate(((0x1000, 0), (0x1008, 0), (0x1018, 4))):
        manager.ask(1, number, pl.READ, pl.by_index(index, sub))
    manager.ask(1, 5, pl.WRITE, pl.by_index(0x6411, 1, struct.pack("<h", 1500)))
    manager.close(1)
    manager.run(30)


@capture(
    USUAL,
    f"The managing node starts its two nodes, runs them and writes a set-point. Learn the baseline from it. {_HAND}",
    _HOSTS,
    rules=_RULES,
    kind="benign",
    check={"epl": 350},
)
def usual(lab: Lab) -> None:
    """A start and a minute of work, shortened."""
    with pl.nodes(lab, pl.machine()):
        pl.manage(lab, "mach", pl.WHERE, _day)


@capture(
    LATER,
    f"The same start and the same work on another day. {_HAND}",
    _HOSTS,
    rules=_RULES,
    kind="benign",
    learn=USUAL,
    check={"epl": 350},
)
def later(lab: Lab) -> None:
    """The same managing node, the same nodes."""
    with pl.nodes(lab, pl.machine()):
        pl.manage(lab, "mach", pl.WHERE, _day)


def _running(lab: Lab, cycles: int = 10) -> None:
    """The machine in operation, as the sensor finds it."""
    pl.manage(lab, "mach", pl.WHERE, lambda manager: manager.run(cycles))


def _operating() -> dict[str, pl.Node]:
    served = pl.machine()
    for node in served.values():
        node.state = pl.OPERATIONAL
    return served


@capture(
    "powerlink/commanded.pcap",
    "A stranger on the network stops a node and resets all by NMT commands that only the managing node may send."
    f" {_HAND}",
    f"{_HOSTS} att",
    rules="EP01 EP02 EP12",
    learn=USUAL,
    check={"epl.asnd.nmtcommand.cid": 3},
)
def commanded(lab: Lab) -> None:
    """From another station, as node 240."""
    with pl.nodes(lab, _operating()):
        _running(lab)
        with lab.step("NMT commands of a stranger", "att", "drv", ["T0858", "T0816"], ["EP01", "EP02", "EP12"]):
            pl.send(lab, "att", [pl.command(pl.STOP, 1), pl.command(0x48, pl.ALL, pl.node_list(1, 2))])
            pl.send(lab, "att", [pl.command(pl.SW_RESET, 2)])


@capture(
    "powerlink/takeover.pcap",
    "A stranger begins cycles of its own, polls the drive with other outputs, and announces itself as manager."
    f" {_HAND}",
    f"{_HOSTS} att",
    rules="EP02",
    learn=USUAL,
    check={"epl.soc": 12},
)
def takeover(lab: Lab) -> None:
    """A second managing node."""
    with pl.nodes(lab, _operating()):
        _running(lab)
        with lab.step("second managing node", "att", "drv", ["T0848", "T0830"], ["EP02"]):
            amni = pl.head(pl.AMNI, pl.ALL, 241, bytes(20))
            pl.send(lab, "att", [pl.soc(), pl.preq(1, b"\xff\0\0\0"), pl.soa(), amni, pl.soc()])


def _stop(manager: pl.Manager) -> None:
    for node, code in ((1, pl.STOP), (2, pl.RESET_NODE)):
        manager.send(pl.command(code, node))
        manager.cycle()


@capture(
    "powerlink/stopped.pcap",
    f"The managing node itself stops the drive and resets the valves in the midst of its work. {_HAND}",
    _HOSTS,
    rules="EP12",
    learn=USUAL,
    check={"epl.asnd.nmtcommand.cid": 2},
)
def stopped(lab: Lab) -> None:
    """By whoever has the controller in hand."""
    with pl.nodes(lab, _operating()):
        _running(lab)
        with lab.step("nodes stopped by their controller", "mach", "drv", ["T0816"], ["EP12"]):
            pl.manage(lab, "mach", pl.WHERE, _stop)


def _write(*objects: tuple[int, int, bytes]) -> list[bytes]:
    """Frames that write objects of node 1 from node 5."""
    frames = [pl.asnd(pl.SDO, 1, 5, bytes([0, 1, 0, 0])), pl.asnd(pl.SDO, 1, 5, bytes([1, 2, 0, 0]))]
    for number, (index, sub, data) in enumerate(objects, 1):
        layer = bytes([number - 1 << 2 | 2, number << 2 | 2, 0, 0])
        frames.append(pl.asnd(pl.SDO, 1, 5, layer + pl.sdo(number, pl.WRITE, pl.by_index(index, sub, data))))
    return frames


@capture(
    "powerlink/parameters.pcap",
    "A diagnosis laptop writes the cycle, the PDO mapping, a set-point and the store and restore objects of the drive"
    f" by SDO. {_HAND}",
    f"{_HOSTS} att",
    rules="EP03 EP04 EP06",
    learn=USUAL,
    check={"epl.asnd.sdo.cmd": 6},
)
def parameters(lab: Lab) -> None:
    """Each is answered by the drive."""
    with pl.nodes(lab, _operating()):
        _running(lab)
        with lab.step("objects written by a stranger", "att", "drv", ["T0836"], ["EP03", "EP04", "EP06"]):
            written = [
                (0x1006, 0, struct.pack("<I", 1_000)),
                (0x1800, 1, b"\2"),
                (0x6411, 1, struct.pack("<h", 9_000)),
                (0x1010, 1, b"save"),
                (0x1011, 1, b"load"),
            ]
            pl.send(lab, "att", _write(*written))


@capture(
    "powerlink/program.pcap",
    f"A program is loaded into the drive and started by SDO from a laptop. {_HAND}",
    f"{_HOSTS} vend",
    rules="EP05",
    learn=USUAL,
    check={"epl.asnd.sdo.cmd": 6},
)
def program(lab: Lab) -> None:
    """Stop, load, start."""
    with pl.nodes(lab, _operating()):
        _running(lab)
        with lab.step("program loaded", "vend", "drv", ["T0843", "T0857"], ["EP05"]):
            pl.send(lab, "vend", _write((0x1F51, 1, b"\0"), (0x1F50, 1, bytes(200)), (0x1F51, 1, b"\1")))


@capture(
    "powerlink/fault.pcap",
    f"The drive loses SoC frames: it reports an error and falls to pre-operational; the valves go silent. {_HAND}",
    _HOSTS,
    rules="EP07 EP08",
    learn=USUAL,
    check={"epl.asnd.sres.el.entry.code": 1},
)
def fault(lab: Lab) -> None:
    """Errors, a state that falls, silence."""
    served = _operating()
    with pl.nodes(lab, served):
        _running(lab)
        with lab.step("a node fails", "drv", "mach", ["T0826"], ["EP07", "EP08"]):
            served["drv"].register, served["drv"].errors = 0x11, [pl.error(0x9002, 0x8245)]
            served["drv"].state = pl.PRE_OPERATIONAL_1
            served["vlv"].silent = True
            _running(lab, 8)


def _identified(manager: pl.Manager) -> None:
    manager.cycle(pl.IDENT, 1)
    manager.run(6)


@capture(
    "powerlink/replaced.pcap",
    f"Another device answers under the drive's number, from another address. {_HAND}",
    f"{_HOSTS} att",
    rules="EP09",
    learn=USUAL,
    check={"epl.asnd.ires.vendorid": 2},
)
def replaced(lab: Lab) -> None:
    """A node twice, with another identity."""
    other = pl.Node(1, "implant", 0x0000_2222, 99, state=pl.OPERATIONAL, ip="192.168.100.1")
    with pl.nodes(lab, _operating()):
        pl.manage(lab, "mach", pl.WHERE, _identified)
        with lab.step("another device answers", "att", "mach", ["T0848", "T0856"], ["EP09"]):
            pl.send(lab, "att", [other.ident(), pl.pres(1, pl.OPERATIONAL, b"\0\0\0\0")])
            time.sleep(0.2)


@capture(
    "powerlink/malformed.pcap",
    f"Frames with lengths, nodes, types and commands that there are not; SDO out of order. {_HAND}",
    f"{_HOSTS} att",
    rules="EP10",
    learn=USUAL,
    check={"epl": 60},
)
def malformed(lab: Lab) -> None:
    """Each once."""
    frames = [
        pl.head(9, pl.ALL, 5, bytes(20)),
        pl.head(pl.PRES, pl.ALL, 5, struct.pack("<BBBBxH", 0xFD, 1, 0, 0, 900)),
        pl.head(pl.ASND, 0, 5, bytes([7]) + bytes(20)),
        pl.asnd(pl.SDO, 1, 5, bytes([0, 2, 0, 0])),
        pl.asnd(pl.SDO, 1, 5, bytes([2, 6, 0, 0]) + pl.sdo(8, 0x55, b"")),
    ]
    with pl.nodes(lab, _operating()):
        _running(lab)
        with lab.step("malformed frames", "att", "drv", ["T0814"], ["EP10"]):
            pl.send(lab, "att", frames)


@capture(
    "powerlink/renamed.pcap",
    f"A laptop gives the drive another host name and clears its address table, through requests and commands. {_HAND}",
    f"{_HOSTS} vend",
    rules="EP11",
    learn=USUAL,
    check={"epl.asnd.nmtcommand.cid": 2},
)
@labelled("host name set", "vend", "drv", "T0836", "EP11")
def renamed(lab: Lab) -> None:
    """NMTNetHostNameSet, NMTFlushArpEntry, the node's number by SDO."""
    with pl.nodes(lab, _operating()):
        _running(lab)
        commands = [pl.command(pl.HOST_NAME_SET, 1, b"spare"), pl.command(0x63, pl.ALL, b"\1")]
        pl.send(lab, "vend", [*commands, *_write((0x1F93, 1, b"\7"))])
