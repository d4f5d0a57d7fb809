"""Proof captures of the EGD rules, by hand: no stack exists."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

from compose.plant.addresses import EGD_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.egd import Producer, Sink, produce
from compose.plant.lab import Lab

NORMAL = "egd/normal.pcap"
ALL_RULES = "EG01 EG02 EG03 EG04 EG05"


@contextlib.contextmanager
def _consumer(lab: Lab) -> Iterator[None]:
    sink = lab["plc2"].call(Sink)
    try:
        yield
    finally:
        lab["plc2"].call(sink.close)


@capture(NORMAL, "A controller produces its data for another. Learn the baseline from it.", "plc1 plc2",
         rules=ALL_RULES, kind="benign", check={"egd": 60})  # fmt: skip
def normal(lab: Lab) -> None:
    """15 seconds of productions."""
    with _consumer(lab):
        produce(lab, "plc1", Producer(ip("plc1")), 60)


@capture("egd/normal-later.pcap", "The same exchange later.", "plc1 plc2", rules=ALL_RULES, kind="benign", learn=NORMAL,
         check={"egd": 20})  # fmt: skip
def normal_later(lab: Lab) -> None:
    """5 seconds of productions."""
    with _consumer(lab):
        produce(lab, "plc1", Producer(ip("plc1"), request=900), 20)


@capture("egd/signature.pcap", "The exchange is configured anew.", "plc1 plc2", rules="EG01", learn=NORMAL,
         check={"egd.csig==9": 4})  # fmt: skip
def signature(lab: Lab) -> None:
    """Another signature from one production to the next."""
    producer = Producer(ip("plc1"), request=900)
    with _consumer(lab):
        produce(lab, "plc1", producer, 6)
        producer.signature = 9
        with lab.step("configure the exchange anew", "plc1", "plc2", ["T0836"], ["EG01"]):
            produce(lab, "plc1", producer, 5)


def _spoof(source: str, request: int) -> None:
    """Productions in the name of the controller, from its own address: the switch forwards what it is given."""
    forged = Producer(ip("plc1"), request=request)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.bind(("", EGD_PORT))
        for _ in range(4):
            end.sendto(forged.production(), (ip("plc2"), EGD_PORT))
            time.sleep(0.2)


@capture("egd/replay.pcap", "Old productions come again between the new ones.", "plc1 plc2", rules="EG02", learn=NORMAL,
         check={"egd": 12})  # fmt: skip
def replay(lab: Lab) -> None:
    """Four productions with numbers long past."""
    producer = Producer(ip("plc1"), request=900)
    with _consumer(lab):
        produce(lab, "plc1", producer, 6)
        with lab.step("replay productions", "plc1", "plc2", ["T0856"], ["EG02"]):
            lab["plc1"].call(_spoof, "plc1", 300)
        produce(lab, "plc1", producer, 4)


@capture("egd/stranger.pcap", "A stranger produces in the name of the controller.", "plc1 plc2 att", rules="EG03",
         learn=NORMAL, check={"egd": 12})  # fmt: skip
def stranger(lab: Lab) -> None:
    """Four productions from another address."""
    producer = Producer(ip("plc1"), request=900)
    with _consumer(lab):
        produce(lab, "plc1", producer, 6)
        with lab.step("produce in another's name", "att", "plc2", ["T0856"], ["EG03"]):
            lab["att"].call(_spoof, "att", 950)
        produce(lab, "plc1", producer, 4)


@capture("egd/fault.pcap", "The producer reports that its data are not refreshed.", "plc1 plc2", rules="EG04",
         learn=NORMAL, check={"egd.stat==6": 4})  # fmt: skip
def fault(lab: Lab) -> None:
    """A status of error."""
    producer = Producer(ip("plc1"), request=900)
    with _consumer(lab):
        produce(lab, "plc1", producer, 6)
        producer.status = 6
        with lab.step("data are not refreshed", "plc1", "plc2", ["T0815"], ["EG04"]):
            produce(lab, "plc1", producer, 5)


@capture("egd/malformed.pcap", "Broken productions of a stranger.", "plc1 plc2 att", rules="EG05", learn=NORMAL,
         check={"egd": 6})  # fmt: skip
def malformed(lab: Lab) -> None:
    """A version that does not exist, reserved bytes, less data."""

    def send() -> None:
        forged = Producer(ip("att"))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.bind(("", EGD_PORT))
            sound = forged.production()
            for one in (sound, b"\x0d\7" + forged.production()[2:], forged.production()[:-3], forged.production()[:9]):
                end.sendto(one, (ip("plc2"), EGD_PORT))
                time.sleep(0.1)

    with _consumer(lab):
        produce(lab, "plc1", Producer(ip("plc1"), request=900), 6)
        with lab.step("broken productions", "att", "plc2", ["T0814"], ["EG05"]):
            lab["att"].call(send)
