"""IEC 101 in TCP against tshark: services of the link with their answers, and every object of every data unit.

tshark cannot find the sizes of addresses: it is told those that captures were made with. Its data units are compared
as those of IEC 104 are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.oracles import iec104, ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

TOLD = ("-d", "tcp.port==4001,iec60870_101")
SIZES = {"wide.pcap": (2, 2, 2, 3), "balanced.pcap": (1, 1, 2, 2)}
USUAL = (1, 1, 1, 2)
"""Octets of link address, cause, common address and object address."""
_PREFERENCES = ("linkaddr_len", "cot_len", "asdu_addr_len", "asdu_ioa_len")
LEAST_FACTS = 1_000
"""A comparison of fewer facts that agree compares nothing."""
SERVICES = {
    "Reset of remote link": 0,
    "Reset of user process": 1,
    "Test function of link": 2,
    "Request for access demand": 8,
    "Request status of link": 9,
    "Request user data class 1": 10,
    "Request user data class 2": 11,
}
_NAMES = ("frame.number", *(f"iec60870_101.{name}" for name in (
    "ctrl_prm", "ctrl_func_pri_to_sec", "ctrl_func_sec_to_pri", "linkaddr"
)))  # fmt: skip
_USER_DATA = 8
_OF_OBJECTS = (*range(1, 41), *range(45, 65), *range(110, 114))


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    sizes = SIZES.get(capture.name, USUAL)
    told = [*TOLD, *options]
    for preference, size in zip(_PREFERENCES, sizes, strict=True):
        told += ["-o", f"iec60870_101.{preference}:{size} octet"]
    mine, (theirs, between) = _ours_of(capture), iec104.theirs_of(capture, told)
    for frame, kind, found in _theirs_link(capture, told):
        theirs.message(frame, kind).update(found)
    iec104.level(mine, theirs, between)
    _leave_out_open(mine, theirs)
    return compare(name, mine, theirs)


def _leave_out_open(mine: Facts, theirs: Facts) -> None:
    """While more than one set of sizes is possible we name no object: then tshark, which was told them, knows more."""
    for frame, kind, _ in list(mine.messages):
        head, _, address = kind.partition(" object ")
        if address == "0" and int(head.split(" ")[1]) in _OF_OBJECTS:
            for facts in (mine, theirs):
                for key in [key for key in facts.messages if key[0] == frame and key[1].startswith(f"{head} object ")]:
                    del facts.messages[key]


def _theirs_link(capture: Path, told: Sequence[str]) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Services and what answers them. What acknowledges user data is no message of ours: the data unit is."""
    asks: dict[int, bool] = {}
    for frame in fields(capture, "iec60870_101", _NAMES, *told):
        number = int(frame["frame.number"][0])
        asked = iter(frame["iec60870_101.ctrl_func_pri_to_sec"])
        said = iter(frame["iec60870_101.ctrl_func_sec_to_pri"])
        addresses = iter(frame["iec60870_101.linkaddr"])
        for primary in frame["iec60870_101.ctrl_prm"]:
            station = int(next(addresses), 0)
            address = {"station": str(station)}
            if primary in ("1", "True"):
                function = int(next(asked), 0)
                asks[station] = function in SERVICES.values()
                if asks[station]:
                    yield number, f"ask {function}", address
            elif (function := int(next(said), 0)) != _USER_DATA and asks.get(station):
                yield number, f"answer {function}", address


def _ours_of(capture: Path) -> Facts:
    facts = iec104.ours_of(capture, "iec101")
    for key in [key for key in facts.messages if key[1].endswith((" act", " con"))]:
        del facts.messages[key]
    for items in ours.messages(capture, "iec101"):
        row = items[0]
        if row["ot.function.name"] not in SERVICES:
            continue
        address = {"station": str(row["ot.unit"])}
        facts.message(row["ot.packet.first"], f"ask {SERVICES[row['ot.function.name']]}").update(address)
        if row["ot.reply"] == "answered" and row["ot.status.code"] is not None:
            facts.message(row["ot.packet.last"], f"answer {row['ot.status.code']}").update(address)
    return facts
