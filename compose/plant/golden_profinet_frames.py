"""Golden captures of cyclic data, alarms, clocks and rings. Frames made by hand: no device stack exists."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterable

from compose.plant import profinet_frames as pn
from compose.plant.addresses import ip, mac
from compose.plant.catalogue import capture
from compose.plant.frames import packet_socket
from compose.plant.lab import Lab
from compose.plant.profinet_device import Device

_HAND = "Frames made by hand: no device stack exists."


def send(lab: Lab, host: str, frames: Iterable[bytes], pause: float = 0.032) -> None:
    """Sends frames from a host's interface, `pause` seconds from one to the next, kept on the clock."""

    def work() -> None:
        with packet_socket() as raw:
            due = time.monotonic()
            for frame in frames:
                raw.send(frame)
                due += pause
                time.sleep(max(0.0, due - time.monotonic()))

    lab[host].call(work)


@capture(
    "profinet/cyclic.pcap",
    "A device and its controller exchange cyclic data; the device stops, is invalid, has a problem, becomes backup;"
    f" counters repeat and jump; the frame grows; odd status; then silence. {_HAND}",
    "plc1 gw hmi",
    kind="golden",
    check={"pn_rt": 35},
)
def cyclic(lab: Lab) -> None:
    """Each flag of cyclic data once at least."""
    inward, outward = (mac("gw"), mac("plc1")), (mac("plc1"), mac("gw"))
    both = zip(pn.cycle(inward, 0x8010, 12), pn.cycle(outward, 0x8020, 12), strict=True)
    send(lab, "plc1", (frame for pair in both for frame in pair), 0.016)
    at = 12 * 1024
    odd = [
        pn.cyclic(inward, 0x8010, at + n * 1024, status)
        for n, status in enumerate((0x35, 0x25, 0x21, 0x15, 0x34, 0x3D))
    ]
    at += 5 * 1024
    odd += [pn.cyclic(inward, 0x8010, at), pn.cyclic(inward, 0x8010, at + 40_000)]
    odd += [pn.cyclic(inward, 0x8010, at + 41_024, data=bytes(60)), pn.cyclic(inward, 0x8010, at + 42_048, transfer=1)]
    send(lab, "gw", odd)
    send(lab, "gw", [pn.cyclic(inward, 0xFF90, 1)])
    time.sleep(12)
    send(lab, "hmi", [pn.dcp((mac("hmi"), pn.IDENTIFY_GROUP), pn.IDENTIFY, (5, 0), 7, pn.block(255, 255, b""), 1)])


@capture(
    "profinet/alarms.pcap",
    f"Alarms of both priorities with their acknowledgements, one refused, an error that ends the connection. {_HAND}",
    "plc1 gw",
    kind="golden",
    check={"pn_rt": 8},
)
def alarms(lab: Lab) -> None:
    """Diagnosis appears and disappears, a module is pulled and plugged."""
    inward, outward = (mac("gw"), mac("plc1")), (mac("plc1"), mac("gw"))
    frames = [
        pn.alarm(inward, pn.ALARM_LOW, 1, pn.notification(2, 1, 1, 1, 0x8801), 1),
        pn.alarm(outward, pn.ALARM_LOW, 3, b"", 1),
        pn.alarm(outward, pn.ALARM_LOW, 1, pn.acknowledgement(0x8002, 1, 1, 1, 0x8801), 1),
        pn.alarm(inward, pn.ALARM_HIGH, 1, pn.notification(1, 2, 1, 3, 2), 2),
        pn.alarm(outward, pn.ALARM_HIGH, 1, pn.acknowledgement(0x8001, 2, 1, 3, 2, 0xDA813C01), 2),
        pn.alarm(inward, pn.ALARM_LOW, 1, pn.notification(2, 1, 1, 0x0C, 3), 3),
        pn.alarm(outward, pn.ALARM_LOW, 2, b"", 3),
        pn.alarm(outward, pn.ALARM_LOW, 4, struct.pack(">I", 0xCF81FD05), 4),
    ]
    send(lab, "plc1", frames, 0.05)


@capture(
    "profinet/clock-and-ring.pcap",
    "Clocks: sync, announce, delay of ports, another master. A ring: tests, a link down, open, topology change, link"
    f" up, closed. {_HAND}",
    "plc1 gw",
    kind="golden",
    check={"pn_ptcp": 8, "pn_mrp": 8},
)
def clock_and_ring(lab: Lab) -> None:
    """The ring's manager is the controller."""
    manager, client = mac("plc1"), mac("gw")
    clock = [pn.sync(manager, 0x0080, n, manager) for n in range(3)]
    clock += [pn.sync(manager, 0xFF00, 3, manager), pn.sync(manager, 0x0080, 4, client, 2)]
    clock += [
        pn.delay(client, 0xFF40, 1, client),
        pn.delay(manager, 0xFF43, 1, manager),
        pn.delay(manager, 0xFF42, 1, manager),
    ]
    send(lab, "plc1", clock)
    ring = [pn.mrp_test(manager, n, 1, n % 2) for n in range(4)]
    ring += [pn.mrp_link(client, 1, False), pn.mrp_test(manager, 5, 0, 0, 2), pn.mrp_topology(manager, 6)]
    ring += [pn.mrp_link(client, 2, True), pn.mrp_test(manager, 7, 1, 0, 3), pn.mrp_topology(manager, 8)]
    send(lab, "plc1", ring)


@capture(
    "profinet/odd.pcap",
    "Hello with a conflicting address, Set to a group, an unanswered Get, an answer that nobody asked for, a service"
    f" under another FrameID, blocks and lengths that do not fit, a full IP suite. {_HAND}",
    "plc1 gw",
    kind="golden",
    check={"pn_dcp": 8},
)
def odd(lab: Lab) -> None:
    """What a device of today does not say and what is wrong."""
    device = Device("gw", "valves-1")
    inward, outward = (mac("gw"), mac("plc1")), (mac("plc1"), mac("gw"))
    conflict = pn.block(1, 2, b"\0\x81" + (device.value(1, 2) or b"")[2:])
    named = pn.block(2, 2, b"\0\0valves-1")
    addresses = b"".join(bytes(map(int, part.split("."))) for part in (ip("gw"), "255.255.255.0", "0.0.0.0", "9.9.9.9"))
    suite = pn.block(1, 3, b"\0\1" + addresses.ljust(28, b"\0"))
    frames = [
        pn.dcp((mac("gw"), pn.HELLO_GROUP), pn.HELLO, (6, 0), 1, named + conflict + pn.block(6, 1, b"\0\0\0\1")),
        pn.dcp((mac("plc1"), pn.IDENTIFY_GROUP), pn.GET_SET, (4, 0), 2, pn.block(5, 3, b"\0\0\1\0")),
        pn.dcp(outward, pn.GET_SET, (4, 0), 3, suite + pn.block(5, 2, b"\0\1")),
        pn.dcp(inward, pn.GET_SET, (4, 1), 3, pn.block(5, 4, b"\1\3\0") + pn.block(5, 4, b"\5\2\0")),
        pn.dcp(outward, pn.GET_SET, (3, 0), 4, b"\2\1\2\6\x80\x01"),
        pn.dcp(inward, pn.GET_SET, (3, 1), 4, pn.block(2, 1, b"\0\0ET200SP") + pn.block(5, 4, b"\2\6\2")),
        pn.dcp(outward, pn.GET_SET, (3, 0), 5, b"\2\2"),
        pn.dcp(inward, pn.GET_SET, (3, 5), 6, b""),
        pn.dcp(inward, pn.IDENTIFIED, (3, 1), 7, named),
        pn.dcp(inward, pn.IDENTIFIED, (5, 1), 8, named + b"\2\1\0\x40ET"),
        pn.dcp(inward, pn.IDENTIFIED, (5, 1), 9, named)[:24] + b"\1\0" + named,
    ]
    send(lab, "plc1", frames, 0.05)
