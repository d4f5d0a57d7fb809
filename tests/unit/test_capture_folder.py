"""A folder that another tool fills: what is whole, what is new, what is another file by the same name, what is none."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from sensors.capture_folder import FILE, SETTLED, SETTLED_LAST, CaptureFolder, Next

HEAD = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
MINUTE = 60
WINDOW = 15 * MINUTE * 1_000_000_000


def frames(second: int, count: int = 1) -> bytes:
    return b"".join(struct.pack("<IIII", second + i, 0, 60, 60) + bytes(60) for i in range(count))


class Filled:
    """A folder with a sensor's view of it, and a clock."""

    def __init__(self, at: Path) -> None:
        self.at, self.book, self.now = at / "in", at / "book", 0.0
        self.at.mkdir(exist_ok=True)
        self.book.mkdir(exist_ok=True)
        self.reached: tuple[str, int] | None = None
        self.strange: list[str] = []
        self.view = self.begun_again()

    def begun_again(self) -> CaptureFolder:
        return CaptureFolder(self.at, self.book, lambda: self.reached, WINDOW)

    def write(self, name: str, data: bytes, changed: int) -> None:
        (self.at / name).write_bytes(data)
        os.utime(self.at / name, (changed, changed))

    def news(self) -> list[Next]:
        """What is new once nothing changed for long enough."""
        self.view.news(self.now, lambda path: self.strange.append(path.name))
        self.now += SETTLED_LAST
        return self.view.news(self.now, lambda path: self.strange.append(path.name))

    def read(self, *news: Next, of: int = 1) -> None:
        for each in news:
            self.view.note(each.given)
            self.view.read(each.given.name, of)


@pytest.fixture
def folder(tmp_path: Path) -> Filled:
    return Filled(tmp_path)


def named(news: list[Next]) -> list[tuple[str, int]]:
    return [(each.given.name, each.known) for each in news]


def test_files_come_in_the_order_of_their_packets_once_they_are_whole(folder: Filled) -> None:
    folder.write("b.pcap", HEAD + frames(100), 1)
    folder.write("a.pcap", HEAD + frames(200), 2)
    folder.view.news(folder.now, folder.strange.append)  # type: ignore[arg-type]
    assert folder.view.news(folder.now + SETTLED / 2, folder.strange.append) == []  # type: ignore[arg-type]
    sooner = folder.view.news(folder.now + SETTLED, folder.strange.append)  # type: ignore[arg-type]
    assert named(sooner) == [("b.pcap", 0)], "the last one may still grow"
    assert named(folder.news()) == [("b.pcap", 0), ("a.pcap", 0)]


def test_what_was_read_is_not_read_again_and_what_grew_is_read_on(folder: Filled) -> None:
    folder.write("a.pcap", HEAD + frames(100, 3), 1)
    [first] = folder.news()
    folder.view.note(first.given)
    assert folder.news() == []
    folder.write("a.pcap", HEAD + frames(100, 5), 2)
    assert folder.news() == [], "it is being read, so that nobody knows how much was read"
    folder.view.read("a.pcap", 3)
    assert named(folder.news()) == [("a.pcap", 3)]


def test_another_file_by_the_same_name_is_another_one(folder: Filled) -> None:
    """`tcpdump -C -W` begins anew with the first name."""
    folder.write("dump0", HEAD, 1)  # no name of a capture
    folder.write("dump.pcap0", HEAD + frames(100, 3), 1)
    folder.read(*folder.news(), of=3)
    for second, count in ((500, 3), (900, 9)):
        folder.write("dump.pcap0", HEAD + frames(second, count), second)
        [again] = folder.news()
        assert again.given.name == f"dump.pcap0@{second * 1_000_000_000}"
        assert again.known == 0
        folder.read(again, of=count)
    assert folder.news() == []


def test_what_is_no_capture_is_told_once_and_an_empty_one_is_waited_for(folder: Filled) -> None:
    folder.write("notes.pcap", b"this is no capture at all, though it is called one", 1)
    folder.write("begun.pcap", HEAD, 2)
    for _ in range(3):
        assert folder.news() == []
    assert folder.strange == ["notes.pcap"]
    folder.write("begun.pcap", HEAD + frames(100), 3)
    assert named(folder.news()) == [("begun.pcap", 0)]


def test_a_file_that_goes_in_between_is_not_there(folder: Filled) -> None:
    folder.write("a.pcap", HEAD + frames(100), 1)
    (folder.at / "link.pcap").symlink_to(folder.at / "nowhere")
    folder.view.news(folder.now, folder.strange.append)  # type: ignore[arg-type]
    (folder.at / "a.pcap").unlink()
    assert folder.news() == []
    assert folder.strange == []


def test_a_sensor_that_begins_again_reads_the_last_minutes_and_what_was_not_handed_over(folder: Filled) -> None:
    for minute in (0, 10, 20, 30):
        folder.write(f"{minute}.pcap", HEAD + frames(100 + minute * MINUTE, 4), minute + 1)
    folder.read(*folder.news(), of=4)
    folder.reached = ("20.pcap", 2)
    folder.view = folder.begun_again()
    begun = folder.view.begin()
    assert [each.given.name for each in begun] == ["10.pcap", "20.pcap"], "0.pcap is too long ago"
    assert begun[0].known > 1_000_000
    assert begun[1].known == 2
    assert named(folder.news()) == [("30.pcap", 0)], "nothing of it was handed over"


def test_the_book_forgets_what_is_gone_but_never_what_was_reached(folder: Filled) -> None:
    for number in range(3):
        folder.write(f"{number}.pcap", HEAD + frames(100 + number), number + 1)
    folder.read(*folder.news())
    folder.reached = ("2.pcap", 1)
    for number in range(3):
        (folder.at / f"{number}.pcap").unlink()
    folder.write("3.pcap", HEAD + frames(200), 9)
    folder.read(*folder.news())
    told = (folder.book / FILE).read_text()
    assert [f"{number}.pcap" in told for number in range(4)] == [False, False, True, True]
    folder.view = folder.begun_again()
    assert folder.view.begin() == [], "it is gone, and nothing of it is missing"
    assert named(folder.news()) == [("3.pcap", 0)]


def test_only_what_no_later_start_needs_is_removed(folder: Filled) -> None:
    for minute in (0, 20, 40):
        folder.write(f"{minute}.pcap", HEAD + frames(100 + minute * MINUTE), minute + 1)
    folder.read(*folder.news())
    assert folder.view.handed_over() == [], "nothing was handed over"
    folder.reached = ("40.pcap", 1)
    assert [path.name for path in folder.view.handed_over()] == ["0.pcap", "20.pcap"]
    folder.write("0.pcap", HEAD + frames(9000), 99)
    folder.read(*folder.news())
    assert [path.name for path in folder.view.handed_over()] == ["20.pcap"], "it is another one by now"
