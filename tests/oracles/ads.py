"""ADS against tshark: each request and reply by frame, partners, index group and offset, states, results, versions.

tshark 4.0 does not know discovery on UDP 48899 and does not open sum commands: these are not compared, or as wholes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import Message, messages

LEAST_FACTS = 5_000
"""A comparison of fewer facts that agree compares nothing."""
READ_DEVICE_INFO, READ_STATE, WRITE_CONTROL, ADD, NOTIFICATION = 1, 4, 5, 6, 8
STATES = (
    "INVALID", "IDLE", "RESET", "INIT", "START", "RUN", "STOP", "SAVECFG", "LOADCFG", "POWERFAILURE", "POWERGOOD",
    "ERROR", "SHUTDOWN", "SUSPEND", "RESUME", "CONFIG", "RECONFIG", "STOPPING", "INCOMPATIBLE", "EXCEPTION",
)  # fmt: skip
PLACES = (1, 3, 0x4020, 0x4021, 0xF020, 0xF021, 0xF030, 0xF031)
"""Index groups whose offset stands in our address: behind others there is a handle, a symbol or a service."""
_LONE = ("unexpected", "duplicate", "differing")


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    return compare(name, ours_of(capture), theirs_of(capture, options))


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says."""
    facts = Facts()
    for message in messages(capture, "ams", *options):
        command = message.tree.number("ams.cmdid")
        if command is None:
            continue
        if message.tree.first("ams.state_response") in ("1", "True"):
            found = facts.message(message.last, f"{command} reply")
            found |= _partners(message, "sender", "target") | _told(command, message)
        else:
            found = facts.message(message.first, f"{command} request")
            pair = ("sender", "target") if command == NOTIFICATION else ("target", "sender")
            found |= _partners(message, *pair) | _asked(command, message)
    return facts


def _partners(message: Message, device: str, client: str) -> dict[str, str]:
    unit = f"{message.tree.first(f'ams.{device}netid')}:{message.tree.number(f'ams.{device}port')}"
    return {"unit": unit, "client": message.tree.first(f"ams.{client}netid") or "-"}


def _asked(command: int, message: Message) -> dict[str, str]:
    tree, found = message.tree, {}
    group = tree.number("ams.ads_indexgroup")
    if group is not None:
        found["group"] = str(group)
    offset = tree.number("ams.ads_indexoffset")
    if offset is not None and command in (2, 3, ADD) and group in PLACES:
        found["offset"] = str(offset)
    if command == WRITE_CONTROL and (state := tree.number("ams.ads_state")) is not None:
        found["state"] = STATES[state] if state < len(STATES) else "other state"
    if command == ADD:
        found["cycle"] = str(int(tree.first("ams.ads_cycletime") or 0) // 10_000)
        found["delay"] = str(int(tree.first("ams.ads_maxdelay") or 0) // 10_000)
    return found


def _told(command: int, message: Message) -> dict[str, str]:
    tree = message.tree
    error, result = tree.number("ams.errorcode"), tree.number("ams.adsresult")
    found = {"status": str(error or result or 0)} if error or result is not None else {}
    if result == 0 and command == READ_STATE and (state := tree.number("ams.ads_state")) is not None:
        found["state"] = STATES[state] if state < len(STATES) else "-"
    if result == 0 and command == READ_DEVICE_INFO:
        version = [tree.number(f"ams.ads_version{part}") for part in ("version", "revision", "build")]
        found["version"] = ".".join(map(str, version))
        found["name"] = (tree.first("ams.ads_devicename") or "").rstrip("\0")
    return found


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in ours.messages(capture, "ads"):
        head = items[0]
        if head["network.transport"] != "tcp":
            continue
        command = head["ot.function.code"]
        partners = {"unit": head["ot.unit"], "client": head["ot.client_name"]}
        if head["ot.reply"] not in _LONE:
            found = facts.message(head["ot.packet.first"], f"{command} request")
            found |= partners | _of_request(command, head)
        if head["ot.reply"] in (*_LONE, "answered"):
            found = facts.message(head["ot.packet.last"], f"{command} reply")
            found |= partners | _of_reply(command, head)
    return facts


def _of_request(command: int, head: ours.Row) -> dict[str, str]:
    details, found = head["ot.details"], {}
    if head["ot.subfunction.code"] is not None:
        found["group"] = str(head["ot.subfunction.code"])
    if command in (2, 3, ADD) and head["ot.subfunction.code"] in PLACES:
        found["offset"] = str(head["ot.object.start"])
    if command == WRITE_CONTROL and "ads_state" in details:
        found["state"] = details["ads_state"]
    if command == ADD:
        found |= {"cycle": str(details["cycle_time_ms"]), "delay": str(details["max_delay_ms"])}
    return found


def _of_reply(command: int, head: ours.Row) -> dict[str, str]:
    details, found = head["ot.details"], {}
    if head["ot.status.code"] is not None:
        found["status"] = str(head["ot.status.code"])
    if command == READ_STATE and head["ot.value.text"]:
        found["state"] = head["ot.value.text"]
    if command == READ_DEVICE_INFO and "version" in details:
        found |= {"version": details["version"], "name": details["device_name"]}
    return found
