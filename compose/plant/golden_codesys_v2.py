"""Golden captures of CODESYS V2.3, made by hand after published tools: no free stack exists."""

from __future__ import annotations

from compose.plant import codesys_v2 as v2
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

MADE = "; made by hand, no free stack exists."


@capture("codesys_v2/tools.pcap", "Identity, files and programs read and written, the shell" + MADE, "plc8 eng",
         kind="golden", check={"tcp.port==2455 && tcp.len>0": 60})  # fmt: skip
def tools(lab: Lab) -> None:
    """What the published tools send."""

    def work(client: v2.Client) -> None:
        client.begin()
        client.write("NOTES.TXT", bytes(40))
        client.write("DEFAULT.PRG", bytes(2600))
        client.write("DEFAULT.CHK", bytes(4))
        client.read("DEFAULT.PRG")
        client.read("ALARMS.CSV")
        for line in ("pinf", "stopprg", "resetprgcold", "startprg", "reload", "filedir", "filedelete ALARMS.CSV",
                     "mem 16#1000 64", "setpwd open-sesame"):  # fmt: skip
            client.shell(line)
        client.raw(v2.plain(b"\x77\0"))  # a service that is not known

    with v2.controller(lab):
        v2.work_as(lab, "eng", work)


@capture("codesys_v2/odd.pcap", "Frames that cannot be" + MADE, "plc8 att", kind="golden",
         check={"tcp.port==2455 && tcp.len>0": 8})  # fmt: skip
def odd(lab: Lab) -> None:
    """Bytes that must be zero and are not, a version that is not known."""
    sound = v2.wrapped(b"\x92\0\0\0\0pinf\0")

    def work(client: v2.Client) -> None:
        client.begin()
        client.raw(sound[:9] + b"\7" + sound[10:])
        client.raw(sound[:2] + b"\2" + sound[3:])
        client.raw(v2.SYNCHRONISE)

    with v2.controller(lab):
        v2.work_as(lab, "att", work)
