"""Key files of packets: made, added to, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sensors.packet_keys import MOST_KEYS, PREFIX, BadKeys, add_key, read_keys


def test_a_new_key_stands_before_the_old_ones(tmp_path: Path) -> None:
    file = tmp_path / "key"
    assert add_key(file) == 1
    assert file.stat().st_mode & 0o777 == 0o600
    [first] = read_keys(file)
    assert add_key(file) == 2
    second, behind = read_keys(file)
    assert (behind, len(second)) == (first, 32)
    assert second != first
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text(f"# of line 3\n\n{file.read_text()}")
    assert read_keys(file) == (second, first)


KEY = PREFIX + "A" * 43 + "="


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("", "no_key", 0),
        ("# nothing\n", "no_key", 0),
        (f"{KEY}\n{'A' * 43}=\n", "no_key", 2),
        (f"{PREFIX}AAAA\n", "no_key", 1),
        (f"{PREFIX}{'?' * 44}\n", "no_key", 1),
        (f"{KEY}\n" * (MOST_KEYS + 1), "too_many", 0),
        (f"{KEY}\n" + "#" * 20_000, "too_many", 0),
    ],
)
def test_what_is_no_key_file_is_named(tmp_path: Path, text: str, reason: str, line: int) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(BadKeys) as caught:
        read_keys(file)
    assert (caught.value.reason, caught.value.line) == (reason, line)
    assert "AAAA" not in str(caught.value)


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    add_key(file)
    file.chmod(0o640)
    with pytest.raises(BadKeys, match="exposed"):
        read_keys(file)
    with pytest.raises(BadKeys, match="exposed"):
        add_key(file)
