"""Placeholders of texts."""

from __future__ import annotations

import pytest

from detection.sigma.text import placeholders, render, stray_braces


@pytest.mark.parametrize(
    ("value", "en", "zh"),
    [
        (None, "unknown", "未知"),
        ("", "unknown", "未知"),
        ("plc-1", "plc-1", "plc-1"),
        (502, "502", "502"),
        (True, "yes", "是"),
        (20.0, "20", "20"),
        (0.30000000000000004, "0.3", "0.3"),
        (float("nan"), "unknown", "未知"),
        (["hmi", None], "hmi, unknown", "hmi、未知"),
        ([], "unknown", "未知"),
        ("{source}", "{source}", "{source}"),
        ("a\x1b[2J\nb\u202ec", "a\ufffd[2J\ufffdb\ufffdc", "a\ufffd[2J\ufffdb\ufffdc"),
        ("x" * 600, "x" * 511 + "…", "x" * 511 + "…"),
    ],
)
def test_values(value: object, en: str, zh: str) -> None:
    parameters = {"ot.value.text": value, "source": "never"}
    assert render("<{ot.value.text}>", parameters, "en") == f"<{en}>"
    assert render("<{ot.value.text}>", parameters, "zh-CN") == f"<{zh}>"


def test_absent_parameter_and_other_braces() -> None:
    assert render("{nobody} {x:.2f} {} {@timestamp}", {"@timestamp": 5}, "en") == "unknown {x:.2f} {} 5"
    assert placeholders("{a} {b.c} {a} {@timestamp} {x:.2f}") == ("a", "b.c", "@timestamp")
    assert all(stray_braces(text) for text in ("{a:x}", "{a", "a}", "{}"))
    assert not any(stray_braces(text) for text in ("{a}", "", "plain"))
