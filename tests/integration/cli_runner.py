"""Runs the command line inside the test's process, and makes the inputs it is to stumble over."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.cli.program import run

PROJECT = Path(__file__).resolve().parents[2]
PROOFS = PROJECT / "rules" / "proofs"
WRITE = PROOFS / "modbus" / "unauthorised-write.pcap"
NORMAL = PROOFS / "modbus" / "hmi-normal.pcap"
SITE = PROOFS / "site.yml"
FILE_HEADER, RECORD_HEADER = 24, 16


@dataclass(frozen=True)
class Result:
    """How a run ended and what it said."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


class Cli:
    """`cli("analyze", path)` runs `bittern analyze path`, in English and without a store unless told otherwise."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        for name in ("BITTERN_STORE", "BITTERN_TIME_ZONE", "NO_COLOR", "LC_ALL", "LC_MESSAGES"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("BITTERN_LANG", "en")

    def __call__(self, *arguments: str | Path) -> Result:
        self._capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        said = self._capsys.readouterr()
        return Result(code, said.out, said.err)


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    return Cli(capsys, monkeypatch)


def cut_capture(target: Path, missing: int) -> Path:
    """A capture whose last bytes are missing."""
    target.write_bytes(WRITE.read_bytes()[:-missing])
    return target


def capture_of_link_type(target: Path, link_type: int) -> Path:
    """A capture that says its packets are of another link type."""
    data = WRITE.read_bytes()
    target.write_bytes(data[:20] + struct.pack("<I", link_type) + data[FILE_HEADER:])
    return target


def snapped_capture(target: Path, keep: int) -> Path:
    """A capture that kept at most `keep` bytes of each packet."""
    data, place = WRITE.read_bytes(), FILE_HEADER
    out = bytearray(data[:FILE_HEADER])
    while place < len(data):
        seconds, fraction, captured, length = struct.unpack_from("<IIII", data, place)
        body = data[place + RECORD_HEADER : place + RECORD_HEADER + captured]
        out += struct.pack("<IIII", seconds, fraction, min(keep, captured), length) + body[:keep]
        place += RECORD_HEADER + captured
    target.write_bytes(out)
    return target
