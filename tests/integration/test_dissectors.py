"""Dissectors in their own process: what they may not do, what happens when they do it, who brings them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sensors.capture import CaptureFiles, Fared
from sensors.dissectors.dosewire import FUNCTIONS, STATUS
from sensors.fields import Declared, dissectors
from tests.dissectors.streams import Frame, frames, write
from tests.needs import PROJECT, need

WORK = PROJECT / "tests" / "golden" / "dosewire" / "work.pcap"
MODBUS = PROJECT / "tests" / "golden" / "modbus" / "functions.pcap"
USUAL = next(declared for declared in dissectors().usable if declared.name == "dosewire")
LIMIT = 30
"""Seconds for one capture with a dissector that hangs: its patience four times and room for a busy machine."""


def other(name: str, module: str = "hostile") -> Declared:
    """Dosewire as another class reads it."""
    return replace(USUAL, target=f"tests.dissectors.{module}:{name}")


class Run:
    """What a capture gives with one dissector."""

    def __init__(self, paths: list[Path], declared: Declared) -> None:
        begun = time.monotonic()
        captures = CaptureFiles(paths, full=True, dissectors=[declared])
        self.rows: dict[str, list[dict[str, object]]] = {}
        for batch in captures:
            for name, frame in batch.datasets.items():
                self.rows.setdefault(name, []).extend(frame.to_dicts())
        self.counters = batch.counters
        self.seconds = time.monotonic() - begun
        self.fared: Fared = captures.dissectors[0]

    @property
    def flags(self) -> list[object]:
        return [row["ot.flag"] for row in self.rows["flag"] if str(row["ot.flag"]).startswith("dissector.")]

    def functions(self, protocol: str = "dosewire") -> list[object]:
        rows = self.rows["transaction"]
        return [row["ot.function.name"] for row in rows if row["network.protocol"] == protocol]


@pytest.fixture(scope="module")
def usual() -> list[object]:
    """Functions of the capture as they are read when all is well."""
    return Run([WORK], USUAL).functions()


@pytest.mark.parametrize(
    ("name", "trouble"),
    [
        ("Spins", "too_slow"),
        ("Ignores", "too_slow"),
        ("Sleeps", "too_slow"),
        ("Eats", "memory"),
        ("Dies", "died"),
        ("Exits", "died"),
        ("Scribbles", "nonsense"),
        ("Babbles", "nonsense"),
        ("Raises", "failed"),
    ],
)
def test_one_bad_message_costs_that_message_alone(name: str, trouble: str, usual: list[object]) -> None:
    run = Run([WORK, MODBUS], other(name))
    assert run.flags == [f"dissector.{trouble}"]
    assert run.fared.troubles == {trouble: 1}
    assert run.counters[f"dosewire.{trouble}"] == 1
    assert run.fared.off is None
    # The reply of the request that was not read is told alone.
    assert sorted(map(str, run.functions())) == sorted(map(str, usual))
    assert sum(row["ot.reply"] == "unexpected" for row in run.rows["transaction"]) == 1
    assert run.functions("modbus"), "what the core reads itself goes on"
    assert run.seconds < LIMIT


def test_an_expression_that_backtracks_for_ever_is_ended() -> None:
    run = Run([WORK], other("Backtracks"))
    assert run.flags == ["dissector.too_slow"]
    assert run.seconds < LIMIT


def test_the_flag_says_where_its_code_failed() -> None:
    run = Run([WORK], other("Raises"))
    (row,) = [row for row in run.rows["flag"] if row["ot.flag"] == "dissector.failed"]
    error = json.loads(str(row["ot.details"]))["error"]
    assert error.startswith("KeyError: 'no such recipe' (hostile.py:")


def test_it_reaches_neither_network_nor_files_nor_other_programs() -> None:
    Path("/tmp/dissector-was-here").unlink(missing_ok=True)
    run = Run([WORK], other("Reaches"))
    assert run.flags == []
    (told,) = [r["ot.object.address"] for r in run.rows["transaction"] if r["ot.object.address"] == "nothing"]
    assert told == "nothing"
    assert not Path("/tmp/dissector-was-here").exists()


def test_one_that_keeps_making_trouble_is_switched_off(tmp_path: Path) -> None:
    flows = [_moved(frame, 1000 * number) for number in range(6) for frame in frames(WORK)]
    many = write(tmp_path / "many.pcap", flows, WORK)
    run = Run([many, MODBUS], other("Shrinks"))
    assert run.fared.off == "nonsense"
    assert run.fared.troubles == {"nonsense": 4}
    assert set(run.flags) == {"dissector.nonsense", "dissector.off"}
    assert run.fared.said.startswith("framing: 0")
    assert run.functions("modbus")
    protocols = {row["ot.server.port"]: row["network.protocol"] for row in run.rows["flow"]}
    assert protocols[9470] in {"dosewire", None}
    assert run.counters["dosewire.nonsense"] == 4


def _moved(frame: Frame, ports: int) -> Frame:
    """The frame in another flow: the client's port is another one."""
    data = bytearray(frame.data)
    at = 36 if frame.source == 9470 else 34
    if data[12:14] == b"\x08\0":
        data[at : at + 2] = ((int.from_bytes(data[at : at + 2], "big") + ports) % 65_536).to_bytes(2, "big")
    return replace(frame, data=bytes(data))


@pytest.mark.parametrize(
    ("declared", "why"),
    [
        (other("Absent"), "AttributeError: module 'tests.dissectors.hostile' has no attribute 'Absent'"),
        (other("Anything", "broken"), "RuntimeError: its licence file is missing (broken.py:5)"),
        (replace(USUAL, target="tests.dissectors.streams:Frame"), "TypeError"),
    ],
    ids=["absent", "broken", "no-dissector"],
)
def test_one_that_cannot_be_loaded_is_off_at_once(declared: Declared, why: str) -> None:
    run = Run([WORK, MODBUS], declared)
    assert run.fared.off == "unloadable"
    assert run.fared.questions == 1
    assert run.fared.said.startswith(why)
    assert run.functions() == []
    assert run.functions("modbus")


def test_no_process_is_begun_for_traffic_that_is_not_its_own() -> None:
    run = Run([MODBUS], other("Anything", "broken"))
    assert run.fared == Fared("dosewire", 0, {}, None, "")


def test_without_dissectors_their_flows_are_unknown() -> None:
    batches = list(CaptureFiles([WORK], dissectors=[]))
    named = pl.concat([batch.datasets["flow"] for batch in batches])["network.protocol"]
    assert named.drop_nulls().to_list() == []


LAYERED = """
import json, sys
from dataclasses import replace
from pathlib import Path
from sensors.capture import CaptureFiles
from sensors.fields import dissectors

declared = replace(dissectors().usable[0], target="tests.dissectors.layered:Layered", memory=512)
captures = CaptureFiles([Path(sys.argv[1])], full=True, dissectors=[declared])
rows = [row for batch in captures for row in batch.datasets["transaction"].to_dicts()]
(fared,) = captures.dissectors
print(json.dumps({
    "troubles": fared.troubles,
    "said": fared.said,
    "here": "scapy" in sys.modules,
    "rows": [[r["ot.function.name"], r["ot.operation"], r["ot.object.address"], r["ot.value.numbers"], r["ot.reply"]]
             for r in rows if r["ot.operation"] in ("write", "mode.run", "mode.stop", "control.direct")],
}))
"""


def test_a_scapy_layer_says_the_same(tmp_path: Path) -> None:
    """scapy comes from the plant's environment and is imported in the dissector's process alone."""
    found = sorted((PROJECT / "build" / "plant-venv").glob("lib/python3*/site-packages/scapy"))
    need(found, "scapy", "compose/plant/setup")
    told = _asked(LAYERED, WORK, found[0].parent, tmp_path)
    assert (told["troubles"], told["said"]) == ({}, "")
    assert not told["here"]
    wanted = [
        [r["ot.function.name"], r["ot.operation"], r["ot.object.address"], r["ot.value.numbers"], r["ot.reply"]]
        for r in Run([WORK], USUAL).rows["transaction"]
        if r["ot.operation"] in ("write", "mode.run", "mode.stop", "control.direct")
    ]
    plain = [[row[0], row[1], row[2] if row[1] == "write" else None, *row[3:]] for row in wanted]
    assert told["rows"] == plain
    assert len(plain) == 5


ASK = """
import json, sys
from pathlib import Path
from detection.sigma.placeholders import ot_ports, ot_protocols
from sensors.capture import CaptureFiles
from sensors.fields import dissectors, vocabulary

found = dissectors()
batches = [batch.datasets["transaction"] for batch in CaptureFiles([Path(sys.argv[1])], full=True)]
rows = [row for batch in batches for row in batch.to_dicts()]
print(json.dumps({
    "usable": [[d.name, d.origin] for d in found.usable],
    "refused": [[r.target, r.code] for r in found.refused],
    "rules": "pressline" in ot_protocols() and 7001 in ot_ports(),
    "flags": "pressline.short" in vocabulary().flags,
    "imported": "pressline_dissector" in sys.modules,
    "values": [[r["network.protocol"], r["ot.object.address"], r["ot.value.numbers"]] for r in rows],
}))
"""


def _package(folder: Path, points: dict[str, str]) -> None:
    """An installed distribution, its metadata and its modules, as pip leaves them: the sample of the authors' page."""
    about = folder / "press_line-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: press-line\nVersion: 1.0\n")
    lines = [f"{name} = {target}" for name, target in points.items()]
    (about / "entry_points.txt").write_text("\n".join(["[bittern.dissectors]", *lines, ""]))
    page = (PROJECT / "docs" / "dissectors.md").read_text(encoding="utf-8")
    (declaration,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (folder / "pressline_dissector.yml").write_text(declaration, encoding="utf-8")
    (folder / "pressline_dissector.py").write_text(code, encoding="utf-8")


def test_a_package_brings_a_dissector_by_an_entry_point(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    points = {
        "press": "pressline_dissector:Pressline",
        "press-again": "pressline_dissector:Pressline",
        "nothing": "no_such_module:Absent",
        "odd": "pressline_dissector",
        "empty": "json:JSONDecoder",
    }
    _package(tmp_path / "site", points)
    capture = write(tmp_path / "press.pcap", [_datagram(number) for number in range(3)], WORK)
    told = _asked(ASK, capture, tmp_path / "site", tmp_path)
    assert told["usable"] == [["dosewire", "bittern"], ["pressline", "press-line"]]
    assert told["refused"] == [
        ["json:JSONDecoder", "no_declaration"],
        ["no_such_module:Absent", "no_declaration"],
        ["pressline_dissector", "target"],
        ["pressline_dissector:Pressline", "name_taken"],
    ]
    assert told["rules"]
    assert told["flags"]
    assert not told["imported"], "its code runs in its own process only"
    assert told["values"] == [["pressline", "9", [number, number + 1]] for number in range(3)]


def _asked(script: str, capture: Path, packages: Path, folder: Path) -> dict[str, Any]:
    """What a script prints, run where a folder of packages is installed beside the others."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(packages), str(PROJECT)])}
    words = [sys.executable, "-c", script, str(capture)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True, cwd=folder)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _datagram(number: int) -> Frame:
    """A UDP datagram `PL` with a press and a count."""
    payload = b"PL" + bytes([9, number])
    udp = (7001).to_bytes(2, "big") + (40_000).to_bytes(2, "big") + (8 + len(payload)).to_bytes(2, "big") + b"\0\0"
    ip = bytes.fromhex("45000020000040004011") + b"\0\0" + bytes([10, 0, 0, 1, 10, 0, 0, 2])
    stamp = (1_700_000_000 + number).to_bytes(4, "little") + b"\0\0\0\0"
    return Frame(stamp, bytes.fromhex("02000000000202000000000108 00".replace(" ", "")) + ip + udp + payload)


def test_the_page_for_authors_names_every_function_of_the_example() -> None:
    page = (PROJECT / "docs" / "dissectors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `0x([0-9a-f]{2})` \| ([\w ]+?) \|.*\| ([a-z.]+) \|$", page, re.MULTILINE)
    assert {int(code, 16): (name, operation) for code, name, operation in rows} == FUNCTIONS
    statuses = page.partition("Status: ")[2].partition(". Texts")[0].replace("\n", " ")
    assert {int(n): word for n, _, word in (part.partition(" ") for part in statuses.split(", "))} == STATUS
    for trouble in ("too_slow", "memory", "died", "nonsense", "failed", "off"):
        assert f"`dissector.{trouble}`" in page


def test_frames_without_ip_are_asked_about_by_their_ether_type(tmp_path: Path) -> None:
    """The messages of the capture once more, each in a frame of an EtherType of its own, short ones padded."""
    bare = [replace(f, data=f.data[:12] + b"\x88\xb5" + f.payload.ljust(46, b"\0")) for f in frames(WORK) if f.payload]
    run = Run([write(tmp_path / "bare.pcap", bare, WORK)], replace(USUAL, transports=("ethernet",), ports=(0x88B5,)))
    assert {row["network.transport"] for row in run.rows["transaction"]} == {"ethernet"}
    assert len(run.functions()) == len(Run([WORK], USUAL).functions())
    assert run.rows["flag"] == []
    assert run.fared.troubles == {}
