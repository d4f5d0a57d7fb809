"""A wire between two network namespaces: the sensor listens at one end, the test sends at the other."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sensors.interfaces import BadInterface, OpenInterfaces
from tests.needs import allowed, tool

CLONE_NEWNET = 0x40000000
NEAR, FAR = "near0", "far0"
_numbers = count()


@dataclass(frozen=True)
class Wire:
    """Names of the namespaces of the sensor and of the sender; their ends are NEAR and FAR."""

    sensor: str
    sender: str

    def ip(self, *arguments: str, namespace: str | None = None) -> None:
        """Runs `ip` in a namespace, that of the sensor unless told otherwise."""
        run("ip", "-n", namespace or self.sensor, *arguments)

    def connect(self, near: str = NEAR, far: str = FAR) -> None:
        """Lays a wire; both ends are up when it returns."""
        self.ip("link", "add", near, "mtu", "9000", "type", "veth", "peer", "name", far, "netns", self.sender)
        for namespace, end in ((self.sensor, near), (self.sender, far)):
            # Else the machine itself speaks: neighbour discovery.
            place = f"/proc/sys/net/ipv6/conf/{end}/disable_ipv6"
            run("ip", "netns", "exec", namespace, "sh", "-c", f"test ! -e {place} || echo 1 >{place}")
            self.ip("link", "set", end, "mtu", "9000", "arp", "off", "up", namespace=namespace)

    def sender_socket(self, far: str = FAR) -> socket.socket:
        """A packet socket at the sender's end. A socket stays in the namespace of the thread that made it."""
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(_socket_in, self.sender, far).result()

    def transmitted(self) -> int:
        """Packets that the sensor's end sent since it is there."""
        place = f"/sys/class/net/{NEAR}/statistics/tx_packets"
        return int(run("ip", "netns", "exec", self.sensor, "cat", place))


@contextmanager
def wire() -> Iterator[Wire]:
    """Two namespaces with a wire; skips where they cannot be made."""
    tool("ip")
    number = next(_numbers)
    made = Wire(f"bittern-{os.getpid()}-{number}s", f"bittern-{os.getpid()}-{number}t")
    try:
        for namespace in (made.sensor, made.sender):
            done = subprocess.run(["ip", "netns", "add", namespace], capture_output=True, text=True, check=False)
            allowed(done.returncode == 0, "network namespaces", "run as root on Linux, where `ip netns add` works")
        try:
            made.connect()
        except subprocess.CalledProcessError as error:
            allowed(False, "wires between namespaces", f"run where veth is: {error.stderr}")
        allowed(rings_here(), "packet rings", "run on a Linux with AF_PACKET")
        yield made
    finally:
        for namespace in (made.sensor, made.sender):
            with suppress(subprocess.CalledProcessError):
                run("ip", "netns", "del", namespace)


def rings_here() -> bool:
    """Whether this machine has packet sockets with rings at all."""
    try:
        OpenInterfaces(["lo"], ring_mib=4)
    except BadInterface:
        return False
    return True


def run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def enter(namespace: str) -> None:
    """Puts the calling thread into a namespace, for good."""
    with Path("/run/netns", namespace).open() as handle:
        if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def _socket_in(namespace: str, interface: str) -> socket.socket:
    enter(namespace)
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    made.bind((interface, 0))
    return made


def frames(capture: Path) -> list[tuple[float, bytes]]:
    """Seconds and bytes of the frames of a classic pcap file of this machine's byte order."""
    data = capture.read_bytes()
    unit = {0xA1B2C3D4: 1e-6, 0xA1B23C4D: 1e-9}[struct.unpack_from("<I", data)[0]]
    found, place = [], 24
    while place < len(data):
        seconds, fraction, captured, _ = struct.unpack_from("<IIII", data, place)
        found.append((seconds + fraction * unit, data[place + 16 : place + 16 + captured]))
        place += 16 + captured
    return found


def send(sender: socket.socket, packets: Sequence[tuple[float, bytes]]) -> None:
    """Sends frames in order and at their own pace."""
    begun, first = time.monotonic(), packets[0][0]
    for at, frame in packets:
        left = at - first - (time.monotonic() - begun)
        if left > 0.0005:
            time.sleep(left)
        sender.send(frame)
