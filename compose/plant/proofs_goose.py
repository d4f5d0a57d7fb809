"""Proof captures of the GOOSE rules."""

from __future__ import annotations

import time
from dataclasses import replace

from compose.plant.catalogue import capture
from compose.plant.goose import TRIP, breaker, counters, inject, publish
from compose.plant.lab import Lab

USUAL = "goose/usual.pcap"
_SWITCHING = [breaker(True, False), breaker(False, True), breaker(True, False)]


@capture(
    USUAL,
    "A bay controller publishes its breaker: it opens by a trip and closes again. Learn the baseline from it.",
    "plc1 hmi",
    rules="GO01 GO02 GO03",
    kind="benign",
    check={"goose": 12},
)
def usual(lab: Lab) -> None:
    """Three states."""
    publish(lab, "plc1", TRIP, _SWITCHING)


@capture(
    "goose/usual-later.pcap",
    "The same publisher later.",
    "plc1 hmi",
    rules="GO01 GO02 GO03",
    kind="benign",
    learn=USUAL,
    check={"goose": 8},
)
def usual_later(lab: Lab) -> None:
    """Two states."""
    publish(lab, "plc1", TRIP, _SWITCHING[:2])


@capture(
    "goose/injection.pcap",
    "A stranger publishes a trip in the bay controller's name with a higher state number, from its own interface and"
    " from a forged one.",
    "plc1 hmi att",
    rules="GO01",
    learn=USUAL,
    check={"goose": 12},
)
def injection(lab: Lab) -> None:
    """The real one, then the stranger's, then the real one again, whose state number is lower."""
    publish(lab, "plc1", TRIP, _SWITCHING[:2], pause=0.8)
    with lab.step("trip in another's name", "att", "plc1", ["T0856", "T0855"], ["GO01"]):
        forged = [counters(9, 0), counters(9, 1)]
        inject(lab, "att", replace(TRIP, src_mac="b8:27:eb:10:00:66"), breaker(False, True), forged)
        inject(lab, "att", TRIP, breaker(False, True), [counters(12, 0), counters(12, 1)])
    inject(lab, "plc1", TRIP, breaker(True, False), [counters(2, 9), counters(2, 10)])


@capture(
    "goose/simulation.pcap",
    "The publisher speaks with the simulation bit, with another configuration revision, and needs commissioning.",
    "plc1 hmi",
    rules="GO02",
    learn=USUAL,
    check={"goose": 5},
)
def simulation(lab: Lab) -> None:
    """One after the other."""
    inject(lab, "plc1", TRIP, breaker(True, False), [counters(4, 0), counters(4, 1)])
    with lab.step("test mode and another configuration", "plc1", "hmi", ["T0836", "T0878"], ["GO02"]):
        inject(lab, "plc1", replace(TRIP, simulation=True), breaker(True, False), [counters(4, 2), counters(4, 3)])
        inject(lab, "plc1", replace(TRIP, conf_rev=9, nds_com=True), breaker(True, False), [counters(4, 4)])


@capture(
    "goose/silence.pcap",
    "A publisher falls silent for far longer than it allows itself, then goes on; then a flood of the same block.",
    "plc1 hmi",
    rules="GO03",
    learn=USUAL,
    check={"goose": 10},
)
def silence(lab: Lab) -> None:
    """Eleven seconds of silence, and another packet that lets the time pass."""
    inject(lab, "plc1", TRIP, breaker(True, False), [counters(7, n) for n in range(4)])
    with lab.step("publisher silent", "plc1", "hmi", ["T0814", "T0815"], ["GO03"]):
        time.sleep(14)
    inject(lab, "plc1", TRIP, breaker(True, False), [counters(7, n) for n in range(4, 10)])
