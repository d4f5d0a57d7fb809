"""Proof captures of the HART-IP rules: the tank farm at work, and what intruders do to its transmitters (hartip-py)."""

from __future__ import annotations

import struct
import time

from compose.plant.catalogue import capture
from compose.plant.hart_device import PRESSURE, RADAR, io_system
from compose.plant.hart_work import Client, Work, forced, range_values, work_as
from compose.plant.lab import Lab

NORMAL = "hart_ip/normal.pcap"
ALL_RULES = " ".join(f"HT{number:02}" for number in range(1, 18))
_POLL = 0.5  # seconds


def _poll(seconds: float) -> Work:
    """Read as a historian does."""

    def work(client: Client) -> None:
        client.own.read_unique_id()
        for number in range(int(seconds / _POLL)):
            client.own.read_dynamic_variables()
            client.through((0, 0), RADAR, 3)
            client.through((0, 1), PRESSURE, 3)
            if number % 8 == 4:
                client.own.read_additional_status()
            time.sleep(_POLL)

    return work


def _maintain(client: Client) -> None:
    """What asset management does: it looks, and sets a damping."""
    client.own.read_unique_id()
    client.ask(74)
    for index in (1, 2):
        client.ask(84, struct.pack(">H", index))
    client.own.read_output_info()
    client.through((0, 1), PRESSURE, 15)
    client.through((0, 1), PRESSURE, 34, struct.pack(">f", 1.0))
    client.own.read_tag_descriptor_date()
    client.own.read_long_tag()


def _normal(lab: Lab, seconds: float) -> None:
    with io_system(lab):
        historian = lab["hist"].begin(work_as, lab, "hist", _poll(seconds))
        time.sleep(1)
        work_as(lab, "eng", _maintain, tcp=True)
        historian.result(90)


@capture(
    NORMAL,
    "A tank farm at work: a historian polls over UDP, asset management looks and sets a damping over TCP. Learn the "
    "baseline from it.",
    "mux hist eng",
    rules=ALL_RULES,
    kind="benign",
    check={"hart_ip.pt.command==3": 60, "hart_ip.pt.command==77": 100},
)
def normal(lab: Lab) -> None:
    """25 seconds of normal work."""
    _normal(lab, 25)


@capture(
    "hart_ip/normal-later.pcap",
    "The same tank farm later: same clients, devices and commands. With the baseline learned, nothing may fire.",
    "mux hist eng",
    rules=ALL_RULES,
    kind="benign",
    learn=NORMAL,
    check={"hart_ip.pt.command==3": 20},
)
def normal_later(lab: Lab) -> None:
    """8 seconds of the same work."""
    _normal(lab, 8)


def attack(lab: Lab, name: str, techniques: str, rules: str, work: Work, source: str = "att", tcp: bool = True) -> None:
    """Do the work beside a historian that polls."""
    with io_system(lab):
        historian = lab["hist"].begin(work_as, lab, "hist", _poll(3))
        time.sleep(1)
        with lab.step(name, source, "mux", techniques.split(), rules.split()):
            work_as(lab, source, work, tcp=tcp)
        historian.result(60)


@capture("hart_ip/write-by-stranger.pcap", "A stranger changes range and damping of transmitters.", "mux hist att",
         rules="HT01 HT09", learn=NORMAL, check={"hart_ip.pt.command==35": 2})  # fmt: skip
def write_by_stranger(lab: Lab) -> None:
    """One at the I/O system, one behind it."""

    def work(client: Client) -> None:
        client.ask(35, range_values(2.0, 0.0))
        client.through((0, 0), RADAR, 34, struct.pack(">f", 30.0))

    attack(lab, "change range and damping", "T0836 T0855", "HT01", work)


@capture("hart_ip/reset.pcap", "A stranger resets a transmitter.", "mux hist att", rules="HT02", learn=NORMAL,
         check={"hart_ip.pt.command==77": 20})  # fmt: skip
def reset(lab: Lab) -> None:
    """Behind the I/O system."""
    attack(lab, "reset a transmitter", "T0816", "HT02", lambda client: void(client.through((0, 0), RADAR, 42)))


@capture("hart_ip/lock.pcap", "A stranger locks a device for good, then lets it go.", "mux hist att", rules="HT03",
         learn=NORMAL, check={"hart_ip.pt.command==71": 4})  # fmt: skip
def lock(lab: Lab) -> None:
    """Two commands."""

    def work(client: Client) -> None:
        client.ask(71, b"\2")
        client.ask(71, b"\0")

    attack(lab, "lock a device", "T0892 T0814", "HT03", work)


@capture("hart_ip/force.pcap", "A stranger fixes a loop current, a level and status bits.", "mux hist att",
         rules="HT04", learn=NORMAL, check={"hart_ip.pt.command==40": 2, "hart_ip.pt.command==79": 2})  # fmt: skip
def force(lab: Lab) -> None:
    """Analog output, device variable, status."""

    def work(client: Client) -> None:
        client.ask(40, struct.pack(">f", 8.0))
        client.ask(79, forced(1.2))
        client.ask(526, b"\1")

    attack(lab, "fix measured values", "T0835 T0856", "HT04", work)


@capture("hart_ip/trim.pcap", "Asset management trims a loop that it never trimmed and starts a self test.",
         "mux hist eng", rules="HT05", learn=NORMAL, check={"hart_ip.pt.command==46": 2})  # fmt: skip
def trim(lab: Lab) -> None:
    """Fixed current, gain, zero, self test."""

    def work(client: Client) -> None:
        client.ask(46, struct.pack(">f", 19.5))
        client.ask(43)
        client.own.perform_self_test()

    attack(lab, "trim a transmitter", "T0836", "HT05", work, source="eng")


@capture("hart_ip/burst.pcap", "A stranger turns burst mode and event notification off.", "mux hist att", rules="HT06",
         learn=NORMAL, check={"hart_ip.pt.command==109": 2})  # fmt: skip
def burst(lab: Lab) -> None:
    """Two commands."""

    def work(client: Client) -> None:
        client.ask(109, b"\0\0")
        client.ask(118, b"\0")

    attack(lab, "turn burst mode and events off", "T0804 T0878", "HT06", work)


@capture("hart_ip/first-write.pcap", "Asset management, which may write, changes what it never changed.",
         "mux hist eng", rules="HT07", learn=NORMAL, check={"hart_ip.pt.command==44": 2})  # fmt: skip
def first_write(lab: Lab) -> None:
    """A unit and a transfer function."""

    def work(client: Client) -> None:
        client.ask(44, b"\x31")
        client.ask(47, b"\1")

    attack(lab, "first write of a unit", "T0836", "HT07", work, source="eng")


def void(_: object) -> None:
    """Work that returns nothing."""
