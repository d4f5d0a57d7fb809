"""Proof captures of the HART-IP rules about addresses, sessions, keys, names, traces: see proofs_hart."""

from __future__ import annotations

import contextlib
import socket
import struct
import time

from compose.plant.addresses import HART_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.hart_device import GATEWAY, KEY, frame, io_system, message
from compose.plant.hart_work import Client
from compose.plant.lab import Lab
from compose.plant.proofs_hart import NORMAL, attack, void


@capture("hart_ip/address.pcap",
         "A stranger gives a transmitter another polling address, and a wireless network another id.",
         "mux hist att", rules="HT08", learn=NORMAL, check={"hart_ip.pt.command==6": 2})  # fmt: skip
def address(lab: Lab) -> None:
    """Two commands."""

    def work(client: Client) -> None:
        client.ask(6, b"\x0f\0")
        client.ask(773, b"\0\1")

    attack(lab, "change addresses", "T0815 T0814", "HT08", work)


@capture("hart_ip/stranger.pcap", "A stranger opens a session and reads who the devices are.", "mux hist att",
         rules="HT09", learn=NORMAL, check={"hart_ip.message_id==0": 4})  # fmt: skip
def stranger(lab: Lab) -> None:
    """A look around."""

    def work(client: Client) -> None:
        client.own.read_unique_id()
        client.ask(74)
        client.ask(84, b"\0\1")

    attack(lab, "open a session", "T0888", "HT09", work, tcp=False)


@capture("hart_ip/refused.pcap", "A stranger takes the sessions that there are, and is refused more; by hand.",
         "mux att", rules="HT10", learn=NORMAL, check={"hart_ip.status==15": 1})  # fmt: skip
def refused(lab: Lab) -> None:
    """Four sessions, of which there are two."""

    def take() -> None:
        with contextlib.ExitStack() as ends:
            for _ in range(4):
                end = ends.enter_context(socket.create_connection((ip("mux"), HART_PORT), timeout=3))
                end.sendall(message(0, 0, 1, b"\1\0\0\x75\x30"))
                end.recv(64)
                time.sleep(0.1)

    with io_system(lab), lab.step("take all sessions", "att", "mux", ["T0814"], ["HT10"]):
        lab["att"].call(take)


@capture("hart_ip/sweep.pcap", "A stranger asks every polling address who is there.", "mux hist att", rules="HT11",
         learn=NORMAL, check={"hart_ip.pt.short_addr": 12})  # fmt: skip
def sweep(lab: Lab) -> None:
    """Twelve addresses."""

    def work(client: Client) -> None:
        for number in range(12):
            client.poll(number)

    attack(lab, "sweep the polling addresses", "T0846 T0888", "HT11", work, tcp=False)


@capture("hart_ip/keys.pcap", "A stranger sets the wireless join key and the key of a client.", "mux hist att",
         rules="HT12", learn=NORMAL, check={"hart_ip.pt.command==31": 4})  # fmt: skip
def keys(lab: Lab) -> None:
    """Two keys, in the clear."""

    def work(client: Client) -> None:
        client.ask(768, KEY)
        client.ask(542, KEY)

    attack(lab, "set keys", "T0892", "HT12", work)


@capture("hart_ip/names.pcap", "A stranger gives transmitters other tags.", "mux hist att", rules="HT13", learn=NORMAL,
         check={"hart_ip.pt.command==22": 2})  # fmt: skip
def names(lab: Lab) -> None:
    """Long tag and tag."""

    def work(client: Client) -> None:
        client.ask(22, b"LT-102".ljust(32))
        client.own.write_tag_descriptor_date("LT-102", "SWAPPED", 1, 1, 126)

    attack(lab, "change tags", "T0849 T0832", "HT13", work)


@capture("hart_ip/malformed.pcap",
         "Broken messages of a stranger: ids, frames, check bytes that are none; made by hand.",
         "mux att", rules="HT14", learn=NORMAL, check={"hart_ip": 6})  # fmt: skip
def malformed(lab: Lab) -> None:
    """Six datagrams."""
    ask = frame(0x82, bytes([GATEWAY[0] | 0x80]) + GATEWAY[1:], 1, b"")
    odd = (message(0, 9, 2, b""), message(0, 3, 3, ask[:-1] + b"\0"), message(0, 0, 4, b"\7" + bytes(4)),
           message(0, 2, 5, b"\0"), message(0, 4, 6, b"\0\0\0\1\5"))  # fmt: skip

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            for one in (message(0, 0, 1, b"\1\0\0\x75\x30"), *odd):
                end.sendto(one, (ip("mux"), HART_PORT))
                time.sleep(0.1)

    with io_system(lab), lab.step("malformed messages", "att", "mux", ["T0814"], ["HT14"]):
        lab["att"].call(send)


@capture("hart_ip/traces.pcap",
         "A stranger resets the flag that says configuration changed, and turns the log elsewhere.",
         "mux hist att", rules="HT15", learn=NORMAL, check={"hart_ip.pt.command==38": 2})  # fmt: skip
def traces(lab: Lab) -> None:
    """Two commands."""

    def work(client: Client) -> None:
        client.ask(38, struct.pack(">H", 17))
        client.ask(545, b"10.9.1.66")

    attack(lab, "cover traces", "T0872", "HT15", work)


@capture("hart_ip/clock.pcap", "A stranger sets the clock of the I/O system.", "mux hist att", rules="HT16",
         learn=NORMAL, check={"hart_ip.pt.command==89": 2})  # fmt: skip
def clock(lab: Lab) -> None:
    """Back to the year 2000."""
    attack(lab, "set the clock", "T0836", "HT16",
            lambda client: void(client.ask(89, b"\0\1\1\x64" + bytes(4) + b"\0\0")))  # fmt: skip


@capture("hart_ip/squawk.pcap", "A stranger lets a device show itself.", "mux hist att", rules="HT17", learn=NORMAL,
         check={"hart_ip.pt.command==72": 2})  # fmt: skip
def squawk(lab: Lab) -> None:
    """One command."""
    attack(lab, "let a device squawk", "T0855", "HT17", lambda client: void(client.ask(72, b"\1")))
