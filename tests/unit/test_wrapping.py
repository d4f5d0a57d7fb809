"""Lines for people: none wider than the screen, no word torn that fits, no Chinese comma at a beginning."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from rich.cells import cell_len

from api.output.page import Page
from api.output.wrapping import NEVER_FIRST, cuts

TEXTS = [
    "10.9.1.11（端口 502）上堆积了大量无人使用的连接，最近来自 10.9.1.67。",
    "Find the host behind 10.9.1.67; the address may be forged, so look at its MAC address.",
    "查找 10.9.1.67 对应的主机；地址可能是伪造的，应核对 MAC 地址和交换机端口。",
    "urn:marsh.example:opcua-shell:a-name-without-any-space-that-is-longer-than-a-line",
]


def pieces(text: str, width: int) -> list[str]:
    places = [0, *cuts(text, width), len(text)]
    return [text[a:b] for a, b in pairwise(places)]


@pytest.mark.parametrize("width", [20, 33, 60])
@pytest.mark.parametrize("text", TEXTS)
def test_lines_fit_and_nothing_is_lost(text: str, width: int) -> None:
    lines = pieces(text, width)
    assert "".join(lines) == text
    assert max(cell_len(line.rstrip()) for line in lines) <= width
    assert not [line for line in lines[1:] if line[0] in NEVER_FIRST and "name" not in text]


def test_chinese_fills_its_lines() -> None:
    text = TEXTS[2]
    assert all(cell_len(line.rstrip()) > 24 for line in pieces(text, 30)[:-1])


def test_any_text_ends_and_fits() -> None:
    letters = "ab 中，（1\u0301-\u200d"
    chance = random.Random(1)
    for _ in range(2000):
        text = "".join(chance.choice(letters) for _ in range(chance.randrange(60)))
        lines = pieces(text, 20)
        assert "".join(lines) == text
        assert all(cell_len(line.rstrip()) <= 20 for line in lines)


def test_a_table_that_does_not_fit_becomes_paragraphs() -> None:
    heads, rows = (
        ["kind", "entity", "since", "value"],
        [["operation", "10.9.1.30>10.9.1.11:502/modbus/1", "2026-11-24", "x" * 9]],
    )
    narrow, wide = Page(50), Page(100)
    for page in (narrow, wide):
        page.columns(heads, rows)
    assert "kind · entity" in narrow.text()
    assert "…" not in narrow.text() + wide.text()
    assert all(cell in narrow.text().replace("\n  ", "") for cell in rows[0])
    assert len(wide.text().splitlines()) == 2
