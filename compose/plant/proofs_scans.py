"""Proof captures of scans, sweeps and floods, and of what resembles them: a router, an engineer who checks."""

from __future__ import annotations

import time

from compose.plant import attack_network as attack
from compose.plant.addresses import MODBUS_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.cell import modbus_cell
from compose.plant.lab import Lab
from compose.plant.proofs_general import POLL, WHOLE
from compose.plant.proofs_modbus import NORMAL, WARM_UP


@capture(
    "general/port-scan.pcap",
    "40 ports of one controller are tried within two seconds.",
    "plc1 plc2 hmi att",
    rules="G03",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && tcp.flags.syn==1": 40},
)
def port_scan(lab: Lab) -> None:
    """A connect scan."""
    with modbus_cell(lab, POLL):
        time.sleep(WARM_UP)
        with lab.step("TCP port scan", "att", "plc1", ["T0846"], ["G03"]):
            lab["att"].call(attack.port_scan, "plc1")
        time.sleep(1)


@capture(
    "general/port-sweep.pcap",
    "Port 502, then port 22, is tried on every host of the control network.",
    WHOLE,
    rules="G04",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && tcp.flags.syn==1 && tcp.dstport==502": 10},
)
def port_sweep(lab: Lab) -> None:
    """Ten hosts on an OT port, ten on another."""
    with modbus_cell(lab, POLL):
        time.sleep(WARM_UP)
        for port in (MODBUS_PORT, 22):
            with lab.step(f"sweep of port {port}", "att", "10.9.1.0/24", ["T0846", "T0888"], ["G04"]):
                lab["att"].call(attack.sweep, port, attack.control_hosts())
        time.sleep(1)


@capture(
    "general/slow-scan.pcap",
    "22 new ports on three hosts, one every 1.5 seconds: below the limits of fast scans.",
    "plc1 plc2 gw hmi att",
    rules="G05",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && tcp.flags.syn==1": 22},
)
def slow_scan(lab: Lab) -> None:
    """Round robin over three hosts; no port on more than one of them."""
    targets = [(ip(("plc1", "plc2", "gw")[n % 3]), port) for n, port in enumerate(attack.KNOWN_PORTS)]
    with modbus_cell(lab, (("hmi", "gw"),)):
        time.sleep(1)
        with lab.step("slow scan", "att", "10.9.1.0/24", ["T0846"], ["G05"]):
            lab["att"].call(attack.connect_scan, targets, 1.5)


@capture(
    "general/arp-sweep.pcap",
    "100 addresses are asked for by ARP within two seconds.",
    "plc1 plc2 hmi att",
    rules="G06",
    learn=NORMAL,
    check={"arp.opcode==1 && arp.src.proto_ipv4==10.9.1.66": 90},
)
def arp_sweep(lab: Lab) -> None:
    """10.9.1.1 to 10.9.1.100."""
    with modbus_cell(lab, POLL):
        time.sleep(WARM_UP)
        with lab.step("ARP sweep", "att", "10.9.1.0/24", ["T0846"], ["G06"]):
            lab["att"].call(attack.arp_sweep, "att")
        time.sleep(1)


@capture(
    "general/router-arp.pcap",
    "The router asks for six neighbours, as a gateway does: no sweep.",
    "rtr plc1 plc2 gw opc hmi eng hist",
    rules="G06 L01",
    kind="benign",
    learn=NORMAL,
    check={"arp.opcode==1 && arp.src.proto_ipv4==10.9.1.1": 6},
)
def router_arp(lab: Lab) -> None:
    """One packet to each neighbour."""
    with modbus_cell(lab, POLL):
        time.sleep(1)
        for name in ("plc1", "plc2", "gw", "opc", "hmi", "eng", "hist"):
            lab["rtr"].call(attack.icmp_echo, "rtr", [name], 1, 0.3)
        time.sleep(1)


@capture(
    "general/engineer-checks.pcap",
    "The engineering station pings three hosts and tries three ports of the gateway after a fault: no scan.",
    "plc1 plc2 gw hmi eng",
    rules="G03 G04 G05 G06 G07 G20",
    kind="benign",
    learn=NORMAL,
    check={"ip.src==10.9.1.31 && icmp.type==8": 9, "ip.src==10.9.1.31 && tcp.flags.syn==1": 3},
)
def engineer_checks(lab: Lab) -> None:
    """Three pings each, then HTTP, HTTPS and Modbus on one host."""
    with modbus_cell(lab, POLL):
        time.sleep(1)
        lab["eng"].call(attack.icmp_echo, "eng", ["plc1", "plc2", "gw"], 3, 0.3)
        lab["eng"].call(attack.connect_scan, [(ip("gw"), port) for port in (80, 443, MODBUS_PORT)], 0.8)
        time.sleep(1)


@capture(
    "general/icmp-sweep.pcap",
    "Every host of the control network is pinged once within two seconds.",
    WHOLE,
    rules="G07",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && icmp.type==8": 10},
)
def icmp_sweep(lab: Lab) -> None:
    """Ten hosts."""
    with modbus_cell(lab, POLL):
        time.sleep(WARM_UP)
        with lab.step("ICMP sweep", "att", "10.9.1.0/24", ["T0846"], ["G07"]):
            lab["att"].call(attack.icmp_echo, "att", attack.control_hosts(), 1, 0.15)
        time.sleep(1)


@capture(
    "general/icmp-flood.pcap",
    "900 pings to one controller in eleven seconds.",
    "plc1 plc2 hmi att",
    rules="G07",
    learn=NORMAL,
    check={"ip.src==10.9.1.66 && icmp.type==8": 900},
)
def icmp_flood(lab: Lab) -> None:
    """About 80 a second."""
    with modbus_cell(lab, (("hmi", "plc1"),)):
        time.sleep(WARM_UP)
        with lab.step("ICMP flood", "att", "plc1", ["T0814"], ["G07"]):
            lab["att"].call(attack.icmp_echo, "att", ["plc1"], 900, 0.012)
        time.sleep(1)
