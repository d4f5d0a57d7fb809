"""OPC Classic against tshark's DCE/RPC: binds with level and logon, calls with operation, answer, fault.

tshark reads the arguments of none of OPC's interfaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

LEAST_FACTS = 1_400
"""A comparison of fewer facts that agree compares nothing."""

_DYNAMIC = ("-d", "tcp.port==49160,dcerpc", "-o", "dcerpc.reassemble_dcerpc:FALSE")
_LEVELS = {"1": "none", "2": "connect", "3": "call", "4": "packet", "5": "integrity", "6": "privacy"}
_BINDS, _ANSWERS = {"11": "bind", "14": "alter_context"}, ("12", "13", "15")
_NAMES = (
    "frame.number",
    "tcp.stream",
    "dcerpc.pkt_type",
    "dcerpc.cn_call_id",
    "dcerpc.opnum",
    "dcerpc.cn_flags.first_frag",
    "dcerpc.cn_flags.last_frag",
    "dcerpc.cn_status",
    "dcerpc.cn_bind_to_uuid",
    "dcerpc.auth_level",
    "ntlmssp.auth.username",
    "ntlmssp.auth.domain",
)


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    return compare(name, ours_of(capture), theirs_of(capture, options))


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says."""
    facts = Facts()
    waiting: dict[tuple[str, str, bool], dict[str, str]] = {}
    for frame in fields(capture, "dcerpc", _NAMES, *_DYNAMIC, *options):
        shown = {name.rpartition("dcerpc.")[2]: values[0] for name, values in frame.items() if values}
        number, kind = shown["frame.number"], shown["pkt_type"]
        key = (shown["tcp.stream"], shown["cn_call_id"], kind in (*_BINDS, *_ANSWERS))
        if kind in _BINDS:
            told = facts.message(int(number), _BINDS[kind])
            told["interfaces"] = str(len(frame["dcerpc.cn_bind_to_uuid"]))
            if kind == "11":
                told["level"] = _LEVELS[shown.get("auth_level", "1")]
            waiting[key] = told
        elif kind == "16":
            told = facts.message(int(number), "auth3")
            for name, field in (("user", "username"), ("domain", "domain")):
                if shown.get(f"ntlmssp.auth.{field}", "NULL") != "NULL":
                    told[name] = shown[f"ntlmssp.auth.{field}"]
        elif kind == "0" and shown.get("cn_flags.first_frag") in ("1", "True"):
            waiting[key] = facts.message(int(number), "call")
            waiting[key]["operation"] = shown["opnum"]
        elif key in waiting and (kind in _ANSWERS or shown.get("cn_flags.last_frag") in ("1", "True")):
            told = waiting.pop(key)
            told["answered"] = number
            if kind == "3":
                told["fault"] = str(int(shown["cn_status"], 0))
    return facts


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in ours.messages(capture, "opc_classic"):
        head, name = items[0], items[0]["ot.function.name"]
        details = head["ot.details"]
        kind = name if name in ("bind", "alter_context", "auth3") else "call"
        told = facts.message(head["ot.packet.first"], kind)
        if kind == "call":
            told["operation"] = str(head["ot.function.code"])
        elif kind == "auth3":
            told |= {"user": head["user.name"]} if head["user.name"] else {}
            told |= {"domain": details["domain"]} if details.get("domain") else {}
        else:
            told["interfaces"] = str(len(items))
            if kind == "bind":
                told["level"] = details["authentication_level"]
        if head["ot.reply"] == "answered":
            told["answered"] = str(head["ot.packet.last"])
            status = head["ot.status.name"] or ""
            if head["event.outcome"] == "failure" and not status.startswith(
                ("E_", "OPC_", "HRESULT", "REGDB_", "CONNECT_")
            ):
                told["fault"] = str(head["ot.status.code"])
    return facts
