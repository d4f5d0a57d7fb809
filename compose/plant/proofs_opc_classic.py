"""Proof captures of the OPC Classic rules: a server, its operator station and historian, intruders, with Impacket."""

from __future__ import annotations

from compose.plant import opc_classic as opc
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

NORMAL = "opc_classic/view-normal.pcap"
ALL_RULES = "OC01 OC02 OC03 OC04 OC05 OC06 OC07 OC08 OC09 OC10"
MADE = "; Impacket, the server's answers are made by hand."


def _work(lab: Lab) -> None:
    with opc.serving(lab), opc.serving(lab, "hmi"):
        opc.client(lab, "hmi", "view", level="integrity")
        opc.client(lab, "hist", "history", user="historian", level="integrity")
        opc.client(lab, "hmi", "alarms", level="integrity")
        opc.client(lab, "opc", "values", level="integrity", server="hmi")


@capture(
    NORMAL,
    "The operator station shows and sets items, acknowledges alarms, is called back; the historian keeps "
    "history. Learn the baseline from it" + MADE,
    "opc hmi hist",
    rules=ALL_RULES,
    kind="benign",
    check={"dcerpc": 60},
)
def view_normal(lab: Lab) -> None:
    """A day's work."""
    _work(lab)


@capture(
    "opc_classic/view-normal-later.pcap",
    "The same later: nothing may fire" + MADE,
    "opc hmi hist",
    rules=ALL_RULES,
    kind="benign",
    learn=NORMAL,
    check={"dcerpc": 60},
)
def view_normal_later(lab: Lab) -> None:
    """The same."""
    _work(lab)


def _attack(
    lab: Lab, name: str, techniques: str, rules: str, job: str, user: str = "guest", level: str = "integrity"
) -> None:
    with opc.serving(lab), lab.step(name, "att", "opc", techniques.split(), rules.split()):
        opc.client(lab, "att", job, user=user, level=level)


@capture(
    "opc_classic/write.pcap",
    "A stranger writes a set-point and stops a pump" + MADE,
    "opc att",
    rules="OC01",
    learn=NORMAL,
    check={"dcerpc": 8},
)
def write(lab: Lab) -> None:
    """Two items."""
    _attack(lab, "write items", "T0855 T0836", "OC01", "write")


@capture(
    "opc_classic/history.pcap",
    "A stranger replaces and deletes history" + MADE,
    "opc att",
    rules="OC02",
    learn=NORMAL,
    check={"dcerpc": 8},
)
def history(lab: Lab) -> None:
    """History that is no longer true."""
    _attack(lab, "change history", "T0832 T0872", "OC02", "update")


@capture(
    "opc_classic/alarms.pcap",
    "A stranger acknowledges and disables alarms" + MADE,
    "opc att",
    rules="OC03",
    learn=NORMAL,
    check={"dcerpc": 8},
)
def alarms(lab: Lab) -> None:
    """Alarms that nobody sees."""
    _attack(lab, "silence alarms", "T0878", "OC03", "alarms", user="operator")


@capture(
    "opc_classic/browse.pcap",
    "A stranger lists servers and browses their items" + MADE,
    "opc att",
    rules="OC04",
    learn=NORMAL,
    check={"dcerpc": 8},
)
def browse(lab: Lab) -> None:
    """What there is."""
    _attack(lab, "list servers and items", "T0861 T0888", "OC04", "browse")


@capture(
    "opc_classic/plain.pcap",
    "A client logs on and then signs nothing" + MADE,
    "opc hmi",
    rules="OC05",
    learn=NORMAL,
    check={"dcerpc": 8},
)
def plain(lab: Lab) -> None:
    """Level connect."""
    with opc.serving(lab), lab.step("unsigned session", "hmi", "opc", ["T0830"], ["OC05"]):
        opc.client(lab, "hmi", "write")


@capture(
    "opc_classic/anonymous.pcap",
    "Connections without a name" + MADE,
    "opc att",
    rules="OC06",
    learn=NORMAL,
    check={"dcerpc": 8},
)
def anonymous(lab: Lab) -> None:
    """Nobody logs on, and somebody without a name."""
    with opc.serving(lab), lab.step("anonymous sessions", "att", "opc", ["T0859"], ["OC06"]):
        for level in ("none", "connect"):
            opc.client(lab, "att", "browse", user="", level=level)


@capture(
    "opc_classic/refused.pcap",
    "Calls are refused" + MADE,
    "opc att",
    rules="OC07",
    learn=NORMAL,
    check={"dcerpc": 16},
)
def refused(lab: Lab) -> None:
    """A user who may nothing."""
    _attack(lab, "refused calls", "T0859 T0861", "OC07", "refused", user="visitor", level="connect")


@capture(
    "opc_classic/malformed.pcap",
    "Arguments that do not fit their calls" + MADE,
    "opc att",
    rules="OC08",
    learn=NORMAL,
    check={"dcerpc": 8},
)
def malformed(lab: Lab) -> None:
    """Counts beyond arrays, operations that do not exist."""
    _attack(lab, "malformed calls", "T0814 T0866", "OC08", "odd")


@capture(
    "opc_classic/callback.pcap",
    "The server sends values and alarms to a stranger" + MADE,
    "opc att",
    rules="OC09",
    learn=NORMAL,
    check={"dcerpc": 6},
)
def callback(lab: Lab) -> None:
    """Who listens."""
    with opc.serving(lab, "att"), lab.step("callback", "opc", "att", ["T0802"], ["OC09"]):
        opc.client(lab, "opc", "values", level="integrity", server="att")


@capture(
    "opc_classic/public.pcap",
    "A stranger removes a public group, and asks a client to leave" + MADE,
    "opc att",
    rules="OC10",
    learn=NORMAL,
    check={"dcerpc": 6},
)
def public(lab: Lab) -> None:
    """What other clients need."""
    _attack(lab, "remove a public group", "T0813 T0829", "OC10", "public")
