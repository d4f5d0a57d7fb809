"""Writes the samples of Zeek's and Suricata's logs in `tests/golden/feeds` from our own captures, by tshark.

Neither program is among the packages that the project may install, so these are not logs that they wrote: fields, names
and order are those of their documentation, values those that tshark reads from the capture. Run as
`python -m workshop.feed_samples`; the logs are committed, and looked at first.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PROOFS, TARGET = PROJECT / "rules" / "proofs", PROJECT / "tests" / "golden" / "feeds"
CAPTURES = ("modbus/unauthorised-write", "modbus/force-listen-only", "modbus/coil-toggling", "modbus/hmi-normal",
            "general/port-scan")  # fmt: skip
IN_JSON = ("unauthorised-write",)
"""Written in both forms of Zeek's writers."""
FIELDS = (
    "frame.time_epoch", "ip.src", "tcp.srcport", "ip.dst", "tcp.dstport", "tcp.stream", "tcp.flags", "ip.len",
    "tcp.len", "mbtcp.trans_id", "mbtcp.unit_id", "modbus.func_code", "modbus.exception_code",
    "modbus.reference_num", "modbus.word_cnt", "modbus.bit_cnt", "modbus.regval_uint16", "modbus.bitval",
    "modbus.data", "modbus.diagnostic_code", "eth.src", "eth.dst",
)  # fmt: skip
NAMES = {
    1: "READ_COILS", 2: "READ_DISCRETE_INPUTS", 3: "READ_HOLDING_REGISTERS", 4: "READ_INPUT_REGISTERS",
    5: "WRITE_SINGLE_COIL", 6: "WRITE_SINGLE_REGISTER", 8: "DIAGNOSTICS", 15: "WRITE_MULTIPLE_COILS",
    16: "WRITE_MULTIPLE_REGISTERS", 22: "MASK_WRITE_REGISTER", 23: "READ_WRITE_MULTIPLE_REGISTERS",
    43: "ENCAP_INTERFACE_TRANSPORT",
}  # fmt: skip
REFUSALS = {1: "ILLEGAL_FUNCTION", 2: "ILLEGAL_DATA_ADDRESS", 3: "ILLEGAL_DATA_VALUE", 4: "SLAVE_DEVICE_FAILURE"}
DIAGNOSTICS = {0: "Return Query Data", 1: "Restart Communications Option", 4: "Force Listen Only Mode"}
Packet = Mapping[str, str]


@dataclass
class Message:
    """A request, and its reply where there was one."""

    asked: Packet
    replied: Packet | None = None

    @property
    def code(self) -> int:
        return int(self.asked["modbus.func_code"]) & 0x7F

    @property
    def refused(self) -> int | None:
        code = self.replied["modbus.exception_code"] if self.replied else ""
        return int(code) if code else None


@dataclass
class Stream:
    """A TCP connection: its packets by direction, from the one that began it."""

    packets: list[Packet] = field(default_factory=list)

    def of(self, side: int) -> list[Packet]:
        first = self.packets[0]
        begins = [(p["ip.src"], p["tcp.srcport"]) == (first["ip.src"], first["tcp.srcport"]) for p in self.packets]
        return [p for p, is_first in zip(self.packets, begins, strict=True) if is_first == (side == 0)]

    @property
    def state(self) -> str:
        flags = [[int(p["tcp.flags"], 16) for p in self.of(side)] for side in (0, 1)]
        answered = any(each & 0x12 == 0x12 for each in flags[1])
        if not answered:
            return "REJ" if any(each & 4 for each in flags[1]) else "S0"
        if any(each & 4 for each in flags[0]):
            return "RSTO"
        return "SF" if all(any(each & 1 for each in side) for side in flags) else "S1"


def packets(capture: Path) -> Iterator[Packet]:
    """What tshark says of each TCP packet."""
    chosen = [argument for name in FIELDS for argument in ("-e", name)]
    command = ["tshark", "-r", str(capture), "-Y", "tcp", "-T", "fields", "-E", "occurrence=a", *chosen]
    for line in subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines():
        yield dict(zip(FIELDS, line.split("\t"), strict=True))


def messages(found: Sequence[Packet]) -> list[Message]:
    """Requests in order, each with its reply (same stream and transaction)."""
    asked: dict[tuple[str, str], Message] = {}
    all_of: list[Message] = []
    for packet in found:
        if not packet["mbtcp.trans_id"] or "," in packet["mbtcp.trans_id"]:
            continue
        key = packet["tcp.stream"], packet["mbtcp.trans_id"]
        if packet["tcp.dstport"] == "502":
            all_of.append(Message(packet))
            asked[key] = all_of[-1]
        elif key in asked:
            asked.pop(key).replied = packet
    return all_of


def named(code: int) -> str:
    return NAMES.get(code, f"unknown-{code}")


def uid(packet: Packet) -> str:
    """As Zeek's: a letter and what looks random, here of the stream's number and ports."""
    text = "/".join(sorted([packet["tcp.srcport"], packet["tcp.dstport"]])) + packet["tcp.stream"]
    return "C" + hashlib.sha256(text.encode()).hexdigest()[:16]


def values(message: Message, side: Packet | None) -> list[int]:
    """Registers or bits that stand in one of the two."""
    if side is None:
        return []
    if message.code == 5:
        return [1 if side["modbus.data"].startswith("ff") else 0]
    data = bytes.fromhex(side["modbus.data"].replace(":", ""))
    if message.code == 6:
        return [int.from_bytes(data, "big")]
    if message.code == 15 and side is message.asked:
        return [data[place // 8] >> place % 8 & 1 for place in range(int(side["modbus.bit_cnt"]))]
    text = side["modbus.regval_uint16"] or side["modbus.bitval"]
    return [int(each) if each.isdigit() else int(each in ("True", "1")) for each in text.split(",") if each]


def streams(found: Sequence[Packet]) -> list[Stream]:
    by_number: dict[str, Stream] = {}
    for packet in found:
        by_number.setdefault(packet["tcp.stream"], Stream()).packets.append(packet)
    return list(by_number.values())


def main() -> None:
    """Writes all samples anew."""
    from workshop.feed_samples_eve import eve
    from workshop.feed_samples_zeek import as_json, conn, detailed, plain

    for capture in CAPTURES:
        found = list(packets(PROOFS / f"{capture}.pcap"))
        all_of = messages(found)
        name = capture.rpartition("/")[2]
        zeek, suricata = TARGET / "zeek" / name, TARGET / "suricata" / name
        as_both = name in IN_JSON
        for folder in (zeek, suricata, *([zeek.with_name(f"{name}-json")] if as_both else [])):
            folder.mkdir(parents=True, exist_ok=True)
        of_modbus = [("modbus_detailed", detailed(all_of)), ("modbus", plain(all_of))] if all_of else []
        for log, text in (("conn", conn(found)), *of_modbus):
            (zeek / f"{log}.log").write_text(text)
            if as_both:
                (zeek.with_name(f"{name}-json") / f"{log}.log").write_text(as_json(text))
        (suricata / "eve.json").write_text(eve(found, all_of))


if __name__ == "__main__":
    main()
