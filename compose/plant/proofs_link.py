"""Proof captures of the layer 2 rules: ARP spoofing, address conflicts, cloned MACs, double tags."""

from __future__ import annotations

import time

from compose.plant import attack_network as attack
from compose.plant import frames
from compose.plant.addresses import ip, mac
from compose.plant.catalogue import capture
from compose.plant.cell import modbus_cell
from compose.plant.frames import ACK, ARP_REPLY, ARP_REQUEST, BROADCAST, ETHERTYPE_ARP, ETHERTYPE_IPV4, PSH, SYN
from compose.plant.lab import Lab
from compose.plant.proofs_modbus import NORMAL, WARM_UP

_READ = b"\x00\x01\x00\x00\x00\x06\x01\x03\x00\x00\x00\x02"


@capture(
    "link/arp-spoof.pcap",
    "An attacker tells HMI and controller that he is the other one, relays their traffic, and restores it at the end.",
    "plc1 plc2 hmi att",
    rules="L01",
    learn=NORMAL,
    check={"arp.opcode==2 && eth.src==b8:27:eb:10:00:66": 20, "eth.src==b8:27:eb:10:00:66 && tcp.len>0": 10},
)
def arp_spoof(lab: Lab) -> None:
    """Six seconds in the middle."""
    with modbus_cell(lab):
        time.sleep(WARM_UP)
        with lab.step("ARP spoofing, man in the middle", "att", "plc1", ["T0830"], ["L01"]):
            lab["att"].call(attack.learn_mac, "plc1")
            lab["att"].call(attack.learn_mac, "hmi")
            lab["att"].call(attack.arp_spoof, ("hmi", "plc1"), 12, 0.25)
            lab["att"].call(attack.arp_restore, ("hmi", "plc1"))
        time.sleep(1.5)


@capture(
    "link/arp-announcement.pcap",
    "A controller announces its own address after a restart (gratuitous ARP), the HMI asks for it again.",
    "plc1 plc2 hmi",
    rules="L01 L02 L03",
    kind="benign",
    learn=NORMAL,
    check={"arp.isgratuitous": 2},
)
def arp_announcement(lab: Lab) -> None:
    """Request and reply form, each with the owner's MAC."""

    def announce() -> None:
        own = (mac("plc1"), ip("plc1"))
        packets = [
            frames.arp(ARP_REQUEST, own, (attack.NO_MAC, ip("plc1"))),
            frames.arp(ARP_REPLY, own, (BROADCAST, ip("plc1"))),
        ]
        frames.send_frames([frames.ethernet(own[0], BROADCAST, ETHERTYPE_ARP, packet) for packet in packets], 0.5)

    with modbus_cell(lab):
        time.sleep(2)
        lab["plc1"].call(announce)
        lab["hmi"].command("ip", "neigh", "flush", "all")
        time.sleep(3)


@capture(
    "link/ip-conflict.pcap",
    "Two devices use the address of a controller at once, and both send TCP.",
    "plc1 plc2 hmi att",
    rules="L02 L01",
    learn=NORMAL,
    check={"eth.src==b8:27:eb:10:00:66 && ip.src==10.9.1.12": 8},
)
def ip_conflict(lab: Lab) -> None:
    """The attacker's own MAC with the controller's address, while the controller answers its HMI."""

    def double() -> None:
        claim = frames.arp(ARP_REQUEST, (mac("att"), ip("plc2")), (attack.NO_MAC, ip("hmi")))
        segments = [
            frames.tcp((ip("plc2"), 40000 + number), (ip("hmi"), 8080), SYN, 7000 + number) for number in range(8)
        ]
        sent = [frames.ethernet(mac("att"), BROADCAST, ETHERTYPE_ARP, claim)]
        sent += [frames.ethernet(mac("att"), mac("hmi"), ETHERTYPE_IPV4, segment) for segment in segments]
        frames.send_frames(sent, 0.4)

    with modbus_cell(lab, (("hmi", "plc2"),)):
        time.sleep(WARM_UP)
        with lab.step("address used twice", "att", "hmi", ["T0849", "T0830"], ["L02"]):
            lab["att"].call(double)
        time.sleep(1.5)


def _tagged(source: str, vlans: tuple[int, ...], count: int, owner: str = "") -> list[bytes]:
    """Frames of a Modbus read by `source` with VLAN tags; owner: host whose MAC is used instead."""
    sender = mac(owner or source)
    asked = frames.arp(ARP_REQUEST, (sender, ip(owner or source)), (attack.NO_MAC, ip("plc1")))
    result = [frames.ethernet(sender, BROADCAST, ETHERTYPE_ARP, asked, vlans)]
    for number in range(count):
        head = (ip(owner or source), 50000 + vlans[-1]), (ip("plc1"), 502)
        segment = frames.tcp(*head, PSH | ACK, 100 + 12 * number, 500, _READ)
        result.append(frames.ethernet(sender, mac("plc1"), ETHERTYPE_IPV4, segment, vlans))
    return result


@capture(
    "link/mac-on-two-vlans.pcap",
    "The HMI's MAC sends in VLAN 10 and, at the same time from the attacker's port, in VLAN 20.",
    "plc1 plc2 hmi att",
    rules="L03",
    learn=NORMAL,
    check={"vlan.id==10": 6, "vlan.id==20": 6},
)
def mac_on_two_vlans(lab: Lab) -> None:
    """Frames of both alternate."""
    with modbus_cell(lab, (("hmi", "plc2"),)):
        time.sleep(1)
        with lab.step("MAC cloned in another VLAN", "att", "plc1", ["T0849"], ["L03"]):
            for mine, other in zip(_tagged("hmi", (10,), 7), _tagged("att", (20,), 7, "hmi"), strict=True):
                lab["hmi"].call(frames.send_frames, [mine])
                time.sleep(0.2)
                lab["att"].call(frames.send_frames, [other])
                time.sleep(0.2)
        time.sleep(1)


@capture(
    "link/double-tagged.pcap",
    "Frames with two VLAN tags (outer 1, inner 20) from an ordinary port: an attempt to hop VLANs.",
    "plc1 plc2 hmi att",
    rules="L06",
    learn=NORMAL,
    check={"vlan.id==1 && vlan.id==20": 8},
)
def double_tagged(lab: Lab) -> None:
    """Nine frames."""
    with modbus_cell(lab, (("hmi", "plc2"),)):
        time.sleep(1)
        with lab.step("VLAN hopping", "att", "plc1", ["T0830"], ["L06"]):
            lab["att"].call(frames.send_frames, _tagged("att", (1, 20), 8), 0.2)
        time.sleep(1)


@capture(
    "link/vlan-tagged.pcap",
    "A port that carries one VLAN tag, always the same, for one host: ordinary tagged traffic.",
    "plc1 plc2 hmi eng",
    rules="L03 L06",
    kind="benign",
    check={"vlan.id==10": 8},
)
def vlan_tagged(lab: Lab) -> None:
    """The engineering station in VLAN 10 only."""
    with modbus_cell(lab, (("hmi", "plc2"),)):
        time.sleep(1)
        lab["eng"].call(frames.send_frames, _tagged("eng", (10,), 9), 0.3)
        time.sleep(1)
