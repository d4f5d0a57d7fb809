"""FINS against tshark: commands, responses, FINS/TCP messages by frame; addresses, memory, end codes, names, clock."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

LEAST_FACTS = 6_000
"""A comparison of fewer facts that agree compares nothing."""

NAMES = (
    "frame.number", "omron.icf", "omron.dna", "omron.da1", "omron.da2", "omron.sna", "omron.sa1", "omron.sa2",
    "omron.command", "omron.response.code", "omron.memory.area.read", "omron.memory.address",
    "omron.memory.address.bits", "omron.memory.numitems", "omron.command.data", "omron.response.data",
    "omron.parameter_area_code", "omron.word", "omron.program_number", "omron.word.begin", "omron.protect_code",
    "omron.mode_code", "omron.controller.model", "omron.controller.version", "omron.area_data.program_area_size",
    "omron.area_data.dm_words", "omron.status", "omron.year", "omron.month", "omron.date", "omron.hour",
    "omron.minute", "omron.second", "omron.avg_cycle_time", "omron.max_cycle_time", "omron.min_cycle_time",
    "omron.disk_no", "omron.file_data.filename", "omron.file_position", "omron.name_data", "omron.unit_nums",
    "omron.tcp.command", "omron.tcp.error_code", "omron.tcp.client_node_address", "omron.tcp.server_node_address",
)  # fmt: skip
_RANGES = (0x0101, 0x0102, 0x0103)
_BITS = {0x00, 0x40, 0x02, 0x05, 0x07, 0x0A, *range(0x20, 0x34), *range(0x70, 0x73), *range(0xE0, 0xE9)}
_PARAMETERS = {0x8010: "PLC Setup", 0x8011: "Peripheral Device settings", 0x8012: "I/O table",
               0x8013: "Routing tables", 0x8002: "CPU Bus Unit settings"}  # fmt: skip
_NAMED = {0x2202, 0x2203, 0x2205, 0x2207, 0x2208, 0x2209, 0x220A, 0x220B, 0x220C}
_STATES = {0: "stop", 1: "run", 0x80: "standby"}
_MODES = {0: "PROGRAM", 1: "DEBUG", 2: "MONITOR", 4: "RUN"}
_PLACED = {0x82: "D{}", 0xB0: "CIO{}", 0xB1: "W{}", 0xB2: "H{}", 0xB3: "A{}", 0xA1: "E1_{}", 0x02: "D{}.{:02}",
           0x30: "CIO{}.{:02}", 0x31: "W{}.{:02}", 0x32: "H{}.{:02}", 0x33: "A{}.{:02}"} | {
    0x90 + bank: f"E{bank}_" + "{}" for bank in range(8)
}  # fmt: skip


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    mine, theirs = ours_of(capture), theirs_of(capture, options)
    for key, found in mine.messages.items():
        if "address" not in theirs.messages.get(key, {}):
            found.pop("address", None)  # of areas that tshark names by their code alone
    return compare(name, mine, theirs)


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says, frame by frame: there is one message in each."""
    facts = Facts()
    for frame in fields(capture, "omron && !tcp.analysis.retransmission", NAMES, *options):
        shown = {name: values[0] for name, values in frame.items() if values}
        number = int(shown["frame.number"])
        if "omron.command" in shown:
            command, answers = int(shown["omron.command"], 0), int(shown["omron.icf"], 0) & 0x40
            told = _answer(command, shown) if answers else _command(command, shown, frame)
            facts.message(number, _kind(command, bool(answers))).update(told)
        elif "omron.tcp.command" in shown:
            command = int(shown["omron.tcp.command"], 0)
            told = {"error": str(int(shown["omron.tcp.error_code"], 0))}
            for key in ("client_node", "server_node"):
                if command == 1 and (value := shown.get(f"omron.tcp.{key}_address")):
                    told[key] = str(int(value, 0))
            facts.message(number, f"tcp {command}").update(told)
    return facts


def _kind(command: int, answers: bool) -> str:
    return f"{command:04x} {'answers' if answers else 'asks'}"


def _number(shown: dict[str, str], name: str) -> int | None:
    return int(shown[f"omron.{name}"], 0) if f"omron.{name}" in shown else None


def _command(command: int, shown: dict[str, str], frame: dict[str, list[str]]) -> dict[str, str]:
    told = {"to": ".".join(str(_number(shown, name)) for name in ("dna", "da1", "da2")),
            "from": ".".join(str(_number(shown, name)) for name in ("sna", "sa1", "sa2"))}  # fmt: skip
    if command in _RANGES and (count := _number(shown, "memory.numitems")) is not None:
        area, bits = int(shown["omron.memory.area.read"], 0), _number(shown, "memory.address.bits") or 0
        word = int(shown["omron.memory.address"], 0)
        told["start"] = str(word * 16 + bits if area in _BITS else word)
        told["count"] = str(count)
        if area in _PLACED:
            told["address"] = _PLACED[area].format(word, bits)
        if command == 0x0102:
            told["data"] = shown.get("omron.command.data", "").replace(":", "")
    if (parameter := _number(shown, "parameter_area_code")) is not None and command in (0x0201, 0x0202, 0x0203):
        told |= {"object": _PARAMETERS[parameter], "begin": str(_number(shown, "word"))}
    if (program := _number(shown, "program_number")) is not None and command < 0x2000:
        told["object"] = "program" if program == 0xFFFF else f"program:{program}"
        if command in (0x0304, 0x0305, 0x0306, 0x0307):
            told["begin"] = str(_number(shown, "word.begin"))
    if command == 0x0401 and (mode := _number(shown, "mode_code")) is not None:
        told["mode"] = _MODES[mode]
    if command in _NAMED:
        names = [" ".join(name.split()).replace(" .", ".") for name in frame["omron.file_data.filename"]]
        told["files"] = ";".join(reversed(names) if command in (0x2207,) else names)
        told["disk"] = str(_number(shown, "disk_no"))
        if (position := _number(shown, "file_position")) is not None:
            told["begin"] = str(position)
    if command == 0x0702:
        told["clock"] = _clock(shown)
    return told


def _answer(command: int, shown: dict[str, str]) -> dict[str, str]:
    code = _number(shown, "response.code")
    told = {} if code is None else {"end": str(code & 0x7F3F)}
    if code is None or code & 0xFF3F:
        return told
    if command == 0x0101:
        told["data"] = shown.get("omron.response.data", "").replace(":", "")
    if command == 0x0501 and "omron.controller.model" in shown:
        told["model"] = _words(shown["omron.controller.model"])
        told["size"] = f"{_number(shown, 'area_data.program_area_size')} {_number(shown, 'area_data.dm_words')}"
    if command == 0x0601 and (status := _number(shown, "status")) is not None:
        told |= {"status": _STATES[status], "mode": _MODES[_number(shown, "mode_code") or 0]}
    if command == 0x0620 and "omron.avg_cycle_time" in shown:
        told["cycle"] = " ".join(str(_number(shown, f"{name}_cycle_time")) for name in ("avg", "max", "min"))
    if command == 0x0701:
        told["clock"] = _clock(shown)
    return told


def _words(text: str) -> str:
    return " ".join(text.replace("\\000", " ").split())


def _clock(shown: dict[str, str]) -> str:
    """Two decimal digits a byte; tshark shows the byte as a number."""
    parts = [_number(shown, name) for name in ("year", "month", "date", "hour", "minute", "second")]
    return " ".join(str(int(f"{part:x}")) for part in parts if part is not None)


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in ours.messages(capture, "fins"):
        head = items[0]
        code, reply, details = head["ot.function.code"], head["ot.reply"], head["ot.details"]
        first, last = head["ot.packet.first"], head["ot.packet.last"]
        if code < 0x100:
            _stream(facts, head)
            continue
        if reply in ("answered", "unanswered", "none"):
            facts.message(first, _kind(code, False)).update(_asked(code, items))
        if reply in ("answered", "unexpected", "duplicate", "differing"):
            end = {} if head["event.outcome"] == "unknown" else {"end": str(head["ot.status.code"] or 0)}
            told = end | (_told(code, head, details) if head["event.outcome"] == "success" else {})
            facts.message(last, _kind(code, True)).update(told)
    return facts


def _stream(facts: Facts, head: ours.Row) -> None:
    code, reply, details = head["ot.function.code"], head["ot.reply"], head["ot.details"]
    if code == 0:
        facts.message(head["ot.packet.first"], "tcp 0")["error"] = "0"
    else:
        facts.message(head["ot.packet.first"], f"tcp {code}")["error"] = str(head["ot.status.code"] or 0)
    if code == 0 and reply == "answered":
        told = {"error": str(head["ot.status.code"] or 0)}
        told |= {key: str(details[key]) for key in ("client_node", "server_node") if key in details}
        facts.message(head["ot.packet.last"], "tcp 1").update(told)


def _asked(code: int, items: Sequence[ours.Row]) -> dict[str, str]:
    head, details = items[0], items[0]["ot.details"]
    told = {"to": head["ot.unit"], "from": head["ot.client_name"]}
    if code in _RANGES and head["ot.object.start"] is not None:
        told |= {"start": str(head["ot.object.start"]), "count": str(head["ot.object.count"])}
        told["address"] = head["ot.object.address"].split("-")[0]
        if code == 0x0102:
            told["data"] = _bytes(head)
    if head["ot.object.kind"] in ("parameter", "program"):
        told["object"] = head["ot.object.address"]
        if "begin" in details:
            told["begin"] = str(details["begin"])
    if code == 0x0401 and "operating_mode" in details:
        told["mode"] = details["operating_mode"]
    if code in _NAMED:
        names = [row["ot.object.address"] for row in items]
        names += [details["from_name"]] if "from_name" in details else []
        names = [details["new_name"], *names] if code == 0x2208 else names
        told |= {"files": ";".join(names), "disk": str(details.get("disk"))}
        if "begin" in details:
            told["begin"] = str(details["begin"])
    if code == 0x0702:
        told["clock"] = _digits(head)
    return told


def _told(code: int, head: ours.Row, details: dict[str, object]) -> dict[str, str]:
    if code == 0x0101:
        return {"data": _bytes(head)}
    if code == 0x0501 and "model" in details:
        return {"model": str(details["model"]), "size": f"{details['program_size']} {details['dm_words']}"}
    if code == 0x0601 and "status" in details:
        return {"status": str(details["status"]), "mode": str(details["operating_mode"])}
    if code == 0x0620 and "cycle_average" in details:
        return {"cycle": " ".join(str(details[f"cycle_{name}"]) for name in ("average", "maximum", "minimum"))}
    return {"clock": _digits(head)} if code == 0x0701 else {}


def _bytes(head: ours.Row) -> str:
    """Values as the bytes they were."""
    width = {"bool": 1, "uint16": 2}.get(head["ot.value.type"], 4)
    return "".join(f"{int(value):0{2 * width}x}" for value in head["ot.value.numbers"] or ())


def _digits(head: ours.Row) -> str:
    text = head["ot.value.text"] or ""
    parts = text[2:].replace("T", "-").replace(":", "-").split("-")
    return " ".join(str(int(part)) for part in parts) if text else "-"
