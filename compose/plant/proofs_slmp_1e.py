"""Proof captures of the SLMP rules in 1E frames: an operator station at work, and what an intruder does."""

from __future__ import annotations

from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.proofs_slmp import NORMAL
from compose.plant.slmp_1e_device import module
from compose.plant.slmp_1e_work import Client, by_hand, library

# A target of 1E frames is another one than that of 3E frames, so that its first writes are news to a baseline of those.
_RULES = "ML01 ML01W ML01S ML01I ML01P ML01M"


@capture("slmp/1e-hmi-normal.pcap", "The operator station polls and sets a set-point in 1E frames (mcprotocol).",
         "plc6 hmi", rules=_RULES, kind="benign", learn=NORMAL, check={"tcp.payload[0:2]==81:00": 12})  # fmt: skip
def hmi_normal(lab: Lab) -> None:
    """Polls, a set-point, polls."""
    polls = ["read=D0,8", "read=D4,4"] * 3
    with module(lab):
        library(lab, "hmi", [*polls, "write=D200,2=200,0", *polls])


def _identify(client: Client) -> None:
    client.ask(0x15)


def _write(client: Client) -> None:
    client.ask(0x03, client.device("D200") + client.count(1) + client.words(999))
    client.ask(0x04, client.count(1) + client.device("Y10") + client.number(1))


def _program(client: Client) -> None:
    client.ask(0x15)
    client.ask(0x0C, bytes(range(0x60, 0x80)))


def _stop(client: Client) -> None:
    client.ask(0x14)
    client.ask(0x13)


@capture("slmp/1e-attack.pcap", "A stranger reads the model, writes, writes a program (refused), stops and starts the "
         "controller in 1E frames; made by hand, no library has these commands.", "plc6 hmi att",
         rules="ML01 ML01W ML01I ML01P",
         learn=NORMAL, check={"tcp.payload[0:1]==14": 1, "tcp.payload[0:1]==0c": 1})  # fmt: skip
def attack(lab: Lab) -> None:
    """Four steps, a connection each."""
    steps = (
        ("read the model", "T0888", "ML01I", _identify),
        ("unauthorised write", "T0855 T0836", "ML01W", _write),
        ("write a program", "T0843 T0888", "ML01P ML01I", _program),
        ("stop and start", "T0858 T0816", "ML01", _stop),
    )
    with module(lab):
        library(lab, "hmi", ["read=D0,8"])
        for name, techniques, rules, work in steps:
            with lab.step(name, "att", "plc6", techniques.split(), rules.split()):
                by_hand(lab, "att", work)
