"""KNXnet/IP against tshark: services by frame, telegrams with addresses, values and confirmation, properties."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

LEAST_FACTS = 700
"""A comparison of fewer facts that agree compares nothing."""

NAMES = (
    "frame.number", "knxip.service", "knxip.channel", "knxip.status", "knxip.knxaddr", "knxip.sernr",
    "knxip.device.name", "knxip.macaddr", "knxip.progmode", "knxip.mcaddr", "knxip.conn.type", "knxip.loss",
    "knxip.busy.time", "knxip.session", "cemi.mc", "cemi.sa", "cemi.da", "cemi.at", "cemi.tc", "cemi.ac", "cemi.ax",
    "cemi.ad", "cemi.data", "cemi.ce", "cemi.pid", "cemi.ox", "cemi.ot", "cemi.oi", "cemi.n", "cemi.x", "cemi.level",
)  # fmt: skip
_REQ, _IND, _CON = 0x11, 0x29, 0x2E
_ASKS = {0x000: 0x040, 0x180: 0x1C0, 0x1CC: 0x1CD, 0x1CE: 0x1CF, 0x1FB: 0x1FC, 0x1FD: 0x1FE, 0x200: 0x240, 0x2C0: 0x2C1,
         0x2C5: 0x2C6, 0x2C7: 0x2C9, 0x300: 0x340, 0x381: 0x3A1, 0x3D1: 0x3D2, 0x3D3: 0x3D4, 0x3D5: 0x3D6, 0x3D7: 0x3D6,
         0x3D8: 0x3D9}  # fmt: skip
_LOCAL = {0xFC: 0xFB, 0xF6: 0xF5}
_CONTROL = {"T_Connect": 0, "T_Disconnect": 1, "T_ACK": 2, "T_NAK": 3}
_CONNECTIONS = {3: "device management", 4: "tunnelling"}
_ACKS = (0x0311, 0x0421)
_ANSWERS = {0x0203: 0x0204, 0x0205: 0x0206, 0x0207: 0x0208, 0x0209: 0x020A, 0x0951: 0x0952, 0x0422: 0x0423}


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    return compare(name, ours_of(capture), theirs_of(capture, options))


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says, frame by frame."""
    facts = Facts()
    for frame in fields(capture, "kip && !tcp.analysis.retransmission", NAMES, *options):
        number = int(frame["frame.number"][0])
        if len(frame["knxip.service"]) > 1:  # several in a segment: which field is whose is not told
            for service in frame["knxip.service"]:
                facts.message(number, f"{int(service, 0):04x}")
            continue
        shown = {name: values[0] for name, values in frame.items() if values}
        if "knxip.service" in shown:
            _theirs(facts, number, shown, frame)
    return facts


def _number(shown: dict[str, str], name: str) -> int | None:
    return int(shown[name], 0) if name in shown else None


def _theirs(facts: Facts, frame: int, shown: dict[str, str], every: dict[str, list[str]]) -> None:
    service, code = int(shown["knxip.service"], 0), _number(shown, "cemi.mc")
    if service in _ACKS:
        if _number(shown, "knxip.status"):
            facts.message(frame, f"{service:04x}")["status"] = str(_number(shown, "knxip.status"))
    elif code in (_REQ, _IND, _CON) and "cemi.sa" in shown:
        _telegram(facts, frame, code, shown)
    elif code in (*_LOCAL, *_LOCAL.values()):
        place = f"{_number(shown, 'cemi.ot')}.{_number(shown, 'cemi.oi')}/{_number(shown, 'cemi.pid')}"
        refused = code in _LOCAL.values() and _number(shown, "cemi.n") == 0
        told = {"code": f"{code:02x}", "property": place, "refused": str(int(refused))}
        facts.message(frame, "local").update(told)
    else:
        facts.message(frame, f"{service:04x}").update(_service(service, shown, every))


def _service(service: int, shown: dict[str, str], every: dict[str, list[str]]) -> dict[str, str]:
    told = {}
    if service in (0x0206, 0x0208, 0x020A):
        told["status"] = str(_number(shown, "knxip.status"))
    if service in (0x0207, 0x0209) or (service == 0x0206 and told["status"] == "0"):
        told["channel"] = str(_number(shown, "knxip.channel"))
    if service == 0x0205 and "knxip.conn.type" in shown:
        told["connection"] = _CONNECTIONS[int(shown["knxip.conn.type"], 0)]
    if "knxip.sernr" in shown:
        told["serial"] = f"{int(shown['knxip.sernr'], 0):012x}"
        told["name"] = shown["knxip.device.name"]
        told["mac"] = shown["knxip.macaddr"].upper().replace(":", "-")
        told["multicast"] = shown["knxip.mcaddr"]
        told["programming"] = str(_number(shown, "knxip.progmode"))
    if every["knxip.knxaddr"]:
        told["address"] = _individual(int(every["knxip.knxaddr"][0], 0))
    if service == 0x0531:
        told["lost"] = str(_number(shown, "knxip.loss"))
    if service == 0x0532:
        told["wait"] = str(_number(shown, "knxip.busy.time"))
    if service in (0x0950, 0x0952):
        told["session"] = str(_number(shown, "knxip.session"))
    return told


def _individual(address: int) -> str:
    return f"{address >> 12}.{address >> 8 & 15}.{address & 255}"


def _group(address: int) -> str:
    return f"{address >> 11}/{address >> 8 & 7}/{address & 255}"


def _telegram(facts: Facts, frame: int, code: int, shown: dict[str, str]) -> None:
    control, four, ten = (_number(shown, f"cemi.{name}") for name in ("tc", "ac", "ax"))
    service = ten if ten is not None else None if four is None else four << 6
    if control in (2, 3) or (control is None and service is None):
        return
    kind = f"control {control}" if service is None else f"{service:03x}"
    failed = _number(shown, "cemi.ce")
    if code == _CON:
        if service not in _ASKS or failed:
            facts.message(frame, f"con {kind}")["failed"] = str(failed)
        return
    told = {}
    source = _number(shown, "cemi.sa") or 0
    if source:
        told["from"] = _individual(source)
    destination = _number(shown, "cemi.da") or 0
    if shown["cemi.at"] == "1" and destination:
        told["group"] = _group(destination)
    elif code == _REQ and shown["cemi.at"] == "0":
        told["to"] = _individual(destination)
    if service is not None:
        told |= _content(service, shown)
    facts.message(frame, kind).update(told)


def _content(service: int, shown: dict[str, str]) -> dict[str, str]:
    data = shown.get("cemi.data", "").replace(":", "")
    if service in (0x040, 0x080):
        return {"value": str(int(data, 16) if data else int(shown["cemi.ad"], 0))}
    if service in (0x200, 0x280):
        return {"memory": f"{int(shown['cemi.x'], 0):#06x}"} | ({"data": data} if service == 0x280 else {})
    if service in (0x3D5, 0x3D7):
        place = {"property": f"{int(shown['cemi.ox'], 0)}/{int(shown['cemi.pid'], 0)}"}
        return place | ({"data": data} if service == 0x3D7 else {})
    if service == 0x3D6:
        return {"data": data} if int(shown["cemi.n"], 0) else {"refused": "1"}
    if service == 0x3D2:
        return {"level": str(int(shown["cemi.level"], 0))}
    return {"data": data} if service == 0x240 and data else {}


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for (head,) in ours.messages(capture, "knx"):
        name, reply = head["ot.subfunction.name"] or "", head["ot.reply"]
        asked = reply in ("answered", "unanswered", "none")
        told = reply in ("answered", "unexpected", "duplicate", "differing")
        if name.startswith("L_Data"):
            _our_telegram(facts, head, asked, told)
        elif name:
            _our_local(facts, head, asked, told)
        else:
            _our_service(facts, head, asked, told)
    return facts


def _our_telegram(facts: Facts, head: ours.Row, asked: bool, told: bool) -> None:
    name, code, details = head["ot.function.name"] or "", head["ot.function.code"], head["ot.details"]
    control = _CONTROL.get(name)
    kind = f"control {control}" if control is not None else f"{code:03x}"
    confirmation = head["ot.subfunction.name"] == "L_Data.con"
    if confirmation and head["ot.reply"] == "none":
        return  # a broken one
    if asked:
        facts.message(head["ot.packet.first"], kind).update(_our_question(head, code, control is not None, details))
    if not told:
        return
    answer = _ASKS.get(code) if control is None else None
    failed = head["ot.status.name"] == "not confirmed"
    if answer is None or failed or confirmation:
        facts.message(head["ot.packet.last"], f"con {kind}")["failed"] = str(int(failed))
        return
    found = {"from": details.get("answered_by") or head["ot.unit"]}
    if head["ot.object.kind"] == "group":
        found["group"] = head["ot.object.address"]
    if answer in (0x040, 0x240, 0x3D6) and head["event.outcome"] == "success":
        found["value" if answer == 0x040 else "data"] = _value(head, answer != 0x040)
    if answer == 0x3D6 and head["event.outcome"] == "failure":
        found["refused"] = "1"
    if answer == 0x3D2:
        found["level"] = str(details["level"])
    facts.message(head["ot.packet.last"], f"{answer:03x}").update(found)


def _our_question(head: ours.Row, code: int, control: bool, details: dict[str, object]) -> dict[str, str]:
    found = {"from": str(details["source"])} if "source" in details else {}
    if head["ot.object.kind"] == "group":
        found["group"] = head["ot.object.address"]
    elif head["ot.unit"] and head["ot.subfunction.name"] == "L_Data.req":
        found["to"] = head["ot.unit"]
    if control:
        return found
    if code in (0x040, 0x080):
        found["value"] = _value(head, False)
    if code in (0x200, 0x280):
        found["memory"] = head["ot.object.address"].split("-")[0]
    if code in (0x3D5, 0x3D7):
        found["property"] = head["ot.object.address"]
    if code in (0x280, 0x3D7):
        found["data"] = _value(head, True)
    return found


def _value(head: ours.Row, hexadecimal: bool) -> str:
    """Bytes as tshark shows them, or the number that they are."""
    if (text := head["ot.value.text"]) is not None:
        return str(text) if hexadecimal else str(int(text, 16))
    number = int(head["ot.value.numbers"][0])
    width = int(head["ot.value.type"].removeprefix("raw")) // 4
    return f"{number:0{width}x}" if hexadecimal else str(number)


def _our_local(facts: Facts, head: ours.Row, asked: bool, told: bool) -> None:
    code = head["ot.function.code"]
    place = {"property": head["ot.object.address"]}
    if code not in _LOCAL:
        facts.message(head["ot.packet.first"], f"{head['ot.subfunction.code']:04x}")
        return
    if asked:
        facts.message(head["ot.packet.first"], "local").update(place | {"code": f"{code:02x}", "refused": "0"})
    if told:
        refused = str(int(head["event.outcome"] == "failure"))
        facts.message(head["ot.packet.last"], "local").update(
            place | {"code": f"{_LOCAL[code]:02x}", "refused": refused}
        )


def _our_service(facts: Facts, head: ours.Row, asked: bool, told: bool) -> None:
    code, details = head["ot.function.code"], head["ot.details"]
    request = {"channel": str(details["channel"])} if code in (0x0207, 0x0209) and "channel" in details else {}
    if code == 0x0205:
        request["connection"] = str(details["connection"])
    if asked:
        own = request | ({} if code in _ANSWERS else _described(head, details))
        facts.message(head["ot.packet.first"], f"{code:04x}").update(own)
    if not told:
        return
    answer = _ANSWERS.get(code, code)
    found = {"status": str(head["ot.status.code"] or 0)} if answer in (0x0206, 0x0208, 0x020A) else {}
    if answer == 0x0206 and found["status"] == "0":
        found["channel"] = str(details["channel"])
    facts.message(head["ot.packet.last"], f"{answer:04x}").update(found | _described(head, details))


def _described(head: ours.Row, details: dict[str, object]) -> dict[str, str]:
    keys = ("serial", "name", "mac", "multicast", "lost", "wait")
    found: dict[str, str] = {key: str(details[key]) for key in keys if key in details}
    if head["ot.function.code"] in (0x0950, 0x0955):
        found.pop("serial", None)
    if "knx_address" in details:
        found["address"] = str(details["knx_address"])
    if "programming_mode" in details:
        found["programming"] = str(int(bool(details["programming_mode"])))
    if head["ot.session"] is not None:
        found["session"] = str(head["ot.session"])
    if head["ot.function.code"] in _ACKS:
        found["status"] = str(head["ot.status.code"])
    return found
