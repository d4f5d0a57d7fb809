"""The captures as Zeek's logs have them (see `feed_samples`).

Source: Zeek manual, conn.log, modbus.log; README of icsnpp-modbus.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from workshop.feed_samples import DIAGNOSTICS, REFUSALS, Message, Packet, named, streams, uid, values


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
