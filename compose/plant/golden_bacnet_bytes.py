"""Golden captures of BACnet/IP made by hand: routers, broadcast management, segments, alarms, and what is odd."""

from __future__ import annotations

import time

from compose.plant.bacnet_raw import answer, bvlc, entry, npdu, place, say
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

_EVERYBODY = "10.9.1.255"
UNICAST, BROADCAST = 0x0A, 0x0B
ACK = bytes([0x81, 0, 0, 6, 0, 0])
_MASK = b"\xff\xff\xff\xff"


def _exchange(lab: Lab, pairs: list[tuple[bytes, list[bytes]]], seconds: float = 4.0) -> None:
    """Ask each of the pairs from the workstation; the controller answers by the table."""
    device = lab["ahu"].begin(answer, "ahu", dict(pairs), seconds)
    time.sleep(0.2)
    lab["bms"].call(say, "bms", "ahu", [asked for asked, _ in pairs], 0.03, True)
    device.result()


def unicast(content: bytes) -> bytes:
    """Return an APDU for the device itself."""
    return bvlc(UNICAST, npdu(content, control=4))


@capture(
    "bacnet/routing.pcap",
    "By hand, no free stack sends them all: Who-Is-Router, I-Am-Router, routing tables asked for and set, rejects, "
    "busy, network numbers, a device behind a router read, broadcast tables read, written and refused, foreign devices "
    "registered and deleted, forwarded and distributed broadcasts, Secure-BVLL.",
    "ahu bms",
    kind="golden",
    check={"bvlc.function==5": 2, "bacnet.mesgtyp==6": 2, "bvlc.function==4": 1, "bacnet.snet": 2},
)
def routing(lab: Lab) -> None:
    """Everything between networks."""
    table, fdt = entry("ahu", _MASK) + entry("bms", _MASK), entry("bms", b"\0\x3c\0\x2d")
    far, read = place(2001, b"\x0c"), bytes.fromhex("00040a0c0c000000011955")
    value = bytes.fromhex("300a0c0c0000000119553e4441a400003f")
    pairs = [
        (bvlc(2), [bvlc(3, table)]),
        (bvlc(1, table), [ACK]),
        (bvlc(1, table[:10]), [bvlc(0, b"\0\x10")]),
        (bvlc(5, b"\0\x3c"), [ACK]),
        (bvlc(5, b"\0\x3d"), [ACK]),
        (bvlc(6), [bvlc(7, fdt)]),
        (bvlc(8, entry("bms", b"")), [ACK]),
        (bvlc(8, entry("hmi", b"")), [bvlc(0, b"\0\x50")]),
        (bvlc(UNICAST, npdu(b"\x06\0", control=0x84)), [bvlc(UNICAST, npdu(b"\x07\x01\x07\xd1\x02\0", control=0x80))]),
        (
            bvlc(UNICAST, npdu(b"\x06\x01\x07\xd2\x03\0", control=0x84)),
            [bvlc(UNICAST, npdu(b"\x07\0", control=0x80))],
        ),
        (
            bvlc(UNICAST, npdu(read, far, control=4)),
            [bvlc(UNICAST, npdu(value, source=far))],
        ),
        (
            bvlc(UNICAST, npdu(read, place(2009, b"\x0c"), control=4)),
            [bvlc(UNICAST, npdu(b"\x03\x01\x07\xd9", control=0x80))],
        ),
        (bvlc(0x0C, b"\1\2\3\4"), []),
    ]
    _exchange(lab, pairs, 8.0)
    loud = [
        npdu(b"\0\x07\xd1", control=0x80), npdu(b"\0", control=0x80), npdu(b"\x01\x07\xd1\x07\xd2", control=0x80),
        npdu(b"\x02\x07\xd3\x05", control=0x80), npdu(b"\x04\x07\xd1", control=0x80), npdu(b"\x05", control=0x80),
        npdu(b"\x08\x07\xd1\x05", control=0x80), npdu(b"\x09\x07\xd1", control=0x80), npdu(b"\x12", control=0x80),
        npdu(b"\x13\x07\xd0\1", control=0x80), npdu(b"\x99\x00\x23\x01", control=0x80),
        npdu(b"\x10\x08", place(0xFFFF)),
        npdu(b"\x10\x08", place(2001), place(2000, bytes.fromhex("0a090121bac0"))),
    ]  # fmt: skip
    lab["bms"].call(say, "bms", _EVERYBODY, [bvlc(BROADCAST, content) for content in loud], 0.02)
    i_am = bytes.fromhex("1000c402000d052205c4910021 23".replace(" ", ""))
    passed_on = [bvlc(4, entry("bms", b"") + npdu(i_am, source=place(2001, b"\x0c"))), bvlc(9, npdu(b"\x10\x08"))]
    lab["ahu"].call(say, "ahu", _EVERYBODY, passed_on, 0.02)


def _segments(head: bytes, data: bytes, size: int) -> list[bytes]:
    """Return a message cut into segments. head: bytes before the sequence number."""
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    service = 0x0E
    out = []
    for number, part in enumerate(parts):
        more = number + 1 < len(parts)
        first = head[0] | 0x08 | (0x04 if more else 0)
        out.append(bvlc(UNICAST, npdu(bytes([first]) + head[1:] + bytes([number, 4, service]) + part)))
    return out


@capture(
    "bacnet/segments.pcap",
    "By hand: an answer in three segments, one with a segment sent twice, one with a segment missing; a request in two "
    "segments; acknowledged; aborted by either side.",
    "ahu bms",
    kind="golden",
    check={"bacapp.segmented_request==1": 9, "bacapp.type==4": 2},
)
def segments(lab: Lab) -> None:
    """Messages too long for one datagram."""

    def asked(invoke: int) -> bytes:
        return unicast(bytes([0x02, 0x75, invoke, 0x0E]) + bytes.fromhex("0c000000011e09081f"))

    result = bytes.fromhex(
        "0c000000011e2955 4e44419400004f 2970 4e9100 4f 291c 4e7507005a756c7566744f 1f".replace(" ", "")
    )
    whole = _segments(b"\x30\x01", result, 12)
    again, broken = _segments(b"\x30\x02", result, 12), _segments(b"\x30\x03", result, 12)
    pairs = [
        (asked(1), whole),
        (asked(2), [again[0], again[1], again[1], *again[2:]]),
        (asked(3), [broken[0], broken[2]]),
        (asked(4), [unicast(b"\x71\x04\x04")]),
    ]
    _exchange(lab, pairs, 4.0)
    request = _segments(b"\x02\x75\x05", bytes.fromhex("0c000000011e09551f 0c000000021e09551f".replace(" ", "")), 9)
    quiet = [*request, unicast(b"\x40\x01\x02\x04"), unicast(b"\x41\x01\x02\x04"), unicast(b"\x70\x05\x00")]
    lab["bms"].call(say, "bms", "ahu", quiet, 0.02)


@capture(
    "bacnet/alarms.pcap",
    "By hand, bacpypes3 sends none of them: alarm raised, cleared and acknowledged, events asked for, life safety "
    "silenced and reset, trend log read by position, sequence and time, property subscriptions, list elements, virtual "
    "terminal, group write, Who-Am-I and You-Are.",
    "ahu bms",
    kind="golden",
    check={"bacapp.confirmed_service==2": 2, "bacapp.confirmed_service==26": 3, "bacapp.confirmed_service==27": 2},
)
def alarms(lab: Lab) -> None:
    """Services that only large controllers have."""
    ok = {service: [unicast(bytes([0x20, service, service]))] for service in (0, 2, 5, 8, 9, 22, 23, 27, 28, 30)}

    def ask(service: int, data: str) -> bytes:
        return unicast(bytes([0x00, 0x04, service, service]) + bytes.fromhex(data.replace(" ", "")))

    def made(service: int, data: str) -> list[bytes]:
        return [unicast(bytes([0x30, service, service]) + bytes.fromhex(data.replace(" ", "")))]

    raised = (
        "0901 1c020008fd 2c00000001 3e19053f 4901 5903 6905 7d050048696768 8900 9901 a900 b903 "
        "ce 5e 0c42700000 1a0480 2c40800000 3c42700000 5f cf"
    )
    cleared = "0901 1c020008fd 2c00000001 3e19063f 4901 5903 6905 8900 9900 a903 b900"
    log = "0c05000001 1983"
    record = "0e a47e0b1c06 b40a000000 0f 1e 2c41940000 1f"
    pairs = [
        (ask(2, raised), ok[2]),
        (ask(2, cleared), ok[2]),
        (ask(0, "0901 1c00000001 2903 3e19053f 4d040042 4d53 5e19075f".replace("4d04 0042", "4d0400 42")), ok[0]),
        (ask(3, ""), made(3, "c400000001 9103 820560")),
        (ask(29, ""), made(29, "0e 0c00000001 1903 2a0560 3e190519001900 3f 4900 5a05e0 6e2103 21032107 6f 0f 1900")),
        (ask(27, "0901 1d040042 4d53 2901 3c05400001".replace("1d04 0042", "1d0400 42")), ok[27]),
        (ask(27, "0901 1d040042 4d53 2904".replace("1d04 0042", "1d0400 42")), ok[27]),
        (ask(26, log + "3e 2101 3105 3f"), made(26, log + f"3a05c0 4901 5e {record} 5f")),
        (unicast(bytes.fromhex("00041b1a" + (log + "6e 2107 31fe 6f").replace(" ", ""))), []),
        (unicast(bytes.fromhex("00041c1a" + (log + "7e a47e0b1c06 b40a000000 3105 7f").replace(" ", ""))), []),
        (ask(28, "0901 1c00400001 2900 393c 4e0955 4f 5c3f800000"), ok[28]),
        (ask(30, "0901 1901 293c 3905 4e 0c00400001 1e 0e09550f 1c3f800000 2901 1f 4f"), ok[30]),
        (ask(8, "0c03c00001 1966 3e c402000ce5 3f"), ok[8]),
        (ask(9, "0c03c00001 1966 3e c402000ce5 3f"), ok[9]),
        (ask(21, "9101 2101"), made(21, "2105")),
        (ask(23, "2105 65047374617 4 2100".replace("7 4", "74")), made(23, "0901")),
        (ask(22, "2105"), ok[22]),
    ]
    _exchange(lab, pairs, 9.0)
    loud = [
        "100a 0917 1908 2e 09014441a00000 2f",
        "100d 2123 75070041422d313233 750500303031 37".replace("0500303031 37", "0500 30303137"),
        "100e 2123 75070041422d313233 750500303031 37 c402000d05".replace("0500303031 37", "0500 30303137"),
    ]
    datagrams = [bvlc(BROADCAST, npdu(bytes.fromhex(text.replace(" ", "")))) for text in loud]
    lab["bms"].call(say, "bms", _EVERYBODY, datagrams, 0.02)


@capture(
    "bacnet/odd.pcap",
    "By hand: wrong lengths, functions, versions, PDU types and services, hop count used up, values and parameters cut "
    "off, a priority of 17, an answer nobody asked for and one given twice, a reject, a request sent again, one never "
    "answered.",
    "ahu bms",
    kind="golden",
    check={"udp.port==47808": 14},
)
def odd(lab: Lab) -> None:
    """What no sound device sends."""
    read = bytes.fromhex("00040a0c0c000000011955")
    value = unicast(bytes.fromhex("300a0c0c0000000119553e4441a400003f"))
    pairs = [
        (unicast(read), [value, value]),
        (
            unicast(bytes.fromhex("00040b0f0c0040000119553e444120000 03f4911".replace(" ", ""))),
            [unicast(b"\x20\x0b\x0f")],
        ),
        (unicast(bytes.fromhex("00040c0f0c00400001")), [unicast(b"\x60\x0c\x05")]),
        (unicast(bytes.fromhex("00040d63aabb")), [unicast(b"\x60\x0d\x09")]),
        (unicast(bytes.fromhex("00040e0c0c000000011955")), [unicast(bytes.fromhex("300e0c0c0000000119553e44413f"))]),
    ]
    _exchange(lab, pairs, 3.5)
    again = unicast(bytes.fromhex("0004200c0c000000021955"))
    strange = [
        again,
        again,
        unicast(bytes.fromhex("20630f")),
        unicast(b"\x80\x01\x02"),
        bvlc(0x0D, b"\1\2"),
        bvlc(5, b"\1"),
        bvlc(UNICAST, npdu(read), length=99),
        bvlc(UNICAST, b"\x02\x00" + read),
        bvlc(UNICAST, npdu(read, place(7, b"\1"), hops=0)),
        bvlc(UNICAST, npdu(b"\x15", control=0x80)),
        bvlc(BROADCAST, npdu(b"\x10\x40")),
        bvlc(BROADCAST, npdu(bytes.fromhex("1008090a"))),
        bvlc(UNICAST, b"\x01"),
    ]
    lab["bms"].call(say, "bms", "ahu", strange, 0.02)
