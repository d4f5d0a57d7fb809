"""Golden captures of Niagara Fox, made by hand: no stack is to be had."""

from __future__ import annotations

from compose.plant.catalogue import capture
from compose.plant.fox_station import USERS, Workbench, station, work_as
from compose.plant.lab import Lab


def _session(bench: Workbench) -> None:
    bench.greet()
    bench.log_in("engineer", USERS["engineer"])
    bench.say("fox", "keepalive", kind="k")
    bench.ask("sys", "summary")
    bench.ask("sys", "makeBrokerChannel", {"ord": "s:station:|slot:/"})
    bench.ask("station", "load", {"h": "s:1a"})
    bench.ask("station", "sub", {"h": "s:1a"})
    bench.ask("station", "invoke", {"h": "s:2f", "action": "s:emergencyOverride"})
    bench.ask("point", "write", {"id": "s:Boiler/Setpoint", "value": "f:82.5"})
    bench.ask("file", "list", {"path": "s:/px"})
    bench.ask("file", "delete", {"path": "s:!lib/x.jar"})
    bench.ask("user", "setAuthenticator", {"user": "s:operator", "auth": "s:never-told"})
    bench.ask("station", "somethingNew")
    bench.open("file", "write", {"metadata": "i:0"})
    bench.open("backup", "backup")
    bench.open("backup", "restore")
    bench.leave()


@capture(
    "fox/session.pcap",
    "Hello, login, summary, components, an override, a point written, files, a new password, backup and restore, "
    "close; made by hand, no stack exists.",
    "jace bms",
    kind="golden",
    check={"tcp.port==1911 && tcp.len>0": 29},
)
def session(lab: Lab) -> None:
    """An engineer at the workbench."""
    with station(lab):
        work_as(lab, "bms", _session)


def _odd(bench: Workbench) -> None:
    bench.greet()
    bench.log_in("engineer", "wrong")
    bench.skip(30)
    bench.ask("sys", "summary")
    bench.raw(b"fox a 9 -1 fox hello\nno body\n")
    bench.leave()


@capture(
    "fox/odd.pcap",
    "A refused login, a frame without its form, a sequence number that jumps; made by hand.",
    "jace bms",
    kind="golden",
    check={"tcp.port==1911 && tcp.len>0": 8},
)
def odd(lab: Lab) -> None:
    """What breaks the rules."""
    with station(lab):
        work_as(lab, "bms", _odd)
