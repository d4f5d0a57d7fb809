"""Proof captures of the Fox rules: a station and its workbench, and what intruders do. All is made by hand."""

from __future__ import annotations

import time

from compose.plant.catalogue import capture
from compose.plant.fox_station import USERS, Work, Workbench, station, work_as
from compose.plant.lab import Lab

NORMAL = "fox/bench-normal.pcap"
ALL_RULES = "FX01 FX02 FX03 FX04 FX05 FX06"
MADE = "; made by hand, no stack exists."


def _look(seconds: int) -> Work:
    """What an operator's workbench does while somebody looks at graphics."""

    def work(bench: Workbench) -> None:
        bench.greet()
        bench.log_in("operator", USERS["operator"])
        bench.ask("sys", "summary")
        bench.ask("sys", "makeBrokerChannel", {"ord": "s:station:|slot:/"})
        bench.ask("station", "sub", {"h": "s:1a"})
        for number in range(seconds * 2):
            bench.ask("station", "load", {"h": f"s:{number % 4:x}"})
            if number % 8 == 0:
                bench.say("fox", "keepalive", kind="k")
            time.sleep(0.5)
        bench.leave()

    return work


@capture(NORMAL, "A station looked at by its workbench. Learn the baseline from it" + MADE, "jace hmi", rules=ALL_RULES,
         kind="benign", check={"tcp.port==1911 && tcp.len>0": 60})  # fmt: skip
def bench_normal(lab: Lab) -> None:
    """20 seconds of looking."""
    with station(lab):
        work_as(lab, "hmi", _look(20))


@capture("fox/bench-normal-later.pcap", "The same later: nothing may fire" + MADE, "jace hmi", rules=ALL_RULES,
         kind="benign", learn=NORMAL, check={"tcp.port==1911 && tcp.len>0": 30})  # fmt: skip
def bench_normal_later(lab: Lab) -> None:
    """8 seconds of the same."""
    with station(lab):
        work_as(lab, "hmi", _look(8))


def _attack(lab: Lab, name: str, techniques: str, rules: str, work: Work, source: str = "att") -> None:
    with station(lab), lab.step(name, source, "jace", techniques.split(), rules.split()):
        work_as(lab, source, work)


def _inside(work: Work) -> Work:
    def logged_in(bench: Workbench) -> None:
        bench.greet()
        bench.log_in("engineer", USERS["engineer"])
        work(bench)
        bench.leave()

    return logged_in


@capture("fox/command.pcap", "A stranger with a stolen password overrides a boiler" + MADE, "jace att", rules="FX01",
         learn=NORMAL, check={"tcp.port==1911 && tcp.len>0": 10})  # fmt: skip
def command(lab: Lab) -> None:
    """An override and a set-point."""

    def work(bench: Workbench) -> None:
        bench.ask("station", "invoke", {"h": "s:2f", "action": "s:emergencyOverride"})
        bench.ask("point", "write", {"id": "s:Boiler/Setpoint", "value": "f:110.0"})

    _attack(lab, "override a boiler", "T0855 T0836", "FX01", _inside(work))


@capture("fox/restore.pcap", "A stranger restores an old backup and deletes a file" + MADE, "jace att", rules="FX02",
         learn=NORMAL, check={"tcp.port==1911 && tcp.len>0": 10})  # fmt: skip
def restore(lab: Lab) -> None:
    """Backup put in, file deleted."""

    def work(bench: Workbench) -> None:
        bench.open("backup", "restore")
        bench.ask("file", "delete", {"path": "s:/config.bog.backup"})

    _attack(lab, "restore a backup", "T0843 T0889", "FX02", _inside(work))


@capture("fox/backup.pcap", "A stranger takes a backup" + MADE, "jace att", rules="FX03", learn=NORMAL,
         check={"tcp.port==1911 && tcp.len>0": 8})  # fmt: skip
def backup(lab: Lab) -> None:
    """One backup."""
    _attack(lab, "take a backup", "T0845 T0811", "FX03", _inside(lambda bench: bench.open("backup", "backup")))


@capture("fox/refused.pcap", "Somebody tries passwords" + MADE, "jace att", rules="FX04", learn=NORMAL,
         check={"tcp.port==1911 && tcp.len>0": 15})  # fmt: skip
def refused(lab: Lab) -> None:
    """Three passwords."""

    def work(bench: Workbench) -> None:
        bench.greet()
        for word in ("niagara", "vykon", "admin"):
            bench.log_in("admin", word)
            time.sleep(0.2)
        bench.leave()

    _attack(lab, "try passwords", "T0859", "FX04", work)


@capture("fox/probe.pcap", "A scanner asks the station who it is" + MADE, "jace att", rules="FX05", learn=NORMAL,
         check={"tcp.port==1911 && tcp.len>0": 2})  # fmt: skip
def probe(lab: Lab) -> None:
    """One hello."""
    _attack(lab, "ask who it is", "T0888 T0846", "FX05", Workbench.greet)


@capture("fox/malformed.pcap", "Frames without their form, a number that jumps" + MADE, "jace att", rules="FX06",
         learn=NORMAL, check={"tcp.port==1911 && tcp.len>0": 4})  # fmt: skip
def malformed(lab: Lab) -> None:
    """Two oddities."""

    def work(bench: Workbench) -> None:
        bench.greet()
        bench.skip(30)
        bench.ask("sys", "summary")
        bench.raw(b"fox a 9 -1 fox hello\nno body\n")

    _attack(lab, "malformed frames", "T0814", "FX06", work)
