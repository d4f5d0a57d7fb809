"""Golden captures of EGD, by hand: no stack exists."""

from __future__ import annotations

import socket
import time

from compose.plant.addresses import EGD_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.egd import Producer, Sink, produce
from compose.plant.lab import Lab


@capture(
    "egd/productions.pcap",
    "By hand, no stack exists: two exchanges of a producer; one gets another configuration, one reports an error, one "
    "begins anew.",
    "plc1 plc2",
    kind="golden",
    check={"egd.exid==17": 12, "egd.exid==18": 6},
)
def productions(lab: Lab) -> None:
    """Nine steps of two exchanges."""
    first, second = Producer(ip("plc1")), Producer(ip("plc1"), exchange=18, request=65_533)
    sink = lab["plc2"].call(Sink)
    produce(lab, "plc1", first, 6, 0.05)
    produce(lab, "plc1", second, 6, 0.05)
    first.signature = 4
    produce(lab, "plc1", first, 3, 0.05)
    first.status = 6
    produce(lab, "plc1", first, 2, 0.05)
    first.status, first.request = 0, 0
    produce(lab, "plc1", first, 3, 0.05)
    lab["plc2"].call(sink.close)


def _odd() -> None:
    sound = Producer(ip("plc1"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.bind(("", EGD_PORT))
        odd = sound.production()
        for message in (
            sound.production(),
            odd,  # older than the one before
            sound.production()[:-2],  # less data, the same signature
            b"\x0d\x02" + sound.production()[2:],  # version 2
            sound.production()[:20],  # cut in its head
            sound.production()[:28] + b"\1\0\0\0" + b"\0\0",  # reserved bytes
            sound.production()[:20] + b"\x63\0\0\0" + sound.production()[24:],  # a status that nobody has
        ):
            end.sendto(message, (ip("plc2"), EGD_PORT))
            time.sleep(0.05)


@capture(
    "egd/odd.pcap",
    "What breaks the rules of a production; by hand.",
    "plc1 plc2",
    kind="golden",
    check={"egd": 5},
)
def odd(lab: Lab) -> None:
    """Seven datagrams."""
    sink = lab["plc2"].call(Sink)
    lab["plc1"].call(_odd)
    lab["plc2"].call(sink.close)
