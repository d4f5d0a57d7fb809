"""Proof captures of the PROFINET rules. Clients are real, the device and its frames made by hand: no stack exists."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator

from pnio_dcp import DCP, ResetFactoryModes  # type: ignore[import-untyped]  # pnio-dcp has no types
from profinet.rpc import RPCCon

from compose.plant import profinet_frames as pn
from compose.plant.addresses import mac
from compose.plant.catalogue import capture
from compose.plant.golden_profinet_frames import send
from compose.plant.lab import Lab
from compose.plant.profinet_controller import configure, control, ready
from compose.plant.profinet_device import Device, Running

USUAL = "profinet/cell.pcap"
RULES = "PN01 PN01F PN01B PN02 PN03 PN04 PN05 PN06 PN07 PN08"
_INWARD, _OUTWARD = (mac("gw"), mac("plc1")), (mac("plc1"), mac("gw"))
_PARAMETERS = bytes.fromhex("0102030405060708")


def _device() -> Device:
    return Device("gw", "valves-1")


def _exchange(count: int, begin: int = 0) -> Iterator[bytes]:
    both = zip(
        pn.cycle(_INWARD, 0x8010, count, begin=begin), pn.cycle(_OUTWARD, 0x8020, count, begin=begin), strict=True
    )
    return (frame for pair in both for frame in pair)


def _start(connection: RPCCon) -> None:
    """What the controller does each time it starts the device."""
    connection.write(0, 1, 1, 0x0001, _PARAMETERS)
    ready(connection)


def _cell(lab: Lab, starts: int, cycles: int) -> None:
    """The engineering station looks around, the controller starts its device, data goes round, the ring is closed."""
    lab_device = Running(lab, _device())
    with lab_device:
        for _ in range(starts):
            configure(lab, "eng", lambda tool: tool.identify_all(timeout=1))
            _connect(lab, "plc1", _start)
    ring = [pn.mrp_test(mac("plc1"), n, 1, n % 2) for n in range(6)]
    clock = [pn.sync(mac("plc1"), 0x0080, n, mac("plc1")) for n in range(6)]
    send(lab, "plc1", [*ring, *clock], 0.02)
    send(lab, "plc1", _exchange(cycles), 0.016)


def _connect(lab: Lab, host: str, work: Callable[[RPCCon], None]) -> None:
    """A connection that is not released: the program is cut off, as a controller that runs on."""

    def run(connection: RPCCon) -> None:
        work(connection)
        connection.live = None

    control(lab, host, "valves-1", run)


@capture(
    USUAL,
    "A controller starts its device, writes parameters and exchanges data; the engineering station looks around;"
    " ring and clock are quiet. Learn the baseline from it.",
    "plc1 gw eng",
    rules=RULES,
    kind="benign",
    check={"pn_rt": 40},
)
def usual(lab: Lab) -> None:
    """Three starts."""
    _cell(lab, 3, 40)


@capture(
    "profinet/cell-later.pcap",
    "The same cell later.",
    "plc1 gw eng",
    rules=RULES,
    kind="benign",
    learn=USUAL,
    check={"pn_rt": 20},
)
def usual_later(lab: Lab) -> None:
    """One start."""
    _cell(lab, 1, 20)


def _configured(lab: Lab, what: str, techniques: str, rule: str, work: Callable[[DCP], None]) -> None:
    with Running(lab, _device()), lab.step(what, "att", "gw", techniques.split(), [rule]):
        configure(lab, "att", work)


@capture(
    "profinet/rename.pcap",
    "A stranger renames a device with pnio-dcp.",
    "plc1 gw att",
    rules="PN01",
    learn=USUAL,
    check={"pn_dcp": 2},
)
def rename(lab: Lab) -> None:
    """A name and what the device answers."""
    _configured(lab, "rename", "T0836", "PN01", lambda tool: tool.set_name_of_station(mac("gw"), "lost-1"))


@capture(
    "profinet/readdress.pcap",
    "A stranger gives a device another address with pnio-dcp.",
    "plc1 gw att",
    rules="PN01",
    learn=USUAL,
    check={"pn_dcp": 2},
)
def readdress(lab: Lab) -> None:
    """An address and what the device answers."""
    suite = ["10.9.1.99", "255.255.255.0", "0.0.0.0"]
    _configured(lab, "readdress", "T0836", "PN01", lambda tool: tool.set_ip_address(mac("gw"), suite))


@capture(
    "profinet/factory-reset.pcap",
    "A stranger resets a device to factory settings in both ways with pnio-dcp.",
    "plc1 gw att",
    rules="PN01F",
    learn=USUAL,
    check={"pn_dcp": 4},
)
def factory_reset(lab: Lab) -> None:
    """The new way and the old one."""

    def work(tool: DCP) -> None:
        tool.reset_to_factory(mac("gw"), ResetFactoryModes.RESET_COMMUNICATION)
        tool.factory_reset(mac("gw"))

    _configured(lab, "factory reset", "T0816 T0809", "PN01F", work)


@capture(
    "profinet/blink.pcap",
    "A stranger lets a device flash its lamps with pnio-dcp.",
    "plc1 gw att",
    rules="PN01B",
    learn=USUAL,
    check={"pn_dcp": 2},
)
def blink(lab: Lab) -> None:
    """One signal."""
    _configured(lab, "blink", "T0888", "PN01B", lambda tool: tool.blink(mac("gw")))


@capture(
    "profinet/sweep.pcap",
    "A stranger asks all stations who they are with pnio-dcp.",
    "plc1 gw att",
    rules="PN02",
    learn=USUAL,
    check={"pn_dcp": 2},
)
def sweep(lab: Lab) -> None:
    """One question to the group."""

    def search(tool: DCP) -> None:
        tool.default_timeout = 1  # what nobody answers any more is not waited for
        tool.identify_all(timeout=1)

    _configured(lab, "identify all", "T0846", "PN02", search)


@capture(
    "profinet/second-controller.pcap",
    "A stranger connects to the device as its controller with profinet-py.",
    "plc1 gw att",
    rules="PN03",
    learn=USUAL,
    check={"pn_io_device": 2},
)
def second_controller(lab: Lab) -> None:
    """Connect and identification."""
    with Running(lab, _device()), lab.step("second controller", "att", "gw", ["T0848"], ["PN03"]):
        _connect(lab, "att", lambda connection: connection.read(0, 0, 1, 0xAFF0))


@capture(
    "profinet/record-write.pcap",
    "A stranger writes parameters and port settings with profinet-py; so does the controller to a place of its own.",
    "plc1 gw att",
    rules="PN05",
    learn=USUAL,
    check={"pn_io_device": 6},
)
def record_write(lab: Lab) -> None:
    """Three writes."""

    def work(connection: RPCCon) -> None:
        connection.write(0, 1, 1, 0x0001, bytes(8))
        connection.write(0, 0, 0x8001, 0x802F, bytes(8))

    with Running(lab, _device()), lab.step("records written", "att", "gw", ["T0836", "T0838"], ["PN05"]):
        _connect(lab, "att", work)
        _connect(lab, "plc1", lambda connection: connection.write(0, 2, 1, 0x0001, _PARAMETERS))


@capture(
    "profinet/injection.pcap",
    "A stranger sends outputs in the controller's name, from its own interface and from a forged one.",
    "plc1 gw att",
    rules="PN04",
    learn=USUAL,
    check={"pn_rt": 30},
)
def injection(lab: Lab) -> None:
    """The real frames, then the stranger's between them."""
    send(lab, "plc1", _exchange(12), 0.016)
    with lab.step("outputs in another's name", "att", "gw", ["T0830", "T0856"], ["PN04"]):
        own, forged = (mac("att"), mac("gw")), _OUTWARD
        send(lab, "att", pn.cycle(own, 0x8020, 6, begin=12 * 1024), 0.032)
        send(lab, "att", [pn.cyclic(forged, 0x8020, 40_000 + n, data=b"\xff" * 8) for n in range(4)], 0.032)


@capture(
    "profinet/diagnosis.pcap",
    "A device raises a diagnosis and tells that a module was pulled.",
    "plc1 gw",
    rules="PN06",
    learn=USUAL,
    check={"pn_io.alarm_type": 2},
)
def diagnosis(lab: Lab) -> None:
    """Two alarms, acknowledged."""
    frames = [
        pn.alarm(_INWARD, pn.ALARM_LOW, 1, pn.notification(2, 1, 1, 1, 0x8801), 1),
        pn.alarm(_OUTWARD, pn.ALARM_LOW, 1, pn.acknowledgement(0x8002, 1, 1, 1, 0x8801), 1),
        pn.alarm(_INWARD, pn.ALARM_HIGH, 1, pn.notification(1, 1, 1, 3, 2), 2),
    ]
    with lab.step("diagnosis", "gw", "plc1", ["T0814"], ["PN06"]):
        send(lab, "gw", frames, 0.1)


@capture(
    "profinet/provider-stop.pcap",
    "A controller goes to stop: its outputs are no longer valid.",
    "plc1 gw",
    rules="PN06",
    learn=USUAL,
    check={"pn_rt": 20},
)
def provider_stop(lab: Lab) -> None:
    """Run, then stop."""
    send(lab, "plc1", _exchange(10), 0.016)
    with lab.step("controller stops", "plc1", "gw", ["T0826"], ["PN06"]):
        send(lab, "plc1", [pn.cyclic(_OUTWARD, 0x8020, (10 + n) * 1024, 0x21) for n in range(4)])


@capture(
    "profinet/ring.pcap",
    "A link of the ring goes down, the ring opens, another station gives the time.",
    "plc1 gw att",
    rules="PN07",
    learn=USUAL,
    check={"pn_mrp": 5},
)
def ring(lab: Lab) -> None:
    """Forged by a stranger."""
    manager = mac("plc1")
    tests = [pn.mrp_test(manager, n, 1, n % 2) for n in range(4)]
    send(lab, "plc1", tests)
    with lab.step("ring and clock", "att", "plc1", ["T0830", "T0814"], ["PN07"]):
        send(
            lab,
            "att",
            [pn.mrp_link(mac("att"), 1, False), pn.mrp_test(manager, 5, 0, 0, 2), pn.mrp_topology(manager, 6)],
        )
        send(lab, "att", [pn.sync(manager, 0x0080, 7, manager), pn.sync(manager, 0x0080, 8, mac("att"), 2)])


@capture(
    "profinet/abort.pcap",
    "A forged error ends the connection between device and controller.",
    "plc1 gw att",
    rules="PN08",
    learn=USUAL,
    check={"pn_rt": 11},
)
def abort(lab: Lab) -> None:
    """One frame."""
    send(lab, "plc1", _exchange(10), 0.016)
    with lab.step("forged abort", "att", "gw", ["T0814"], ["PN08"]):
        send(lab, "att", [pn.alarm(_OUTWARD, pn.ALARM_LOW, 4, struct.pack(">I", 0xCF81FD05), 1)])


@capture(
    "profinet/provider-silent.pcap",
    "A device stops sending; its controller asks for it.",
    "plc1 gw",
    rules="PN08",
    learn=USUAL,
    check={"pn_rt": 10},
)
def provider_silent(lab: Lab) -> None:
    """Twelve seconds of silence, and a question that lets the time pass."""
    send(lab, "plc1", _exchange(10), 0.016)
    with lab.step("silence", "gw", "plc1", ["T0826"], ["PN08"]):
        time.sleep(12)
    ask = pn.block(2, 2, b"valves-1")
    send(lab, "plc1", [pn.dcp((mac("plc1"), pn.IDENTIFY_GROUP), pn.IDENTIFY, (5, 0), 7, ask, 1)] * 2, 0.2)
