"""The same captures as Suricata's EVE has them (see `feed_samples`).

Source: Suricata user guide, EVE JSON format; the order of keys in `rust/src/modbus/log.rs` of Suricata 7.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from workshop.feed_samples import Message, Packet, streams, values

CATEGORIES = {5: "WRITE | SINGLE | COILS", 6: "WRITE | SINGLE | HOLDING", 15: "WRITE | MULTIPLE | COILS",
              16: "WRITE | MULTIPLE | HOLDING"}  # fmt: skip
ACCESS = {1: "READ | COILS", 2: "READ | DISCRETES", 3: "READ | HOLDING", 4: "READ | INPUT"} | CATEGORIES


def eve(found: Sequence[Packet], all_of: Sequence[Message]) -> str:
    """eve.json: transactions of Modbus, then flows when they are over; in the order of time."""
    records = [(_end(message), _modbus(message, number)) for number, message in enumerate(all_of)]
    records += [(float(s.packets[-1]["frame.time_epoch"]) + 1, _flow(s.packets, s.of(0), s.of(1), s.state))
                for s in streams(found)]  # fmt: skip
    return "".join(json.dumps(record) + "\n" for _, record in sorted(records, key=lambda each: each[0]))


def _end(message: Message) -> float:
    return float((message.replied or message.asked)["frame.time_epoch"])


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+0000")


def _head(packet: Packet, seconds: float, kind: str) -> dict[str, object]:
    digest = hashlib.sha256(f"flow {packet['tcp.stream']} {packet['ip.src']}".encode()).digest()
    return {
        "timestamp": _time(seconds), "flow_id": int.from_bytes(digest[:6], "big"), "in_iface": "mon0",
        "event_type": kind, "src_ip": packet["ip.src"], "src_port": int(packet["tcp.srcport"]),
        "dest_ip": packet["ip.dst"], "dest_port": int(packet["tcp.dstport"]), "proto": "TCP",
    }  # fmt: skip


def _modbus(message: Message, number: int) -> dict[str, object]:
    said: dict[str, object] = {"id": number + 1, "request": _side(message, message.asked, asked=True)}
    if message.replied is not None:
        said["response"] = _side(message, message.replied, asked=False)
    return {**_head(message.asked, _end(message), "modbus"), "modbus": said}


def _side(message: Message, packet: Packet, *, asked: bool) -> dict[str, object]:
    code = message.code
    refused = None if asked else message.refused
    side: dict[str, object] = {
        "transaction_id": int(packet["mbtcp.trans_id"]), "protocol_id": 0, "unit_id": int(packet["mbtcp.unit_id"]),
        "function_raw": code | (0x80 if refused else 0), "function_code": f"F{code}",
        "access_type": ACCESS.get(code, "NONE"),
        "category": "PUBLIC_ASSIGNED", "error_flags": "NONE",
    }  # fmt: skip
    said = values(message, packet)
    if refused:
        side["exception"] = {"raw": refused, "code": f"E{refused}"}
    elif code == 8:
        side["diagnostic"] = {"raw": int(packet["modbus.diagnostic_code"]), "code": "Diagnostic", "data": "\0\0"}
    elif asked and code in (1, 2, 3, 4):
        count = int(packet["modbus.word_cnt"] or packet["modbus.bit_cnt"])
        side["read"] = {"address": int(packet["modbus.reference_num"]), "quantity": count}
    elif code in (1, 2, 3, 4):
        side["read"] = {"data": _octets(code, said)}
    elif code in (5, 6):
        data = said[0] * 0xFF00 if code == 5 else said[0]
        side["write"] = {"address": int(packet["modbus.reference_num"]), "data": data}
    elif asked and code == 22:
        masks = {"and_mask": 0, "or_mask": 0}  # tshark gives them under names of their own; no rule asks for them
        side["write"] = {"address": int(packet["modbus.reference_num"]), **masks}
    elif asked and code in (15, 16):
        count = int(packet["modbus.word_cnt"] or packet["modbus.bit_cnt"])
        side["write"] = {"address": int(packet["modbus.reference_num"]), "quantity": count, "data": _octets(code, said)}
    return side


def _octets(code: int, said: Sequence[int]) -> str:
    """Octets as EVE writes them: one letter for each, those that are no ASCII escaped."""
    if code in (1, 2, 15):
        bits = [said[place : place + 8] for place in range(0, len(said), 8)]
        data = bytes(sum(bit << place for place, bit in enumerate(octet)) for octet in bits)
    else:
        data = b"".join(register.to_bytes(2, "big") for register in said)
    return "".join(chr(octet) if octet < 0x80 else f"\\x{octet:02x}" for octet in data)


def _flow(all_of: Sequence[Packet], asked: Sequence[Packet], told: Sequence[Packet], state: str) -> dict[str, object]:
    first, last = all_of[0], all_of[-1]
    flags = [0, 0]
    for place, side in enumerate((asked, told)):
        for packet in side:
            flags[place] |= int(packet["tcp.flags"], 16) & 0xFF
    ended = float(last["frame.time_epoch"])
    head = _head(first, ended + 1, "flow")
    if any(packet["mbtcp.trans_id"] for packet in all_of):
        head["app_proto"] = "modbus"
    return {
        **head,
        "flow": {
            "pkts_toserver": len(asked), "pkts_toclient": len(told),
            "bytes_toserver": sum(int(p["ip.len"]) + 14 for p in asked),
            "bytes_toclient": sum(int(p["ip.len"]) + 14 for p in told),
            "start": _time(float(first["frame.time_epoch"])), "end": _time(ended),
            "age": round(ended - float(first["frame.time_epoch"])),
            "state": "new" if state == "S0" else "established" if state == "S1" else "closed",
            "reason": "timeout", "alerted": False,
        },
        "tcp": {
            "tcp_flags": f"{flags[0] | flags[1]:02x}", "tcp_flags_ts": f"{flags[0]:02x}",
            "tcp_flags_tc": f"{flags[1]:02x}",
            "syn": True, "state": "closed" if state != "S1" else "established",
        },
    }  # fmt: skip
