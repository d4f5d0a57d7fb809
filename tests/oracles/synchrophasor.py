"""IEEE C37.118 against tshark: commands, headers, configurations with their names, and the values of data frames.

An answer stands beside its request in our events; here each frame is compared by itself. Configuration 3 in parts is
one configuration to us, while tshark shows each part: those are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.ours import Row
from tests.oracles.tshark import Message, Tree, messages

LEAST_FACTS = 5_000
"""A comparison of fewer facts that agree compares nothing."""
DATA, HEADER, CFG1, CFG2, COMMAND, CFG3 = range(6)
STATUS = {"status": 14, "sync": 13, "sorting": 12, "trigger": 11, "CFGchange": 10, "data_modified": 9, "pmu_tq": 6,
          "t_unlock": 4, "trigger_reason": 0}  # fmt: skip
"""tshark's fields of the status word, and the bits that they begin at."""
NUMBERS = ("magnitudes", "angles", "frequencies", "changes", "analogs")
TOLERANCE = 0.0006
"""tshark shows three decimals."""
PHASOR = re.compile(r'", *([-\d.]+)[VA] ∠ *([-\d.]+)°')
FREQUENCIES = {
    "synphasor.frequency_deviation_from_nominal": re.compile(r"frequency: ([-\d.]+)Hz"),
    "synphasor.actual_frequency_value": re.compile(r"value: ([-\d.]+)"),
}
NUMBER = re.compile(r"(-?[\d.]+(?:e[-+]?\d+)?)(?:Hz/s)?$")


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    mine, theirs = ours_of(capture), theirs_of(capture, options)
    for key in [key for key in mine.messages if key[1] == "configuration" and (key[0], "part", 0) in theirs.messages]:
        del mine.messages[key]
    theirs.messages = {key: told for key, told in theirs.messages.items() if key[1] != "part"}
    for key, told in mine.messages.items():
        other = theirs.messages.get(key, {})
        for field in NUMBERS:
            if field in told and field in other and _near(told[field], other[field]):
                told[field] = other[field]
        if told.get("names", "").endswith("…"):
            other.pop("names", None)
            told.pop("names")
    return compare(name, mine, theirs)


def _near(left: str, right: str) -> bool:
    pairs = list(zip(left.split(), right.split(), strict=False))
    same = len(left.split()) == len(right.split())
    return same and all(abs(float(one) - float(other)) <= TOLERANCE for one, other in pairs)


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says."""
    facts = Facts()
    for message in messages(capture, "synphasor", *options):
        tree, kind = message.tree, message.tree.number("synphasor.frtype")
        if tree.first("synphasor.checksum.status") != "1":
            facts.message(message.first, "checksum")
        elif kind == COMMAND:
            told = facts.message(message.first, "command")
            told["stream"] = str(tree.number("synphasor.idcode_stream_source"))
            told["command"] = str(tree.number("synphasor.command"))
        elif kind == HEADER:
            text = bytes.fromhex((tree.first("synphasor.data") or "").replace(":", "")).decode(errors="replace")
            facts.message(message.last, "header")["text"] = text
        elif kind == DATA:
            _data(facts.message(message.first, "data"), tree)
        elif kind in (CFG1, CFG2, CFG3):
            _configuration(facts, message)
    return facts


def _configuration(facts: Facts, message: Message) -> None:
    tree = message.tree
    if tree.number("synphasor.conf.contindx") or tree.number("synphasor.conf.timebase") is None:
        facts.message(message.last, "part")
        return
    told = facts.message(message.last, "configuration")
    told["base"] = str(tree.number("synphasor.conf.timebase"))
    told["rate"] = str(tree.number("synphasor.rate_of_transmission"))
    told["ids"] = " ".join(node.show for node in tree.all("synphasor.idcode_data_source"))
    told["count"] = str(tree.number("synphasor.conf.cfgcnt"))
    nodes = [*tree.all("synphasor.channel_name"), *tree.all("synphasor.conf.chnam")]
    told["names"] = _names(_name(node) for node in nodes)


def _name(node: Tree) -> str:
    if node.name.endswith("chnam"):
        return node.label.removeprefix("Channel name: ")
    return bytes.fromhex(node.value).decode(errors="replace").strip(" \0")


def _names(names: Iterator[str]) -> str:
    return ", ".join(sorted(name for name in names if name))


def _data(told: dict[str, str], tree: Tree) -> None:
    told["stream"] = str(tree.number("synphasor.idcode_stream_source"))
    words = [0] * len(tree.all("synphasor.data.status"))
    for field, bit in STATUS.items():
        for at, node in enumerate(tree.all(f"synphasor.data.{field}")):
            words[at] |= int(node.show, 0) << bit
    if not words:
        return  # no configuration is known
    told["words"] = " ".join(map(str, words))
    phasors = [found.groups() for node in tree.all("synphasor.phasor") if (found := PHASOR.search(node.label))]
    told["magnitudes"], told["angles"] = (
        (" ".join(part) for part in zip(*phasors, strict=True)) if phasors else ("", "")
    )
    nodes = (node for node in _below(tree) if node.name in FREQUENCIES)
    shown = (FREQUENCIES[node.name].search(node.label) for node in nodes)
    told["frequencies"] = " ".join(match.group(1) for match in shown if match)
    told["changes"] = " ".join(_last(node.label) for node in tree.all("synphasor.rate_change_frequency"))
    told["analogs"] = " ".join(_last(node.label.split(" (")[0]) for node in tree.all("synphasor.analog_value"))
    told["digitals"] = " ".join(str(int(node.show, 0)) for node in tree.all("synphasor.digital_status_word"))


def _below(tree: Tree) -> Iterator[Tree]:
    for node in tree:
        yield node
        yield from _below(node)


def _last(label: str) -> str:
    found = NUMBER.search(label)
    return found.group(1) if found else label


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for row in ours.rows(capture, "flag", "synchrophasor"):
        if row["ot.flag"] == "synchrophasor.checksum":
            facts.message(row["ot.packet.first"], "checksum")
    for items in sorted(ours.messages(capture, "synchrophasor"), key=lambda items: items[0]["ot.packet.first"]):
        head, kind = items[0], items[0]["ot.function.code"]
        if kind == COMMAND:
            told = facts.message(head["ot.packet.first"], "command")
            told["stream"], told["command"] = head["ot.unit"], str(head["ot.subfunction.code"])
        if kind == DATA:
            _our_data(facts.message(head["ot.packet.first"], "data"), items)
        elif kind != COMMAND or head["ot.reply"] == "answered":
            _our_description(facts, head)
    return facts


def _our_description(facts: Facts, head: Row) -> None:
    details = head["ot.details"]
    if "header" in details:
        facts.message(head["ot.packet.last"], "header")["text"] = details["header"]
        return
    told = facts.message(head["ot.packet.last"], "configuration")
    if "stations" not in details:
        return
    told["base"], told["count"] = str(details["time_base"]), str(details["configuration_count"])
    rate = details["data_rate"]
    told["rate"] = str(round(rate if rate >= 1 or rate == 0 else -1 / rate))
    told["ids"] = " ".join(re.findall(r" \((\d+)\)(?:,|$)", details["stations"]))
    names = ", ".join(details[key] for key in ("phasors", "analogs", "digitals") if key in details)
    told["names"] = names if names.endswith("…") else _names(iter(names.split(", ")))


def _our_data(told: dict[str, str], items: Sequence[Row]) -> None:
    told["stream"] = items[0]["ot.unit"]
    if items[0]["ot.object.kind"] == "data":
        return

    def of(kind: str, ending: str = "") -> list[float]:
        chosen = [row for row in items if row["ot.object.kind"] == kind and row["ot.object.address"].endswith(ending)]
        return [row["ot.value.numbers"][0] for row in chosen]

    told["words"] = " ".join(str(int(word)) for word in of("status"))
    told["magnitudes"] = " ".join(f"{value:.6f}" for value in of("phasor", ".magnitude"))
    told["angles"] = " ".join(f"{value:.6f}" for value in of("phasor", ".angle"))
    told["frequencies"] = " ".join(f"{value:.6f}" for value in of("frequency", ":FREQ"))
    told["changes"] = " ".join(f"{value:.6f}" for value in of("frequency", ":DFREQ"))
    told["analogs"] = " ".join(f"{value:.6f}" for value in of("analog"))
    told["digitals"] = " ".join(str(int(word)) for word in of("digital"))
