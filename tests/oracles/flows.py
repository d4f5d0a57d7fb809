"""Flows of a capture with their protocol as nDPI and Arkime print them (`../shared/captures/oracles`), and ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sensors.capture import CaptureFiles

NDPI = {
    "Modbus": "modbus", "MQTT": "mqtt", "OPC-UA": "opcua", "OPC_UA": "opcua", "OPCUA": "opcua", "BACnet": "bacnet",
    "DNP3": "dnp3", "EthernetIP": "enip", "IEC60870": "iec104", "PROFINET_IO": "profinet", "S7Comm": "s7comm",
    "S7CommPlus": "s7comm_plus", "BeckhoffADS": "ads", "FINS": "fins", "IEEE-C37118": "synchrophasor",
    "KNXnet_IP": "knx", "HART-IP": "hart_ip", "IEC62056": "dlms", "EthernetGlobalData": "egd", "UMAS": "modbus",
    "CIP": "enip", "CNP-IP": "lontalk",
}  # fmt: skip
"""nDPI's words for protocols that we read."""
ARKIME = {name: name for name in NDPI.values()} | {"cip": "enip", "s7comm-plus": "s7comm_plus"}
"""Arkime's words."""
PROTOCOLS = frozenset(NDPI.values())
_FLOW = re.compile(r"^\t\d+\t(?:TCP|UDP) (\S+):(\d+) (?:<->|->) (\S+):(\d+) .*?\[proto: [\d.]+/([^\]]+)\]")
_PACKETS = re.compile(r"\[(\d+) pkts/\d+ bytes <?-> (\d+) pkts")

Ends = frozenset[str]
"""Both ends of a flow, each `address port`."""


@dataclass
class Flow:
    """What is said of a flow: protocols of ours (none: another one, or unknown), packets, facts by word."""

    protocols: set[str] = field(default_factory=set)
    packets: int = 0
    facts: dict[str, set[str]] = field(default_factory=dict)

    def say(self, word: str, values: Iterable[object]) -> None:
        self.facts.setdefault(word, set()).update(str(value) for value in values)


def _ends(*ends: tuple[str, object]) -> Ends:
    return frozenset(f"{address.strip('[]')} {port}" for address, port in ends)


def ndpi(path: Path) -> dict[Ends, Flow]:
    """Flows of nDPI's text output."""
    flows: dict[Ends, Flow] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        found = _FLOW.match(line)
        if found is None:
            continue
        flow = flows.setdefault(_ends((found[1], found[2]), (found[3], found[4])), Flow())
        flow.protocols |= {NDPI[name] for name in found[5].split(".") if name in NDPI}
        packets = _PACKETS.search(line)
        flow.packets += sum(int(count) for count in packets.groups()) if packets else 0
    return flows


def arkime(path: Path) -> dict[Ends, Flow]:
    """Sessions of Arkime's test output, those of one flow as one."""
    flows: dict[Ends, Flow] = {}
    sessions = json.loads(path.read_text(encoding="utf-8"))["sessions3"]
    for body in (session.get("body", session) for session in sessions):
        source, destination = body.get("source", {}), body.get("destination", {})
        if "port" not in source or "port" not in destination:
            continue
        ends = _ends((source["ip"], source["port"]), (destination["ip"], destination["port"]))
        flow = flows.setdefault(ends, Flow())
        flow.protocols |= {ARKIME[name] for name in body["protocol"] if name in ARKIME}
        flow.packets += body["network"]["packets"]
        _arkime_facts(body, flow)
    return flows


def _arkime_facts(body: Mapping[str, Any], flow: Flow) -> None:
    modbus, mqtt, opcua = (body.get(name, {}) for name in ("modbus", "mqtt", "opcua"))
    flow.say("function", modbus.get("funccode", ()))
    flow.say("exception", modbus.get("exccode", ()))
    flow.say("unit", [modbus["unitid"]] if "unitid" in modbus else ())
    flow.say("client id", mqtt.get("clientId", ()))
    flow.say("topic", mqtt.get("topic", ()))
    flow.say("will topic", mqtt.get("willTopic", ()))
    flow.say("version", [version.removesuffix(".0") for version in mqtt.get("version", ())])
    flow.say("connect code", mqtt.get("connackCode", ()))
    flow.say("user", body.get("user", ()) if mqtt else ())
    flow.say("endpoint", opcua.get("endpointUrl", ()))
    flow.say("policy", [uri.rsplit("#", 1)[-1] for uri in opcua.get("securityPolicyUri", ())])


def ours(path: Path) -> dict[Ends, Flow]:
    """Flows of our events, with what our transactions say of each."""
    flows: dict[Ends, Flow] = {}
    for batch in CaptureFiles([path], full=True):
        for row in batch.datasets["flow"].iter_rows(named=True):
            flow = flows.setdefault(_of(row), Flow())
            flow.protocols |= PROTOCOLS & {row["network.protocol"]}
            flow.packets += (row["source.packets"] or 0) + (row["destination.packets"] or 0)
        for row in batch.datasets["transaction"].iter_rows(named=True):
            if row["network.protocol"] in PROTOCOLS:
                _our_facts(row, flows.setdefault(_of(row), Flow()))
    return flows


def _of(row: Mapping[str, Any]) -> Ends:
    # Port 0 is no port to us.
    ends = ((row[f"{end}.ip"], row[f"{end}.port"] or 0) for end in ("source", "destination"))
    return _ends(*((address, port) for address, port in ends if address is not None))


def _our_facts(row: Mapping[str, Any], flow: Flow) -> None:
    details = json.loads(row["ot.details"] or "{}")
    name, status = row["network.protocol"], row["ot.status.code"]
    if name == "modbus":
        flow.say("function", [row["ot.function.code"] & 0x7F])
        flow.say("unit", [row["ot.unit"]])
        if row["event.outcome"] == "failure" and status is not None:
            flow.say("exception", [status])
    elif name == "mqtt":
        connect = row["ot.function.name"] == "CONNECT"
        flow.say("client id", [row["ot.client_name"]] if connect and row["ot.client_name"] else ())
        flow.say("user", [row["user.name"]] if connect and row["user.name"] else ())
        flow.say("connect code", [status] if row["ot.function.code"] in (1, 2) and status is not None else ())
        flow.say("will topic", [details["will_topic"]] if "will_topic" in details else ())
        flow.say("version", [details["version"]] if connect else ())
        topic = row["ot.object.address"]
        flow.say("topic", [topic] if topic and (row["ot.item"] == 0 or row["ot.function.code"] in (8, 10)) else ())
    elif name == "opcua" and row["ot.function.name"] in ("Hello", "OpenSecureChannel"):
        flow.say("endpoint", [details["endpoint_url"]] if details.get("endpoint_url") else ())
        flow.say("policy", [details["policy"]] if "policy" in details else ())
