"""Which captures of earlier runs a sensor takes up, and how far each was handed over; packets that travel."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import pytest

from sensors._core import NoPacketsKey
from sensors.carried_packets import DATA, INDEX, CarriedPackets, Carrier, parts_of, runs_from
from sensors.packet_ring import FOREVER, MOST_EARLIER, PacketRing, RingSettings, capture_name, earlier_captures
from sensors.run_files import Run

FIRST, SECOND, THIRD = (f"eth1@20261130T15450{number}.000Z" for number in (1, 2, 3))
HEADER = struct.pack("<IHHIIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, 1)


@pytest.fixture
def ring(tmp_path: Path) -> RingSettings:
    for name in (FIRST, SECOND, THIRD, "eth2@20261130T154501.000Z", "lost+found"):
        (tmp_path / "line%203" / name).mkdir(parents=True)
    return RingSettings(tmp_path)


@pytest.mark.parametrize(
    ("reached", "expected"),
    [
        (None, {FIRST: FOREVER, SECOND: FOREVER, THIRD: FOREVER}),
        ({}, {FIRST: 0, SECOND: 0, THIRD: 0}),
        ({SECOND: 7}, {FIRST: FOREVER, SECOND: 7, THIRD: 0}),
        ({FIRST: 9, SECOND: 7}, {FIRST: 9, SECOND: 7, THIRD: 0}),
    ],
    ids=["nobody knows", "nothing ever was", "the latest run", "two runs"],
)
def test_what_began_later_was_not_handed_over(
    ring: RingSettings, reached: Mapping[str, int] | None, expected: dict[str, int]
) -> None:
    found = earlier_captures(ring, "line 3", ["eth1"], reached)
    assert {name: handed for name, _, handed in found} == expected
    assert [name for name, *_ in found] == [FIRST, SECOND, THIRD], "in the order in which they began"
    assert {interface for _, interface, _ in found} == {"eth1"}


def test_only_the_latest_runs_are_taken_up(tmp_path: Path) -> None:
    names = [capture_name("eth1", number * 10**9) for number in range(MOST_EARLIER + 5)]
    for name in names:
        (tmp_path / "s" / name).mkdir(parents=True)
    assert [name for name, *_ in earlier_captures(RingSettings(tmp_path), "s", ["eth1"], None)] == names[5:]


def run(first: int, *frames: bytes) -> Run:
    records = b"".join(struct.pack("<IIII", 1, number, len(f), len(f)) + f for number, f in enumerate(frames))
    return Run(FIRST, first, 10**9, HEADER + records)


@pytest.mark.parametrize("keys", [(), (b"k" * 32, b"o" * 32)])
def test_packets_that_travelled_are_found_by_their_numbers(keys: tuple[bytes, ...], tmp_path: Path) -> None:
    runs = [run(5, b"a" * 20, b"b" * 20), run(90, b"c" * 20)]
    arrived = runs_from(parts_of(runs))
    assert arrived == runs
    for _ in range(2):  # the same segment again changes nothing
        CarriedPackets(tmp_path, keys).keep("line 3", arrived)
    found = PacketRing(tmp_path, keys).frames("line 3", FIRST, [(1, 100)], 99)
    assert found.numbers == (5, 6, 90)
    assert found.data == HEADER + b"".join(each.data[len(HEADER) :] for each in runs)


def test_packets_that_travelled_are_locked_for_who_has_no_key(tmp_path: Path) -> None:
    CarriedPackets(tmp_path, [b"k" * 32]).keep("s", [run(5, b"a" * 20)])
    CarriedPackets(tmp_path, [b"n" * 32]).keep("s", [run(5, b"a" * 20)])
    [file] = (path for path in tmp_path.rglob("*") if path.is_file())
    assert file.suffix == ".sealed", "one that is there stays as it is"
    assert b"aaaa" not in file.read_bytes()
    for keys in ((), (b"n" * 32,)):
        with pytest.raises(NoPacketsKey):
            PacketRing(tmp_path, keys).frames("s", FIRST, [(5, 5)], 9)


@pytest.mark.parametrize("data", [b"", b"x" * 24, HEADER + b"half"])
def test_what_is_no_capture_file_is_not_kept(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no capture file"):
        CarriedPackets(tmp_path).keep("s", [Run(FIRST, 5, 10**9, data)])


def test_packets_are_cut_out_once_a_second_at_most(tmp_path: Path) -> None:
    CarriedPackets(tmp_path).keep("s", [run(5, b"a" * 20), run(90, b"c" * 20)])
    now = [0.0]
    carrier = Carrier(PacketRing(tmp_path), "s", lambda: now[0])
    carrier.note([(FIRST, 5, 5), ("plant.pcap", 1, 9)])
    assert [each.first for each in runs_from(carrier.take())] == [5]
    carrier.note([(FIRST, 90, 95)])
    now[0] = 0.5
    assert carrier.take() == {}
    assert carrier.waits, "they go along later"
    now[0] = 1.5
    assert [each.first for each in runs_from(carrier.take())] == [90]
    carrier.note([(FIRST, 5, 5)])
    assert runs_from(carrier.take(is_last=True)), "the last segment has them whenever it is"


def test_the_oldest_give_way(tmp_path: Path) -> None:
    kept = CarriedPackets(tmp_path, most=300)
    for number in range(300):
        kept.keep("s", [run(number * 10 + 1, bytes(60))])
    left = sum(path.stat().st_size for path in tmp_path.glob("*/*/*.pcap"))
    assert left <= 300 + 256 * 100, "it is looked through once in a while"
    assert PacketRing(tmp_path).frames("s", FIRST, [(2991, 2991)], 1).numbers == (2991,)


@pytest.mark.parametrize("name", ["../eth1@x", "eth1", "a/b@c", 7])
def test_a_name_that_leads_elsewhere_is_refused(name: object) -> None:
    import json

    with pytest.raises(ValueError, match=INDEX):
        runs_from({INDEX: json.dumps([[name, 1, 1, 0]]).encode(), DATA: b""})
