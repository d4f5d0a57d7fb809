"""A machine on EtherCAT: pysoem as the master of the controller plc1, hand-made slaves at its port of the switch."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pysoem  # type: ignore[import-untyped]  # it has no types

from compose.plant.addresses import mac
from compose.plant.ethercat_slave import ETHERTYPE, Segment, Slave
from compose.plant.frames import ethernet, mac_bytes, packet_socket
from compose.plant.lab import Lab
from compose.plant.namespaces import PlantError

BROADCAST = "ff:ff:ff:ff:ff:ff"
BECKHOFF = 0x00000002
CYCLE = 0.02
SLAVES = (
    ("EL2004", (BECKHOFF, 0x07D43052, 0x00110000, 0), (1, 0)),
    ("EL3062", (BECKHOFF, 0x0BF63052, 0x00140000, 0), (0, 4)),
    ("AX5103", (BECKHOFF, 0x13EF6012, 0x00D40000, 174_233), (4, 4)),
)
Master = Any  # pysoem has no types


def slaves() -> list[Slave]:
    """Digital outputs, analogue inputs, a drive."""
    return [Slave(*described) for described in SLAVES]


@contextlib.contextmanager
def machine(lab: Lab, *hosts: str, ring: Sequence[Slave] | None = None) -> Iterator[Segment]:
    """The slaves at the ports of hosts; what they send back is mirrored too."""
    segment = Segment(slaves() if ring is None else ring)
    served = []
    for host in hosts:
        port = f"s-{host}"
        match = "u32 match u32 0 0 action mirred egress mirror dev sens"
        mirror = f"filter add dev {port} egress protocol {ETHERTYPE:#x} {match}"
        lab["switch"].command("tc", *mirror.split())
        served.append(lab["switch"].begin(segment.serve, port))
    time.sleep(0.2)
    try:
        yield segment
    finally:
        segment.stop()
        for one in served:
            one.result(5)


def _relay(source: bytes, ending: threading.Event) -> None:
    """Gives what pysoem sends from 01:01:01:01:01:01 the port's address, as other masters have it."""
    with contextlib.ExitStack() as stack:
        own, port = (stack.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_RAW)) for _ in range(2))
        own.bind(("soem1", ETHERTYPE))
        port.bind(("eth0", ETHERTYPE))
        while not ending.is_set():
            ready, _, _ = select.select([own, port], [], [], 0.1)
            for one in ready:
                frame, place = one.recvfrom(2000)
                if place[2] == socket.PACKET_OUTGOING:
                    continue
                if one is own:
                    port.send((frame[:6] + source + frame[12:]).ljust(60, b"\0"))
                else:
                    own.send(frame)


def drive(lab: Lab, host: str, work: Callable[[Master], None]) -> None:
    """Runs `work` with a master that found its slaves and has them in PREOP.

    In a process of its own: pysoem keeps Python's lock while it waits for the slaves, which answer in threads here.
    """

    def whole() -> None:
        pysoem.settings.timeouts.ret = 20_000
        master = pysoem.Master()
        master.open("soem0")
        if master.config_init() < 1:
            raise RuntimeError("the master found no slaves")
        work(master)
        master.close()
        os._exit(0)  # the usual way out waits for threads that stayed in the other process

    def apart() -> int | None:
        child = multiprocessing.get_context("fork").Process(target=whole)
        child.start()
        child.join(60)
        if child.is_alive():
            child.kill()
            child.join()
        return child.exitcode

    space, ending = lab[host], threading.Event()
    space.ip_batch(["link add soem0 type veth peer name soem1", "link set soem0 up", "link set soem1 up"])
    relaying = space.begin(_relay, mac_bytes(mac(host)), ending)
    try:
        if (code := space.call(apart)) != 0:
            raise PlantError(f"the EtherCAT master on {host} ended with {code}; what it said stands above")
    finally:
        ending.set()
        relaying.result(5)
        space.ip_batch(["link del soem0"])


def request(master: Master, state: int, until: float = 2.0) -> None:
    """Asks all slaves for a state and waits until they are in it."""
    master.state = state
    master.write_state()
    end = time.monotonic() + until
    while master.state_check(state, 50_000) != state and time.monotonic() < end:
        time.sleep(0.02)


def run(master: Master) -> None:
    """PREOP to OP, as a master starts its machine."""
    master.config_map()
    master.state_check(pysoem.SAFEOP_STATE, 50_000)
    exchange(master, 2)
    request(master, pysoem.OP_STATE)


def exchange(master: Master, cycles: int, outputs: Callable[[int], Sequence[bytes]] | None = None) -> None:
    """Cycles of process data."""
    for cycle in range(cycles):
        if outputs is not None:
            for slave, data in zip(master.slaves, outputs(cycle), strict=False):
                slave.output = data
        master.send_processdata()
        master.receive_processdata(5_000)
        time.sleep(CYCLE)


def datagram(command: int, address: tuple[int, int], data: bytes, more: bool = False, index: int = 0x80) -> bytes:
    """One datagram. address: place and offset."""
    head = struct.pack("<BBHHHH", command, index, *address, len(data) | more << 15, 0)
    return head + data + b"\0\0"


def frame(*datagrams: bytes, kind: int = 1) -> bytes:
    """Payload of a frame: header and datagrams."""
    body = b"".join(datagrams)
    return struct.pack("<H", len(body) | kind << 12) + body


def send(lab: Lab, host: str, payloads: Sequence[bytes], pause: float = 0.05) -> None:
    """Sends frames made by hand from a host's own address."""

    def work() -> None:
        with packet_socket() as raw:
            for payload in payloads:
                raw.send(ethernet(mac(host), BROADCAST, ETHERTYPE, payload).ljust(60, b"\0"))
                time.sleep(pause)

    lab[host].call(work)


def ramp(cycle: int) -> list[bytes]:
    """Outputs of the digital terminal and the drive."""
    return [bytes([cycle % 4 == 0]), b"", bytes([cycle % 256, 0, 0x0F, 0])]
