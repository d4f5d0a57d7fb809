"""Writes the samples of Zeek's and Suricata's logs in `tests/golden/feeds` from our own captures, by tshark.

Neither program is among the packages that the project may install, so these are not logs that they wrote: fields, names
and order are those of their documentation, values those that tshark reads from the capture. Run as
`python -m workshop.feed_samples`; the logs are committed, and looked at first.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
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


def connection(packet: Packet) -> list[str]:
    return [
        f"{float(packet['frame.time_epoch']):.6f}", uid(packet), packet["ip.src"], packet["tcp.srcport"],
        packet["ip.dst"], packet["tcp.dstport"],
    ]  # fmt: skip


ENDS = [("ts", "time"), ("uid", "string"), ("id.orig_h", "addr"), ("id.orig_p", "port"), ("id.resp_h", "addr"),
        ("id.resp_p", "port")]  # fmt: skip


def tsv(path: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]]) -> str:
    """A log of Zeek's ASCII writer."""
    opened = datetime.fromtimestamp(float(rows[0][0]), UTC).strftime("%Y-%m-%d-%H-%M-%S")
    head = ["#separator \\x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-", f"#path\t{path}",
            f"#open\t{opened}", "\t".join(["#fields", *(name for name, _ in columns)]),
            "\t".join(["#types", *(kind for _, kind in columns)])]  # fmt: skip
    return "\n".join([*head, *("\t".join(row) for row in rows), f"#close\t{opened}"]) + "\n"


def detailed(all_of: Sequence[Message]) -> str:
    """modbus_detailed.log of icsnpp-modbus."""
    columns = [*ENDS, ("tid", "count"), ("unit", "count"), ("func", "string"), ("address", "count"),
               ("quantity", "count"), ("request_values", "vector[count]"), ("response_values", "vector[count]"),
               ("modbus_detailed_link_id", "string"), ("matched", "bool"), ("request_subfunction_code", "string"),
               ("response_subfunction_code", "string"), ("request_data", "string"), ("response_data", "string"),
               ("error_code", "string"), ("mei_type", "string")]  # fmt: skip
    rows = []
    for message in all_of:
        asked, replied = message.asked, message.replied
        said = [",".join(map(str, values(message, side))) or "-" for side in (asked, replied)]
        refused = message.refused
        diagnosed = DIAGNOSTICS.get(int(asked["modbus.diagnostic_code"] or -1), "-") if message.code == 8 else "-"
        name = named(message.code) + ("_EXCEPTION" if refused else "")
        rows.append(
            [
                *connection(asked), asked["mbtcp.trans_id"], asked["mbtcp.unit_id"], name,
                asked["modbus.reference_num"] or "-", asked["modbus.word_cnt"] or asked["modbus.bit_cnt"] or "-", *said,
                "-", "T" if replied else "F", diagnosed, diagnosed if replied else "-", "-", "-",
                REFUSALS.get(refused or 0, "-"), "-",
            ]
        )  # fmt: skip
    return tsv("modbus_detailed", columns, rows)


def plain(all_of: Sequence[Message]) -> str:
    """modbus.log of Zeek 6 and later: a line for each message."""
    columns = [*ENDS, ("tid", "count"), ("unit", "count"), ("pdu_type", "string"), ("func", "string"),
               ("exception", "string")]  # fmt: skip
    rows = []
    for message in all_of:
        ends = connection(message.asked)[1:]
        for side, kind in ((message.asked, "REQ"), (message.replied, "RESP")):
            if side is not None:
                refused = message.refused if kind == "RESP" else None
                rows.append(
                    [
                        f"{float(side['frame.time_epoch']):.6f}", *ends, side["mbtcp.trans_id"], side["mbtcp.unit_id"],
                        kind, named(message.code) + ("_EXCEPTION" if refused else ""), REFUSALS.get(refused or 0, "-"),
                    ]
                )  # fmt: skip
    return tsv("modbus", columns, sorted(rows))


def conn(found: Sequence[Packet]) -> str:
    """conn.log, a line for each connection when it is over."""
    columns = [*ENDS, ("proto", "enum"), ("service", "string"), ("duration", "interval"), ("orig_bytes", "count"),
               ("resp_bytes", "count"), ("conn_state", "string"), ("local_orig", "bool"), ("local_resp", "bool"),
               ("missed_bytes", "count"), ("history", "string"), ("orig_pkts", "count"), ("orig_ip_bytes", "count"),
               ("resp_pkts", "count"), ("resp_ip_bytes", "count"), ("tunnel_parents", "set[string]"),
               ("orig_l2_addr", "string"), ("resp_l2_addr", "string")]  # fmt: skip
    rows = []
    for stream in streams(found):
        first, last = stream.packets[0], stream.packets[-1]
        sides = [stream.of(side) for side in (0, 1)]
        sums = [[str(sum(int(p[name]) for p in side)) for name in ("tcp.len", "ip.len")] for side in sides]
        spoke = any(p["mbtcp.trans_id"] for p in stream.packets)
        rows.append(
            [
                *connection(first), "tcp", "modbus" if spoke else "-",
                f"{float(last['frame.time_epoch']) - float(first['frame.time_epoch']):.6f}", sums[0][0], sums[1][0],
                stream.state, "T", "T", "0", "ShADadFf", str(len(sides[0])), sums[0][1], str(len(sides[1])), sums[1][1],
                "-", first["eth.src"], first["eth.dst"],
            ]
        )  # fmt: skip
    return tsv("conn", columns, sorted(rows, key=lambda row: float(row[0]) + float(row[8])))


def streams(found: Sequence[Packet]) -> list[Stream]:
    by_number: dict[str, Stream] = {}
    for packet in found:
        by_number.setdefault(packet["tcp.stream"], Stream()).packets.append(packet)
    return list(by_number.values())


def as_json(log: str) -> str:
    """The same log as Zeek's JSON writer has it: what is unset is left out."""
    lines = log.splitlines()
    names, kinds = (
        next(line for line in lines if line.startswith(key)).split("\t")[1:] for key in ("#fields", "#types")
    )
    made = []
    for line in lines:
        if not line.startswith("#"):
            cells = zip(names, kinds, line.split("\t"), strict=True)
            made.append(json.dumps({name: _json(kind, cell) for name, kind, cell in cells if cell != "-"}))
    return "\n".join(made) + "\n"


def _json(kind: str, cell: str) -> object:
    if kind == "bool":
        return cell == "T"
    if kind in ("time", "interval"):
        return float(cell)
    if kind == "vector[count]":
        return [int(each) for each in cell.split(",")]
    return int(cell) if kind in ("count", "port") else cell


def main() -> None:
    """Writes all samples anew."""
    from workshop.feed_samples_eve import eve

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
