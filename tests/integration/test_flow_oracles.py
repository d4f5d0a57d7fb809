"""nDPI and Arkime name our protocols on the flows where we do, count the same packets, read the same facts."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from tests.needs import shared
from tests.oracles.flows import Ends, Flow, arkime, ndpi, ours

READERS: dict[str, Callable[[Path], dict[Ends, Flow]]] = {"ndpi": ndpi, "arkime": arkime}

OPENER = "the host with port 502 opens the connection and sends exceptions: a client's requests 129 and 131 to us"
EXPLAINED: dict[tuple[str, str, str], str] = {
    ("arkime_synthetic.pcap", "10.9.14.1 49701", "exception"): OPENER,
    ("arkime_synthetic.pcap", "10.9.14.1 49701", "function"): OPENER,
    ("modbus.pcap", "10.0.0.57 4446", "exception"): OPENER,
    ("modbus.pcap", "10.0.0.57 4446", "function"): OPENER,
    ("arkime_synthetic.pcap", "10.9.13.1 49700", "function"): (
        "two messages in a segment, the first of length 2 (an exception without its code): Arkime reads the last"
    ),
    ("mqtt_synthetic.pcap", "10.0.0.100 1883", "topic"): "a packet beyond Arkime's buffer, which we read",
}
"""Facts of a flow that differ: capture, an end of the flow, word; and who is right (the standard's clauses stand in
tests/oracles/explained)."""

MIXED = "S7comm first, then S7comm-plus: we name a connection by its first message"
NO_PACKET = "its first TPKT packet ends within the header of the message (RFC 1006, 6)"
NO_LINK = "link function 0 carries no user data (IEEE 1815, 9.2.6): tshark does not take it for DNP3 either"
OUTSTATION = "its first frame has DIR 0 (IEEE 1815, 9.2.4): an outstation opens, and its port is no service's"
CALLS = "calls that a device answers from another port are one flow to us, on 34964"
ANSWERED = "the server answers the session's initiation from another port, and its answer counts to the flow that asked"
NAMED: dict[tuple[str, str], str] = {
    ("arkime_synthetic.pcap", "10.20.18.1 102"): MIXED,
    ("arkime_synthetic.pcap", "10.9.5.1 49601"): NO_PACKET,
    ("arkime_synthetic.pcap", "10.20.10.1 20000"): NO_LINK,
    ("dnp3_synthetic.pcap", "10.0.0.6 20000"): OUTSTATION,
    ("dcerpc.pcap", "192.168.1.11 49154"): CALLS,
    ("dcerpc.pcap", "192.168.1.11 49155"): CALLS,
}
"""Flows whose protocol differs: capture, an end of the flow; and who is right."""
JOINED = {
    ("dcerpc.pcap", "192.168.1.11 34964"): CALLS,
    ("hart_ip.pcap", "192.168.0.101 49905"): ANSWERED,
}
"""Flows that are several to them."""


@cache
def opinions() -> tuple[tuple[str, str, dict[Ends, Flow], dict[Ends, Flow]], ...]:
    """Capture, whose opinion, our flows, theirs; of every capture with an opinion."""
    return tuple(_read())


def _read() -> Iterator[tuple[str, str, dict[Ends, Flow], dict[Ends, Flow]]]:
    root = shared("captures")
    with (root / "manifest.csv").open(newline="", encoding="utf-8") as manifest:
        for row in csv.DictReader(manifest):
            for opinion in row["oracle_paths"].replace(";", " ").split():
                reader = READERS.get(Path(opinion).parent.name)
                if reader is not None:
                    yield row["file"], opinion, ours(root / row["file"]), reader(root / opinion)


def _explained(capture: str, ends: Ends, by: Mapping[tuple[str, str], str]) -> set[tuple[str, str]]:
    return {(Path(capture).name, end) for end in ends} & by.keys()


def test_the_same_flows_are_of_our_protocols() -> None:
    named, differ, explained = 0, [], set()
    for capture, _, mine, theirs in opinions():
        for ends in mine.keys() | theirs.keys():
            left, right = mine.get(ends, Flow()).protocols, theirs.get(ends, Flow()).protocols
            known = _explained(capture, ends, NAMED)
            named += bool(left and left == right)
            if left != right and not known:
                differ.append((capture, sorted(ends), left, right))
            elif left != right:
                explained |= known
    assert not differ
    assert explained == NAMED.keys(), "a flow agrees by now"
    assert len(opinions()) >= 130
    assert named >= 95


def test_those_flows_have_as_many_packets() -> None:
    differ = [
        (capture, sorted(ends), flow.packets, theirs[ends].packets if ends in theirs else None)
        for capture, _, mine, theirs in opinions()
        for ends, flow in mine.items()
        if flow.protocols and not _explained(capture, ends, {**NAMED, **JOINED})
        if ends not in theirs or flow.packets != theirs[ends].packets
    ]
    assert not differ


def test_arkime_reads_the_same_facts() -> None:
    """Function codes, units, exceptions; client ids, topics, users, answers; endpoints and policies."""
    same, differ, explained = 0, [], set()
    for capture, opinion, mine, theirs in opinions():
        if "arkime" not in opinion:
            continue
        for ends, flow in mine.items():
            other = theirs.get(ends, Flow()) if flow.protocols else flow
            for word in sorted(flow.facts.keys() | other.facts.keys()):
                left, right = flow.facts.get(word, set()), other.facts.get(word, set())
                reasons = [(Path(capture).name, end, word) for end in ends]
                known = {reason for reason in reasons if reason in EXPLAINED}
                same += len(left & right)
                if left != right and not known:
                    differ.append((capture, sorted(ends), word, left, right))
                elif left != right:
                    explained |= known
    assert not differ
    assert explained == EXPLAINED.keys(), "a fact agrees by now"
    assert same >= 100
