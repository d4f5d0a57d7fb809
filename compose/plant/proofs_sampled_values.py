"""Proof captures of the rules about sampled values, and of those about what is routed."""

from __future__ import annotations

import time
from dataclasses import replace

from open61850.sv import SMP_SYNCH_NONE

from compose.plant import routed
from compose.plant.catalogue import capture, labelled
from compose.plant.lab import Lab
from compose.plant.sampled_values import BAY, TEST, frame, inject, publish, sample

USUAL = "sampled_values/usual.pcap"
SIGNED = "goose/routed-signed.pcap"


@capture(
    USUAL,
    "A merging unit publishes the currents and voltages of a bay. Learn the baseline from it.",
    "plc1 hmi",
    rules="GO04 GO04C GO04L",
    kind="benign",
    check={"sv": 40},
)
def usual(lab: Lab) -> None:
    """A turn of the counter and a half."""
    publish(lab, "plc1", [BAY], 1.5)


@capture(
    "sampled_values/usual-later.pcap",
    "The same merging unit later.",
    "plc1 hmi",
    rules="GO04 GO04C GO04L",
    kind="benign",
    learn=USUAL,
    check={"sv": 50},
)
def usual_later(lab: Lab) -> None:
    """Two turns."""
    publish(lab, "plc1", [BAY], 2.2, rate=30)


@capture(
    "sampled_values/injection.pcap",
    "A stranger publishes a fault current in the merging unit's name, from its own interface and from a forged one.",
    "plc1 hmi att",
    rules="GO04",
    learn=USUAL,
    check={"sv": 40},
)
def injection(lab: Lab) -> None:
    """The real one, then the stranger's, then the real one again."""
    inject(lab, "plc1", [frame([sample(count)]) for count in range(100, 120)])
    with lab.step("samples in another's name", "att", "plc1", ["T0856", "T0830"], ["GO04"]):
        stranger = replace(BAY, src_mac="b8:27:eb:10:00:66")
        inject(lab, "att", [frame([sample(count, 90_000)], stranger) for count in range(120, 126)])
        inject(lab, "att", [frame([sample(count, 90_000)]) for count in range(112, 118)])
    inject(lab, "plc1", [frame([sample(count)]) for count in range(120, 130)])


@capture(
    "sampled_values/clock-lost.pcap",
    "The merging unit loses the global clock: its samples say that they follow none.",
    "plc1 hmi",
    rules="GO04",
    learn=USUAL,
    check={"sv": 20},
)
def clock_lost(lab: Lab) -> None:
    """In step, then not."""
    inject(lab, "plc1", [frame([sample(count)]) for count in range(100, 110)])
    adrift = replace(BAY, smp_synch=SMP_SYNCH_NONE)
    with lab.step("clock lost", "plc1", "hmi", ["T0856"], ["GO04"]):
        inject(lab, "plc1", [frame([sample(count, stream=adrift)]) for count in range(110, 120)])


@capture(
    "sampled_values/test-mode.pcap",
    "The stream comes with the simulated bit, with qualities that say test, and with another configuration revision.",
    "plc1 hmi",
    rules="GO04C",
    learn=USUAL,
    check={"sv": 16},
)
def test_mode(lab: Lab) -> None:
    """One after the other."""
    inject(lab, "plc1", [frame([sample(count)]) for count in range(4)])
    with lab.step("test mode and another configuration", "plc1", "hmi", ["T0836"], ["GO04C"]):
        simulated, revised = replace(BAY, simulation=True), replace(BAY, conf_rev=9)
        inject(lab, "plc1", [frame([sample(count)], simulated) for count in range(4, 8)])
        inject(lab, "plc1", [frame([sample(count, quality=TEST)]) for count in range(8, 12)])
        inject(lab, "plc1", [frame([sample(count, stream=revised)]) for count in range(12, 16)])


@capture(
    "sampled_values/silence.pcap",
    "The merging unit falls silent, then goes on.",
    "plc1 hmi",
    rules="GO04L",
    learn=USUAL,
    check={"sv": 30},
)
def silence(lab: Lab) -> None:
    """Fourteen seconds of silence."""
    inject(lab, "plc1", [frame([sample(count)]) for count in range(20)])
    with lab.step("samples stop", "plc1", "hmi", ["T0814", "T0815"], ["GO04L"]):
        time.sleep(14)
    inject(lab, "plc1", [frame([sample(count)]) for count in range(20, 30)])


@capture(
    SIGNED,
    "R-GOOSE of libiec61850, signed.",
    "plc1 hmi",
    rules="GO01 GO06",
    kind="benign",
    check={"udp.dstport == 102": 6},
)
def routed_signed(lab: Lab) -> None:
    """Two states."""
    routed.publish(lab, "plc1", "states", routed.SIGNED)


@capture(
    "goose/routed-unsigned.pcap",
    "R-GOOSE of libiec61850 without a signature.",
    "plc1 hmi",
    rules="GO06",
    check={"udp.dstport == 102": 6},
)
@labelled("unsigned R-GOOSE", "plc1", "hmi", "T0830", "GO06")
def routed_unsigned(lab: Lab) -> None:
    """Two states."""
    routed.publish(lab, "plc1", "states", routed.UNSIGNED)


@capture(
    "sampled_values/routed-unsigned.pcap",
    "R-SV of libiec61850 without a signature.",
    "plc1 hmi",
    rules="GO06",
    check={"udp.dstport == 102": 6},
)
@labelled("unsigned R-SV", "plc1", "hmi", "T0830", "GO06")
def routed_unsigned_samples(lab: Lab) -> None:
    """Six samples."""
    routed.publish(lab, "plc1", "samples", routed.UNSIGNED, 3)


@capture(
    "goose/routed-takeover.pcap",
    "A stranger publishes R-GOOSE in the name of a controller that signs it.",
    "plc1 hmi att",
    rules="GO01",
    learn=SIGNED,
    check={"udp.dstport == 102": 9},
)
def routed_takeover(lab: Lab) -> None:
    """The real one, then the stranger's, then the real one."""
    routed.publish(lab, "plc1", "states", routed.SIGNED, 1)
    with lab.step("routed trip in another's name", "att", "plc1", ["T0856", "T0855"], ["GO01"]):
        routed.publish(lab, "att", "states", routed.UNSIGNED, 2)
