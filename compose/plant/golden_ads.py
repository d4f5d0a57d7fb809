"""Golden captures of Beckhoff ADS with pyads 3.6.0: its client against a controller on its test server."""

from __future__ import annotations

import sys

from compose.plant.addresses import ip
from compose.plant.ads_device import controller
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

_CLIENT = "compose/plant/ads_client.py"


def work_as(lab: Lab, host: str, deeds: str) -> None:
    """Let a host do deeds of the client, separated by blanks."""
    lab[host].command(sys.executable, _CLIENT, ip(host), ip("ipc"), *deeds.split())


@capture(
    "ads/identity.pcap",
    "Device info and state of four ports (one is not there), target description, registry read; a search and routes "
    "added on UDP, others refused.",
    "ipc eng",
    kind="golden",
    check={"ams.cmdid==1": 7, "ams.cmdid==4": 6, "udp.port==48899": 6},
)
def identity(lab: Lab) -> None:
    """Who the controller is, and how to get at it."""
    with controller(lab):
        work_as(lab, "eng", "search route identify")
        work_as(lab, "eng", "guess")


@capture(
    "ads/symbols.pcap",
    "The symbol table uploaded, values by name, handles with types; values of every kind; refused names and handles.",
    "ipc hmi",
    kind="golden",
    check={"ams.ads_indexgroup==0xf003": 6, "ams.ads_indexgroup==0xf005": 12, "ams.ads_indexgroup==0xf004": 4},
)
def symbols(lab: Lab) -> None:
    """An operator station uses names."""
    with controller(lab):
        work_as(lab, "hmi", "names symbols names")


@capture(
    "ads/memory.pcap",
    "Flags, inputs, outputs and data by index group and offset, read and written, refused ones; every sum command.",
    "ipc hmi",
    kind="golden",
    check={"ams.ads_indexgroup==0x4020": 10, "ams.ads_indexgroup==0xf080": 3, "ams.ads_indexgroup==0xf085": 1},
)
def memory(lab: Lab) -> None:
    """An operator station uses addresses."""
    with controller(lab):
        work_as(lab, "hmi", "memory sums")


@capture(
    "ads/notifications.pcap",
    "Values watched by name and by address, sent by the controller, given up.",
    "ipc hmi",
    kind="golden",
    check={"ams.cmdid==6": 4, "ams.cmdid==8": 3, "ams.cmdid==7": 4},
)
def notifications(lab: Lab) -> None:
    """An operator station watches."""
    with controller(lab):
        work_as(lab, "hmi", "watch")


@capture(
    "ads/services.pcap",
    "Stop, start, reset, configuration mode; files listed, read, written, deleted; registry, clock, a program run.",
    "ipc eng",
    kind="golden",
    check={"ams.cmdid==5": 10, "ams.ads_indexgroup==123": 2, "ams.ads_indexgroup==500": 1},
)
def services(lab: Lab) -> None:
    """An engineering station does everything that changes the controller."""
    with controller(lab):
        work_as(lab, "eng", "control files system")


@capture(
    "ads/broken.pcap",
    "Wrong lengths, an unknown command and half a sum command (hand-made requests: no stack sends them).",
    "ipc att",
    kind="golden",
    check={"ams": 5},
)
def broken(lab: Lab) -> None:
    """What no client says."""
    with controller(lab):
        work_as(lab, "att", "broken")
