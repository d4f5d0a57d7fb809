"""DNP3 against tshark: requests and responses by frame, function and outstation; values of points, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare, said
from tests.oracles.tshark import Message, Tree, messages

LEAST_FACTS = 5_000
"""A comparison of fewer facts that agree compares nothing."""
CONFIRM, READ, REQUEST_AUTHENTICATION, RESPONSE, UNSOLICITED, AUTHENTICATION = 0, 1, 32, 129, 130, 131
NUMBERS = (1, 2, 3, 4, 10, 11, *range(20, 24), *range(30, 35), 40, 42)
"""Groups whose points are numbers."""
CONTROL, ANALOG_CONTROL, CLASSES = 12, 41, 60
CONTROLS = (3, 4, 5, 6)
IIN = {
    "bmsg": "broadcast", "cls1d": "class_1_events", "cls2d": "class_2_events", "cls3d": "class_3_events",
    "tsr": "need_time", "dol": "local_control", "dt": "device_trouble", "rst": "device_restart",
    "fcni": "no_func_code_support", "obju": "object_unknown", "pioor": "parameter_error",
    "ebo": "event_buffer_overflow", "oae": "already_executing", "cc": "config_corrupt",
}  # fmt: skip
QUIET = {"class_1_events", "class_2_events", "class_3_events"}
"""Events that wait are said at every poll: our details leave them out when nothing else is set."""
POINT = re.compile(r"Point Number (\d+)(?:.*?(?:Value|Count): ([^\s,]+))?")
CODES = re.compile(r"\[([^\]]+)\]")


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture; `options` tell tshark which port speaks DNP3."""
    return compare(name, ours_of(capture), theirs_of(capture, options))


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says of whole fragments."""
    facts = Facts()
    for message in messages(capture, "dnp3", *options):
        code = message.tree.number("dnp3.al.func")
        # A fragment of several frames is shown again in each of them that shares its packet.
        if code is None or code in (CONFIRM, AUTHENTICATION) or message.tree.first("dnp3.tr.fin") != "1":
            continue
        reply = code >= RESPONSE
        unit = message.tree.first("dnp3.src" if reply else "dnp3.dst")
        frame = message.last if reply else _began(message)
        found = facts.message(frame, f"{'unsolicited' if code == UNSOLICITED else code} outstation {unit}")
        objects = message.tree.all("dnp3.al.obj")
        if reply:
            found |= _response(message.tree, objects)
        else:
            found |= _request(code, objects)
    return facts


def _began(message: Message) -> int:
    parts = [int(part.show) for part in message.tree.all("dnp3.al.fragment") if part.show]
    return min((message.first, *parts))


def _group(node: Tree) -> tuple[int, int]:
    return divmod(int(node.show, 0), 256)


def _points(node: Tree) -> Iterator[Tree]:
    return (child for child in node if POINT.match(child.show))


def _response(tree: Tree, objects: Sequence[Tree]) -> dict[str, str]:
    told = {name for bit, name in IIN.items() if tree.first(f"dnp3.al.iin.{bit}") == "1"}
    points, statuses = [], []
    for node in objects:
        group, variation = _group(node)
        for point in _points(node):
            index, value = POINT.match(point.show).groups()  # type: ignore[union-attr]  # it matched
            if group in NUMBERS:
                points.append(f"{group}.{variation}:{index}={_number(value)}")
        if group in (CONTROL, ANALOG_CONTROL):
            statuses += [status.show for status in node.all("dnp3.al.ctrlstatus")]
    iin = " ".join(sorted(told)) if told - QUIET else ""
    found = {"points": " ".join(points), "status": " ".join(statuses), "iin": iin}
    return {name: text for name, text in found.items() if text}


def _number(value: str | None) -> str:
    return _rounded(float(value)) if value is not None else "-"


def _rounded(value: float) -> str:
    """As tshark shows a number: six digits of one with a fraction."""
    return said(value if value == int(value) else float(f"{value:.6g}"))


def _request(code: int, objects: Sequence[Tree]) -> dict[str, str]:
    classes = sorted({variation - 1 for group, variation in map(_group, objects) if group == CLASSES and variation})
    found = {"classes": ",".join(map(str, classes))} if classes and code != 22 else {}
    commands = []
    for node in objects if code in CONTROLS else ():
        group, variation = _group(node)
        for point in _points(node):
            index, value = POINT.match(point.show).groups()  # type: ignore[union-attr]  # it matched
            if group == CONTROL and variation == 1:
                words = (word.lower().replace(" ", "_") for word in CODES.findall(point.show))
                words = (word.removesuffix("_operation") for word in words)
                commands.append(f"{group}.{variation}:{index}={' '.join(words)}")
            elif group == ANALOG_CONTROL:
                commands.append(f"{group}.{variation}:{index}={_number(value)}")
    return found | ({"commands": "; ".join(commands)} if commands else {})


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in ours.messages(capture, "dnp3"):
        head = items[0]
        code, unit = head["ot.function.code"], head["ot.unit"]
        if code in (None, CONFIRM, AUTHENTICATION) or head["ot.operation"] == "alarm.raise":
            continue
        if code < RESPONSE and "fragment" not in head["ot.details"]:
            asked = facts.message(head["ot.packet.first"], f"{code} outstation {unit}")
            asked |= _asked(code, items)
        # Secure authentication has a response of its own, which is passed over.
        if code >= RESPONSE or (head["ot.reply"] == "answered" and code != REQUEST_AUTHENTICATION):
            kind = "unsolicited" if code == UNSOLICITED else str(RESPONSE)
            found = facts.message(head["ot.packet.last"], f"{kind} outstation {unit}")
            found |= _answered(code, items)
    return facts


def _object(item: ours.Row) -> tuple[int, int]:
    return item["ot.details"].get("group", -1), item["ot.details"].get("variation", -1)


def _asked(code: int, items: Sequence[ours.Row]) -> dict[str, str]:
    classes = next((item["ot.object.address"] for item in items if item["ot.object.kind"] == "class"), None)
    found = {"classes": classes.removeprefix("class:")} if classes else {}
    commands = []
    for item in items if code in CONTROLS else ():
        group, variation = _object(item)
        details, start = item["ot.details"], item["ot.object.start"]
        if group == CONTROL and variation == 1:
            words = [details.get("control", ""), details.get("trip_close", "")]
            commands.append(f"{group}.{variation}:{start}={' '.join(words)}")
        elif group == ANALOG_CONTROL and item["ot.value.numbers"]:
            commands.append(f"{group}.{variation}:{start}={_rounded(item['ot.value.numbers'][0])}")
    return found | ({"commands": "; ".join(commands)} if commands else {})


def _answered(code: int, items: Sequence[ours.Row]) -> dict[str, str]:
    points, statuses = [], []
    for item in items:
        group, variation = _object(item)
        if group in NUMBERS and code in (READ, RESPONSE, UNSOLICITED):
            points += [
                f"{group}.{variation}:{item['ot.object.start'] + at}={_rounded(value)}"
                for at, value in enumerate(item["ot.value.numbers"] or ())
            ]
        command = group in (CONTROL, ANALOG_CONTROL) and item["ot.status.code"] is not None
        # A refusal as a whole is an indication, in small letters.
        if command and item["ot.status.name"].isupper():
            statuses.append(str(item["ot.status.code"]))
    iin = items[0]["ot.details"].get("iin", ())
    found = {"points": " ".join(points), "status": " ".join(statuses), "iin": " ".join(sorted(iin))}
    return {name: text for name, text in found.items() if text}
