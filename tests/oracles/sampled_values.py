"""Sampled values against tshark: each sample's stream, counter, revision, clock, data set, octets; it reads no R-SV."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.ours import Row
from tests.oracles.tshark import fields

LEAST_FACTS = 590_000
"""A comparison of fewer facts that agree compares nothing."""
SAMPLE = {"sv.svID": "stream", "sv.smpCnt": "sample_count", "sv.confRev": "revision", "sv.smpSynch": "synchronised"}
"""tshark's field, our key in details: every sample has them."""
FRAME = {"sv.datSet": "data_set", "sv.smpRate": "rate", "sv.smpMod": "rate_mode", "sv.gmidentity": "clock"}
"""The same of those that a sample may lack; compared by frame, as tshark does not say whose they are."""
TIME = "sv.refrTm"
NAMES = ("frame.number", "sv.appid", "sv.reserve1.s_bit", "sv.seqData", TIME, *SAMPLE, *FRAME)


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    return compare(name, ours_of(capture), theirs_of(capture, options))


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says."""
    facts = Facts()
    for frame in fields(capture, "sv.svID", NAMES, *options):
        number = int(frame["frame.number"][0])
        told = facts.message(number, "frame")
        told["application"] = str(int(frame["sv.appid"][0], 0))
        told["simulated"] = str(int(frame["sv.reserve1.s_bit"][0] in ("1", "True")))
        for field, key in FRAME.items():
            if frame[field]:
                told[key] = " ".join(value.removeprefix("0x") for value in frame[field])
        if frame[TIME]:
            told["refreshed"] = " ".join(_utc(text) for text in frame[TIME])
        for at in range(len(frame["sv.svID"])):
            sample = facts.message(number, "sample")
            for field, key in {**SAMPLE, "sv.seqData": "octets"}.items():
                if at < len(frame[field]):
                    sample[key] = frame[field][at].replace(":", "") if key == "octets" else frame[field][at]
    return facts


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for items in sorted(ours.messages(capture, "sampled_values"), key=lambda items: items[0]["ot.packet.first"]):
        if items[0]["network.transport"] != "ethernet":
            continue
        number = items[0]["ot.packet.first"]
        told = facts.message(number, "frame")
        told["application"] = items[0]["ot.unit"]
        told["simulated"] = str(int(items[0]["ot.details"].get("simulated", False)))
        for key in (*FRAME.values(), "refreshed"):
            values = [str(row["ot.details"][key]) for row in items if key in row["ot.details"]]
            if values:
                told[key] = " ".join(values)
        for row in items:
            sample = facts.message(number, "sample")
            sample["stream"], sample["octets"] = row["ot.object.address"], _octets(row)
            for key in SAMPLE.values():
                if key in row["ot.details"]:
                    sample[key] = str(row["ot.details"][key])
    return facts


def _octets(row: Row) -> str:
    """Our numbers as the octets they were read from."""
    numbers = [int(number) for number in row["ot.value.numbers"] or ()]
    return struct.pack(f">{len(numbers)}{'i' if row['ot.value.type'] == 'int32_quality' else 'B'}", *numbers).hex()


def _utc(text: str) -> str:
    """`Nov 29, 2026 00:00:00.000000000 UTC` as ISO 8601, to the microsecond."""
    moment, _, fraction = text.removesuffix(" UTC").partition(".")
    return f"{datetime.strptime(moment, '%b %d, %Y %H:%M:%S').replace(tzinfo=UTC).strftime('%FT%T')}.{fraction[:6]}Z"
