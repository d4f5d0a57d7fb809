"""Proof captures of Beckhoff ADS with pyads 3.6.0: an operator station's normal work, and what others do beside it."""

from __future__ import annotations

import time

from compose.plant.ads_device import controller
from compose.plant.catalogue import capture, labelled
from compose.plant.golden_ads import work_as
from compose.plant.lab import Lab

NORMAL, LATER = "ads/normal.pcap", "ads/normal-later.pcap"
_RULES = "AD01 AD02 AD03 AD04 AD05 AD05N AD06 AD07 AD08 AD09 AD10 AD11"


def _beside(lab: Lab, host: str, deeds: str) -> None:
    """Let a host do deeds while the operator station polls."""
    with controller(lab):
        normal = lab["hmi"].begin(work_as, lab, "hmi", "poll")
        time.sleep(0.8)
        work_as(lab, host, deeds)
        normal.result(60)


@capture(
    NORMAL,
    "An operator station polls a controller by handle, address and sum command, and sets a speed.",
    "ipc hmi",
    rules=_RULES,
    kind="benign",
    check={"ams.cmdid==2": 40, "ams.cmdid==3": 6},
)
def normal(lab: Lab) -> None:
    """Normal work."""
    with controller(lab):
        work_as(lab, "hmi", "search poll")


@capture(LATER, "The same work a while later.", "ipc hmi", rules=_RULES, kind="benign", learn=NORMAL)
def normal_later(lab: Lab) -> None:
    """Normal work again."""
    with controller(lab):
        work_as(lab, "hmi", "search poll")


@capture("ads/route-added.pcap", "A laptop adds a route to itself with the right password.", "ipc vend", rules="AD01")
@labelled("route added", "vend", "ipc", "T0859 T0848", "AD01")
def route_added(lab: Lab) -> None:
    """A route."""
    with controller(lab):
        work_as(lab, "vend", "search route identify")


@capture(
    "ads/route-guessed.pcap", "A stranger tries passwords, the maker's own among them.", "ipc att", rules="AD06 G13 G14"
)
@labelled("passwords tried", "att", "ipc", "T0859 T0812", "AD06 G13 G14")
def route_guessed(lab: Lab) -> None:
    """Guesses."""
    with controller(lab):
        work_as(lab, "att", "guess")


@capture(
    "ads/stop.pcap", "A stranger stops the PLC and puts TwinCAT into configuration mode.", "ipc hmi att", rules="AD02"
)
@labelled("controller stopped", "att", "ipc", "T0858 T0816", "AD02")
def stop(lab: Lab) -> None:
    """Stop."""
    _beside(lab, "att", "stop configuration")


@capture(
    "ads/start.pcap",
    "A stranger starts and resets the PLC, restarts TwinCAT and the computer.",
    "ipc hmi att",
    rules="AD03",
)
@labelled("controller restarted", "att", "ipc", "T0858 T0816", "AD03")
def start(lab: Lab) -> None:
    """Start."""
    _beside(lab, "att", "start reset reboot")


@capture(
    "ads/boot-project.pcap",
    "A stranger replaces the boot project and deletes the configuration.",
    "ipc att",
    rules="AD04",
)
@labelled("boot project replaced", "att", "ipc", "T0843 T0889", "AD04")
def boot_project(lab: Lab) -> None:
    """Files written."""
    with controller(lab):
        work_as(lab, "att", "boot delete")


@capture("ads/read-out.pcap", "A stranger reads the configuration out.", "ipc att", rules="AD09")
@labelled("configuration read out", "att", "ipc", "T0845 T0801", "AD09")
def read_out(lab: Lab) -> None:
    """Files read."""
    with controller(lab):
        work_as(lab, "att", "steal")


@capture(
    "ads/unauthorised-write.pcap", "A host that is no writer sets the speed and a flag.", "ipc hmi att", rules="AD05"
)
@labelled("write by a stranger", "att", "ipc", "T0855 T0836", "AD05")
def unauthorised_write(lab: Lab) -> None:
    """Write."""
    _beside(lab, "att", "write")


@capture(
    "ads/first-write-to-output.pcap",
    "The operator station itself writes outputs.",
    "ipc hmi",
    rules="AD05N",
    learn=NORMAL,
)
@labelled("first write to outputs", "hmi", "ipc", "T0836 T0855", "AD05N")
def first_write(lab: Lab) -> None:
    """Write by a known writer."""
    with controller(lab):
        work_as(lab, "hmi", "poll outputs")


@capture("ads/process.pcap", "A stranger runs a program and changes the registry.", "ipc att", rules="AD07")
@labelled("program run", "att", "ipc", "T0871 T0836", "AD07")
def process(lab: Lab) -> None:
    """Process and registry."""
    with controller(lab):
        work_as(lab, "att", "process registry")


@capture("ads/clock.pcap", "A stranger sets the controller's clock back.", "ipc att", rules="AD08")
@labelled("clock set", "att", "ipc", "T0836", "AD08")
def clock(lab: Lab) -> None:
    """Clock."""
    with controller(lab):
        work_as(lab, "att", "clock")


@capture("ads/guessed-names.pcap", "A stranger asks for symbols and ports that do not exist.", "ipc att", rules="AD10")
@labelled("names guessed", "att", "ipc", "T0888 T0861", "AD10")
def guessed_names(lab: Lab) -> None:
    """Guesses."""
    with controller(lab):
        work_as(lab, "att", "missing")


@capture(
    "ads/malformed.pcap",
    "Wrong lengths, an unknown command and half a sum command (hand-made requests: no stack sends them).",
    "ipc att",
    rules="AD11",
)
@labelled("malformed packets", "att", "ipc", "T0814 T0866", "AD11")
def malformed(lab: Lab) -> None:
    """What no client says."""
    with controller(lab):
        work_as(lab, "att", "broken")
