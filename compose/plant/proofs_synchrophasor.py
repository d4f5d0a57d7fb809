"""Proof captures of the synchrophasor rules: pyc37's PMU with its concentrator, a stranger, streams made by hand."""

from __future__ import annotations

import time
from collections.abc import Sequence

from compose.plant import synchrophasor_frames as c37
from compose.plant.addresses import ip, mac
from compose.plant.catalogue import capture, labelled
from compose.plant.frames import ETHERTYPE_IPV4, ethernet, send_frames, udp
from compose.plant.lab import Lab
from compose.plant.synchrophasor_cell import (
    TCP_PORT,
    UDP_PORT,
    Answering,
    Listener,
    ask,
    collect,
    concentrator,
    pmu,
    send_datagrams,
)

USUAL = "synchrophasor/usual.pcap"
ALL_RULES = "SP01 SP02 SP03 SP04 SP05 SP06 SP07 SP08"
_BAY = c37.Bay("Marsh Bay 2", 18, analogs=(), inputs=())


@capture(
    USUAL,
    "A concentrator takes the measurements of a PMU. Learn the baseline from it.",
    "relay hist",
    rules=ALL_RULES,
    kind="benign",
    check={"synphasor.frtype==0": 30},
)
def usual(lab: Lab) -> None:
    """Configuration, data on, thirty frames, data off."""
    with pmu(lab):
        lab["hist"].call(collect, 30)


@capture(
    "synchrophasor/usual-later.pcap",
    "The same concentrator later.",
    "relay hist",
    rules=ALL_RULES,
    kind="benign",
    learn=USUAL,
    check={"synphasor.frtype==0": 10},
)
def usual_later(lab: Lab) -> None:
    """Twice for a few frames."""
    with pmu(lab):
        lab["hist"].call(collect, 6)
        lab["hist"].call(collect, 6)


def _curious() -> None:
    pdc = concentrator()
    pdc.get_header()
    pdc.get_config()
    pdc.start()
    for _ in range(5):
        pdc.get()
    pdc.stop()
    time.sleep(0.3)
    pdc.quit()


@capture(
    "synchrophasor/stranger.pcap",
    "A stranger asks a PMU for its header and configuration, takes some measurements and turns them off.",
    "relay hist att",
    rules="SP01 SP02",
    learn=USUAL,
    check={"synphasor.frtype==4": 6},
)
def stranger(lab: Lab) -> None:
    """While the concentrator works."""
    with pmu(lab):
        lab["hist"].call(collect, 5)
        with lab.step("stream taken and turned off", "att", "relay", ["T0802", "T0804"], ["SP01", "SP02"]):
            lab["att"].call(_curious)


def _stream(lab: Lab, frames: Sequence[bytes], pause: float = 0.1) -> None:
    listener = Listener(lab, "hist")
    lab["rtu"].call(send_datagrams, "hist", frames, pause)
    listener.stop()


def _values(moments: range, status: int = 0, quality: int = 0, bay: c37.Bay = _BAY) -> list[bytes]:
    return [c37.data(18, bay.values(at % 7 / 100, status), at / 10, quality) for at in moments]


@capture(
    "synchrophasor/changed.pcap",
    "A PMU that sends datagrams announces a change and has another configuration. Made by hand: pyc37 speaks TCP only.",
    "rtu hist",
    rules="SP03",
    check={"synphasor.frtype==3": 2},
)
@labelled("stream configured anew", "rtu", "hist", "T0836", "SP03")
def changed(lab: Lab) -> None:
    """One phasor less."""
    other = c37.Bay("Marsh Bay 2", 18, phasors=("VA", "VB", "VC"), analogs=(), inputs=(), changes=2)
    frames = [c37.configuration(c37.CFG2, 18, (_BAY,)), *_values(range(1, 8)), *_values(range(8, 12), c37.CHANGE)]
    frames += [c37.configuration(c37.CFG2, 18, (other,), 1.2), *_values(range(12, 18), bay=other)]
    _stream(lab, frames)


@capture(
    "synchrophasor/replay.pcap",
    "Somebody sends recorded frames of a stream again, in the PMU's name and while it speaks. Made by hand.",
    "rtu hist att",
    rules="SP04",
    check={"synphasor.frtype==0": 20},
)
def replay(lab: Lab) -> None:
    """From the stranger's interface with the PMU's address."""
    listener = Listener(lab, "hist")
    lab["rtu"].call(send_datagrams, "hist", [c37.configuration(c37.CFG2, 18, (_BAY,)), *_values(range(1, 12))], 0.1)
    with lab.step("old frames replayed", "att", "hist", ["T0856"], ["SP04"]):
        ends = ((ip("rtu"), TCP_PORT), (ip("hist"), UDP_PORT))
        old = [udp(*ends, frame) for frame in _values(range(3, 8))]
        frames = [ethernet(mac("att"), mac("hist"), ETHERTYPE_IPV4, packet) for packet in old]
        lab["att"].call(send_frames, frames, 0.1)
    lab["rtu"].call(send_datagrams, "hist", _values(range(18, 24)), 0.1)
    listener.stop()


@capture(
    "synchrophasor/doubtful.pcap",
    "A PMU loses its time source, then its clock; it is tested, fails, and its data is modified. Made by hand.",
    "rtu hist",
    rules="SP05 SP07",
    check={"synphasor.frtype==0": 20},
)
@labelled("measurements not to be relied on", "rtu", "hist", "T0832", "SP05 SP07")
def doubtful(lab: Lab) -> None:
    """Each for some frames."""
    frames = [c37.configuration(c37.CFG2, 18, (_BAY,)), *_values(range(1, 5))]
    frames += _values(range(5, 8), c37.NOT_SYNCHRONISED | 0x10) + _values(range(8, 11), quality=0x0F)
    frames += _values(range(11, 14), c37.TEST) + _values(range(14, 17), c37.ERROR)
    frames += _values(range(17, 20), c37.MODIFIED) + _values(range(20, 24))
    _stream(lab, frames)


@capture(
    "synchrophasor/odd.pcap",
    "A stranger sends a PMU a reserved command, one with a wrong check word, an extended one and one of the user; the"
    " PMU answers with a configuration whose counts lie. Made by hand.",
    "rtu att",
    rules="SP06 SP08",
    check={"synphasor.frtype==4": 4},
)
@labelled("frames that the standard does not know", "att", "rtu", "T0814 T0855", "SP06 SP08")
def odd(lab: Lab) -> None:
    """Over TCP."""
    lying = c37.frame(c37.CFG2, 18, c37.configuration(c37.CFG2, 18, (_BAY,))[14:60])
    server = Answering(lab, "rtu", [[lying], [], [], [], []])
    wrong = c37.command(18, c37.ON)[:-1] + b"\0"
    requests = [c37.command(18, c37.SEND_CFG2), c37.command(18, 9), wrong]
    requests += [c37.command(18, c37.EXTENDED, b"\x10\x01\0\0"), c37.command(18, 0x0201)]
    lab["att"].call(ask, "rtu", requests)
    server.stop()
