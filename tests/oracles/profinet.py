"""PROFINET against tshark: DCP, cyclic data, alarms, clocks, rings, calls of connection management."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

LEAST_FACTS = 1_000
"""A comparison of fewer facts that agree compares nothing."""
DCP = ("frame.number", "pn_dcp.service_id", "pn_dcp.service_type", "pn_dcp.xid", "pn_dcp.block_error",
       "pn_dcp.suboption_ip_ip", "pn_dcp.suboption_device_nameofstation")  # fmt: skip
CYCLIC = ("frame.number", "pn_rt.frame_id", "pn_rt.ds")
ALARM = ("frame.number", "pn_io.pdu_type.type", "pn_io.alarm_type", "pn_io.slot_nr", "pn_io.subslot_nr",
         "pn_io.alarm_specifier.sequence")  # fmt: skip
CLOCK = ("frame.number", "pn_rt.frame_id", "pn_ptcp.sequence_id", "pn_ptcp.master_source_address",
         "pn_ptcp.port_mac_address", "pn_ptcp.clock_class")  # fmt: skip
RING = ("frame.number", "pn_mrp.type", "pn_mrp.sequence_id", "pn_mrp.sa", "pn_mrp.ring_state", "pn_mrp.domain_uuid")
CALL = ("frame.number", "dcerpc.pkt_type", "dcerpc.opnum", "pn_io.ar_uuid", "pn_io.cminitiator_station_name",
        "pn_io.slot_nr", "pn_io.subslot_nr", "pn_io.index", "pn_io.error_code", "pn_io.error_code1")  # fmt: skip
ACCESS = (2, 3, 5)
"""Calls that read or write records."""
IDENTIFY, HELLO, SET = 5, 6, 4
MULTIPLE = 0xE040
NO_RELATION = "00000000-0000-0000-0000-000000000000"

Row = dict[str, list[str]]


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    return compare(name, ours_of(capture), theirs_of(capture, options))


def _frame(row: Row) -> int:
    return int(row["frame.number"][0])


def _mac(text: str) -> str:
    return text.lower().replace("-", ":")


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says."""
    facts = Facts()
    for row in fields(capture, "pn_dcp", DCP, *options):
        service, answer = int(row["pn_dcp.service_id"][0]), int(row["pn_dcp.service_type"][0], 0) & 1
        told = facts.message(_frame(row), "answer" if answer else "question")
        told |= {"service": str(service), "xid": str(int(row["pn_dcp.xid"][0], 0))}
        told["name"] = row["pn_dcp.suboption_device_nameofstation"][0] if row[DCP[6]] else ""
        told["address"] = row["pn_dcp.suboption_ip_ip"][0] if row[DCP[5]] else ""
        if answer and service == SET:
            told["errors"] = " ".join(str(int(error, 0)) for error in row["pn_dcp.block_error"])
    for row in fields(capture, "pn_rt.ds", CYCLIC, *options):
        told = facts.message(_frame(row), "cyclic")
        told |= {"frame": str(int(row["pn_rt.frame_id"][0], 0)), "status": str(int(row["pn_rt.ds"][0], 0))}
    for row in fields(capture, "pn_io.alarm_type", ALARM, *options):
        told = facts.message(_frame(row), "alarm")
        for name, field in (("type", ALARM[2]), ("slot", ALARM[3]), ("subslot", ALARM[4]), ("sequence", ALARM[5])):
            told[name] = str(int(row[field][0], 0))
    for row in fields(capture, "pn_ptcp", CLOCK, *options):
        told = facts.message(_frame(row), "clock")
        told |= {"frame": str(int(row["pn_rt.frame_id"][0], 0)), "sequence": row["pn_ptcp.sequence_id"][0]}
        told["mac"] = (row["pn_ptcp.master_source_address"] + row["pn_ptcp.port_mac_address"])[0]
        told["class"] = str(int(row["pn_ptcp.clock_class"][0], 0)) if row["pn_ptcp.clock_class"] else ""
    for row in fields(capture, "pn_mrp", RING, *options):
        told = facts.message(_frame(row), "ring")
        told["type"] = next(str(int(kind, 0)) for kind in row["pn_mrp.type"] if int(kind, 0) not in (0, 1))
        told |= {"sender": row["pn_mrp.sa"][0], "domain": "".join(row["pn_mrp.domain_uuid"][:1])}
        told["sequence"] = str(int(row["pn_mrp.sequence_id"][0], 0)) if row["pn_mrp.sequence_id"] else ""
        told["state"] = str(int(row["pn_mrp.ring_state"][0], 0)) if row["pn_mrp.ring_state"] else ""
    for row in fields(capture, "(pn_io_device || pn_io_controller) && !icmp", CALL, *options):
        _their_call(facts, row)
    return facts


def _their_call(facts: Facts, row: Row) -> None:
    kind, operation = int(row["dcerpc.pkt_type"][0]), int(row["dcerpc.opnum"][0])
    if kind == 0:
        told = facts.message(_frame(row), "call")
        told["station"] = "".join(row["pn_io.cminitiator_station_name"][:1])
        told["relation"] = "".join(row["pn_io.ar_uuid"][:1]).replace(NO_RELATION, "")
    else:
        told = facts.message(_frame(row), "reply")
        codes = [int(row[field][0], 0) if row[field] else 0 for field in ("pn_io.error_code", "pn_io.error_code1")]
        told["error"] = " ".join(map(str, codes))
    told["operation"] = str(operation)
    if kind == 0 and operation in ACCESS:
        indexes = [int(index, 0) for index in row["pn_io.index"]]
        places = zip(row["pn_io.slot_nr"], row["pn_io.subslot_nr"], indexes, strict=False)
        told["records"] = " ".join(f"{int(s, 0)}/{int(u, 0)}/{i}" for s, u, i in places if i != MULTIPLE)


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in ours.messages(capture, "profinet"):
        head = items[0]
        name = head["ot.function.name"]
        if name in ("Get", "Set", "Identify", "Hello"):
            _our_dcp(facts, items)
        elif name.endswith("data"):
            told = facts.message(head["ot.packet.first"], "cyclic")
            address = head["ot.object.address"].removeprefix("frame:")
            told |= {"frame": str(int(address, 16)), "status": str(int(head["ot.value.numbers"][0]))}
        elif name in ("AlarmNotification", "AlarmAck"):
            told = facts.message(head["ot.packet.first"], "alarm")
            _, slot, subslot = head["ot.object.address"].split("/")
            told |= {"type": str(head["ot.subfunction.code"]), "slot": slot, "subslot": str(int(subslot, 16))}
            told["sequence"] = str(head["ot.details"]["alarm_sequence"])
        elif head["ot.object.kind"] == "clock":
            told = facts.message(head["ot.packet.first"], "clock")
            told |= {"frame": str(head["ot.function.code"]), "sequence": str(head["ot.details"]["sequence"])}
            told |= {"mac": _mac(head["ot.value.text"]), "class": str(head["ot.details"].get("clock_class", ""))}
        elif head["ot.object.kind"] == "ring":
            told = facts.message(head["ot.packet.first"], "ring")
            told |= {"type": str(head["ot.function.code"]), "sender": _mac(head["ot.details"]["mrp_sender"])}
            told |= {"domain": head["ot.object.address"].removeprefix("domain:")}
            told["sequence"] = str(head["ot.details"].get("sequence", ""))
            numbers = head["ot.value.numbers"]
            told["state"] = str(int(numbers[0])) if numbers else ""
        elif head["network.transport"] == "udp" and name != "EndpointMapper":
            _our_call(facts, items)
    return facts


def _our_dcp(facts: Facts, items: Sequence[ours.Row]) -> None:
    head = items[0]
    service = head["ot.function.code"]
    text = {row["ot.object.address"]: row["ot.value.text"] or "" for row in items}
    values = {"name": text.get("NameOfStation", ""), "address": _address(text)}
    common = {"service": str(service), "xid": str(head["ot.details"]["xid"])}
    stands_alone = service in (IDENTIFY, HELLO)
    asks = not stands_alone or head["event.outcome"] == "unknown" or service == HELLO
    if asks and head["ot.reply"] != "unexpected":
        nothing = dict.fromkeys(values, "")
        told = values if service in (IDENTIFY, HELLO, SET) else nothing
        facts.message(head["ot.packet.first"], "question").update(common | told)
    if (stands_alone and not asks) or head["ot.reply"] in ("answered", "unexpected"):
        told = dict.fromkeys(values, "") if service == SET else values
        answer = facts.message(head["ot.packet.last"], "answer")
        answer.update(common | told)
        if service == SET:
            answer["errors"] = " ".join(
                str(row["ot.status.code"]) for row in items if row["ot.status.code"] is not None
            )


def _address(text: dict[str, str]) -> str:
    return (text.get("IPParameter") or text.get("FullIPSuite") or "").partition("/")[0]


def _our_call(facts: Facts, items: Sequence[ours.Row]) -> None:
    head = items[0]
    operation = head["ot.function.code"]
    if head["ot.reply"] != "unexpected":
        told = facts.message(head["ot.packet.first"], "call")
        told |= {"operation": str(operation), "relation": head["ot.details"].get("relation", "")}
        told["station"] = _station(head)
        if operation in ACCESS:
            places = (row["ot.object.address"].split("/") for row in items)
            told["records"] = " ".join(f"{s}/{int(u, 16)}/{int(i, 16)}" for _, s, u, i in places)
    if head["ot.reply"] in ("answered", "unexpected"):
        told = facts.message(head["ot.packet.last"], "reply")
        status = (head["ot.status.code"] or 0).to_bytes(4, "big")
        told |= {"operation": str(operation), "error": f"{status[0]} {status[2]}"}


def _station(head: ours.Row) -> str:
    return str(head["ot.details"].get("station", ""))
