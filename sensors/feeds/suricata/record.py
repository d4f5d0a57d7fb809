"""What every line of EVE has: time, flow, ends, application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sensors.feed.feed import FLOW
from sensors.feed.rows import Row, part, whole, words
from sensors.fields import vocabulary

APPLICATIONS = {"modbus": "modbus", "dnp3": "dnp3", "enip": "enip", "enip_tcp": "enip", "mqtt": "mqtt", "tls": "tls",
                "ssh": "ssh", "http": "http", "http1": "http", "http2": "http", "dns": "dns", "ftp": "ftp",
                "smb": "smb", "rdp": "rdp", "snmp": "snmp", "ntp": "ntp", "dhcp": "dhcp"}  # fmt: skip
"""Suricata's word for a protocol and ours."""


@dataclass(frozen=True)
class Eve:
    """A line: the record and its time, ns."""

    record: Mapping[str, Any]
    time: int

    def part(self, *names: str) -> Any:
        """What the record holds below these names."""
        return part(self.record, *names)

    def row(self, protocol: str | None = None, *, by_server: bool | None = None) -> Row:
        """Columns of every event. `by_server` says that the source offers the service; where it is not given the line
        itself says it (`direction`), else who asks is the source."""
        answers = self.record.get("direction") == "to_client" if by_server is None else by_server
        user, offers = ("dest", "src") if answers else ("src", "dest")
        vlan = self.record.get("vlan")
        vlans = [whole(each) for each in vlan] if isinstance(vlan, list) else [whole(vlan)]
        transport = words(self.record.get("proto"))
        flow = whole(self.record.get("flow_id"))
        return {
            "@timestamp": self.time,
            "event.end": self.time,
            FLOW: str(flow) if flow is not None else None,
            "source.ip": words(self.record.get("src_ip")),
            "source.port": whole(self.record.get("src_port")),
            "destination.ip": words(self.record.get("dest_ip")),
            "destination.port": whole(self.record.get("dest_port")),
            "ot.client.ip": words(self.record.get(f"{user}_ip")),
            "ot.server.ip": words(self.record.get(f"{offers}_ip")),
            "ot.server.port": whole(self.record.get(f"{offers}_port")),
            "network.vlan.id": vlans[0] if vlans else None,
            "network.inner.vlan.id": vlans[1] if len(vlans) > 1 else None,
            "network.transport": transport.lower() if transport else None,
            "network.protocol": protocol or APPLICATIONS.get(words(self.record.get("app_proto")) or ""),
            "source.mac": _mac(self.part("ether", "src_mac")),
            "destination.mac": _mac(self.part("ether", "dest_mac")),
        }

    def transaction(self, protocol: str, operation: str, **columns: Any) -> Row:
        """A row of `transaction`."""
        known = vocabulary().operations[operation]
        named = {name.replace("__", "."): value for name, value in columns.items()}
        news = "full" if known.quiet else "operation"
        said = {"ot.operation": operation, "ot.activity": known.activity, "ot.news": news, "ot.item": 0, "ot.items": 1}
        return {**self.row(protocol), **said, **named}


def _mac(value: object) -> str | None:
    return words(value)
