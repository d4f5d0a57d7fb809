"""Looking at captures: counts, spans, lost frames, and files that are none."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from compose.plant import pcap


def write(path: Path, frames: int) -> None:
    """Write a pcap file of `frames` frames, half a second apart."""
    data = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
    for number in range(frames):
        body = bytes([number]) * 60
        data += struct.pack("<IIII", 1000 + number // 2, 500_000 * (number % 2), len(body), len(body)) + body
    path.write_bytes(data)


def test_extent(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    write(path, 5)
    assert pcap.extent(path) == pcap.Extent(5, 1000.0, 1002.0, 24 + 5 * 76)


def test_every_third_frame_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    write(path, 7)
    assert pcap.drop_frames(path, 3) == 2
    assert pcap.extent(path).frames == 5
    kept = [path.read_bytes()[24 + 76 * number + 16] for number in range(5)]
    assert kept == [0, 1, 3, 4, 6]


@pytest.mark.parametrize("content", [b"", b"\x0a\x0d\x0d\x0a" + bytes(40)])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a pcap file"):
        pcap.extent(path)


def test_an_empty_capture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    write(path, 0)
    with pytest.raises(ValueError, match="no frame"):
        pcap.extent(path)
