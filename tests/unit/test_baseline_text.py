"""A baseline that a person edited: what is right is read back, what is wrong is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.output.issues import issue_line
from api.texts import texts
from detection.baseline import BadBaseline, Baseline, Entry, read_baseline, write_baseline

SECOND = 1_000_000_000
GOOD = '- {entity: "a > b", kind: range, since: 2026-11-01T00:00:00Z, last: 2026-11-02, count: 3, how: learned}'
CASES = [
    ("kind: range", "kind: rnage", "kind is 'rnage'; did you mean range", "是否想写 range"),
    (
        "how: learned",
        "how: guessed",
        "how is 'guessed'; known are approved, declared, learned",
        "可选：approved、declared",
    ),
    ("count: 3, ", "", "count is missing; add it", "缺少 count"),
    ("count: 3", "count: many", "count is not a whole number", "count 不是整数"),
    ("last: 2026-11-02", "last: soon", "'soon' is not a time; write one such as 2026-", "'soon' 不是时间"),
    ("count: 3", "count: [3", "not YAML: a list in [ ] is not closed", "[ ] 列表没有闭合"),
    (GOOD, "- just words", "this is not an entry; write it as", "这一行不是基线条目；"),
]


@pytest.mark.parametrize(("old", "new", "english", "chinese"), CASES, ids=[case[1] for case in CASES])
def test_a_bad_entry_is_told_with_its_line(tmp_path: Path, old: str, new: str, english: str, chinese: str) -> None:
    assert old in GOOD
    path = tmp_path / "ranges.yml"
    path.write_text(f"# edited\n{GOOD}\n{GOOD.replace(old, new)}\n", encoding="utf-8")
    with pytest.raises(BadBaseline) as caught:
        read_baseline(tmp_path)
    issue = caught.value.issue
    assert issue_line(issue, texts("en")).startswith(f"{path}:3: {english}")
    assert issue_line(issue, texts("zh")).startswith(f"{path}:3：")
    assert chinese in issue_line(issue, texts("zh"))


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    entries = [
        Entry("10.0.0.1", "address", "", 5 * SECOND, 9 * SECOND, 4, 2),
        Entry('a "b" > c', "attribute", "固件: 1", 0, SECOND, 1, 1, "approved", "Li", 7 * SECOND, ("MB01-1",)),
    ]
    write_baseline(tmp_path, Baseline(entries))
    assert read_baseline(tmp_path).sorted() == entries
    with pytest.raises(FileNotFoundError):
        read_baseline(tmp_path / "absent")
