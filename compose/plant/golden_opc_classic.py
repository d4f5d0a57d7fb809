"""Golden captures of OPC Classic: OpenSCADA Utgard and Impacket as clients of the plant's own server."""

from __future__ import annotations

from compose.plant import opc_classic as opc
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

SERVER = "; the server's answers are made by hand on Impacket's PDUs, no OPC server exists without Windows"


@capture(
    "opc_classic/utgard.pcap",
    "OpenSCADA Utgard on j-Interop: activation, interfaces asked for, a group, items added, read, written"
    + SERVER
    + ".",
    "opc hmi",
    kind="golden",
    check={"dcerpc": 60},
)
def utgard(lab: Lab) -> None:
    """A client of Data Access."""
    with opc.serving(lab):
        opc.utgard(lab, "hmi")


@capture(
    "opc_classic/access.pcap",
    "Impacket, level connect: items of each type, values, errors, groups; the list of servers; activations; a "
    "connection that begins with IRemUnknown; arguments by hand" + SERVER + ".",
    "opc hmi",
    kind="golden",
    check={"dcerpc": 60},
)
def access(lab: Lab) -> None:
    """Data Access, and how one comes to it."""
    with opc.serving(lab):
        for job in ("access", "browse", "activate", "late"):
            opc.client(lab, "hmi", job)


@capture(
    "opc_classic/history.pcap",
    "Impacket, level integrity: history read, changed, deleted; alarms acknowledged and disabled; callbacks of the "
    "server; a logon of OPC Security; items in more than one fragment; arguments by hand" + SERVER + ".",
    "opc hmi hist",
    kind="golden",
    check={"dcerpc": 60},
)
def history(lab: Lab) -> None:
    """All but Data Access."""
    with opc.serving(lab), opc.serving(lab, "hmi"):
        for job in ("history", "alarms", "secrets", "many"):
            opc.client(lab, "hist", job, user="historian", level="integrity")
        opc.client(lab, "opc", "callbacks", level="integrity", server="hmi")


@capture(
    "opc_classic/sealed.pcap",
    "Impacket, level privacy: interfaces and operations are named, arguments are sealed; then nobody's connection "
    "without authentication, one without a name, one that is refused; arguments by hand" + SERVER + ".",
    "opc hmi att",
    kind="golden",
    check={"dcerpc": 60},
)
def sealed(lab: Lab) -> None:
    """Levels of authentication."""
    with opc.serving(lab):
        opc.client(lab, "hmi", "access", level="privacy")
        opc.client(lab, "att", "write", user="", level="none")
        opc.client(lab, "att", "write", user="")
        opc.client(lab, "att", "refused", user="visitor")


@capture(
    "opc_classic/odd.pcap",
    "Impacket: a count beyond its array, a cut VARIANT, a cut name, operations that do not exist; arguments by hand"
    + SERVER
    + ".",
    "opc att",
    kind="golden",
    check={"dcerpc": 16},
)
def odd(lab: Lab) -> None:
    """What does not fit."""
    with opc.serving(lab):
        opc.client(lab, "att", "odd")
