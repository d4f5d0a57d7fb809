"""GOOSE against tshark, routed too: each frame's control block, counters, revision, data set, and how many values it
carries; each session's key and signature."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import fields

LEAST_FACTS = 5_000
"""A comparison of fewer facts that agree compares nothing."""
DETAILS = {
    "goose.stNum": "state", "goose.sqNum": "sequence", "goose.confRev": "revision",
    "goose.timeAllowedtoLive": "time_allowed", "goose.datSet": "data_set", "goose.goID": "id",
}  # fmt: skip
"""tshark's field, our key in details."""
NAMES = ("frame.number", "goose.appid", "rgoose.appid", "goose.gocbRef", "goose.allData", *DETAILS)
SESSION = ("frame.number", "ip.src", "udp.srcport", "ip.dst", "rgoose.key_id", "rgoose.version", "rgoose.hmac")
TAG = 2
"""Octets that tshark counts to the signature: its tag and length."""
NUMBERS = ("goose.boolean", "goose.integer", "goose.unsigned")


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    return compare(name, ours_of(capture), theirs_of(capture, options))


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says."""
    facts = Facts()
    for frame in fields(capture, "goose.goosePdu_element", (*NAMES, *NUMBERS), *options):
        told = facts.message(int(frame["frame.number"][0]), "goose")
        told["application"] = str(int((frame["goose.appid"] or frame["rgoose.appid"])[0], 0))
        told["block"] = frame["goose.gocbRef"][0]
        for field, key in DETAILS.items():
            if frame[field]:
                told[key] = frame[field][0]
        told["true"] = str(sum(value in ("1", "True") for value in frame["goose.boolean"]))
        told["integers"] = " ".join(frame["goose.integer"])
        told["unsigned"] = " ".join(frame["goose.unsigned"])
    security: dict[tuple[str, ...], tuple[str, ...]] = {}
    for frame in fields(capture, "rgoose.spdu_id", SESSION, *options):
        number, *flow = (frame[name][0] for name in SESSION[:4])
        key, version = (str(int(frame[name][0], 0)) for name in SESSION[4:6])
        length = max(len("".join(frame["rgoose.hmac"]).replace(":", "")) // 2 - TAG, 0)
        told_before, now = security.get(tuple(flow)), (key, version, str(length))
        security[tuple(flow)] = now
        if now != told_before:
            told = facts.message(int(number), "session")
            told["key"], told["session_version"], told["signature_length"] = now
    return facts


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for head, *values in sorted(ours.messages(capture, "goose"), key=lambda items: items[0]["ot.packet.first"]):
        told = facts.message(head["ot.packet.first"], "goose")
        told["application"], told["block"] = head["ot.unit"], head["ot.object.address"]
        details = head["ot.details"]
        for key in DETAILS.values():
            if key in details:
                told[key] = str(details[key])
        of = {kind: [row["ot.value.numbers"][0] for row in values if row["ot.value.type"] == kind]
              for kind in ("bool", "int", "uint")}  # fmt: skip
        told["true"] = str(sum(value == 1 for value in of["bool"]))
        told["integers"] = " ".join(str(int(value)) for value in of["int"])
        told["unsigned"] = " ".join(str(int(value)) for value in of["uint"])
    for row in ours.rows(capture, "session", "goose"):
        told = facts.message(row["ot.packet.first"], "session")
        for key in ("key", "session_version", "signature_length"):
            told[key] = str(row["ot.details"][key])
    return facts
