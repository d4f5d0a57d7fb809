"""What every dissector of the list must keep, on every golden capture of its own."""

from __future__ import annotations

import importlib
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest

from api.event_files import flat, stored
from sensors.capture import CaptureFiles
from sensors.dissector import Bad, Dissector
from sensors.dissector.encoding import Encoder
from sensors.dissector.process import READ, RESYNCHRONISE, Server, load
from sensors.fields import Declared, dissectors, vocabulary
from tests.dissectors.streams import Frame, cut, frames, write
from tests.golden.events import FOLDER

OURS = [declared for declared in dissectors().usable if declared.origin == "bittern"]
CAPTURES = [(declared, path) for declared in OURS for path in sorted((FOLDER / declared.name).glob("*.pcap"))]
SAID = ("transaction", "value", "session", "flag")
PLACES = ["ot.packet.first", "ot.packet.last", "network.bytes"]
"""Where packets were; a cut changes that and nothing else."""
VALUES = (0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF)

on_each = pytest.mark.parametrize("declared", OURS, ids=lambda declared: declared.name)
on_captures = pytest.mark.parametrize(("declared", "path"), CAPTURES, ids=lambda one: getattr(one, "stem", one.name))


def server(declared: Declared) -> Server:
    """The dissector as its process runs it."""
    flags = [flag["name"] for flag in declared.protocol.flags]
    details = [detail["name"] for detail in declared.protocol.details]
    return Server(load(declared.target), Encoder(flags, details, list(vocabulary().operations)))


def question(kind: int, side: int, data: bytes, flow: int = 1) -> bytes:
    """Bytes of a flow, as the core asks about them."""
    return bytes([kind, 6, side, 0]) + flow.to_bytes(8, "little") + b"\0\0" + data


def streams(declared: Declared, path: Path) -> list[tuple[int, bytes]]:
    """Payload by payload with its side (1: the server's)."""
    return [(int(frame.source in declared.ports), frame.payload) for frame in frames(path) if frame.payload]


def messages(declared: Declared, path: Path) -> list[tuple[int, bytes]]:
    """Whole messages with their side, as the dissector frames them."""
    dissector, found = load(declared.target), []
    for side, data in streams(declared, path):
        while data:
            framed = dissector.framing("client", data)
            if not isinstance(framed, int) or framed > len(data):
                break
            found.append((side, data[:framed]))
            data = data[framed:]
    assert found
    return found


def facts(path: Path) -> list[str]:
    """What is said of a capture, without where."""
    said = []
    tables: dict[str, list[pl.DataFrame]] = {}
    for batch in CaptureFiles([path], sensor="contract", full=True):
        for name, frame in stored(batch.datasets).items():
            tables.setdefault(name, []).append(frame)
    for name in SAID:
        if name in tables:
            frame = flat(pl.concat(tables[name]))
            told = frame.drop([c for c in (*PLACES, "ot.capture", "observer.ingress.interface.name") if c in frame])
            said += told.write_ndjson().splitlines()
    return said


@cache
def whole_facts(path: Path) -> list[str]:
    """What is said of a capture whose frames were taken apart and put together, with none of them cut."""
    with TemporaryDirectory() as folder:
        return facts(write(Path(folder) / "a.pcap", frames(path), path))


@on_each
def test_it_has_golden_captures_and_its_class_is_what_it_says(declared: Declared) -> None:
    assert list((FOLDER / declared.name).glob("*.pcap"))
    assert isinstance(load(declared.target), Dissector)
    assert declared.heads, "without a head every unknown flow costs a question"
    module = importlib.import_module(declared.target.partition(":")[0])
    assert module.__doc__, "the byte table"


@on_captures
def test_each_of_its_flows_is_named(declared: Declared, path: Path) -> None:
    names = set()
    for batch in CaptureFiles([path]):
        flows = batch.datasets["flow"].filter(pl.col("ot.server.port").is_in(declared.ports))
        names |= set(flows["network.protocol"].to_list())
    assert names == {declared.name}


@on_each
def test_no_capture_of_another_protocol_is_its_own(declared: Declared) -> None:
    dissector, others = load(declared.target), 0
    for path in FOLDER.glob("*/*.pcap"):
        if path.parent.name == declared.name:
            continue
        for frame in frames(path):
            if frame.payload:
                others += 1
                guess = dissector.probe(frame.payload, "tcp", ended=True)
                assert guess is None, f"{path.parent.name}/{path.name}: {frame.payload[:32].hex()}"
    assert others > 1000


@on_captures
@pytest.mark.parametrize("step", range(0, 40, 3))
def test_a_stream_cut_anywhere_gives_the_same_facts(declared: Declared, path: Path, step: int, tmp_path: Path) -> None:
    assert facts(write(tmp_path / "cut.pcap", cut(frames(path), step), path)) == whole_facts(path)


@on_captures
def test_a_length_once_told_stays(declared: Declared, path: Path) -> None:
    dissector = load(declared.target)
    for _, message in messages(declared, path):
        for end in range(1, len(message)):
            framed = dissector.framing("client", message[:end])
            assert not isinstance(framed, Bad)
            assert not isinstance(framed, int) or framed == len(message)
        for more in (b"\0", b"\xff" * 40, message):
            assert dissector.framing("client", message + more) == len(message)


@on_captures
def test_hostile_bytes_never_make_it_fail(declared: Declared, path: Path) -> None:
    asked = server(declared)
    for side, message in messages(declared, path):
        for at in range(len(message)):
            for value in VALUES:
                changed = message[:at] + bytes([value]) + message[at + 1 :]
                for kind in (READ, RESYNCHRONISE):
                    answer = asked.answer(question(kind, side, changed))
                    assert answer[0] == 0, f"byte {at} set to {value:#x}: {answer[1:]!r}"
                    assert b'{"error"' not in answer, f"byte {at} set to {value:#x}: {answer!r}"


@on_captures
def test_every_prefix_of_a_message_is_taken(declared: Declared, path: Path) -> None:
    asked = server(declared)
    for side, message in messages(declared, path):
        for end in range(1, len(message)):
            for kind in (READ, RESYNCHRONISE):
                assert asked.answer(question(kind, side, message[:end]))[0] == 0


@on_captures
def test_the_same_bytes_give_the_same_answers(declared: Declared, path: Path) -> None:
    first, second = server(declared), server(declared)
    for side, message in messages(declared, path):
        asked = question(READ, side, message)
        assert first.answer(asked) == second.answer(asked)


@on_captures
def test_a_lost_packet_costs_only_what_it_carried(declared: Declared, path: Path, tmp_path: Path) -> None:
    whole = frames(path)
    carrying = [number for number, frame in enumerate(whole) if frame.payload]
    full = _transactions(path)
    for gone in carrying[1 :: max(1, len(carrying) // 8)]:
        left = whole[:gone] + whole[gone + 1 :]
        seen = len(_transactions(write(tmp_path / "lossy.pcap", left, path)))
        carried = sum(first <= gone + 1 <= last for first, last in full)
        assert seen + carried >= len(full), f"without frame {gone + 1}"


def _transactions(path: Path) -> list[tuple[int, int]]:
    batches = [batch.datasets["transaction"] for batch in CaptureFiles([path], full=True)]
    return [row for batch in batches for row in batch.select("ot.packet.first", "ot.packet.last").rows()]


@on_captures
def test_its_details_and_flags_are_declared(declared: Declared, path: Path) -> None:
    details = {detail["name"]: detail["type"] for detail in declared.protocol.details}
    types = {"i64": int, "f64": float, "bool": bool, "utf8": str}
    for batch in CaptureFiles([path], full=True):
        for text in batch.datasets["transaction"]["ot.details"].drop_nulls():
            for key, value in json.loads(text).items():
                assert isinstance(value, types[details[key]]), key


def test_the_tools_take_a_capture_apart_and_put_it_together(tmp_path: Path) -> None:
    _, path = CAPTURES[0]
    taken = frames(path)
    assert write(tmp_path / "same.pcap", taken, path).read_bytes() == path.read_bytes()
    carrying: list[Frame] = [frame for frame in taken if len(frame.payload) > 1]
    assert len(cut(taken, 5)) == len(taken) + len(carrying) > len(taken)
