"""EGD against tshark: productions by frame; producer, exchange, status, signature, data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare, said
from tests.oracles.tshark import fields

LEAST_FACTS = 700
"""A comparison of fewer facts that agree compares nothing."""

NAMES = ("frame.number", "egd.type", "egd.pid", "egd.exid", "egd.stat", "egd.csig", "data.data")


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    return compare(name, ours_of(capture), theirs_of(capture, options))


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says."""
    facts = Facts()
    for frame in fields(capture, "egd", NAMES, *options):
        shown = {name: values[0] for name, values in frame.items() if values}
        told = facts.message(int(shown["frame.number"]), "production")
        if "egd.exid" in shown:
            told["unit"] = f"{shown['egd.pid']}/{int(shown['egd.exid'], 0)}"
        for field, name in (("stat", "status"), ("csig", "config_signature")):
            if f"egd.{field}" in shown:
                told[name] = str(int(shown[f"egd.{field}"], 0))
        if "data.data" in shown:
            told["data"] = shown["data.data"].replace(":", "")
    return facts


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in ours.messages(capture, "egd"):
        head = items[0]
        told = facts.message(head["ot.packet.first"], "production")
        told["unit"] = head["ot.unit"]
        for row in items:
            numbers = row["ot.value.numbers"]
            if row["ot.object.address"] in ("status", "config_signature"):
                told[row["ot.object.address"]] = said(numbers[0])
            elif numbers is not None and len(numbers):
                told["data"] = "".join(f"{int(number):02x}" for number in numbers)
    return facts
