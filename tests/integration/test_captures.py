"""All third-party captures: no crash, no protocol named that is not there, no alarm on ordinary traffic, none lost."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from api.analysis import Analysis, Options, analyse
from sensors.capture import CaptureFiles
from sensors.fields import protocols
from tests.needs import shared
from tests.shipped import shipped_rule_set

OURS = {word: name for name, protocol in protocols().items() for word in protocol.seen_as}
RULES = shipped_rule_set()
LEVELS = ("informational", "low", "medium", "high", "critical")
TRUNCATED = {"iti_ics_security_tools/pcaps/MELSEC/melsoft_129_clean.pcap"}
"""Ends inside a record; its whole frames are given, then the error."""

NAMED_DIFFERENTLY: dict[str, tuple[set[str], str]] = {
    "background/ndpi/dlms.pcap": (
        {"dlms"},
        "a meter's HDLC frames; listed as ordinary traffic, for tshark 4.0 has no dissector; nDPI says IEC62056",
    ),
    "ndpi/tests/cfgs/default/pcap/coap_mqtt.pcap": (
        {"mqtt"},
        "MQTT on port 17501; nDPI says so too, tshark goes by port",
    ),
    "kiwimiri_opcua/pcaps/anssi_attack.pcap": (set(), "only a SYN and its refusal on port 4840: no OPC UA in it"),
    "iti_ics_security_tools/pcaps/OPC/opc-ua-ap-method-wireshark-freeze.pcap": ({"opcua"}, "OPC UA on port 12001"),
    "iti_ics_security_tools/pcaps/profinet/Profinet_Failed.pcap": (
        {"s7comm"},
        "a call with TSAPs in Siemens' form (0200 to 0202), accepted and left; tshark names the transport alone",
    ),
    "emreekin_ics_pcaps/BacNET/mstp_20090227094623.pcap": (
        set(),
        "BACnet on a serial line (MS/TP): no Ethernet, no BACnet/IP in it",
    ),
    "ndpi/tests/cfgs/default/pcap/cnp_ip.pcapng": ({"lontalk"}, "LonTalk/IP; the list names its port and no protocol"),
    "ndpi/tests/cfgs/default/pcap/knxip.pcapng": ({"knx"}, "KNXnet/IP; the list names its ports and no protocol"),
    "emreekin_ics_pcaps/CANopen/CANopen.pcap": ({"canopen"}, "CANopen; tshark names CAN alone unless it is told more"),
    "ndpi/tests/cfgs/default/pcap/can.pcap": (
        set(),
        "CAN frames in UDP datagrams (CAN-ETH), a tunnel that is not read",
    ),
    "arkime/tests/pcap/arkime_synthetic.pcap": (
        {"bacnet", "enip", "modbus", "mqtt", "s7comm", "synchrophasor"},
        "a cut unit of S7comm-plus on a classic connection; a whole ReadProperty; two synchrophasor datagrams on 4712",
    ),
    **{
        f"iti_ics_security_tools/pcaps/MELSEC/{name}.pcap": (
            {"melsoft"},
            "GX Works3 and a panel with an FX5U, as the names say; tshark has no dissector of MELSOFT",
        )
        for name in ("melsoft_129_clean", "melsoft_UDP_clean_1", "melsoft_UDP_clean_2")
    },
    **{
        f"emreekin_ics_pcaps/{name}.pcap": (
            {other, "codesys"},
            "a CODESYS gateway on the analyst's computer looks for nodes on UDP 1740 to 1743; tshark has no dissector",
        )
        for name, other in {
            "COTP/CotpAnalog": "s7comm_plus",
            "DNP3/DNP3Value": "dnp3",
            "IEC60870-104/104IPValue": "iec104",
            "IEC60870-104/104LocalValue": "iec104",
            "IEC60870-104/104deneme": "iec104",
            "IEC60870-104/104deneme2": "iec104",
            "IEC60870-104/50": "iec104",
            "IEC60870-104/58_59": "iec104",
            "IEC60870-104/59": "iec104",
            "LocalPCAP/modbusAnalog": "modbus",
            "LocalPCAP/plc": "s7comm_plus",
            "LocalPCAP/plc1": "s7comm_plus",
        }.items()
    },
    **{
        f"emreekin_ics_pcaps/IEC61850/{name}.pcap": (
            {"goose", "mms"},
            "MMS whose association began before the capture; tshark goes by the contexts it saw negotiated",
        )
        for name in ("iedscout", "pres", "pres1")
    },
}
"""Captures where the reference dissector's protocols are not ours: what we name, and who is right."""


@dataclass(frozen=True)
class Capture:
    path: Path
    name: str
    group: str
    packets: int
    protocols: frozenset[str]


@cache
def manifest() -> tuple[Capture, ...]:
    root = shared("captures")
    with (root / "manifest.csv").open(newline="", encoding="utf-8") as rows:
        return tuple(
            Capture(root / r["file"], r["file"], r["group"], int(r["packets"]),
                    frozenset(OURS[p] for p in _words(r["ot_protocols"]) if p in OURS))
            for r in csv.DictReader(rows)
        )  # fmt: skip


def _words(told: str) -> list[str]:
    """Words of `modbus:12;opcua:3`."""
    return [part.rpartition(":")[0] for part in told.replace(";", " ").split()]


def of_group(group: str) -> list[Capture]:
    return [capture for capture in manifest() if capture.group == group]


def run(capture: Capture, *, full: bool = False) -> Analysis:
    return analyse(Options((capture.path,), full=full), RULES)


@pytest.mark.timeout(300)
def test_every_frame_is_taken_and_no_protocol_named_that_is_not_there() -> None:
    wrong = []
    for capture in manifest():
        files = CaptureFiles([capture.path])
        named: set[str] = set()
        counters: dict[str, int] = {}
        for batch in files:
            named |= set(batch.datasets["flow"]["network.protocol"].drop_nulls().cast(str).unique())
            counters = dict(batch.counters)
        failed = {name for name in counters if name.endswith("parser_failed")}
        expected = NAMED_DIFFERENTLY.get(capture.name, (capture.protocols, ""))[0]
        errors = files.errors if capture.name not in TRUNCATED else ()
        if named != expected or failed or errors or counters.get("link.frames") != capture.packets:
            wrong.append((capture.name, named, expected, failed, errors, counters.get("link.frames"), capture.packets))
    assert not wrong


@pytest.mark.timeout(600)
def test_ordinary_traffic_raises_nothing_above_low() -> None:
    loud = []
    for capture in of_group("background"):
        # One that holds a protocol of plants is no ordinary traffic, whatever the list calls it.
        if NAMED_DIFFERENTLY.get(capture.name, (set(), ""))[0]:
            continue
        found = run(capture)
        assert not found.failures, (capture.name, found.failures)
        loud += [(capture.name, a.rule, a.severity, a.dedup) for a in found.alerts if LEVELS.index(a.severity) > 1]
    assert not loud


@pytest.mark.timeout(900)
def test_the_delta_filter_costs_no_alert_on_any_capture() -> None:
    lost = []
    for capture in of_group("ot"):
        delta, full = run(capture), run(capture, full=True)
        keys = [{(a.rule, a.dedup) for a in found.alerts} for found in (delta, full)]
        if keys[0] != keys[1]:
            lost.append((capture.name, keys[1] - keys[0], keys[0] - keys[1]))
    assert not lost


def test_labelled_attacks_of_the_rtu_capture_are_seen_in_few_alerts() -> None:
    found = run(next(c for c in manifest() if c.name.startswith("lemay_modbus/")))
    shown = [a for a in found.alerts if a.rule_class in ("threat", "policy") and LEVELS.index(a.severity) > 1]
    assert 1 <= len(shown) <= 40
    label = shared("captures", "labels", "lemay", "characterization_modbus_6RTU_with_operate_labeled.csv")
    attacked = {int(line.split(";")[0]) for line in label.read_text().split() if line.endswith(";1")}
    seen = {n for a in shown for p in a.packets for n in range(p.first, p.last + 1)}
    assert seen & attacked
