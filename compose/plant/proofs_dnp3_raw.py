"""Proof captures of DNP3 that no stack sends; each purpose says that its frames are made by hand."""

from __future__ import annotations

import struct

from compose.plant import dnp3_frames as made
from compose.plant.catalogue import capture, labelled
from compose.plant.lab import Lab
from compose.plant.proofs_dnp3 import outstation_of

_CLASSES = bytes([60, 2, 6, 60, 3, 6, 60, 4, 6])


@capture(
    "dnp3/address-scan.pcap",
    "A stranger asks eight link addresses for their status; one answers. Frames made by hand.",
    "plc1 att",
    rules="DN09",
    check={"dnp3.ctl.prifunc==9": 8},
)
@labelled("addresses scanned", "att", "plc1", "T0846", "DN09")
def address_scan(lab: Lab) -> None:
    """Request link status of eight addresses."""
    asks = [made.frame(control=made.LINK_STATUS, to=address) for address in range(4, 12)]
    with outstation_of(lab):
        lab["att"].run(made.send("plc1", asks))


@capture(
    "dnp3/malformed.pcap",
    "A stranger sends wrong checksums, a reserved function, an unknown qualifier and object, a range over the end. "
    "Frames made by hand.",
    "plc1 att",
    rules="DN10",
    check={"dnp3": 3},
)
@labelled("malformed frames", "att", "plc1", "T0814", "DN10")
def malformed(lab: Lab) -> None:
    """Six kinds of odd frames."""
    good = made.request(0, 1, _CLASSES)
    wrong_block = good[:-1] + bytes([good[-1] ^ 0xFF])
    wrong_header = good[:3] + bytes([good[3] ^ 0x0F]) + good[4:]
    odd = [
        made.request(1, 70),
        made.request(2, 1, bytes([30, 1, 0x8A, 0])),
        made.request(3, 2, bytes([99, 1, 0, 0, 3, 1, 2, 3, 4])),
        made.request(4, 5, bytes([12, 1, 0x28, 9, 0, 1, 0, 3])),
    ]
    with outstation_of(lab):
        lab["att"].run(made.send("plc1", [wrong_block, *odd, good, wrong_header]))


@capture(
    "dnp3/unsolicited-spoofed.pcap",
    "Unsolicited responses whose numbers jump, beside the right ones: a second sender. Frames made by hand.",
    "plc1 hmi",
    rules="DN12",
    check={"dnp3.al.func==130": 4},
)
@labelled("unsolicited responses forged", "att", "hmi", "T0856 T0830", "DN12")
def unsolicited_spoofed(lab: Lab) -> None:
    """Numbers 0, 1, 2, 9, 3."""

    def event(value: int) -> bytes:
        return bytes([2, 1, 0x17, 1, 5, 0x81 if value else 0x01])

    numbers = (0, 1, 2, 9, 3)
    speaker = made.Speaker("plc1", [[made.response(0)], *([made.response(n, event(n % 2), 130)] for n in numbers)])
    confirms = [made.frame(bytes([0xC0 | n, 0xD0 | n, 0])) for n in numbers]
    lab["plc1"].run(speaker.serve())
    lab["hmi"].run(made.send("plc1", [made.request(0, 1, _CLASSES), *confirms]))
    lab["plc1"].run(speaker.stop())


@capture(
    "dnp3/key-change.pcap",
    "Secure authentication: challenge and reply, key status, then a user added and an update key changed; an error at "
    "the end. Frames made by hand.",
    "plc1 att",
    rules="DN14",
    check={"dnp3.al.func==32": 3},
)
@labelled("update key changed", "att", "plc1", "T0859", "DN14")
def key_change(lab: Lab) -> None:
    """Group 120 in both directions."""

    def sized(variation: int, data: bytes) -> bytes:
        return bytes([120, variation, 0x5B, 1]) + struct.pack("<H", len(data)) + data

    head = struct.pack("<IH", 7, 1)
    challenge = sized(1, head + bytes([4, 1]) + bytes(range(4)))
    status = sized(5, head + bytes([2, 1, 4]) + struct.pack("<H", 4) + bytes(4))
    error = sized(7, head + struct.pack("<HB", 1, 1) + bytes(6) + b"authentication failed")
    user = struct.pack("<BBIHHHHH", 5, 1, 1, 3, 30, 5, 0, 0) + b"guest"
    answers = [
        [made.response(0, challenge, 131)],
        [made.response(0)],
        [made.response(1, status, 131)],
        [made.response(2, b"", 131)],
        [made.response(3, error, 131)],
    ]
    asks = [
        made.request(0, 13),
        made.request(0, 32, sized(2, head + bytes(16))),
        made.request(1, 32, bytes([120, 4, 7, 1]) + struct.pack("<H", 1)),
        made.request(2, 32, sized(10, user)),
        made.request(3, 32, sized(13, head + struct.pack("<H", 16) + bytes(range(16)))),
    ]
    speaker = made.Speaker("plc1", answers)
    lab["plc1"].run(speaker.serve())
    lab["att"].run(made.send("plc1", asks))
    lab["plc1"].run(speaker.stop())
