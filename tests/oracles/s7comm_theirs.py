"""What tshark says of S7comm, message by message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from tests.oracles.agreement import Facts
from tests.oracles.tshark import fields

_PARAM = "s7comm.param"
NAMES = (
    "frame.number", "tcp.stream", "s7comm.header.rosctr", "s7comm.header.parlg", "s7comm.header.errcls",
    "s7comm.header.errcod", "s7comm.param.func", "s7comm.param.userdata.funcgroup", "s7comm.param.userdata.subfunc",
    "s7comm.param.modetrans.subfunc", "s7comm.param.userdata.type", "s7comm.param.userdata.reqres1",
    "s7comm.param.userdata.seq_num", "s7comm.param.userdata.dataunitref", "s7comm.param.userdata.lastdataunit",
    "s7comm.param.errcod", "s7comm.param.item.syntaxid", "s7comm.param.item.transp_size", "s7comm.param.item.length",
    "s7comm.param.item.db", "s7comm.param.item.dbread.numareas", "s7comm.param.item.dbread.length",
    "s7comm.param.item.dbread.db", "s7comm.param.item.dbread.startaddress", "s7comm.param.item.area",
    "s7comm.param.item.address", "s7comm.resp.data", "s7comm.data.returncode", "s7comm.param.pdu_length",
    "s7comm.param.pistart.servicename", "s7comm.data.blockcontrol.block_type", "s7comm.data.blockcontrol.block_number",
    "s7comm.data.userdata.szl_id", "s7comm.data.userdata.szl_index", "s7comm.data.userdata.szl_id.partlist_cnt",
    "s7comm.blockinfo.blocktype", "s7comm.data.blockinfo.block_number", "s7comm.blockinfo.block_count",
    "s7comm.blockinfo.block_num", "s7comm.data.ts",
)  # fmt: skip
UNTOLD = "untold"
"""Items of a syntax whose address tshark does not name."""
TYPES = {"1": "BOOL", "2": "BYTE", "3": "CHAR", "4": "WORD", "5": "INT", "6": "DWORD", "7": "DINT", "8": "REAL",
               "9": "DATE", "10": "TIME_OF_DAY", "11": "TIME", "12": "S5TIME", "15": "DATE_AND_TIME"}  # fmt: skip
_LETTERS = {"0x80": "P", "0x81": "I", "0x82": "Q", "0x83": "M", "0x86": "L", "0x87": "V"}
_NUMBERED = {"0x1c": "C", "0x1d": "T"}
_BLOCKS = {"08": "OB", "0A": "DB", "0B": "SDB", "0C": "FC", "0D": "SFC", "0E": "FB", "0F": "SFB"}
_USERDATA = "7"
_ASKS, _ANSWERS = ("4", "7"), ("8", "11")

Frame = dict[str, list[str]]


def theirs_of(capture: Path, options: Sequence[str] = ()) -> Facts:
    """All messages; of a frame with several only that they are there."""
    frames = list(fields(capture, "s7comm && !tcp.analysis.retransmission", NAMES, *options))
    streams = {frame["tcp.stream"][0] for frame in frames if frame["tcp.stream"]}
    seen = [*_connections(capture, streams, options)]
    for frame in frames:
        seen += _of_frame(frame)
    facts, crowd = Facts(), Counter(number for number, _, _ in seen)
    for frame in frames:
        agreed = "3" in frame["s7comm.header.rosctr"] and all(int(e, 0) == 0 for e in frame["s7comm.header.errcls"])
        if frame[f"{_PARAM}.pdu_length"] and agreed:
            facts.message(int(frame["frame.number"][0]), "set-up")["pdu_size"] = frame[f"{_PARAM}.pdu_length"][0]
    for number, what, found in seen:
        facts.message(number, what).update(found if crowd[number] == 1 else {})
    return facts


def _connections(capture: Path, streams: set[str], options: Sequence[str]) -> list[tuple[int, str, dict[str, str]]]:
    """Requests for a connection that then speaks S7, or that nobody answers and whose TSAPs are Siemens'."""
    names = (
        "frame.number",
        "tcp.stream",
        "cotp.src-tsap-bytes",
        "cotp.dst-tsap-bytes",
        "cotp.src-tsap",
        "cotp.dst-tsap",
    )
    spoken = {one["tcp.stream"][0] for one in fields(capture, "cotp.type==0x0f", names[1:2], *options)}
    seen = []
    for frame in fields(capture, "cotp.type==0x0e && !tcp.analysis.retransmission", names, *options):
        stream = frame["tcp.stream"][0]
        if stream in streams or (stream not in spoken and _siemens(frame["cotp.dst-tsap-bytes"])):
            told = {}
            for key, side in (("calling_tsap", "src"), ("called_tsap", "dst")):
                shown = frame[f"cotp.{side}-tsap-bytes"] or frame[f"cotp.{side}-tsap"]
                told[key] = shown[0].replace(":", "").removeprefix("0x") if shown else "-"
            seen.append((int(frame["frame.number"][0]), "connect", told))
    return seen


def _siemens(called: list[str]) -> bool:
    """Two bytes: kind of connection, rack and slot."""
    shown = called[0].replace(":", "").removeprefix("0x") if called else ""
    return len(shown) == 4 and shown[:2] in ("01", "02", "03")


def _of_frame(frame: Frame) -> list[tuple[int, str, dict[str, str]]]:
    number, kinds = int(frame["frame.number"][0]), frame["s7comm.header.rosctr"]
    jobs, groups, types = (iter(frame[f"{_PARAM}.{name}"]) for name in ("func", "userdata.funcgroup", "userdata.type"))
    subs = iter(frame[f"{_PARAM}.userdata.subfunc"] or frame[f"{_PARAM}.modetrans.subfunc"])
    single = len(kinds) == 1
    seen: list[tuple[int, str, dict[str, str]]] = []
    for rosctr in kinds:
        if rosctr == _USERDATA:
            group, sub, of = next(groups, "-"), next(subs, "-"), next(types, "-")
            part = "asks" if of in _ASKS else "answers" if of in _ANSWERS else "pushes"
            if single and _goes_on(frame, part):
                continue
            told = _userdata(frame, group, sub, part) if single else {}
            seen.append((number, f"userdata {int(group, 0)}.{int(sub, 0)} {part}", told))
        else:
            job = int(next(jobs, "0"), 0)
            part = "asks" if rosctr == "1" else "answers"
            seen.append((number, f"job {job:#x} {part}", _job(frame, job, part) if single else {}))
    return seen


def _goes_on(frame: Frame, part: str) -> bool:
    """A fragment in the midst of a reply, or the request for the next one: we tell the whole."""
    if part == "answers":
        return [int(last, 0) for last in frame[f"{_PARAM}.userdata.lastdataunit"]] == [1]
    unit = frame[f"{_PARAM}.userdata.dataunitref"]
    method, sequence = frame[f"{_PARAM}.userdata.reqres1"], frame[f"{_PARAM}.userdata.seq_num"]
    after = method and int(method[0], 0) == 0x12 and sequence and int(sequence[0], 0) != 0
    return part == "asks" and bool((unit and int(unit[0], 0) != 0) or after)


def _job(frame: Frame, job: int, part: str) -> dict[str, str]:
    told: dict[str, str] = {}
    error = 0
    if part == "answers" and frame["s7comm.header.errcls"]:
        error = int(frame["s7comm.header.errcls"][0], 0) << 8 | int(frame["s7comm.header.errcod"][0], 0)
    if job in (4, 5):
        if part == "asks":
            named = _addresses(frame) or _areas(frame)
            told = {"items": ";".join(named) if len(named) == len(frame[f"{_PARAM}.item.syntaxid"]) else UNTOLD}
            return told | ({"values": _joined(frame)} if job == 5 else {})
        if error:
            return {"status": str(error)}
        codes = {"codes": ";".join(str(int(code, 0)) for code in frame["s7comm.data.returncode"])}
        return codes | ({"values": _joined(frame)} if job == 4 else {})
    if error:
        told["status"] = str(error)
    if job == 0x28 and part == "asks" and frame[f"{_PARAM}.pistart.servicename"]:
        told["service"] = frame[f"{_PARAM}.pistart.servicename"][0]
    if 0x1A <= job <= 0x1D and part == "asks" and frame["s7comm.data.blockcontrol.block_type"]:
        kind, number = (
            frame["s7comm.data.blockcontrol.block_type"][0],
            frame["s7comm.data.blockcontrol.block_number"][0],
        )
        told["block"] = f"{_BLOCKS.get(kind, kind)}{int(number)}"
    return told


def _userdata(frame: Frame, group: str, sub: str, part: str) -> dict[str, str]:
    told: dict[str, str] = {}
    of = (int(group, 0), int(sub, 0))
    errors = [int(code, 0) for code in frame[f"{_PARAM}.errcod"]]
    if part == "answers" and errors and errors[0]:
        told["status"] = str(errors[0])
    if of == (4, 1) and frame["s7comm.data.userdata.szl_id"] and frame["s7comm.data.userdata.szl_index"]:
        index = int(frame["s7comm.data.userdata.szl_index"][0], 0)
        told["list"] = f"SZL:0x{int(frame['s7comm.data.userdata.szl_id'][0], 0):04x}/{index}"
        if part == "answers" and frame["s7comm.data.userdata.szl_id.partlist_cnt"]:
            told["records"] = frame["s7comm.data.userdata.szl_id.partlist_cnt"][0]
    if of == (3, 3) and part == "asks" and frame["s7comm.data.blockinfo.block_number"]:
        kind = frame["s7comm.blockinfo.blocktype"][0]
        told["block"] = f"{_BLOCKS.get(kind, kind)}{int(frame['s7comm.data.blockinfo.block_number'][0])}"
    if of == (3, 1) and part == "answers" and frame["s7comm.blockinfo.block_count"]:
        told["blocks"] = frame["s7comm.blockinfo.block_count"][0]
    if of == (3, 2) and part == "answers" and frame["s7comm.blockinfo.block_num"]:
        told["blocks"] = frame["s7comm.blockinfo.block_num"][0]
    if of == (7, 1) and part == "answers" and frame["s7comm.data.ts"]:
        told["moment"] = _moment(frame["s7comm.data.ts"][0])
    if part == "pushes" and of[0] in (1, 2) and frame["s7comm.resp.data"]:
        told["values"] = _joined(frame)
    return told


def _moment(shown: str) -> str:
    """`Aug 20, 2014 12:05:36.112000000 UTC` as we write it."""
    day, _, fraction = shown.removesuffix(" UTC").partition(".")
    return f"{datetime.strptime(day, '%b %d, %Y %H:%M:%S').replace(tzinfo=UTC).isoformat()[:19]}.{fraction[:3]}"


def _joined(frame: Frame) -> str:
    return ";".join(data.replace(":", "") for data in frame["s7comm.resp.data"])


def _addresses(frame: Frame) -> list[str]:
    columns = [frame[f"{_PARAM}.item.{name}"] for name in ("transp_size", "length", "db", "area", "address")]
    return [_address(*values) for values in zip(*columns, strict=False)]


def _areas(frame: Frame) -> list[str]:
    """Items of syntax DBREAD: several areas each."""
    columns = [frame[f"{_PARAM}.item.dbread.{name}"] for name in ("length", "db", "startaddress")]
    areas = iter(zip(*columns, strict=False))
    items = []
    for count in frame[f"{_PARAM}.item.dbread.numareas"]:
        named = list(islice(areas, int(count)))
        items.append(",".join(f"DB{db}.DBX{at}.0:BYTE" + (f"*{many}" if many != "1" else "") for many, db, at in named))
    return items


def _address(size: str, length: str, block: str, area: str, address: str) -> str:
    """An S7ANY pointer as Siemens writes it."""
    place, many = int(address, 0), f"*{length}" if int(length) > 1 else ""
    if area in _NUMBERED:
        return f"{_NUMBERED[area]}{place}{many}"
    byte, bit = divmod(place, 8)
    where = {"0x84": f"DB{block}.DBX", "0x85": f"DI{block}.DIX"}.get(area, _LETTERS.get(area, "S"))
    return f"{where}{byte}.{bit}:{TYPES.get(size, size)}{many}"
