"""Lines with which a person isolates a host at the switch or the firewall of common makers, and undoes it.

What stands in `<…>` only the plant knows. Nothing here is ever sent to a device; lines must be
compared with the manual of the very model, and never saved to the start-up configuration while one is not sure.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import Template
from typing import Literal, TypeAlias

Where: TypeAlias = Literal["switch", "firewall"]
MAC = re.compile(r"^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$", re.IGNORECASE)
PORT = re.compile(r"^[A-Za-z0-9][A-Za-z0-9/:.-]{0,39}$")


@dataclass(frozen=True)
class Plan:
    """How to do it on devices of one maker, and how to undo it."""

    maker: str
    where: Where
    do: tuple[str, ...]
    undo: tuple[str, ...]


MAKERS: tuple[Plan, ...] = (
    Plan(
        "Cisco IOS", "switch",
        ("show mac address-table address $dotted", "configure terminal", "interface $port", "shutdown", "end"),
        ("configure terminal", "interface $port", "no shutdown", "end"),
    ),
    Plan(
        "Huawei VRP", "switch",
        ("display mac-address $dashed", "system-view", "interface $port", "shutdown", "return"),
        ("system-view", "interface $port", "undo shutdown", "return"),
    ),
    Plan(
        "H3C Comware", "switch",
        ("display mac-address $dashed", "system-view", "interface $port", "shutdown", "return"),
        ("system-view", "interface $port", "undo shutdown", "return"),
    ),
    Plan(
        "Ruijie RGOS", "switch",
        ("show mac-address-table address $dotted", "configure terminal", "interface $port", "shutdown", "end"),
        ("configure terminal", "interface $port", "no shutdown", "end"),
    ),
    Plan(
        "Siemens SCALANCE XM/XR", "switch",
        ("show mac-address-table", "configure terminal", "interface $port", "shutdown complete", "end"),
        ("configure terminal", "interface $port", "no shutdown", "end"),
    ),
    Plan(
        "Hirschmann HiOS", "switch",
        ("enable", "show mac-addr-table", "configure", "interface $port", "shutdown", "exit"),
        ("enable", "configure", "interface $port", "no shutdown", "exit"),
    ),
    Plan(
        "Moxa EDS", "switch",
        ("show mac-address-table", "configure terminal", "interface ethernet $port", "shutdown", "exit"),
        ("configure terminal", "interface ethernet $port", "no shutdown", "exit"),
    ),
    Plan(
        "Cisco ASA", "firewall",
        ("configure terminal", "access-list <list> line 1 extended deny ip host $ip any log",
         "access-list <list> line 1 extended deny ip any host $ip log", "end"),
        ("configure terminal", "no access-list <list> extended deny ip host $ip any log",
         "no access-list <list> extended deny ip any host $ip log", "end"),
    ),
    Plan(
        "Fortinet FortiOS", "firewall",
        ("config firewall address", 'edit "bittern-$ip"', "set subnet $ip/32", "next", "end",
         "config firewall policy", "edit 0", 'set name "bittern-$ip"', 'set srcintf "any"', 'set dstintf "any"',
         'set srcaddr "bittern-$ip"', 'set dstaddr "all"', "set action deny", 'set schedule "always"',
         'set service "ALL"', "set logtraffic all", "next", "move <id of the policy> before <first id>", "end"),
        ("config firewall policy", "delete <id of the policy>", "end",
         "config firewall address", 'delete "bittern-$ip"', "end"),
    ),
    Plan(
        "Huawei USG", "firewall",
        ("system-view", "security-policy", "rule name bittern-$ip", "source-address $ip 32", "action deny", "quit",
         "rule move bittern-$ip top", "return"),
        ("system-view", "security-policy", "undo rule name bittern-$ip", "return"),
    ),
    Plan(
        "Linux nftables", "firewall",
        ("nft insert rule inet filter forward ip saddr $ip counter drop comment bittern",
         "nft insert rule inet filter forward ip daddr $ip counter drop comment bittern"),
        ("nft -a list chain inet filter forward",
         "nft delete rule inet filter forward handle <handle of each rule with the comment>"),
    ),
)  # fmt: skip


def isolation_plans(address: str, mac: str = "", port: str = "") -> tuple[Plan, ...]:
    """Plans to isolate the host at `address`, on the switch where its `mac` is seen, at `port` when it is known.

    An address of IPv4, a MAC and a port name that do not look like one are not written into any line: without an
    address there are no firewall lines, and without any of the three there is no plan.
    """
    ip = _address(address)
    dotted, dashed = _forms(mac) if MAC.match(mac) else ("<mac>", "<mac>")
    named = port if PORT.match(port) else "<port>"
    if ip is None and not MAC.match(mac) and named == "<port>":
        return ()
    facts = {"ip": ip or "", "dotted": dotted, "dashed": dashed, "port": named}
    return tuple(
        Plan(plan.maker, plan.where, tuple(_lines(plan.do, facts)), tuple(_lines(plan.undo, facts)))
        for plan in MAKERS
        if ip is not None or plan.where == "switch"
    )


def _lines(lines: tuple[str, ...], facts: dict[str, str]) -> Iterator[str]:
    for line in lines:
        yield Template(line).substitute(facts)


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        return None


def _forms(mac: str) -> tuple[str, str]:
    """`0011.2233.4455` as Cisco writes it, `0011-2233-4455` as Huawei does."""
    digits = re.sub("[:-]", "", mac).lower()
    groups = [digits[place : place + 4] for place in (0, 4, 8)]
    return ".".join(groups), "-".join(groups)
