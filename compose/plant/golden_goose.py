"""Golden captures of GOOSE for the parser."""

from __future__ import annotations

from dataclasses import replace

from compose.plant import routed
from compose.plant.catalogue import capture
from compose.plant.goose import METER, TRIP, breaker, counters, inject, meter, publish
from compose.plant.lab import Lab


@capture(
    "goose/states.pcap",
    "Two control blocks, each repeated: a breaker that opens, trips and closes again, a meter whose values change.",
    "plc1 hmi",
    kind="golden",
    check={"goose": 30},
)
def states(lab: Lab) -> None:
    """Structures, bit strings, truth, floats, integers; names with and without goID."""
    publish(lab, "plc1", TRIP, [breaker(True, False), breaker(False, True), breaker(True, False)])
    publish(lab, "plc1", METER, [meter(101.5, -3), meter(99.25, 70_000)])


@capture(
    "goose/odd.pcap",
    "Frames out of turn: states that fall and jump, sequences that skip and repeat, values that change without a state,"
    " another revision, simulation, commissioning. Made by open61850's encoder, sent one by one.",
    "plc1 hmi",
    kind="golden",
    check={"goose": 14},
)
def odd(lab: Lab) -> None:
    """Each flag once at least."""
    usual = [counters(5, 0), counters(5, 1), counters(5, 2)]
    inject(lab, "plc1", TRIP, breaker(True, False), [*usual, counters(5, 6), counters(5, 6)])
    inject(lab, "plc1", TRIP, breaker(False, False), [counters(5, 7)])
    inject(lab, "plc1", TRIP, breaker(False, True), [counters(9, 0), counters(10, 4), counters(2, 0)])
    inject(lab, "plc1", replace(TRIP, conf_rev=4), breaker(False, True), [counters(2, 1)])
    inject(lab, "plc1", replace(TRIP, conf_rev=4, simulation=True), breaker(False, True), [counters(2, 2)])
    inject(lab, "plc1", replace(TRIP, conf_rev=4, nds_com=True), breaker(False, True), [counters(2, 3)])
    inject(
        lab, "plc1", replace(TRIP, vlan_id=10, vlan_priority=4), breaker(True, False), [counters(1, 0), counters(1, 1)]
    )


@capture(
    "goose/routed.pcap",
    "R-GOOSE of libiec61850 to a group: unsigned; signed; encrypted and signed.",
    "plc1 hmi",
    kind="golden",
    check={"udp.dstport == 102": 18},
)
def routed_states(lab: Lab) -> None:
    """Two states each way, each said three times."""
    for security in (routed.UNSIGNED, routed.SIGNED, routed.ENCRYPTED):
        routed.publish(lab, "plc1", "states", security)
