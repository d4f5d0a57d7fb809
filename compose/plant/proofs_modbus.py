"""The Modbus cell at work, which is the baseline of its proofs, and the frame every Modbus proof is made in."""

from __future__ import annotations

import time
from collections.abc import Callable

from compose.plant.catalogue import capture
from compose.plant.cell import Cell, modbus_cell
from compose.plant.lab import Lab
from compose.plant.modbus_work import Work, maintain_normally, operate_normally, session

NORMAL = "modbus/hmi-normal.pcap"
ALL_POLLS = (
    ("hmi", "plc1"),
    ("hmi", "plc2"),
    ("hmi", "gw"),
    ("hist", "plc1"),
    ("hist", "plc2"),
    ("opc", "plc1"),
    ("opc", "plc2"),
)
ALL_RULES = "MB01 MB02 MB03 MB04 MB05 MB06 MB07 MB08 MB09 MB10 MB11 MB12 MB14 MB15 MB16 MB17"
QUIET_NETWORK = (
    "G01 G02 G03 G04 G05 G06 G07 G08 G09 G10 G14 G17 G18 G19 G23 G24 G25 G26 G30 L01 L02 L03 L06"  # all but postures
)
WARM_UP = 2.5  # seconds of normal polling before and after what a proof shows


def _normal(lab: Lab, writes: int, visits: int, pause: float) -> None:
    with modbus_cell(lab, ALL_POLLS):
        time.sleep(2)
        operator = lab["hmi"].start(operate_normally(writes))
        for _ in range(visits):
            for server in ("plc1", "plc2"):
                lab["eng"].run(session(server, maintain_normally))
            time.sleep(pause)
        operator.result(60)
        time.sleep(1)


@capture(
    NORMAL,
    "The Modbus cell at work: polling, set-points inside their range, engineering reads. Learn the baseline from it.",
    "plc1 plc2 gw opc hmi eng hist",
    rules=ALL_RULES,
    kind="benign",
    check={"modbus.func_code==6": 30, "modbus.func_code==43": 4, "mbtcp.unit_id==3": 10},
)
def hmi_normal(lab: Lab) -> None:
    """40 seconds of normal work."""
    _normal(lab, writes=7, visits=3, pause=9)


@capture(
    "modbus/hmi-normal-later.pcap",
    "The same cell later: same clients, objects and ranges. With the baseline learned, nothing may fire.",
    "plc1 plc2 gw opc hmi eng hist",
    rules=f"{ALL_RULES} {QUIET_NETWORK} X01 X03",
    kind="benign",
    learn=NORMAL,
    check={"modbus.func_code==6": 6},
)
def hmi_normal_later(lab: Lab) -> None:
    """15 seconds of the same work."""
    _normal(lab, writes=2, visits=1, pause=4)


def while_polled(lab: Lab, act: Callable[[Cell], None], after: float = WARM_UP) -> None:
    with modbus_cell(lab) as cell:
        time.sleep(WARM_UP)
        act(cell)
        time.sleep(after)


def diagnose(lab: Lab, name: str, techniques: list[str], rule: str, work: Work, after: float = WARM_UP) -> None:
    def act(cell: Cell) -> None:
        with lab.step(name, "att", "plc1", techniques, [rule]):
            lab["att"].run(session("plc1", work))

    while_polled(lab, act, after)
